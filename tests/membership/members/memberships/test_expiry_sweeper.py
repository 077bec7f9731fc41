"""Ends are announced: once each, in their order, caught up, and not when they were moved."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from membership.base.vault import open_vault
from membership.events.types import EventType
from membership.members.memberships.expiry_sweeper import BATCH, announcement_id, sweep
from membership.store.background import Work
from membership.store.database import open_database
from membership.store.models import Event, Membership, MembershipSource, Plan
from tests.membership.events.conftest import Club
from tests.membership.rows import FREE, customer_row
from tests.membership.support import Service, arranging


def sweep_all(work: Work) -> None:
    """Announce all that is due."""
    while sweep(work):
        pass


@pytest.fixture
def work(service: Service) -> Work:
    """What the service's jobs are given."""
    settings = service.settings
    return Work(settings, service.database, open_vault(settings), service.clock)


def announced(service: Service) -> list[Any]:
    """The ends that were announced, in order."""
    events = service.get("/v1/events", type="membership.expired", limit=100)["items"]
    assert isinstance(events, list)
    return events


def test_an_end_is_announced_at_its_instant(service: Service, work: Work) -> None:
    customer, plan = service.customer(), service.plan()
    member = service.member(plan, customer_id=customer, last_day="2027-03-31")
    service.member(plan, customer_id=customer)
    end = datetime.fromisoformat("2027-04-01T00:00:00+02:00")
    service.clock.now = end - timedelta(microseconds=1)
    sweep_all(work)
    assert announced(service) == []
    service.clock.now = end
    sweep_all(work)
    (told,) = announced(service)
    assert datetime.fromisoformat(told["timestamp"]) == end
    assert told["id"] == str(announcement_id(UUID(member), end))
    assert told["data"]["membership_id"] == member
    assert told["data"]["customer_id"] == customer
    assert datetime.fromisoformat(told["data"]["ended_at"]) == end
    assert told["data"]["reason"] is None
    sweep_all(work)
    assert announced(service) == [told]


def test_ends_are_caught_up_in_their_order(service: Service, work: Work) -> None:
    plan, company = service.plan(), service.company()
    days = ["2027-05-02", "2027-03-20", "2027-04-11", "2027-03-20", "2027-08-01"]
    members = [
        service.member(plan, customer_id=service.customer(), last_day=day) for day in days[:-1]
    ]
    members.append(service.member(plan, company_id=company, last_day=days[-1]))
    service.clock.now = datetime.fromisoformat("2027-12-01T00:00:00+01:00")
    sweep_all(work)
    told = announced(service)
    assert [each["timestamp"] for each in told] == sorted(each["timestamp"] for each in told)
    assert {each["data"]["membership_id"] for each in told} == set(members)
    assert told[-1]["data"]["company_id"] == company
    assert told[0]["timestamp"] == "2027-03-20T23:00:00Z"


def test_an_early_end_to_come_is_announced_and_one_noted_at_once_is_not(
    service: Service, work: Work
) -> None:
    customer, plan = service.customer(), service.plan()
    planned = service.member(plan, customer_id=customer, last_day="2027-12-31")
    at_once = service.member(plan, customer_id=customer, last_day="2027-12-31")
    end = service.clock.now + timedelta(days=10)
    service.post(f"/v1/memberships/{planned}/end", {"at": end.isoformat()}, status=200)
    service.post(f"/v1/memberships/{at_once}/end", {}, status=200)
    service.clock.now = datetime.fromisoformat("2028-02-01T00:00:00+01:00")
    sweep_all(work)
    (told,) = announced(service)
    assert (told["data"]["membership_id"], told["data"]["reason"]) == (planned, "ended_early")
    assert datetime.fromisoformat(told["timestamp"]) == end


def test_an_end_that_was_moved_is_announced_where_it_is(service: Service, work: Work) -> None:
    customer = service.customer()
    plan = service.plan(length={"unit": "month", "count": 1})
    member = service.member(plan, customer_id=customer)
    service.post(f"/v1/memberships/{member}/renew", {}, status=200)
    service.clock.advance(days=40)
    sweep_all(work)
    assert announced(service) == []
    service.clock.advance(days=30)
    sweep_all(work)
    assert len(announced(service)) == 1
    # Renewed late, it has another end, which comes too.
    service.post(f"/v1/memberships/{member}/renew", {}, status=200)
    service.clock.advance(days=40)
    sweep_all(work)
    first, second = announced(service)
    assert first["timestamp"] < second["timestamp"]


