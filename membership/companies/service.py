"""Companies: created, changed, listed, and the customers linked to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, func, literal, select, tuple_
from sqlalchemy.orm import Session

from membership.access import Call, Tenant
from membership.companies.linking import link_customer, open_link_once, unlink_customer
from membership.companies.schemas import (
    CompanyChange,
    CompanyLine,
    CompanyPage,
    CompanyView,
    LinkedCustomer,
    LinkedCustomers,
    NewCompany,
    NewLink,
)
from membership.customers.service import get_customer
from membership.customers.views import VIEW_COLUMNS, customer_view
from membership.database import AnyRow
from membership.errors import Conflict, Invalid, NotFound
from membership.inserts import insert_into, random_uuid
from membership.memberships.service import sold_to_company
from membership.models import Company, CompanyDomain, CompanyLink, Customer
from membership.paging import bad_cursor, decode_cursor, encode_cursor, instant_of
from membership.rules.inheritance import has_seat


def get_company(session: Session, tenant: Tenant, company_id: UUID) -> Company:
    """Load a company. Raises NotFound."""
    company = session.get(Company, (tenant.id, company_id))
    if company is None:
        raise NotFound("company_not_found", "There is no such company.")
    return company


def create_company(session: Session, tenant: Tenant, new: NewCompany, now: datetime) -> Company:
    """Create a company, and link the customers whose email domain is one of its own.

    Raises Conflict for a domain that another company has.
    """
    company = Company(
        organization_id=tenant.id,
        id=uuid4(),
        name=new.name,
        billing_name=new.billing_name or None,
        billing_email=new.billing_email,
        seat_cap=new.seat_cap,
        created_at=now,
    )
    session.add(company)
    session.flush()
    _set_domains(session, company, new.email_domains, now)
    return company


def change_company(
    session: Session, tenant: Tenant, company_id: UUID, change: CompanyChange, now: datetime
) -> Company:
    """Set the fields that ``change`` names; whom a removed domain linked stays linked.

    Raises NotFound; Invalid for an empty name; Conflict for a domain of another company.
    """
    company = get_company(session, tenant, company_id)
    named = change.model_fields_set
    if "name" in named and not change.name:
        raise Invalid("name_missing", "body.name", "A company needs a name.")
    for field in ("name", "billing_name", "billing_email", "seat_cap"):
        if field in named:
            setattr(company, field, getattr(change, field))
    session.flush()
    if "email_domains" in named:
        _set_domains(session, company, change.email_domains, now)
    return company


def _domains(session: Session, company: Company) -> Sequence[str]:
    """The company's email domains, sorted."""
    return session.scalars(
        select(CompanyDomain.domain)
        .where(
            CompanyDomain.organization_id == company.organization_id,
            CompanyDomain.company_id == company.id,
        )
        .order_by(CompanyDomain.domain)
    ).all()


def _set_domains(
    session: Session, company: Company, wanted: tuple[str, ...], now: datetime
) -> None:
    """Let the company have exactly these email domains. Raises Conflict."""
    # In one order for all, so that two companies with the same domains do not block each other.
    domains = sorted({domain.lower() for domain in wanted})
    known = set(_domains(session, company))
    for gone in known.difference(domains):
        session.execute(
            delete(CompanyDomain).where(
                CompanyDomain.organization_id == company.organization_id,
                CompanyDomain.domain == gone,
            )
        )
    for domain in domains:
        if domain in known:
            continue
        _take_domain(session, company, domain)
        _link_all_of_domain(session, company, domain, now)


def _take_domain(session: Session, company: Company, domain: str) -> None:
    """Give an email domain to a company. Raises Conflict if another one has it."""
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


def _link_all_of_domain(session: Session, company: Company, domain: str, now: datetime) -> None:
    """Link the customers who have an address in a domain, however many, in one statement."""
    connection = session.connection()
    columns = {
        "organization_id": Customer.organization_id,
        "id": random_uuid(connection),
        "company_id": literal(company.id),
        "customer_id": Customer.id,
        "role": literal(""),
        "valid_from": literal(now, CompanyLink.valid_from.type),
    }
    found = select(*columns.values()).where(
        Customer.organization_id == company.organization_id, Customer.email_domain == domain
    )
    added = insert_into(connection, CompanyLink).from_select(list(columns), found)
    connection.execute(open_link_once(added))


