"""The forms of the management: what is asked, and the request that the answers make."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.management import CompanyView, CustomerProfile, PlanView
from api_client.messages.scan import CustomerState, Problem
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import MembershipLine, plan_words
from kiosk.texts import Texts

Call = Callable[[ManagementClient, str], object]
"""Carries out a wish with a client, under an idempotency key."""
Filled = Callable[[Mapping[str, Value]], Call]
"""From the values of a form to what is to be done."""


class Forms:
    """Makes the forms over one window. ``today`` tells the desk's local day."""

    def __init__(self, window: QWidget, texts: Texts, today: Callable[[], date]) -> None:
        self._window, self._texts, self._today = window, texts, today

    def assign(self, owner: Mapping[str, str], plans: Sequence[PlanView]) -> tuple[Form, Filled]:
        """Assign a plan; ``owner`` is the customer's or the company's id under its name."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Assign plan"), say("Assign"))
        form.add_choice("plan_id", say("Plan"), self._sold_now(plans))
        form.add_day("starts_on", say("First day"), self._today())

        def filled(values: Mapping[str, Value]) -> Call:
            fields = {**owner, **_as_json(values)}
            if values["starts_on"] == self._today():
                del fields["starts_on"]  # it starts now, not at midnight
            return lambda client, once: client.assign(fields, once)

        return form, filled

    def renew(self, line: MembershipLine) -> tuple[Form, Filled]:
        """Renew a membership, once it is paid."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Renew {plan}", plan=line.plan), say("Renew"))
        form.add_words(say("Paid before the end, it goes on from there; later, from today."))
        return form, lambda _values: lambda client, once: client.renew(line.id, once)

    def extend(self, line: MembershipLine) -> tuple[Form, Filled]:
        """Move the last day of a membership."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Extend {plan}", plan=line.plan), say("Extend"))
        day = (line.last_day or self._today()) + timedelta(days=1)
        form.add_day("last_day", say("Last day"), day)
        form.add_note("why", say("Reason"))
        return form, lambda values: lambda client, _: client.extend(line.id, _as_json(values))

    def end(self, line: MembershipLine) -> tuple[Form, Filled]:
        """End a membership now."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("End {plan}", plan=line.plan), say("End now"))
        form.add_words(say("It ends at once and is still shown in the file."))
        form.add_note("why", say("Reason"))
        return form, lambda values: lambda client, _: client.end(line.id, _as_json(values))

    def transfer(self, line: MembershipLine, plans: Sequence[PlanView]) -> tuple[Form, Filled]:
        """Move a membership to another plan, from now on."""
        say = self._texts.say
        title = say("Change the plan of {plan}", plan=line.plan)
        form = Form(self._window, self._texts, title, say("Change"))
        others = [plan for plan in plans if plan.name != line.plan]
        form.add_choice("plan_id", say("New plan"), self._sold_now(others))
        return (
            form,
            lambda values: lambda client, once: client.transfer(line.id, _as_json(values), once),
        )

    def customer(self, profile: CustomerProfile | None) -> tuple[Form, Filled]:
        """A new customer, or the fields of one."""
        say = self._texts.say
        title, action = say("New customer"), say("Create")
        if profile is not None:
            title, action = profile.customer.name, say("Save")
        form = Form(self._window, self._texts, title, action)
        for key, words in (
            ("given_name", say("Given name")),
            ("family_name", say("Family name")),
            ("email", say("Email")),
            ("phone", say("Phone")),
            ("birth_date", say("Born (YYYY-MM-DD)")),
        ):
            form.add_line(key, words, str(getattr(profile, key, None) or ""))
        form.add_note("desk_note", say("Note"), (profile.desk_note or "") if profile else "")
        if profile is not None:
            form.add_choice("state", say("State"), self._states(), profile.customer.state.value)

        def filled(values: Mapping[str, Value]) -> Call:
            fields = _without_blanks(values, keep=("given_name", "family_name"))
            if profile is None:
                return lambda client, once: client.create_customer(fields, once)
            customer_id = profile.customer.id
            return lambda client, _: client.change_customer(customer_id, fields)

        return form, filled

    def company(self, company: CompanyView | None) -> tuple[Form, Filled]:
        """A new company, or the fields of one."""
        say = self._texts.say
        title, action = say("New company"), say("Create")
        if company is not None:
            title, action = company.name, say("Save")
        form = Form(self._window, self._texts, title, action)
        form.add_line("name", say("Name"), company.name if company else "")
        seats = company.seat_cap if company else None
        form.add_line(
            "seat_cap", say("Seats (empty: no limit)"), "" if seats is None else str(seats)
        )
        domains = " ".join(company.email_domains) if company else ""
        form.add_line("email_domains", say("Email domains"), domains)
        form.add_line("billing_name", say("Invoices to"), (company and company.billing_name) or "")
        form.add_line(
            "billing_email", say("Invoice email"), (company and company.billing_email) or ""
        )

        def filled(values: Mapping[str, Value]) -> Call:
            fields = _without_blanks(values, keep=("name",))
            fields["email_domains"] = str(values["email_domains"]).replace(",", " ").split()
            company_id = company.id if company else None
            return lambda client, once: client.save_company(company_id, fields, once)

        return form, filled

    def link(self, company_id: UUID) -> tuple[Form, Filled]:
        """Link a customer, found as in the search, to a company."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Link a customer"), say("Link"))
        form.add_line("who", say("Number, name or email"))
        form.add_line("role", say("Role"))

        def filled(values: Mapping[str, Value]) -> Call:
            who, role = str(values["who"]), str(values["role"])
            return lambda client, _: client.link(company_id, self._one(client, who), role)

        return form, filled

    def _one(self, client: ManagementClient, who: str) -> UUID:
        """The one customer whom a search finds. Raises Refused if there are none or several."""
        found = client.search_customers(who, limit=2).items if who else ()
        if len(found) == 1:
            return found[0].customer.id
        say = self._texts.say
        title = (
            say("Several people are found; give the number.")
            if found
            else say("Nobody found for “{text}”.", text=who)
        )
        raise Refused(Problem(title=title, status=404, code="not_one_customer"))

    def unlink(self, company_id: UUID, customer_id: UUID, name: str) -> tuple[Form, Filled]:
        """End a customer's link to a company."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Unlink {name}", name=name), say("Unlink"))
        form.add_words(say("What they have through this company is gone at once."))
        return form, lambda _values: lambda client, _: client.unlink(company_id, customer_id)

    def _sold_now(self, plans: Sequence[PlanView]) -> list[tuple[str, str]]:
        """The plans that can be chosen."""
        return [
            (str(plan.id), plan_words(plan, self._texts))
            for plan in plans
            if plan.archived_at is None
        ]

    def _states(self) -> list[tuple[str, str]]:
        say = self._texts.say
        return [
            (CustomerState.ACTIVE.value, say("active")),
            (CustomerState.INACTIVE.value, say("inactive")),
            (CustomerState.BANNED.value, say("blocked")),
        ]


def _as_json(values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as a request has them."""
    return {key: v.isoformat() if isinstance(v, date) else v for key, v in values.items()}


def _without_blanks(values: Mapping[str, Value], keep: tuple[str, ...]) -> dict[str, Any]:
    """Values as a request has them; an empty text is none, except in ``keep``."""
    fields = _as_json(values)
    return {key: None if v == "" and key not in keep else v for key, v in fields.items()}
