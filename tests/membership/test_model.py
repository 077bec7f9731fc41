"""Whatever is done in whatever order: who holds what is as in a model of a few lines.

The model knows nothing of ``membership.rules``. It is written from the description: periods are
counted from their first day, ends are midnights in Berlin, seats go to the earliest links.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session, sessionmaker

from api_client.messages.management import ActorKind, IntervalUnit
from api_client.messages.scan import CustomerState
from membership.accounts.organizations import bootstrap_organization
from membership.base.actors import ATTRIBUTION, SERVICE, Actor, Attribution
from membership.members.companies.linking import link_customer, unlink_customer
from membership.members.companies.schemas import NewCompany
from membership.members.companies.service import create_company
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.entitlements import NO_ENTITLEMENTS, load_entitlements
from membership.members.memberships.renewals import extend, renew
from membership.members.memberships.schemas import (
    EarlyEnd,
    Extension,
    NewMembership,
    Renewal,
    Transfer,
)
from membership.members.memberships.service import assign
from membership.members.memberships.terminations import end_early, transfer, withdraw_end
from membership.members.plans.schemas import NewInterval, NewPlan
from membership.members.plans.service import create_plan
from membership.rules.outcome import decide
from membership.store.database import WRITES, Database
from membership.web.errors import ApiError
from tests.membership.conftest import SQLITE

BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(microseconds=1)
BEGIN = datetime(2027, 1, 30, 11, 0, tzinfo=UTC)
LENGTHS = {"open": None, "days": (3, 0), "month": (0, 1)}
CAPS = (1, None)
PEOPLE = 3
DESK = Actor(ActorKind.STAFF, "Desk", UUID(int=1))


def day_of(at: datetime) -> date:
    return at.astimezone(BERLIN).date()


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN).astimezone(UTC)


@dataclass
class Sold:
    """A membership in the model."""

    plan: str
    owner: UUID
    start: datetime
    end: datetime | None = None
    anchor: date = date.min
    periods: int = 0
    early: datetime | None = None
    gone: bool = False
    next: "Sold | None" = None

    def restart(self, day: date) -> None:
        self.anchor, self.periods = day, 1

    def count_end(self) -> datetime | None:
        """Where the periods sold so far end, counted from the anchor."""
        length = LENGTHS[self.plan]
        if length is None:
            return None
        days, months = (part * self.periods for part in length)
        year, month = divmod(self.anchor.month - 1 + months, 12)
        year, month = self.anchor.year + year, month + 1
        day = date(year, month, min(self.anchor.day, monthrange(year, month)[1]))
        return midnight(day + timedelta(days=days))

    def over(self, now: datetime) -> bool:
        ends = [at for at in (self.end, self.early) if at is not None]
        return self.gone or any(at <= max(now, self.start) for at in ends)

    def ended(self, now: datetime) -> bool:
        return self.gone or any(at is not None and at <= now for at in (self.end, self.early))

    def replaced(self) -> bool:
        after = self.next
        withdrawn = after is not None and after.gone and (after.early or BEGIN) <= after.start
        return after is not None and not withdrawn

    def prolongable(self) -> bool:
        return self.end is not None and self.early is None and not self.replaced()

    def status(self, now: datetime) -> str:
        if self.over(now):
            return "expired"
        return "scheduled" if now < self.start else "active"


@dataclass
class Model:
    """All that was sold, and who is linked to which company since when."""

    sold: dict[UUID, Sold] = field(default_factory=dict)
    links: dict[UUID, dict[UUID, datetime]] = field(default_factory=dict)
    caps: dict[UUID, int | None] = field(default_factory=dict)

    def held(self, customer: UUID, now: datetime) -> dict[tuple[UUID, UUID | None], str]:
        """How each membership that a customer holds stands, by its id and company."""
        found: dict[tuple[UUID, UUID | None], str] = {}
        for key, each in self.sold.items():
            if each.owner == customer:
                found[key, None] = each.status(now)
            elif (since := self.links.get(each.owner)) is not None:
                queue = sorted((at, who) for who, at in since.items() if at <= now)
                seats = [who for _, who in queue][: self.caps[each.owner]]
                if customer in [who for _, who in queue]:
                    seat = "" if customer in seats else " without seat"
                    found[key, each.owner] = each.status(now) + seat
        return found

    def outcome(self, customer: UUID, now: datetime) -> str:
        """What a scan of the customer shows."""
        stands = set(self.held(customer, now).values())
        shown = {"active": "active", "scheduled": "not_yet_started", "expired": "expired"}
        return next((shown[each] for each in shown if each in stands), "no_membership")


class Club(RuleBasedStateMachine):
    """A club in one transaction, changed by the services and by the model alike."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        engine = database.engine.execution_options(**{WRITES: True})
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.now, self.model = BEGIN, Model()
        with self.session() as session:
            self.tenant = bootstrap_organization(
                session, name="C", slug="c", time_zone=BERLIN.key, currency="EUR", now=BEGIN
            )
            self.people = [
                create_customer(session, self.tenant, NewCustomer(given_name="A"), BEGIN).id
                for _ in range(PEOPLE)
            ]
            self.plans = {name: self.new_plan(session, name) for name in LENGTHS}
            for cap in CAPS:
                new = NewCompany(name="N", seat_cap=cap)
                company = create_company(session, self.tenant, new, BEGIN).id
                self.model.links[company], self.model.caps[company] = {}, cap
        self.companies = list(self.model.links)

    def teardown(self) -> None:
        self.transaction.rollback()
        self.connection.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session as a request has one; what it commits is undone with the whole club."""
        mode: Literal["create_savepoint"] = "create_savepoint"
        made = sessionmaker(self.connection, join_transaction_mode=mode, expire_on_commit=False)
        with made.begin() as session:
            session.info[ATTRIBUTION] = Attribution(SERVICE, self.now)
            yield session

    def new_plan(self, session: Session, name: str) -> UUID:
        length = LENGTHS[name]
        sold = None
        if length is not None:
            unit = IntervalUnit.DAY if length[0] else IntervalUnit.MONTH
            sold = NewInterval(unit=unit, count=sum(length))
        return create_plan(session, self.tenant, NewPlan(name=name, length=sold), BEGIN).id

    def attempt(self, allowed: bool, act: Callable[[Session], Any]) -> Any:
        """Let the service do what the model allows, or refuse what it does not."""
        done, answer = False, None
        with suppress(ApiError), self.session() as session:
            answer = act(session)
            done = True
        assert done is allowed
        return answer

    def pick(self, number: int) -> tuple[UUID, Sold]:
        keys = list(self.model.sold)
        key = keys[number % len(keys)]
        return key, self.model.sold[key]

    def sell(self, plan: str, owner: UUID, start: datetime) -> Sold:
        sold = Sold(plan, owner, start)
        sold.restart(day_of(start))
        sold.end = sold.count_end()
        return sold

    @initialize(plans=st.lists(st.sampled_from(list(LENGTHS)), min_size=2, max_size=3))
    def sell_some(self, plans: list[str]) -> None:
        for owner, plan in enumerate(plans):
            self.assign(plan, owner * 2, 0)

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20))
    def an_end_comes(self, number: int) -> None:
        _, sold = self.pick(number)
        self.now = max(self.now, sold.early or sold.end or self.now)

    @rule(hours=st.sampled_from([-2, 1, 13, 24, 7 * 24, 31 * 24]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(person=st.integers(0, PEOPLE - 1), company=st.integers(0, len(CAPS) - 1))
    def link(self, person: int, company: int) -> None:
        customer, employer = self.people[person], self.companies[company]
        self.model.links[employer].setdefault(customer, self.now)
        where = (self.tenant.id, employer, customer, self.now)
        self.attempt(True, lambda session: link_customer(session, *where))

    @rule(person=st.integers(0, PEOPLE - 1), company=st.integers(0, len(CAPS) - 1))
    def unlink(self, person: int, company: int) -> None:
        customer, employer = self.people[person], self.companies[company]
        linked = self.model.links[employer].pop(customer, None) is not None
        where = (self.tenant.id, employer, customer, self.now)
        assert self.attempt(True, lambda session: unlink_customer(session, *where)) == linked

    @rule(
        plan=st.sampled_from(list(LENGTHS)),
        owner=st.integers(0, PEOPLE + len(CAPS) - 1),
        days=st.sampled_from([None, None, 0, 1, 5]),
    )
    def assign(self, plan: str, owner: int, days: int | None) -> None:
        whom = [*self.people, *self.companies][owner]
        kind = "customer_id" if owner < PEOPLE else "company_id"
        first = None if days is None else day_of(self.now) + timedelta(days=days)
        start = self.now if first is None else midnight(first)
        new = NewMembership(plan_id=self.plans[plan], starts_on=first, **{kind: whom})
        sold = self.attempt(True, lambda session: assign(session, self.tenant, new, self.now))
        self.model.sold[sold.id] = self.sell(plan, whom, start)

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20), hours=st.sampled_from([None, None, 0, 20, 80]))
    def end(self, number: int, hours: int | None) -> None:
        key, sold = self.pick(number)
        at = self.now + timedelta(hours=hours or 0)
        allowed = not sold.ended(self.now) and not sold.replaced()
        if hours is not None:
            allowed &= sold.start <= at and (sold.end is None or at < sold.end)
        end = EarlyEnd(at=None if hours is None else at)
        self.attempt(allowed, lambda session: end_early(session, self.tenant, key, end, self.now))
        if allowed:
            sold.early, sold.gone = at, at <= self.now

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20))
    def withdraw_end(self, number: int) -> None:
        key, sold = self.pick(number)
        allowed = sold.early is not None and not sold.ended(self.now) and not sold.replaced()
        self.attempt(allowed, lambda session: withdraw_end(session, self.tenant, key, self.now))
        if allowed:
            sold.early = None

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20))
    def renew(self, number: int) -> None:
        key, sold = self.pick(number)
        allowed = sold.prolongable() and LENGTHS[sold.plan] is not None
        renewal = Renewal()
        self.attempt(allowed, lambda session: renew(session, self.tenant, key, renewal, self.now))
        if not allowed or sold.end is None:
            return
        if self.now >= sold.end:
            sold.start = self.now
            sold.restart(day_of(self.now))
        elif sold.count_end() == sold.end:
            sold.periods += 1
        else:
            sold.restart(day_of(sold.end))
        sold.end = sold.count_end()

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20), days=st.sampled_from([1, 10]))
    def extend(self, number: int, days: int) -> None:
        key, sold = self.pick(number)
        last = day_of((sold.end or self.now) - TICK)
        end = midnight(last + timedelta(days=days + 1))
        allowed = sold.prolongable() and end > self.now
        more = Extension(days=days)
        self.attempt(allowed, lambda session: extend(session, self.tenant, key, more, self.now))
        if allowed:
            sold.end = end

    @precondition(lambda self: self.model.sold)
    @rule(number=st.integers(0, 20), plan=st.sampled_from(list(LENGTHS)))
    def transfer(self, number: int, plan: str) -> None:
        key, sold = self.pick(number)
        allowed = sold.early is None and not sold.ended(self.now) and not sold.replaced()
        wanted = Transfer(plan_id=self.plans[plan])
        following = self.attempt(
            allowed,
            lambda session: transfer(session, self.tenant, key, wanted, self.now, actor=DESK),
        )
        if allowed:
            at = max(self.now, sold.start)
            sold.early, sold.gone = at, at <= self.now
            sold.next = self.model.sold[following.id] = self.sell(plan, sold.owner, at)

    @invariant()
    def everybody_holds_what_the_model_says(self) -> None:
        with self.session() as session:
            stored = load_entitlements(session, self.tenant.id, self.people, self.now)
        for customer in self.people:
            decision = decide(
                CustomerState.ACTIVE, stored.get(customer, NO_ENTITLEMENTS).all, self.now
            )
            found = {}
            for judged in decision.memberships:
                held = judged.entitlement
                status = judged.standing.status
                stands = "scheduled" if status is None else status.value
                seat = "" if held.has_seat else " without seat"
                company = None if held.company is None else held.company.id
                found[held.membership_id, company] = stands + seat
            assert found == self.model.held(customer, self.now)
            assert decision.outcome.value == self.model.outcome(customer, self.now)


def run_clubs(database: Database, examples: int, steps: int) -> None:
    """Let random things happen in as many clubs."""

    class ClubHere(Club):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(
        ClubHere,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_everybody_holds_what_the_model_says(
    database: Database, backend: str
) -> None:
    run_clubs(database, 20 if backend == SQLITE else 10, 25)


@pytest.mark.soak
def test_much_may_happen(database: Database) -> None:
    run_clubs(database, 400, 60)
