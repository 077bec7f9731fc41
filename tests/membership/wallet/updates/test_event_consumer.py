"""What happens marks the cards that it shows on, all of them, and no others."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select

from membership.base.settings import ServiceSettings
from membership.data.imports.run.ending import fail
from membership.data.imports.run.worker import ImportWorker
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.events.webhooks.purge import purge
from membership.store.models import (
    CompanyLink,
    Event,
    EventFollower,
    Import,
    LinkSource,
    WalletMark,
)
from membership.wallet.updates.event_consumer import consume_events
from membership.wallet.updates.invalidation import (
    invalidate_all,
    invalidate_chunk,
    waiting_requests,
)
from membership.wallet.updates.refresh import refresh
from tests.membership.conftest import POSTGRESQL, Databases
from tests.membership.data.imports.test_imports import finish_all, prepare
from tests.membership.support import NOON, Service, arranging, running_service
from tests.membership.wallet.factories import new_design, wallet_card
from tests.membership.wallet.many_cards import people_of
from tests.membership.wallet.updates.life import consume_all, marked, settle, work_of


class Club:
    """Three people with a card each, up to date; the last one stands apart."""

    def __init__(self, service: Service) -> None:
        self.service = service
        design = new_design(service)
        self.people = [service.customer(name) for name in ("Amara", "Bela", "Cyril")]
        self.cards = [wallet_card(service, each, design).card_id for each in self.people]
        self.plan = service.plan("Gold")
        settle(service)
        assert self.marked() == []

    def marked(self) -> list[int]:
        """Whose cards are marked, after all events were read."""
        consume_all(self.service)
        found = marked(self.service)
        return [place for place, card in enumerate(self.cards) if card in found]

    def company(self, *linked: int, **fields: Any) -> str:
        """A company to which people are linked, and who all are up to date again."""
        company = self.service.company(**fields)
        for place in linked:
            self.service.clock.advance(seconds=1)
            self.service.link(company, self.people[place])
        settle(self.service)
        return company


@pytest.fixture
def club(service: Service) -> Club:
    """A club at rest."""
    return Club(service)


def test_a_customer_who_was_changed(club: Club) -> None:
    club.service.patch(f"/v1/customers/{club.people[1]}", given_name="Bella")
    assert club.marked() == [1]


def test_a_membership_that_was_sold_renewed_and_ended(club: Club) -> None:
    service = club.service
    membership = service.member(
        service.plan("Month", length={"count": 1, "unit": "month"}), customer_id=club.people[0]
    )
    assert club.marked() == [0]
    settle(service)
    service.post(f"/v1/memberships/{membership}/renew", {}, status=200)
    assert club.marked() == [0]
    settle(service)
    service.post(f"/v1/memberships/{membership}/end", {}, status=200)
    assert club.marked() == [0]


def test_a_membership_of_a_company_is_that_of_its_people(club: Club) -> None:
    company = club.company(0, 1)
    club.service.member(club.plan, company_id=company)
    assert club.marked() == [0, 1]


def test_links_without_limited_seats_concern_one_person(club: Club) -> None:
    company = club.company(1)
    club.service.link(company, club.people[0])
    assert club.marked() == [0]
    settle(club.service)
    club.service.unlink(company, club.people[1])
    assert club.marked() == [1]


def test_the_next_in_line_gets_the_seat(club: Club) -> None:
    company = club.company(0, 1, seat_cap=1)
    club.service.member(club.plan, company_id=company)
    settle(club.service)
    club.service.unlink(company, club.people[0])
    assert club.marked() == [0, 1]


@pytest.mark.parametrize("change", ["banned", "inactive", "merged"])
def test_a_seat_that_is_given_up_without_unlinking(club: Club, change: str) -> None:
    company = club.company(0, 1, 2, seat_cap=1)
    club.service.member(club.plan, company_id=company)
    settle(club.service)
    if change == "merged":
        body = {"other_id": club.people[1]}
        club.service.post(f"/v1/customers/{club.people[0]}/merge", body, status=200)
    else:
        club.service.patch(f"/v1/customers/{club.people[0]}", state=change)
    assert club.marked() == [0, 1, 2]


def test_a_company_with_another_name_or_number_of_seats(club: Club) -> None:
    company = club.company(0, 1)
    club.service.patch(f"/v1/companies/{company}", name="Eastwind")
    assert club.marked() == [0, 1]
    settle(club.service)
    club.service.patch(f"/v1/companies/{company}", seat_cap=1)
    assert club.marked() == [0, 1]
    settle(club.service)
    club.service.patch(f"/v1/companies/{company}", billing_name="Accounts")
    assert club.marked() == []


def test_a_card_that_was_revoked(club: Club) -> None:
    club.service.call("POST", f"/v1/cards/{club.cards[2]}/revoke")
    assert club.marked() == [2]


def test_customers_who_were_merged(club: Club) -> None:
    merging = {"other_id": club.people[1]}
    club.service.post(f"/v1/customers/{club.people[0]}/merge", merging, status=200)
    assert club.marked() == [0, 1]


def test_what_shows_on_no_card_marks_none(club: Club) -> None:
    club.service.patch(f"/v1/plans/{club.plan}", name="Platinum")
    club.service.company("Elsewhere")
    club.service.customer("Dora")
    assert club.marked() == []


@pytest.mark.both_databases(reason="what is read by number, in pieces")
def test_the_organization_is_on_all_of_its_cards(club: Club) -> None:
    other = Club(club.service.fresh())
    club.service.patch("/v1/organization", expires_soon_days=3)
    assert club.marked() == []
    club.service.patch("/v1/organization", name="Riverside")
    assert club.marked() == [0, 1, 2]
    settle(club.service)
    club.service.patch("/v1/organization", time_zone="America/Lima")
    assert club.marked() == [0, 1, 2]
    assert other.marked() == []


def begun(club: Club, **fields: Any) -> UUID:
    """An import that changed the first two people and has not come to the third."""
    numbers = [club.service.get(f"/v1/customers/{each}")["customer"]["number"]
               for each in club.people]  # fmt: skip
    file = "plan,customer\n" + "".join(f"Gold,{each}\n" for each in numbers)
    made = prepare(club.service, file, "memberships", **fields)
    club.service.post(f"/v1/imports/{made}/start", status=200)
    work, worker = work_of(club.service), ImportWorker(sizes=(2, 2))
    assert worker.step(work.database, work.clock)
    worker.leave(work.database, club.service.tenant.id, UUID(made), club.service.clock())
    assert club.service.get(f"/v1/imports/{made}")["lines_done"] == 2
    return UUID(made)


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_import_concerns_those_whom_it_changed(club: Club, dry_run: bool) -> None:
    begun(club, dry_run=dry_run)
    assert club.marked() == ([] if dry_run else [0, 1])
    settle(club.service)
    finish_all(club.service)
    assert club.marked() == ([] if dry_run else [2])


def test_an_import_that_was_cancelled_half_way(club: Club) -> None:
    club.service.post(f"/v1/imports/{begun(club)}/cancel", status=200)
    assert club.marked() == [0, 1]


def test_an_import_that_failed_half_way(club: Club) -> None:
    made, worker = begun(club), uuid4()
    with arranging(club.service.database) as session:
        row = session.get_one(Import, (club.service.tenant.id, made))
        row.leased_by = worker
    fail(club.service.database, row, worker, "The disk is full.", NOON)
    assert club.marked() == [0, 1]


def test_events_of_a_newer_service_are_passed_over(club: Club) -> None:
    with arranging(club.service.database) as session:
        seq = session.scalar(
            insert(Event)
            .values(
                organization_id=club.service.tenant.id, id=uuid4(), type="moon.risen",
                subject_id="1", data={}, occurred_at=NOON, created_at=NOON,
            )
            .returning(Event.seq)
        )  # fmt: skip
    assert club.marked() == []
    with club.service.database.readers.begin() as session:
        assert session.scalar(select(EventFollower.seq)) == seq


def test_it_begins_at_the_end_with_all_cards_marked(club: Club) -> None:
    club.service.patch(f"/v1/customers/{club.people[1]}", given_name="Bella")
    with arranging(club.service.database) as session:
        session.execute(delete(EventFollower))
    work = work_of(club.service)
    assert consume_events(work)
    with club.service.database.readers.begin() as session:
        last = session.scalar(select(func.max(Event.seq)))
        assert session.scalar(select(EventFollower.seq)) == last
    assert club.marked() == [0, 1, 2]


@pytest.mark.both_databases(reason="what is read by number, in pieces")
def test_more_events_than_a_batch_are_all_read(club: Club) -> None:
    with arranging(club.service.database) as session:
        for number in range(5):
            person = club.people[0] if number < 4 else club.people[2]
            told = {"customer_id": person, "changed": []}
            changed = EventType.CUSTOMER_UPDATED
            emit(session, club.service.tenant.id, changed, person, told, now=NOON)
    work = work_of(club.service)
    assert consume_events(work, count=4)
    assert marked(club.service) == {club.cards[0]}
    assert consume_events(work, count=4)
    assert marked(club.service) == {club.cards[0], club.cards[2]}
    assert not consume_events(work)


@pytest.mark.both_databases(reason="what is read by number, in pieces")
def test_a_large_company_is_marked_in_chunks_that_are_kept(club: Club) -> None:
    service = club.service
    company = club.company(seat_cap=5)
    with arranging(service.database) as session:
        here = service.tenant.id
        people = people_of(session, UUID(club.people[0]), 6)
        last = max([*people, *(UUID(each) for each in club.people)])
        linked = [*people, *(UUID(each) for each in club.people)]
        session.execute(
            insert(CompanyLink),
            [
                {
                    "organization_id": here, "id": uuid4(), "company_id": UUID(company),
                    "customer_id": each, "role": "", "source": LinkSource.MANUAL,
                    "valid_from": NOON - timedelta(days=1),
                }
                for each in linked
            ],
        )  # fmt: skip
    card = wallet_card(service, str(last), new_design(service, key="other")).card_id
    settle(service)
    service.patch(f"/v1/companies/{company}", seat_cap=6)
    service.patch(f"/v1/companies/{company}", seat_cap=7)
    work = work_of(service)
    assert consume_events(work, chunk=5)
    assert card not in marked(service)
    with service.database.readers.begin() as session:
        begun = session.scalars(select(WalletMark)).one()
        assert begun.position == sorted(linked)[4]
    assert consume_events(work, chunk=5)
    assert card in marked(service)
    assert not consume_events(work)
    assert club.marked() == [0, 1, 2]


@pytest.mark.both_databases(reason="what is read by number, in pieces")
def test_what_changes_while_chunks_are_marked_is_asked_for_anew(club: Club) -> None:
    service, here = club.service, club.service.tenant.id
    with arranging(service.database) as session:
        invalidate_all(session.connection(), here, NOON)
        invalidate_all(session.connection(), here, NOON)
        request = session.connection().execute(waiting_requests(())).one()
        invalidate_chunk(session.connection(), request, NOON, 2)
    while refresh(work_of(service)):
        pass
    with arranging(service.database) as session:
        invalidate_all(session.connection(), here, NOON)
    with service.database.readers.begin() as session:
        asked = select(WalletMark.id).where(WalletMark.organization_id == here)
        assert len(session.scalars(asked).all()) == 2, "one that began, and one for all of it"
    assert club.marked() == [0, 1, 2]


@pytest.fixture
def postgres_service(databases: Databases, tmp_path: Path) -> Iterator[Service]:
    """A service on PostgreSQL: for what cannot happen with one writer at a time."""
    settings: ServiceSettings = databases.new(POSTGRESQL, tmp_path)
    with running_service(settings) as service:
        yield service.fresh()


def test_a_change_that_is_committed_after_later_ones_is_not_missed(
    postgres_service: Service,
) -> None:
    club = Club(postgres_service)
    changed = EventType.CUSTOMER_UPDATED
    with arranging(club.service.database) as late:
        told = {"customer_id": club.people[0], "changed": []}
        emit(late, club.service.tenant.id, changed, club.people[0], told, now=NOON)
        club.service.patch(f"/v1/customers/{club.people[1]}", given_name="Bella")
        assert club.marked() == []
    assert club.marked() == [0, 1]


def test_two_processes_do_not_consume_at_once(postgres_service: Service) -> None:
    club = Club(postgres_service)
    club.service.patch(f"/v1/customers/{club.people[1]}", given_name="Bella")
    with arranging(club.service.database) as session:
        session.execute(select(EventFollower).with_for_update())
        assert not consume_events(work_of(club.service))
    assert club.marked() == [1]


@pytest.mark.both_databases(reason="what is read by number, in pieces")
def test_events_are_kept_until_they_were_read(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    with running_service(settings) as running:
        service = running.fresh()
        consume_all(service)
        service.customer("Amara")
        last = _last_event(service)
        service.clock.advance(days=3650)
        assert _pruned(service) == last
        consume_all(service)
        assert _pruned(service) == last, "else SQLite would give its number once more"
        service.customer("Bela")
        assert _last_event(service) > last
        consume_all(service)
        service.clock.advance(days=3650)
        _pruned(service)
        with service.database.readers.begin() as session:
            assert session.scalar(select(func.count()).select_from(Event)) == 1


def _last_event(service: Service) -> int:
    """The number of the last event that there is."""
    with service.database.readers.begin() as session:
        return session.scalar(select(func.max(Event.seq))) or 0


def _pruned(service: Service) -> int:
    """The number of the last event that is left after the old ones were forgotten."""
    while purge(work_of(service)):
        pass
    return _last_event(service)
