"""The forms of API keys: a new one, and revoking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.errors import ApiError
from api_client.management import ManagementClient
from api_client.messages.keys import KeyView, MintedKey
from api_client.messages.management import ActorKind
from kiosk.failures import failure_of
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.staff.words.api_keys import PURPOSES, ApiKeyLine, purpose_words
from kiosk.staff.words.typed_days import LAST_YEAR, Years
from kiosk.texts import Texts

_ALL = "all"


@dataclass(frozen=True)
class _Unanswered:
    """A request whose answer was lost, and the keys that there were before it was sent."""

    fields: Mapping[str, Any]
    before: frozenset[UUID]

    def may_have_made(self, key: KeyView) -> bool:
        """Return whether a key is what was asked for, and was not there before."""
        end = self.fields.get("expires_at")
        return (
            key.id not in self.before
            and key.name == self.fields["name"]
            and sorted(key.scopes) == self.fields["scopes"]
            and key.expires_at == (datetime.fromisoformat(end) if end else None)
        )


class KeyMaker:
    """Makes the keys of one member of staff, and revokes those whose answer was lost.

    The service does not store the key that it returns, and so cannot return it again. What was sent
    without an answer is remembered, also when the form is corrected or closed: before the next key
    is made, the lost one is revoked if this member of staff made it and nobody has used it.
    """

    def __init__(self, staff_id: UUID | None) -> None:
        self._staff_id = staff_id
        self._unanswered: list[_Unanswered] = []

    def make(self, client: ManagementClient, fields: Mapping[str, Any]) -> MintedKey:
        """Make a key. Raises ApiError."""
        keys = client.api_keys().items
        for key in keys:
            if self._is_lost(key):
                client.revoke_api_key(key.id)
        self._unanswered.append(_Unanswered(fields, frozenset(key.id for key in keys)))
        try:
            made = client.make_api_key(fields)
        except ApiError as error:
            if not failure_of(error).may_have_arrived:
                self._unanswered.pop()
            raise
        self._unanswered.clear()
        return made

    def _is_lost(self, key: KeyView) -> bool:
        """Return whether a key works and came from a request of this person without an answer."""
        maker = key.made_by
        if key.revoked_at is not None or key.last_used_at is not None or maker is None:
            return False
        own = maker.kind is ActorKind.STAFF and maker.id == self._staff_id
        return own and any(each.may_have_made(key) for each in self._unanswered)


def key_form(texts: Texts, zone: str, maker: KeyMaker) -> tuple[Form, Filled[MintedKey]]:
    """Make a key, which is shown once. ``maker`` is that of who is signed in."""
    say = texts.say
    form = Form(texts, say("New API key"), say("Create key"), topic="api_key:new")
    form.add_line("name", say("Name"))
    form.add_choice("purpose", say("For"), list(purpose_words(texts).items()))
    form.add_day("last", say("Last day"), None, optional=True, years=Years.NEXT)
    form.add_words(say("For other scopes, run “walletdesk key --scope” beside the service."))

    form.undo = lambda made: Undo(
        say("The key “{name}” is created.", name=made.name),
        lambda client, _once: client.revoke_api_key(made.id),
        say("The key is revoked."),
    )

    def filled(values: Mapping[str, Value]) -> Call[MintedKey]:
        return lambda client, _once: maker.make(client, key_fields(values, zone, texts))

    return form, filled


def key_fields(values: Mapping[str, Value], zone: str, texts: Texts) -> dict[str, Any]:
    """Return the body of the request. Raises Refused without a name, or for an end too far off."""
    say, name, last = texts.say, str(values["name"]), values["last"]
    if not name:
        why = say("Give the key a name.")
        raise refusal(why, "name_missing", "name")
    fields: dict[str, Any] = {"name": name, "scopes": sorted(PURPOSES[str(values["purpose"])])}
    if isinstance(last, date):
        if last.year > LAST_YEAR:
            why = say("The last day is too far away. Leave it empty for no end date.")
            raise refusal(why, "last_day_too_far")
        fields["expires_at"] = _end_of(last, zone).isoformat()
    return fields


def revoke_form(texts: Texts, key: ApiKeyLine) -> tuple[Form, Filled[None]]:
    """Revoke a key, or all keys of a member of staff whose account is disabled."""
    say = texts.say
    title = say("Revoke {card}", card=key.name)
    form = Form(texts, title, say("Revoke"), topic=f"api_key:{key.id}", final=True)
    if key.scans:
        form.add_words(say("A desk with this key cannot scan until it has another one."))
    else:
        form.add_words(say("Programs that use this key are refused at once."))
    form.add_words(say("This cannot be undone."))
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
