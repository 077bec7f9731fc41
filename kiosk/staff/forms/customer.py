"""The forms of a customer."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile, CustomerRecord, EndedSessions
from api_client.messages.scan import CustomerState
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, without_blanks
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.refusals import customer_refusal
from kiosk.staff.words.typed_days import Years
from kiosk.texts import Texts

_FORMER = "former_numbers"
_SUBSCRIPTIONS = "subscriptions"
_NAMES = ("given_name", "family_name")


def customer_form(
    texts: Texts, profile: CustomerProfile | None, charging: Sequence[str] = ()
) -> tuple[Form, Filled[CustomerRecord]]:
    """Create a customer, or with a ``profile`` change its fields.

    ``charging`` are the plans whose subscriptions go on charging the customer: a block needs to say
    what becomes of these. Former numbers are sent if they were changed: a service of before
    does not know them.
    """
    say = texts.say
    form = Form(texts, say("New customer"), say("Create"), topic="customer:new")
    if profile is not None:
        customer = profile.customer
        about, topic = f"{customer.name} · {customer.number}", f"customer:{customer.id}"
        form = Form(texts, say("Edit customer"), say("Save"), topic=topic, about=about)
    for key, words in (
        ("given_name", say("Given name")),
        ("family_name", say("Family name")),
        ("email", say("Email")),
        ("phone", say("Phone")),
    ):
        form.add_line(key, words, str(getattr(profile, key, None) or ""))
    born = profile.birth_date if profile else None
    form.add_day("birth_date", say("Born"), born, optional=True, years=Years.BORN)
    former = "; ".join(profile.former_numbers) if profile else ""
    form.add_line(_FORMER, say("Former numbers"), former).setPlaceholderText("M-1234; 12/34")
    form.add_note("desk_note", say("Note"), (profile.desk_note or "") if profile else "", lines=2)
    if profile is not None:
        form.add_choice("state", say("State"), _states(texts), profile.customer.state.value)
        if charging and profile.customer.state is not CustomerState.BANNED:
            plans = ", ".join(charging)
            form.add_words(
                say("A subscription goes on charging: {plans}. If blocked:", plans=plans)
            )
            form.add_choice(_SUBSCRIPTIONS, say("Subscription"), _choices(texts))

    if profile is not None:
        return form, _filled_of(texts, form, profile, former)

    def filled(values: Mapping[str, Value]) -> Call[CustomerRecord]:
        fields = _typed(values, former)
        return lambda client, once: client.create_customer(fields, once)

    return form, filled


def _typed(values: Mapping[str, Value], former: str) -> dict[str, Any]:
    """Return the body of the request; former numbers are in it if they were changed."""
    fields = without_blanks(values, keep=_NAMES)
    typed = fields.pop(_FORMER, None) or ""
    if typed != former:
        fields[_FORMER] = [each.strip() for each in typed.split(";") if each.strip()]
    return fields


def _filled_of(
    texts: Texts, form: Form, profile: CustomerProfile, former: str
) -> Filled[CustomerRecord]:
    """Return what changes a customer, and says what somebody else has changed meanwhile."""
    say, customer_id = texts.say, profile.customer.id
    names = {
        "given_name": say("Given name"),
        "family_name": say("Family name"),
        "email": say("Email"),
        "phone": say("Phone"),
        "birth_date": say("Born"),
        _FORMER: say("Former numbers"),
        "desk_note": say("Note"),
        "state": say("State"),
    }
    states = dict(_states(texts))

    def fields_of(record: CustomerRecord) -> dict[str, Any]:
        own = {name: getattr(record, name) for name in names if name not in {"state", _FORMER}}
        fields = without_blanks({**own, "state": record.customer.state.value}, keep=_NAMES)
        return fields | {_FORMER: list(record.former_numbers)}

    def day(value: str | None) -> str:
        return texts.day(date.fromisoformat(value)) if value else say("empty")

    edited = Edited(
        texts, profile, fields_of, names, words={"state": states.__getitem__, "birth_date": day}
    )

    form.undo = edited.undo(
        say("Saved."),
        lambda client, once, body, **state: client.change_customer(
            customer_id, body, once, **state
        ),
    )

    def filled(values: Mapping[str, Value]) -> Call[CustomerRecord]:
        fields = _typed(values, former)
        choice = fields.pop(_SUBSCRIPTIONS, None)
        bans = fields.get("state") == CustomerState.BANNED.value
        choice = choice if bans else None

        def save(client: ManagementClient, once: str) -> CustomerRecord:
            return edited.save(
                fields,
                partial(_change, client, customer_id, once, choice),
                lambda: client.customer(customer_id),
            )

        return in_words(save, texts, customer_refusal)

    return filled


def _change(
    client: ManagementClient,
    customer_id: UUID,
    once: str,
    choice: str | None,
    fields: dict[str, Any],
    **state: str,
) -> CustomerRecord:
    """Send the change of a customer, with what becomes of subscriptions if that was chosen."""
    sent = fields if choice is None else {**fields, _SUBSCRIPTIONS: choice}
    return client.change_customer(customer_id, sent, once, **state)


def end_logins_form(texts: Texts, profile: CustomerProfile) -> tuple[Form, Filled[EndedSessions]]:
    """End all logins of a customer to their own page."""
    say = texts.say
    customer = profile.customer
    form = Form(
        texts,
        say("Log out on all devices"),
        say("Log out"),
        topic=f"logins:{customer.id}",
        about=f"{customer.name} · {customer.number}",
        final=True,
    )
    form.add_words(
        say("Whoever has the customer's own page open is logged out. A mailed code opens it again.")
    )
    return form, lambda _values: lambda client, _once: client.end_logins(customer.id)


def _choices(texts: Texts) -> list[tuple[str, str]]:
    """Return what can become of subscriptions; the first one is none of it."""
    say = texts.say
    return [
        ("", say("Please choose")),
        ("cancel_now", say("ends at once")),
        ("cancel_at_period_end", say("ends with what is paid")),
        ("keep", say("charges on")),
    ]


def _states(texts: Texts) -> list[tuple[str, str]]:
    say = texts.say
    return [
        (CustomerState.ACTIVE.value, say("active")),
        (CustomerState.INACTIVE.value, say("inactive")),
        (CustomerState.BANNED.value, say("blocked")),
    ]
