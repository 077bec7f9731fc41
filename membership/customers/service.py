"""Customers: created, changed, found by id, and shown in full."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import phonenumbers
from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from api_client.schemas import CardView, CustomerState
from membership.access import Call, Tenant
from membership.companies.linking import link_by_email_domain
from membership.customers.schemas import (
    CustomerChange,
    CustomerProfile,
    CustomerRecord,
    LinkView,
    NewCustomer,
)
from membership.customers.terms import search_words, terms_of
from membership.customers.views import customer_view
from membership.errors import Invalid, NotFound
from membership.inserts import insert_into
from membership.memberships.holdings import NOTHING, load_held
from membership.memberships.views import membership_view, permission_views
from membership.models import (
    Card,
    Company,
    CompanyLink,
    Customer,
    CustomerTerm,
    Organization,
    TermKind,
)
from membership.rules.outcome import decide
from membership.scans.visits import list_visits

RECENT_VISITS = 20


def get_customer(session: Session, tenant: Tenant, customer_id: UUID) -> Customer:
    """Load a customer. Raises NotFound, also for one of another organization."""
    customer = session.get(Customer, (tenant.id, customer_id))
    if customer is None:
        raise _no_such_customer()
    return customer


def _no_such_customer() -> NotFound:
    """The error for a customer that this organization does not have."""
    return NotFound("customer_not_found", "There is no such customer.")


def create_customer(
    session: Session,
    tenant: Tenant,
    new: NewCustomer,
    now: datetime,
    *,
    customer_id: UUID | None = None,
) -> Customer:
    """Create a customer with the next number, and link them to the company of their email.

    Raises Invalid for a phone number that cannot be one.
    """
    customer = Customer(
        organization_id=tenant.id,
        id=customer_id or uuid4(),
        number=_next_number(session, tenant.id),
        given_name=new.given_name,
        family_name=new.family_name,
        email=new.email,
        email_domain=_domain(new.email),
        phone=e164(new.phone, tenant.country),
        birth_date=new.birth_date,
        desk_note=new.desk_note or None,
        language=new.language,
        state=new.state,
        photo_tag=None,
        created_at=now,
    )
    session.add(customer)
    session.flush()
    _file(session, customer)
    link_by_email_domain(session, customer, now)
    return customer


def change_customer(
    session: Session, tenant: Tenant, customer_id: UUID, change: CustomerChange, now: datetime
) -> Customer:
    """Set the fields that ``change`` names.

    Raises NotFound; Invalid for a phone number that cannot be one, or if no name is left.
    """
    # Of two changes at once the second starts from what the first one left.
    customer = session.get(Customer, (tenant.id, customer_id), with_for_update={"key_share": True})
    if customer is None:
        raise _no_such_customer()
    fields = change.model_dump(include=change.model_fields_set)
    if "phone" in fields:
        fields["phone"] = e164(change.phone, tenant.country)
    old_domain = customer.email_domain
    for name, value in fields.items():
        setattr(customer, name, value)
    if not (customer.given_name or customer.family_name):
        raise Invalid("name_missing", "body.given_name", "given_name or family_name is needed")
    customer.email_domain = _domain(customer.email)
    session.flush()
    _file(session, customer)
    if customer.email_domain != old_domain:
        link_by_email_domain(session, customer, now)
    return customer


def _next_number(session: Session, organization_id: int) -> int:
    """Take the organization's next customer number; others wait until this one is stored."""
    taken = session.execute(
        update(Organization)
        .where(Organization.id == organization_id)
        .values(next_customer_number=Organization.next_customer_number + 1)
        .returning(Organization.next_customer_number)
    )
    return taken.scalar_one() - 1