def test_the_clock_set_back_announces_nothing_twice(service: Service, work: Work) -> None:
    customer, plan = service.customer(), service.plan()
    member = service.member(plan, customer_id=customer, last_day="2027-03-31")
    began = service.clock.now
    service.clock.advance(days=60)
    sweep_all(work)
    (told,) = announced(service)
    service.clock.now = began
    sweep_all(work)
    assert announced(service) == [told]
    # Even if the same end becomes due once more.
    with arranging(service.database) as session:
        session.execute(
            update(Membership)
            .where(Membership.id == UUID(member))
            .values(expiry_due_at=Membership.ends_at)
        )
    service.clock.advance(days=60)
    sweep_all(work)
    assert announced(service) == [told]


def expired(club: Club, count: int) -> None:
    """Store memberships whose ends have come, each a minute after the one before."""
    plan = Plan(organization_id=club.tenant.id, id=uuid4(), name="Gold", **FREE)
    customer = customer_row(club.tenant.id, 1)
    with arranging(club.database) as session:
        session.add_all([plan, customer])
        session.flush()
        for number in range(count):
            end = club.clock.now - timedelta(minutes=count - number)
            session.add(
                Membership(
                    organization_id=club.tenant.id,
                    id=UUID(int=count - number),
                    customer_id=customer.id,
                    plan_id=plan.id,
                    plan_name=plan.name,
                    permissions=[],
                    starts_at=end - timedelta(days=30),
                    ends_at=end,
                    last_day=date(2026, 11, 1),
                    time_zone="UTC",
                    source=MembershipSource.API,
                    expiry_due_at=end,
                    **FREE,
                )
            )


def told_by(club: Club) -> list[Event]:
    """The announcements, in order."""
    wanted = select(Event).where(Event.type == EventType.MEMBERSHIP_EXPIRED.value)
    with club.database.readers.begin() as session:
        return list(session.scalars(wanted.order_by(Event.seq)))


def test_many_are_announced_in_batches(club: Club) -> None:
    expired(club, BATCH + 1)
    assert sweep(club.work)
    assert len(told_by(club)) == BATCH
    assert not sweep(club.work)
    told = told_by(club)
    assert len(told) == BATCH + 1
    assert [each.occurred_at for each in told] == sorted(each.occurred_at for each in told)
    with club.database.readers.begin() as session:
        left = session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(Membership.expiry_due_at.is_not(None))
        )
    assert left == 0


def test_two_sweepers_announce_each_end_once(club: Club) -> None:
    expired(club, 60)
    databases = [open_database(club.work.settings) for _ in range(2)]
    start = threading.Barrier(len(databases))
    failures: list[BaseException] = []

    def run(work: Work) -> None:
        start.wait()
        try:
            for _ in range(20):
                sweep_all(work)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(replace(club.work, database=database),))
        for database in databases
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.engine.dispose()
    assert failures == []
    assert len(told_by(club)) == 60
    assert len({each.id for each in told_by(club)}) == 60


# On SQLite, writers exclude each other anyway.


def test_while_one_process_announces_another_does_nothing(postgres_club: Club) -> None:
    club = postgres_club
    expired(club, 1)
    with arranging(club.database) as session:
        session.connection().exec_driver_sql("SELECT pg_advisory_xact_lock(7162530412)")
        assert not sweep(club.work)
        assert told_by(club) == []
    sweep_all(club.work)
    assert len(told_by(club)) == 1


def test_a_membership_that_is_being_changed_is_left_for_the_next_time(
    postgres_club: Club,
) -> None:
    club = postgres_club
    expired(club, 2)
    later = club.clock.now + timedelta(days=30)
    with arranging(club.database) as session:
        first = session.get_one(Membership, (club.tenant.id, UUID(int=1)), with_for_update=True)
        first.ends_at = first.expiry_due_at = later
        session.flush()
        sweep_all(club.work)
        assert [each.subject_id for each in told_by(club)] == [str(UUID(int=2))]
    sweep_all(club.work)
    assert len(told_by(club)) == 1
