"""Seats and inheritance as the database counts them are those of the rules."""

from datetime import datetime
from uuid import UUID, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.accounts.organizations import bootstrap_organization
from membership.members.companies.schemas import NewCompany
from membership.members.companies.service import create_company
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.entitlements import NO_ENTITLEMENTS, load_entitlements
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.service import assign
from membership.members.plans.schemas import NewPlan
from membership.members.plans.service import create_plan
from membership.rules.inheritance import Company, Link, Membership, entitlements
from membership.rules.status import Term
from membership.store.database import Database
from membership.store.models import CompanyLink, Organization
from membership.web.access import Tenant
from tests.generated import examples
from tests.membership.rules.people import maybe_moments, moments
from tests.membership.support import arranging

PEOPLE = 4
COMPANIES = 2


class Undone(Exception):
    """Leaves a transaction without a trace of it."""


LinkDraw = tuple[int, int, datetime, datetime | None]
links_drawn = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, COMPANIES - 1), moments, maybe_moments),
    max_size=12,
    # There is at most one open link between two; an index sees to that.
    unique_by=lambda drawn: drawn if drawn[3] is not None else drawn[:2],
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    links_drawn,
    moments,
    st.tuples(*[st.none() | st.integers(0, PEOPLE)] * COMPANIES),
    st.tuples(st.tuples(*[st.sampled_from(CustomerState)] * PEOPLE), st.booleans()),
)
def test_the_database_gives_seats_as_the_rules_do(
    database: Database,
    drawn: list[LinkDraw],
    now: datetime,
    caps: tuple[int | None, ...],
    who: tuple[tuple[CustomerState, ...], bool],
) -> None:
    states, all_take_seats = who
    try:
        with arranging(database) as session:
            _compare(session, drawn, now, caps, states=states, all_take_seats=all_take_seats)
            raise Undone
    except Undone:
        pass


def _compare(
    session: Session,
    drawn: list[LinkDraw],
    now: datetime,
    caps: tuple[int | None, ...],
    *,
    states: tuple[CustomerState, ...],
    all_take_seats: bool,
) -> None:
    """Store a club with these links, and ask it and the rules who holds what."""
    tenant = bootstrap_organization(
        session, name="C", slug="c", time_zone="UTC", currency="EUR", now=now
    )
    people = [
        create_customer(session, tenant, NewCustomer(given_name=f"P{n}", state=state), now).id
        for n, state in enumerate(states)
    ]
    session.get_one(Organization, tenant.id).all_take_seats = all_take_seats
    seatless = [
        who
        for who, state in zip(people, states, strict=True)
        if state is not CustomerState.ACTIVE and not all_take_seats
    ]
    plan = create_plan(session, tenant, NewPlan(name="Corporate"), now)
    companies, memberships = {}, []
    for number, cap in enumerate(caps):
        new = NewCompany(name=f"Company {number}", seat_cap=cap)
        company = create_company(session, tenant, new, now)
        companies[company.id] = Company(company.id, company.name, cap)
        terms = NewMembership(plan_id=plan.id, company_id=company.id)
        sold = assign(session, tenant, terms, now)
        memberships.append(Membership(sold.id, company.id, plan.name, Term(sold.starts_at)))
    links = [
        Link(people[person], list(companies)[company], since, until)
        for person, company, since, until in drawn
    ]
    _store(session, tenant, links)
    stored = load_entitlements(session, tenant.id, people, now)
    for person in people:
        expected = entitlements(person, memberships, companies, links, now, seatless=seatless)
        found = stored.get(person, NO_ENTITLEMENTS).all
        assert len(found) == len(expected)
        assert set(found) == set(expected)


def _store(session: Session, tenant: Tenant, links: list[Link]) -> None:
    """Store links."""
    for number, link in enumerate(links):
        session.add(
            CompanyLink(
                organization_id=tenant.id,
                id=uuid5(UUID(int=0), str(number)),
                company_id=link.company_id,
                customer_id=link.customer_id,
                valid_from=link.linked_at,
                valid_until=link.unlinked_at,
            )
        )
    session.flush()
