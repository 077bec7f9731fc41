"""Each filter of the list of members says the same as the rules say of each customer."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.management import MembershipSource
from api_client.messages.members import MemberOrder, MemberStatus
from api_client.messages.scan import CustomerState
from membership.members.member_list.filters import Wanted
from membership.members.member_list.listing import ordered
from membership.members.memberships.entitlements import NO_ENTITLEMENTS, load_entitlements
from membership.rules.attention import days_left
from membership.rules.member_status import member_status
from membership.rules.outcome import Decision, decide
from membership.store.models import (
    Card,
    Company,
    CompanyLink,
    Customer,
    Membership,
    Organization,
    Plan,
)
from tests.membership.support import NOON, Service, arranging

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PEOPLE, COMPANIES = 150, 4
INSTANTS = (-40 * DAY, -DAY, -HOUR, 0 * DAY, HOUR, 11 * HOUR, DAY, 6 * DAY, 30 * DAY, 31 * DAY)


class Club:
    """People with lives at random, and a connection to read them."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.random = service, random.Random(seed)
        self.here = {"organization_id": service.tenant.id, "created_at": NOON}
        with arranging(service.database) as session:
            self.plans = [self._plan(session, name) for name in ("Gold", "Silver")]
            self.companies = [self._company(session, cap) for cap in (None, 0, 2, 5)]
            session.flush()
            self.people = [self._person(session, number) for number in range(1, PEOPLE + 1)]
            session.flush()
            for company in self.companies:
                self._sell(session, None, company)
            for person in self.people:
                if self.random.random() < 0.5:
                    self._card(session, person)
                for _ in range(self.random.choice((0, 0, 1, 1, 1, 2, 3))):
                    self._sell(session, person, None)
                for company in self.companies:
                    if self.random.random() < 0.06:
                        self._link(session, person, company)

    def _plan(self, session: Session, name: str) -> UUID:
        plan = uuid4()
        session.add(Plan(**self.here, id=plan, name=name, price_minor=0, currency="EUR"))
        return plan

    def _company(self, session: Session, cap: int | None) -> UUID:
        company = uuid4()
        session.add(Company(**self.here, id=company, name="Northwind", seat_cap=cap))
        return company

    def _person(self, session: Session, number: int) -> UUID:
        person = uuid4()
        state = self.random.choice((*[CustomerState.ACTIVE] * 6, *CustomerState))
        session.add(
            Customer(**self.here, id=person, number=number, given_name="A", family_name="B",
                     state=state, photo_tag=self.random.choice((None, "x")))
        )  # fmt: skip
        return person

    def _card(self, session: Session, person: UUID) -> None:
        session.add(
            Card(organization_id=self.service.tenant.id, id=uuid4(), customer_id=person,
                 code=f"code {person}", label="Card", issued_at=NOON,
                 revoked_at=self.random.choice((None, NOON)))
        )  # fmt: skip

    def _at(self) -> datetime:
        return NOON + self.random.choice(INSTANTS)

    def _sell(self, session: Session, person: UUID | None, company: UUID | None) -> None:
        starts, ends = self._at(), self.random.choice((None, self._at()))
        if ends is not None and ends <= starts:
            ends = starts + DAY
        early = self.random.choice((None, None, None, self._at()))
        session.add(
            Membership(
                **self.here, id=uuid4(), customer_id=person, company_id=company,
                plan_id=self.random.choice(self.plans), plan_name="", price_minor=0, currency="EUR",
                permissions=[], starts_at=starts, ends_at=ends,
                last_day=None if ends is None else ends.date(), time_zone="Europe/Berlin",
                ended_early_at=early,
                ended_for_good=early is not None and self.random.random() < 0.3,
                payment_overdue_since=self.random.choice((None, None, self._at())),
                renews=self.random.random() < 0.2, source=MembershipSource.STAFF,
            )
        )  # fmt: skip

    def _link(self, session: Session, person: UUID, company: UUID) -> None:
        ended = self.random.random() < 0.2
        session.add(
            CompanyLink(
                organization_id=self.service.tenant.id, id=uuid4(), company_id=company,
                customer_id=person, valid_until=NOON if ended else None,
                valid_from=NOON - self.random.choice((-1, 1, 2, 3)) * DAY,
            )
        )  # fmt: skip

    def listed(self, now: datetime, **wanted: Any) -> set[UUID]:
        """Return whom the list shows."""
        with self.service.database.readers.begin() as session:
            query = ordered(
                session.connection(), self.service.tenant, Wanted(**wanted), MemberOrder.NUMBER, now
            )
            return {row.id for row in session.connection().execute(query)}

    def decided(self, now: datetime, holds: "Callable[[Judged], bool]") -> set[UUID]:
        """Return of whom the rules say something."""
        here = self.service.tenant.id
        with self.service.database.readers.begin() as session:
            of_people = select(Customer.id, Customer.state).where(Customer.organization_id == here)
            states = {row.id: row.state for row in session.execute(of_people)}
            of_plans = select(Membership.id, Membership.plan_id)
            plans = {row.id: row.plan_id for row in session.execute(of_plans)}
            held = load_entitlements(session, here, self.people, now)
        return {
            each for each, state in states.items()
            if holds(Judged(decide(state, held.get(each, NO_ENTITLEMENTS).all, now), plans))
        }  # fmt: skip


