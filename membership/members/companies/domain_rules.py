"""Rules for new email domains of a company: not public, and confirmed by a member of staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, EmailDomainView
from api_client.messages.scan import FieldFault
from membership.members.companies.mail_domains import is_public_here
from membership.members.companies.schemas import CompanyChange
from membership.store.models import CompanyDomain, Customer
from membership.web.access import Call
from membership.web.errors import Conflict, Invalid

_FIELD = "body.email_domains"


@dataclass(frozen=True, slots=True)
class DomainRules:
    """Requirements for new domains.

    ``confirmed`` maps each confirmed domain to the number of customers that a person was shown;
    None if no confirmation is required.
    """

    confirmed: Mapping[str, int] | None = None

    @classmethod
    def of(cls, call: Call, change: CompanyChange) -> "DomainRules":
        """Return the rules for a request: staff must confirm domains, API keys need not."""
        confirmed = None
        if call.actor.kind is ActorKind.STAFF:
            confirmed = {each.domain: each.customers for each in change.confirmed_domains}
        return cls(confirmed)

    def check(self, session: Session, organization_id: int, domains: Iterable[str]) -> None:
        """Check the new domains of a company.

        Raises Invalid for a public domain; Conflict for unconfirmed ones, with the number of
        customers of each.
        """
        domains = list(domains)
        for each in domains:
            if is_public_here(session, each):
                message = f"{each} is a public mail provider: anybody can have an address there."
                raise Invalid("email_domain_public", _FIELD, message)
        if self.confirmed is None:
            return
        unseen = []
        for each in domains:
            count = customers_of(session, organization_id, each)
            if self.confirmed.get(each, -1) < count:
                unseen.append(f"{each} links {count} customers at once, and later all who come.")
        if unseen:
            raise Conflict(
                "email_domain_not_confirmed",
                " ".join(unseen),
                errors=tuple(FieldFault(field=_FIELD, message=each) for each in unseen),
            )


NOBODY_CONFIRMS = DomainRules()
"""The rules for programs, commands and the demo club."""


def customers_of(session: Session, organization_id: int, domain: str) -> int:
    """Return the number of customers with an address in a domain."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Customer)
            .where(Customer.organization_id == organization_id, Customer.email_domain == domain)
        )
        or 0
    )


def show_domain(call: Call, domain: str) -> EmailDomainView:
    """Return what assigning a domain to a company would do: its owner and the customers to link."""
    owner = call.session.scalar(
        select(CompanyDomain.company_id).where(
            CompanyDomain.organization_id == call.tenant.id, CompanyDomain.domain == domain
        )
    )
    return EmailDomainView(
        domain=domain,
        public=is_public_here(call.session, domain),
        customers=customers_of(call.session, call.tenant.id, domain),
        company_id=owner,
    )
