"""The forms of the links between customers and companies."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.management import CompanyView, LinkedCustomer, LinkState
from api_client.messages.scan import CustomerView
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.people import only_customer
from kiosk.staff.forms.request import Call, Filled, is_unknown_route, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts


def link_form(texts: Texts, company: CompanyView) -> tuple[Form, Filled[None]]:
    """Link a customer, found as by the search, to a company.

    A customer who is linked already is named first, with the role; the next press changes it.
    """
    say = texts.say
    topic = f"link:{company.id}"
    form = Form(texts, say("Link a customer"), say("Link"), topic=topic, about=company.name)
    form.add_line("who", say("Number, name or email"))
    form.add_line("role", say("Role"))
    known: dict[UUID, Edited[LinkState] | None] = {}

    def filled(values: Mapping[str, Value]) -> Call[None]:
        who, role = str(values["who"]), str(values["role"])

        def link(client: ManagementClient, once: str) -> None:
            person = only_customer(client, who, texts)
            if person.id not in known:
                state = _state(client, company.id, person.id)
                known[person.id] = None if state is None else _edited(texts, state)
                if state is not None and state.linked:
                    raise refusal(_linked_words(person, state, texts), "linked_already")
            edited = known[person.id]

            def send(body: Mapping[str, Any], **if_match: str) -> None:
                client.link(company.id, person.id, str(body["role"]), once, **if_match)

            fields = {"linked": True, "role": role}
            if edited is None:
                send(fields)
            else:
                edited.save(fields, send, lambda: client.link_state(company.id, person.id))

        return link

    return form, filled


def unlink_form(
    texts: Texts, company: CompanyView, linked: LinkedCustomer
) -> tuple[Form, Filled[None]]:
    """End a customer's link to a company, as it was shown."""
    say, person = texts.say, linked.customer
    title = say("Unlink {name}", name=f"{person.name} · {person.number}")
    topic = f"unlink:{company.id}:{person.id}"
    form = Form(texts, title, say("Unlink"), topic=topic, about=company.name, final=True)
    form.add_words(say("What they have through this company is gone at once."))
    form.add_words(say("No email domain brings them back; only a person links them again."))
    return (
        form,
        lambda _values: (
            lambda client, once: client.unlink(company.id, person.id, once, if_match=linked.etag)
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


def _linked_words(person: CustomerView, state: LinkState, texts: Texts) -> str:
    """Return that somebody is linked already, and what the next press does."""
    return texts.say(
        "{name}, {number}, is linked already; role: {role}. Press the button again to set the "
        "role that you entered.",
        name=person.name,
        number=person.number,
        role=state.role or texts.say("empty"),
    )
