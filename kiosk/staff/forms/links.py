"""The forms of the links between customers and companies."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.management import LinkState
from api_client.messages.scan import CustomerView
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled, is_unknown_route, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.picker import Picker
from kiosk.staff.undo import Undo
from kiosk.staff.words.picker import PickHit
from kiosk.texts import Texts


class Company(NamedTuple):
    """A company by id and name."""

    id: UUID
    name: str


class LinkForm(NamedTuple):
    """A form with its picker, whose search is to be answered."""

    form: Form
    picker: Picker
    filled: Filled[None]


def person_form(texts: Texts, company: Company) -> LinkForm:
    """Link a person, who is chosen by a search, to a company.

    Of somebody who is linked already, only the role is changed.
    """
    say = texts.say
    form = Form(texts, say("Link a person"), say("Link"), topic=f"link:{company.id}",
                about=company.name)  # fmt: skip
    picker = Picker(texts, say("Name, number, email or phone"))
    form.add_own("who", say("Person"), picker, required=True)
    return _link_form(texts, form, picker, lambda chosen: (company.id, chosen))


def company_link_form(texts: Texts, customer: CustomerView) -> LinkForm:
    """Link a person to a company, which is chosen by a search."""
    say = texts.say
    form = Form(texts, say("Link to a company"), say("Link"), topic=f"link:of:{customer.id}",
                about=f"{customer.name} · {customer.number}")  # fmt: skip
    picker = Picker(texts, say("Company name"))
    form.add_own("who", say("Company"), picker, required=True)
    return _link_form(texts, form, picker, lambda chosen: (chosen, customer.id))


def _link_form(texts: Texts, form: Form, picker: Picker, ids: Any) -> LinkForm:
    """Return the form with its role. ``ids`` returns company and customer for who was chosen."""
    say, action = texts.say, texts.say("Link")
    form.add_line("role", say("Role"))
    asked: dict[UUID, Edited[LinkState] | None] = {}
    before: dict[UUID, str | None] = {}
    last: list[UUID] = []

    def undoing(_answer: None) -> Undo:
        company_id, customer_id = ids(last[-1])
        role = before.get(last[-1])

        def undo(client: ManagementClient, once: str) -> None:
            if role is None:
                client.unlink(company_id, customer_id, once)
            else:
                client.link(company_id, customer_id, role, once)

        return Undo(say("Linked."), undo)

    form.undo = undoing

    def name_button(hit: PickHit | None) -> None:
        words = action
        if hit is not None:
            words = say("Save role of {name}", name=hit.title)
            words = words if hit.linked else say("Link {name}", name=hit.title)
        form.foot.name_action(words.replace("&", "&&"))
        if hit is not None and not picker.found_alone:
            form.submit.setFocus()

    picker.chosen.connect(name_button)
    picker.entered.connect(form.submit.click)

    def filled(values: Mapping[str, Value]) -> Call[None]:
        chosen, role = UUID(str(values["who"])), str(values["role"])
        seen = picker.hit is not None and picker.hit.linked

        def link(client: ManagementClient, once: str) -> None:
            company_id, customer_id = ids(chosen)
            if chosen not in asked:
                state = _state(client, company_id, customer_id)
                asked[chosen] = None if state is None else _edited(texts, state)
                before[chosen] = state.role if state is not None and state.linked else None
                if state is not None and state.linked and not seen:
                    raise refusal(_linked_words(state, texts), "linked_already")
            edited = asked[chosen]
            last.append(chosen)

            def send(body: Mapping[str, Any], if_match: str = "") -> None:
                client.link(company_id, customer_id, str(body["role"]), once, if_match=if_match)

            fields = {"linked": True, "role": role}
            if edited is None:
                send(fields)
            else:
                edited.save(fields, send, lambda: client.link_state(company_id, customer_id))

        return link

    return LinkForm(form, picker, filled)


def unlink_form(
    texts: Texts, company: Company, person: CustomerView, role: str, etag: str = ""
) -> tuple[Form, Filled[None]]:
    """End a customer's link to a company, with an ``etag`` as it was shown.

    Undone within ten minutes, it holds again with its ``role`` and seat.
    """
    say = texts.say
    title = say("Unlink {name}", name=f"{person.name} · {person.number}")
    topic = f"unlink:{company.id}:{person.id}"
    form = Form(texts, title, say("Unlink"), topic=topic, about=company.name)
    form.add_words(say("What they have through this company is gone at once."))
    form.undo = lambda _answer: Undo(
        say("Unlinked."),
        lambda client, once: client.link(company.id, person.id, role, once, reopen=True),
    )
    return (
        form,
        lambda _values: (
            lambda client, once: client.unlink(company.id, person.id, once, if_match=etag)
        ),
    )


def _state(client: ManagementClient, company_id: UUID, customer_id: UUID) -> LinkState | None:
    """Return whether somebody is linked; None from a service of before. Raises ApiError."""
    try:
        return client.link_state(company_id, customer_id)
    except Refused as error:
        if is_unknown_route(error):
            return None
        raise


def _edited(texts: Texts, state: LinkState) -> Edited[LinkState]:
    """Return a link as it is edited."""
    names = {"linked": texts.say("Linked"), "role": texts.say("Role")}

    def fields_of(view: LinkState) -> dict[str, Any]:
        return {"linked": view.linked, "role": view.role}

    return Edited(texts, state, fields_of, names, whole=True)


def _linked_words(state: LinkState, texts: Texts) -> str:
    """Return that somebody is linked already, and what the next press does."""
    return texts.say(
        "{name}, {number}, is linked already; role: {role}. Press the button again to set the "
        "role that you entered.",
        name=state.customer.name,
        number=state.customer.number,
        role=state.role or texts.say("empty"),
    )
