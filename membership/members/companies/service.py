"""Creates, changes and loads companies."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.domain_rules import NOBODY_CONFIRMS, DomainRules
from membership.members.companies.domains import domains_of, link_newcomers, set_domains
from membership.members.companies.linking import hold_domains
from membership.members.companies.schemas import CompanyChange, NewCompany
from membership.members.payers.changes import after_company_change
from membership.store.models import Company
from membership.web.access import Tenant
from membership.web.errors import NotFound

_TOLD = {
    "name": "name",
    "billing_name": "billing_name",
    "billing_email": "billing_email",
    "seat_cap": "seat_cap",
    "archived_at": "archived",
}
"""Columns, and the names under which requests set them and ``company.updated`` tells of them."""


def get_company(session: Session, tenant: Tenant, company_id: UUID) -> Company:
    """Return a company by id. Raises NotFound."""
    company = session.get(Company, (tenant.id, company_id))
    if company is None:
        raise _no_such_company()
    return company


def _no_such_company() -> NotFound:
    """Return the error for a company that this organization does not have."""
    return NotFound("company_not_found", "There is no such company.")


def create_company(
    session: Session,
    tenant: Tenant,
    new: NewCompany,
    now: datetime,
    rules: DomainRules = NOBODY_CONFIRMS,
) -> Company:
    """Create and return a company, and link the customers with an address in its email domains.

    Raises Conflict for a domain of another company, and what ``rules`` raise.
    """
    if new.email_domains:
        hold_domains(session, tenant.id, to_change=True)
    company = Company(
        organization_id=tenant.id,
        id=uuid4(),
        name=new.name,
        billing_name=new.billing_name or None,
        billing_email=new.billing_email,
        seat_cap=new.seat_cap,
        archived_at=now if new.archived else None,
        created_at=now,
    )
    session.add(company)
    session.flush()
    event_data = {"company_id": str(company.id)}
    emit(session, tenant.id, EventType.COMPANY_CREATED, company.id, event_data, now=now)
    set_domains(session, company, new.email_domains, now, rules)
    return company


def change_company(
    session: Session,
    tenant: Tenant,
    company_id: UUID,
    change: CompanyChange,
    now: datetime,
    *,
    rules: DomainRules = NOBODY_CONFIRMS,
) -> Company:
    """Set the fields that ``change`` names and return the company.

    An added domain links the customers with an address there who were never linked to the company;
    a removed one unlinks nobody. An archived company keeps its links and memberships but accepts
    no new ones. When it is restored, its domains link customers who came meanwhile. A changed name
    or billing contact goes to the payment provider.

    Raises NotFound; Conflict for a domain of another company; and what ``rules`` raise.
    """
    named = change.model_fields_set
    company = lock_company(session, tenant, company_id, change)
    was_archived = company.archived_at is not None
    _set_fields(company, change, now)
    changed = _changed_fields(company)
    session.flush()
    if was_archived and company.archived_at is None:
        for domain in domains_of(session, company):
            link_newcomers(session, company, domain, now)
    if "email_domains" in named and set_domains(session, company, change.email_domains, now, rules):
        changed.append("email_domains")
    if changed:
        after_company_change(session, company, changed, now)
        event_data = {"company_id": str(company.id), "changed": changed}
        emit(session, tenant.id, EventType.COMPANY_UPDATED, company.id, event_data, now=now)
    return company


def lock_company(
    session: Session, tenant: Tenant, company_id: UUID, change: CompanyChange
) -> Company:
    """Return a company with its row locked, as a change needs it. Raises NotFound."""
    if change.model_fields_set & {"email_domains", "archived"}:
        hold_domains(session, tenant.id, to_change=True)
    company = session.get(Company, (tenant.id, company_id), with_for_update={"key_share": True})
    if company is None:
        raise _no_such_company()
    return company


def _set_fields(company: Company, change: CompanyChange, now: datetime) -> None:
    """Set the columns that ``change`` names."""
    named = change.model_fields_set
    for field in ("name", "billing_email", "seat_cap"):
        if field in named:
            setattr(company, field, getattr(change, field))
    if "billing_name" in named:
        company.billing_name = change.billing_name or None
    if "archived" in named:
        company.archived_at = (company.archived_at or now) if change.archived else None


def _changed_fields(company: Company) -> list[str]:
    """Return the names of the fields whose value changes with the next flush."""
    state = inspect(company)
    histories = ((name, state.attrs[column].history) for column, name in _TOLD.items())
    return [name for name, each in histories if list(each.added) != list(each.deleted)]
