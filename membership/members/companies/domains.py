"""Email domains of companies: customers with an address there are linked automatically."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session

from membership.events.audit.recorder import record
from membership.events.outbox import emit_all
from membership.events.types import EventType
from membership.members.companies.domain_rules import NOBODY_CONFIRMS, DomainRules
from membership.members.companies.linking import open_link_once
from membership.members.companies.mail_domains import is_public_here
from membership.store.models import Company, CompanyDomain, CompanyLink, Customer, LinkSource
from membership.store.upsert import insert_into, random_uuid
from membership.web.errors import Conflict

_EVENTS_AT_ONCE = 1000
"""How many links are announced by one statement."""


def domains_of(session: Session, company: Company) -> Sequence[str]:
    """Return the email domains of a company, sorted."""
    return session.scalars(
        select(CompanyDomain.domain)
        .where(
            CompanyDomain.organization_id == company.organization_id,
            CompanyDomain.company_id == company.id,
        )
        .order_by(CompanyDomain.domain)
    ).all()


def set_domains(
    session: Session,
    company: Company,
    wanted: tuple[str, ...],
    now: datetime,
    rules: DomainRules = NOBODY_CONFIRMS,
) -> bool:
    """Replace the email domains of a company; return whether that changed anything.

    Customers with an address in a new domain are linked, unless the company is archived or they
    were linked to it before. Raises Conflict for a domain of another company, and what ``rules``
    raise for a new one. The caller has called ``hold_domains``.
    """
    domains = sorted({domain.lower() for domain in wanted})
    before = list(domains_of(session, company))
    if domains == before:
        return False
    rules.check(session, company.organization_id, sorted(set(domains).difference(before)))
    for gone in sorted(set(before).difference(domains)):
        session.execute(
            delete(CompanyDomain).where(
                CompanyDomain.organization_id == company.organization_id,
                CompanyDomain.domain == gone,
            )
        )
    record(
        session,
        company.organization_id,
        "company.changed",
        company.id,
        before={"email_domains": before},
        after={"email_domains": domains},
    )
    for domain in sorted(set(domains).difference(before)):
        _take_domain(session, company, domain)
        if company.archived_at is None:
            link_newcomers(session, company, domain, now)
    return True


def _take_domain(session: Session, company: Company, domain: str) -> None:
    """Assign an email domain to a company. Raises Conflict if another company has it."""
    connection = session.connection()
    connection.execute(
        insert_into(connection, CompanyDomain).on_conflict_do_nothing(),
        {
            "organization_id": company.organization_id,
            "domain": domain,
            "company_id": company.id,
        },
    )
    owner = session.scalars(
        select(CompanyDomain.company_id).where(
            CompanyDomain.organization_id == company.organization_id,
            CompanyDomain.domain == domain,
        )
    ).first()
    if owner != company.id:
        raise Conflict("email_domain_taken", f"Another company has the domain {domain}.")


def link_newcomers(session: Session, company: Company, domain: str, now: datetime) -> None:
    """Link all customers with an address in a domain, in one statement.

    Those who were linked to the company before are left out: whoever was unlinked by hand stays
    out until a person links them. A public domain links nobody; an earlier version may have
    accepted it, or a setting may have added it since.
    """
    if is_public_here(session, domain):
        return
    connection = session.connection()
    columns = {
        "organization_id": Customer.organization_id,
        "id": random_uuid(connection),
        "company_id": literal(company.id),
        "customer_id": Customer.id,
        "role": literal(""),
        "source": literal(LinkSource.EMAIL_DOMAIN, CompanyLink.source.type),
        "valid_from": literal(now, CompanyLink.valid_from.type),
    }
    linked_before = select(CompanyLink.id).where(
        CompanyLink.organization_id == company.organization_id,
        CompanyLink.company_id == company.id,
        CompanyLink.customer_id == Customer.id,
    )
    found = select(*columns.values()).where(
        Customer.organization_id == company.organization_id,
        Customer.email_domain == domain,
        ~linked_before.exists(),
    )
    added = open_link_once(insert_into(connection, CompanyLink).from_select(list(columns), found))
    links = connection.execute(added.returning(CompanyLink.id, CompanyLink.customer_id)).all()
    if links:
        _announce_linked(
            session, company, domain, [(link.id, link.customer_id) for link in links], now
        )


def _announce_linked(
    session: Session,
    company: Company,
    domain: str,
    links: Sequence[tuple[object, object]],
    now: datetime,
) -> None:
    """Record in one audit entry what a domain linked, and emit an event for each link."""
    did = {"email_domain": domain, "customers_linked": len(links)}
    record(session, company.organization_id, "company.linked_by_domain", company.id, after=did)
    source = LinkSource.EMAIL_DOMAIN.value
    for start in range(0, len(links), _EVENTS_AT_ONCE):
        events = [
            (
                link_id,
                {
                    "link_id": str(link_id),
                    "company_id": str(company.id),
                    "customer_id": str(customer_id),
                    "source": source,
                },
            )
            for link_id, customer_id in links[start : start + _EVENTS_AT_ONCE]
        ]
        emit_all(session, company.organization_id, EventType.LINK_CREATED, events, now=now)