def _linked_now(tenant: Tenant, company_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions of the links that hold now."""
    return (
        CompanyLink.organization_id == tenant.id,
        CompanyLink.company_id == company_id,
        CompanyLink.valid_from <= now,
        CompanyLink.valid_until.is_(None),
    )


def show_company(call: Call, company: Company) -> CompanyView:
    """Show a company with its memberships."""
    linked = _linked_now(call.tenant, company.id, call.now)
    customers = call.session.execute(select(func.count()).where(*linked)).scalar_one()
    return CompanyView(
        id=company.id,
        name=company.name,
        billing_name=company.billing_name,
        billing_email=company.billing_email,
        seat_cap=company.seat_cap,
        email_domains=tuple(_domains(call.session, company)),
        customers=customers,
        memberships=sold_to_company(call.session, call.tenant, company.id, call.now),
    )


def list_companies(call: Call, limit: int, cursor: str | None) -> CompanyPage:
    """List companies by name. Raises Invalid for a bad cursor."""
    wanted = select(Company).where(Company.organization_id == call.tenant.id)
    if cursor is not None:
        name, company_id = decode_cursor(cursor, str, str)
        try:
            here = tuple_(Company.name, Company.id)
            wanted = wanted.where(here > tuple_(name, UUID(str(company_id))))
        except ValueError:
            raise bad_cursor() from None
    found = call.session.scalars(wanted.order_by(Company.name, Company.id).limit(limit + 1)).all()
    page = found[:limit]
    return CompanyPage(
        items=tuple(
            CompanyLine(id=each.id, name=each.name, seat_cap=each.seat_cap) for each in page
        ),
        next_cursor=encode_cursor(page[-1].name, str(page[-1].id)) if len(found) > limit else None,
    )


def link(call: Call, company_id: UUID, customer_id: UUID, new: NewLink) -> None:
    """Link a customer to a company; the memberships of the company are theirs at once.

    Raises NotFound.
    """
    get_company(call.session, call.tenant, company_id)
    get_customer(call.session, call.tenant, customer_id)
    found = link_customer(
        call.session, call.tenant.id, company_id, customer_id, call.now, role=new.role
    )
    found.role = new.role


def unlink(call: Call, company_id: UUID, customer_id: UUID) -> None:
    """End a link; the memberships of the company are taken away at once. Raises NotFound."""
    if not unlink_customer(call.session, call.tenant.id, company_id, customer_id, call.now):
        raise NotFound("link_not_found", "This customer is not linked to this company.")


def list_linked(call: Call, company_id: UUID, limit: int, cursor: str | None) -> LinkedCustomers:
    """List the customers linked now, in the order in which they take seats.

    Raises NotFound; Invalid for a bad cursor.
    """
    company = get_company(call.session, call.tenant, company_id)
    after = None if cursor is None else _last_linked(cursor)
    rows = _linked_after(call, company_id, after, limit + 1)
    before = 0 if after is None else _linked_up_to(call, company_id, after)
    page = rows[:limit]
    items = tuple(
        LinkedCustomer(
            customer=customer_view(row),
            role=row.role,
            valid_from=row.valid_from,
            has_seat=has_seat(place, company.seat_cap),
        )
        for place, row in enumerate(page, start=before)
    )
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].valid_from.isoformat(), str(page[-1].id))
    return LinkedCustomers(items=items, next_cursor=following)


_Place = tuple[datetime, UUID]
"""When a customer was linked, and who it is: in this order seats are taken."""
_SEAT_ORDER = tuple_(CompanyLink.valid_from, CompanyLink.customer_id)


def _linked_after(
    call: Call, company_id: UUID, after: _Place | None, limit: int
) -> Sequence[AnyRow]:
    """The next customers linked now, with their links."""
    same = and_(
        CompanyLink.organization_id == Customer.organization_id,
        CompanyLink.customer_id == Customer.id,
    )
    wanted = (
        select(*VIEW_COLUMNS, CompanyLink.role, CompanyLink.valid_from)
        .join(CompanyLink, same)
        .where(*_linked_now(call.tenant, company_id, call.now))
    )
    if after is not None:
        wanted = wanted.where(tuple_(*after) < _SEAT_ORDER)
    ordered = wanted.order_by(CompanyLink.valid_from, CompanyLink.customer_id)
    return call.session.execute(ordered.limit(limit)).all()


def _linked_up_to(call: Call, company_id: UUID, place: _Place) -> int:
    """How many customers linked now take their seats at ``place`` or before."""
    linked = _linked_now(call.tenant, company_id, call.now)
    count = select(func.count()).where(*linked, tuple_(*place) >= _SEAT_ORDER)
    return call.session.execute(count).scalar_one()


def _last_linked(cursor: str) -> _Place:
    """Whom the page before ended with, by when they were linked. Raises Invalid."""
    since, customer_id = decode_cursor(cursor, str, str)
    try:
        return instant_of(since), UUID(str(customer_id))
    except ValueError:
        raise bad_cursor() from None