class Judged:
    """What the rules say of a customer."""

    def __init__(self, decision: Decision, plans: dict[UUID, UUID]) -> None:
        self.decision, self.status = decision, member_status(decision)
        deciding = decision.deciding
        seated = [each for each in decision.memberships if each.entitlement.has_seat]
        self.plans = {
            plans[each.entitlement.membership_id]
            for each in seated
            if deciding is not None and each.standing.status is deciding.standing.status
        }


@pytest.fixture(params=range(2))
def club(service: Service, request: pytest.FixtureRequest) -> Club:
    """Two clubs that differ, the second one giving seats to everybody."""
    if request.param:
        with arranging(service.database) as session:
            session.execute(
                update(Organization)
                .where(Organization.id == service.tenant.id)
                .values(all_take_seats=True)
            )
    return Club(service, request.param)


def has(each: Judged, status: MemberStatus | None = None, plan: UUID | None = None) -> bool:
    """Whether the rules give somebody this status, by this plan; None stands for any."""
    return status in (None, each.status) and (plan is None or plan in each.plans)


def test_filters_say_what_the_rules_say(club: Club) -> None:
    zone = ZoneInfo("Europe/Berlin")
    for now in (NOON, NOON + DAY, NOON - DAY - HOUR):
        seen = set()
        for status in MemberStatus:
            rules = club.decided(now, partial(has, status=status))
            assert club.listed(now, status=status) == rules, status
            seen |= rules
            for plan in club.plans:
                of_plan = club.decided(now, partial(has, status=status, plan=plan))
                assert club.listed(now, status=status, plan_id=plan) == of_plan, (status, plan)
        assert seen == set(club.people)
        for plan in club.plans:
            rules = club.decided(now, partial(has, plan=plan))
            assert club.listed(now, plan_id=plan) == rules
        for days in (0, 1, 6, 30, 400):

            def ends(each: Judged, days: int = days, now: datetime = now) -> bool:
                left = days_left(each.decision, now, zone)
                return left is not None and left <= days

            assert club.listed(now, expires_within_days=days) == club.decided(now, ends), days


def test_the_club_has_every_kind_of_member(club: Club) -> None:
    for status in MemberStatus:
        assert club.listed(NOON, status=status), status
    assert club.listed(NOON, expires_within_days=1) < club.listed(NOON, expires_within_days=40)


def test_photo_card_state_and_company(club: Club) -> None:
    with club.service.database.readers.begin() as session:
        here = club.service.tenant.id
        people = session.scalars(select(Customer).where(Customer.organization_id == here)).all()
        good = set(session.scalars(select(Card.customer_id).where(Card.revoked_at.is_(None))))
        links = session.scalars(select(CompanyLink).where(CompanyLink.valid_until.is_(None))).all()
    everybody = {each.id for each in people}
    with_photo = {each.id for each in people if each.photo_tag}
    assert club.listed(NOON, photo=True) == with_photo
    assert club.listed(NOON, photo=False) == everybody - with_photo
    assert club.listed(NOON, card=True) == everybody & good
    assert club.listed(NOON, card=False) == everybody - good
    for state in CustomerState:
        assert club.listed(NOON, state=state) == {each.id for each in people if each.state is state}
    for company in club.companies:
        linked = {
            each.customer_id
            for each in links
            if each.company_id == company and each.valid_from <= NOON
        }
        assert club.listed(NOON, company_id=company) == linked
