"""The forms of a company and of the customers linked to it."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.management import CompanyView
from kiosk.staff.forms.amount import whole_number
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled, is_unknown_route, refusal, without_blanks
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts


def company_form(texts: Texts, company: CompanyView | None) -> tuple[Form, Filled[CompanyView]]:
    """Create a company, or with a ``company`` change its fields."""
    say = texts.say
    form = Form(texts, say("New company"), say("Create"), topic="company:new")
    if company is not None:
        topic = f"company:{company.id}"
        form = Form(texts, say("Edit company"), say("Save"), topic=topic, about=company.name)
    form.add_line("name", say("Name"), company.name if company else "")
    seats = company.seat_cap if company else None
    form.add_line(
        "seat_cap", say("Seats (empty: no limit)"), "" if seats is None else str(seats)
    )  # fmt: skip
    domains = " ".join(company.email_domains) if company else ""
    form.add_line("email_domains", say("Email domains"), domains)
    form.add_line("billing_name", say("Invoices to"), (company and company.billing_name) or "")
    form.add_line("billing_email", say("Invoice email"), (company and company.billing_email) or "")
    if company is not None:
        form.add_switch("archived", say("Archived"), on=company.archived_at is not None,
                        hint=say("Takes no new people or memberships."))  # fmt: skip

    seen: dict[str, int] = {}
    edited = None if company is None else _edited(texts, company)
    if company is not None and edited is not None:
        form.undo = edited.undo(say("Saved."), partial(_restore, company.id))

    def filled(values: Mapping[str, Value]) -> Call[CompanyView]:
        company_id = company.id if company else None
        owned = company.email_domains if company else ()

        def save(client: ManagementClient, once: str) -> CompanyView:
            fields = company_fields(values, texts)
            new = [each for each in fields["email_domains"] if each not in owned]
            confirmed = _confirmed(client, new, seen, texts)
            if confirmed:
                fields["confirmed_domains"] = confirmed
            if edited is None or company_id is None:
                return client.save_company(company_id, fields, once)

            def send(body: dict[str, Any], **state: str) -> CompanyView:
                return client.save_company(company_id, body, once, **state)

            return edited.save(fields, send, lambda: client.company(company_id))

        return save

    return form, filled


def _restore(
    company_id: UUID, client: ManagementClient, once: str, body: dict[str, Any], **state: str
) -> CompanyView:
    """Store fields of a company as they were."""
    return client.save_company(company_id, body, once, **state)


def _edited(texts: Texts, company: CompanyView) -> Edited[CompanyView]:
    """Return a company as it is edited."""
    say = texts.say
    names = {
        "name": say("Name"),
        "seat_cap": say("Seats (empty: no limit)"),
        "email_domains": say("Email domains"),
        "billing_name": say("Invoices to"),
        "billing_email": say("Invoice email"),
        "archived": say("Archived"),
    }

    def fields_of(view: CompanyView) -> dict[str, Any]:
        fields = {name: getattr(view, name) for name in names if name != "archived"}
        lists = {"email_domains": list(view.email_domains)}
        return fields | lists | {"archived": view.archived_at is not None}

    return Edited(texts, company, fields_of, names)


def _confirmed(
    client: ManagementClient, domains: list[str], seen: dict[str, int], texts: Texts
) -> list[dict[str, Any]]:
    """Return what confirms new email domains, whose effect staff have ``seen`` in the form.

    Raises Refused, which the form shows, with what they do if staff have not seen it yet, or where
    one of them is a public one. A service that cannot tell asks for nothing.
    """
    say = texts.say
    try:
        shown = [client.email_domain(each) for each in domains]
    except Refused as error:
        if is_unknown_route(error):
            return []
        raise
    for each in shown:
        if each.public:
            title = say(
                "{domain} is a public mail provider: anybody can have an address there.",
                domain=each.domain,
            )
            raise refusal(title, "email_domain_public")
    now = {each.domain: each.customers for each in shown if each.company_id is None}
    if any(seen.get(domain) != count for domain, count in now.items()):
        seen.update(now)
        counted = ", ".join(f"{domain}: {count}" for domain, count in now.items())
        title = say(
            "Customers with such an address, who are linked at once: {counted}. Everybody who "
            "comes with one later is linked too. Press the button again to confirm.",
            counted=counted,
        )
        raise refusal(title, "email_domain_not_confirmed")
    return [{"domain": domain, "customers": count} for domain, count in now.items()]


def company_fields(values: Mapping[str, Value], texts: Texts) -> dict[str, Any]:
    """Return the body of the request. Raises Refused if the seats are no whole number."""
    fields = without_blanks(values, keep=("name",))
    fields["email_domains"] = str(values["email_domains"]).replace(",", " ").split()
    if fields["seat_cap"] is not None:
        fields["seat_cap"] = whole_number(str(fields["seat_cap"]), texts, "seat_cap")
    return fields
