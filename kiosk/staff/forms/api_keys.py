"""The forms of API keys: a new one, and revoking."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.management import ManagementClient
from api_client.messages.keys import MintedKey
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.api_keys import PURPOSES, ApiKeyLine, purpose_words
from kiosk.texts import Texts

_ALL = "all"


def key_form(texts: Texts, zone: str) -> tuple[Form, Filled[MintedKey]]:
    """Make a key, which is shown once."""
    say = texts.say
    form = Form(texts, say("New API key"), say("Make key"), topic="api_key:new")
    form.add_line("name", say("Name"))
    form.add_choice("purpose", say("For"), list(purpose_words(texts).items()))
    form.add_day("last", say("Last day"), None, optional=True)
    form.add_words(
        say(
            "The key is shown once. Other scopes: the command “walletdesk key --scope” beside the "
            "service."
        )
    )

    def filled(values: Mapping[str, Value]) -> Call[MintedKey]:
        name = str(values["name"])
        if not name:
            missing = refusal(say("Give the key a name by which you tell it from others."), "name")
            return lambda _client, _once: _raise(missing)
        fields: dict[str, Any] = {"name": name, "scopes": sorted(PURPOSES[str(values["purpose"])])}
        last = values["last"]
        if isinstance(last, date):
            fields["expires_at"] = _end_of(last, zone).isoformat()
        return _OneKey(fields)

    return form, filled


class _OneKey:
    """Makes one key, also if it is called again because its answer was lost.

    The service keeps no key that it answered, and so cannot repeat the answer. A key of the same
    name that came into being since the first call, and was never used, is revoked first.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self._known: frozenset[UUID] | None = None

    def __call__(self, client: ManagementClient, _once: str) -> MintedKey:
        """Make the key. Raises ApiError."""
        keys = client.api_keys().items
        if self._known is None:
            self._known = frozenset(key.id for key in keys)
        for key in keys:
            lost = key.id not in self._known and key.name == self._fields["name"]
            if lost and key.revoked_at is None and key.last_used_at is None:
                client.revoke_api_key(key.id)
        return client.make_api_key(self._fields)


def revoke_form(texts: Texts, key: ApiKeyLine) -> tuple[Form, Filled[None]]:
    """Revoke a key, or all keys of a member of staff whose account is disabled."""
    say = texts.say
    title = say("Revoke {card}", card=key.name)
    form = Form(texts, title, say("Revoke"), topic=f"api_key:{key.id}", final=True)
    if key.scans:
        form.add_words(say("A desk that uses this key scans nothing until it has another one."))
    else:
        form.add_words(say("Programs that use this key are refused at once."))
    form.add_words(say("It stays revoked for good."))
    if key.left_by is not None:
        every = say("all keys that {who} made", who=key.maker)
        form.add_choice("which", say("Revoke"), [("one", say("this key")), (_ALL, every)])

    def filled(values: Mapping[str, Value]) -> Call[None]:
        maker = key.left_by if values.get("which") == _ALL else None

        def revoke(client: ManagementClient, _once: str) -> None:
            if maker is None:
                client.revoke_api_key(key.id)
            else:
                client.revoke_api_keys_of(maker)

        return revoke

    return form, filled


def _end_of(last: date, zone: str) -> datetime:
    """Return the instant at which a day ends in a time zone."""
    following = last + timedelta(days=1)
    midnight = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def _raise(error: Exception) -> MintedKey:
    """Raise an error, where a request is expected."""
    raise error