def e164(phone: str | None, country: str | None) -> str | None:
    """Bring a phone number into E.164 form; an empty one is none.

    Raises Invalid for a number that cannot be one.
    """
    if not phone:
        return None
    try:
        parsed = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Invalid("phone_invalid", "body.phone", "This is not a complete phone number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _domain(email: str | None) -> str | None:
    """The part of an address after the @, in lower case."""
    return None if email is None else email.rpartition("@")[2].lower()


def _file(session: Session, customer: Customer) -> None:
    """File the customer under the words that find them, and no longer under former ones."""
    national = ""
    if customer.phone:
        national = phonenumbers.national_significant_number(phonenumbers.parse(customer.phone))
    words = search_words(
        names=(customer.given_name, customer.family_name),
        number=customer.number,
        email=customer.email,
        phone=customer.phone,
        national=national,
    )
    before, after = terms_of(customer.search_text or ""), terms_of(words)
    _refile(session, customer, gone=before - after, new=after - before)
    customer.search_text = words
    session.flush()


def _refile(
    session: Session,
    customer: Customer,
    *,
    gone: set[tuple[TermKind, str]],
    new: set[tuple[TermKind, str]],
) -> None:
    """Change the terms under which a customer is filed."""
    for kind, term in gone:
        session.execute(
            delete(CustomerTerm).where(
                CustomerTerm.organization_id == customer.organization_id,
                CustomerTerm.kind == kind,
                CustomerTerm.term == term,
                CustomerTerm.customer_id == customer.id,
            )
        )
    rows = [
        {
            "organization_id": customer.organization_id,
            "kind": kind,
            "term": term,
            "customer_id": customer.id,
        }
        for kind, term in sorted(new)
    ]
    if rows:
        connection = session.connection()
        connection.execute(insert_into(connection, CustomerTerm).on_conflict_do_nothing(), rows)


def customer_record(customer: Customer) -> CustomerRecord:
    """Show a customer's own fields."""
    return CustomerRecord(customer=customer_view(customer), **_own_fields(customer))


def _own_fields(customer: Customer) -> dict[str, Any]:
    """What a record shows beside the view."""
    names = (
        "given_name",
        "family_name",
        "email",
        "phone",
        "birth_date",
        "desk_note",
        "created_at",
    )
    return {name: getattr(customer, name) for name in names}


def profile(call: Call, customer_id: UUID) -> CustomerProfile:
    """Show a customer with memberships, cards, companies and latest visits.

    Raises NotFound.
    """
    customer = get_customer(call.session, call.tenant, customer_id)
    found = load_held(call.session, call.tenant.id, [customer_id], call.now)
    held = found.get(customer_id, NOTHING)
    decision = decide(customer.state, held.holdings, call.now)
    return CustomerProfile(
        customer=customer_view(customer),
        **_own_fields(customer),
        server_time=call.now,
        outcome=decision.outcome,
        memberships=tuple(
            membership_view(each, held.sold[each.holding.membership_id])
            for each in decision.memberships
        ),
        permissions=permission_views(held, CustomerState(customer.state), call.now),
        cards=_cards(call, customer_id),
        companies=_links(call, customer_id),
        visits=list_visits(call, RECENT_VISITS, None, customer_id).items,
    )


def _cards(call: Call, customer_id: UUID) -> tuple[CardView, ...]:
    """The customer's cards, newest first."""
    rows = call.session.scalars(
        select(Card)
        .where(Card.organization_id == call.tenant.id, Card.customer_id == customer_id)
        .order_by(Card.issued_at.desc(), Card.id)
    )
    return tuple(
        CardView(id=card.id, label=card.label, issued_at=card.issued_at, revoked_at=card.revoked_at)
        for card in rows
    )


def _links(call: Call, customer_id: UUID) -> tuple[LinkView, ...]:
    """The customer's links to companies, latest first, ended ones included."""
    rows = call.session.execute(
        select(CompanyLink, Company.name)
        .join(
            Company,
            and_(
                Company.organization_id == CompanyLink.organization_id,
                Company.id == CompanyLink.company_id,
            ),
        )
        .where(
            CompanyLink.organization_id == call.tenant.id,
            CompanyLink.customer_id == customer_id,
        )
        .order_by(CompanyLink.valid_from.desc(), CompanyLink.id)
    )
    return tuple(
        LinkView(
            id=link.id,
            company_id=link.company_id,
            company=name,
            role=link.role,
            valid_from=link.valid_from,
            valid_until=link.valid_until,
        )
        for link, name in rows
    )
