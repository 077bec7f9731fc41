"""Cards that are due: what is stored of their faces, and who is notified."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from membership.store.models import CardWallet
from membership.wallet.updates.invalidation import invalidate_cards
from membership.wallet.updates.recompute import (
    RecomputedCard,
    recompute,
    store_recomputed,
    wallet_cards,
)
from membership.wallet.updates.refresh import refresh
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card, wallet_of
from tests.membership.wallet.many_cards import copies_of
from tests.membership.wallet.updates.life import (
    behind,
    install,
    marked,
    redesign,
    settle,
    told,
    waiting,
    wallets,
    work_of,
)


def quiet_card(service: Service, name: str = "Amara") -> WalletCard:
    """A card in both wallets that is up to date, with nothing left to tell."""
    card = wallet_card(service, service.customer(name), new_design(service))
    settle(service)
    install(service, card)
    return card


def rename(service: Service, card: WalletCard, name: str) -> None:
    service.patch(f"/v1/customers/{card.customer_id}", given_name=name)


def test_a_new_card_gets_its_face_and_a_number_and_nobody_is_told(service: Service) -> None:
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    settle(service)
    row = wallet_of(service, card)
    assert row.face_digest is not None
    assert (row.update_seq, row.changed_at, row.design_version) == (1, NOON, 1)
    assert row.refresh_at is None
    assert waiting(service, card) == (False, False)


def test_a_face_that_changed_is_numbered_and_told(service: Service) -> None:
    card = quiet_card(service)
    before = wallet_of(service, card)
    service.clock.advance(seconds=90.7)
    rename(service, card, "Amina")
    settle(service)
    row = wallet_of(service, card)
    assert row.face_digest != before.face_digest
    assert row.update_seq == before.update_seq + 1
    assert row.changed_at == NOON + timedelta(seconds=90), "whole seconds, as HTTP dates are"
    assert row.google_next_attempt_at == service.clock()
    assert waiting(service, card) == (True, True)
    assert behind(service) == []


def test_a_face_that_is_the_same_is_told_to_nobody(service: Service) -> None:
    card = quiet_card(service)
    before = wallet_of(service, card)
    service.clock.advance(minutes=1)
    service.patch(f"/v1/customers/{card.customer_id}", phone="+49 30 1234567")
    settle(service)
    row = wallet_of(service, card)
    assert row.marks > before.marks
    assert (row.update_seq, row.changed_at) == (before.update_seq, before.changed_at)
    assert waiting(service, card) == (False, False)


def test_a_burst_of_changes_is_one_version(service: Service) -> None:
    card = quiet_card(service)
    for name in ("Amina", "Amira", "Amora"):
        rename(service, card, name)
    service.member(service.plan("Gold"), customer_id=str(card.customer_id))
    settle(service)
    assert wallet_of(service, card).update_seq == 2
    assert behind(service) == []


def test_starts_and_ends_are_shown_when_they_come(service: Service) -> None:
    card = quiet_card(service)
    starts = NOON + timedelta(days=3)
    service.member(
        service.plan("Month", length={"count": 1, "unit": "month"}),
        customer_id=str(card.customer_id),
        starts_at=starts.isoformat(),
    )
    settle(service)
    assert wallet_of(service, card).refresh_at == starts
    told(service)
    service.clock.now = starts - timedelta(microseconds=1)
    settle(service)
    assert wallet_of(service, card).update_seq == 2
    assert waiting(service, card) == (False, False)
    service.clock.now = starts
    settle(service)
    ends = wallet_of(service, card).refresh_at
    assert ends is not None
    assert wallet_of(service, card).update_seq == 3
    service.clock.now = ends
    settle(service)
    assert wallet_of(service, card).update_seq == 4
    assert wallet_of(service, card).refresh_at is None
    assert behind(service) == []


def test_each_change_is_later_than_the_last_although_the_clock_is_set_back(
    service: Service,
) -> None:
    card = quiet_card(service)
    times: list[datetime] = []
    for minutes in (0, 0, -60, 10):
        service.clock.advance(minutes=minutes)
        rename(service, card, f"Name{len(times)}")
        settle(service)
        changed_at = wallet_of(service, card).changed_at
        assert changed_at is not None
        times.append(changed_at)
    seconds = [(each - NOON).total_seconds() for each in times]
    assert seconds == [1, 2, 3, 4]
    assert behind(service) == []


def test_what_a_clock_that_ran_ahead_brought_is_taken_back(service: Service) -> None:
    card = quiet_card(service)
    service.member(
        service.plan("Month", length={"count": 1, "unit": "month"}),
        customer_id=str(card.customer_id),
    )
    settle(service)
    service.clock.advance(days=400)
    settle(service)
    assert wallet_of(service, card).update_seq == 3, "it shows that the membership is over"
    service.clock.now = NOON + timedelta(minutes=5)
    settle(service)
    assert wallet_of(service, card).update_seq == 4
    assert behind(service) == []
    settle(service)
    assert wallet_of(service, card).update_seq == 4


def test_cards_of_all_kinds_of_customers_come_to_rest(service: Service) -> None:
    design = new_design(service)
    plan = service.plan("Gold")
    people = [service.customer(f"Person{number}") for number in range(4)]
    for customer in people[1:]:
        service.member(plan, customer_id=customer)
    cards = [wallet_card(service, customer, design) for customer in people]
    settle(service)
    service.call("POST", f"/v1/cards/{cards[0].card_id}/revoke")
    service.post(f"/v1/customers/{people[1]}/merge", {"other_id": people[2]}, status=200)
    erasing = {"confirm": "C-000004", "end_memberships": True}
    answer = service.call("POST", f"/v1/customers/{people[3]}/erase", json=erasing)
    assert answer.status_code == 200, answer.text
    settle(service)
    assert behind(service) == []
    rows = wallets(service)
    assert sorted(row.update_seq for row in rows)[-3:] == [5, 6, 7]
    assert len({row.update_seq for row in rows}) == 4
    assert marked(service) == set()


def recomputed(service: Service) -> list[RecomputedCard]:
    """What a refresh works out before it takes the lock of writers."""
    with service.database.readers.begin() as session:
        here = service.tenant.id
        cards = session.connection().execute(wallet_cards(here)).all()
        return recompute(session, here, cards, service.clock())


def store_all(service: Service, faces: list[RecomputedCard]) -> int:
    with arranging(service.database) as session:
        return store_recomputed(session, service.tenant.id, faces, service.clock())


def mark(service: Service, *cards: UUID) -> None:
    with arranging(service.database) as session:
        invalidate_cards(session.connection(), service.tenant.id, cards, service.clock())


def test_a_change_that_is_marked_while_a_face_is_worked_out_is_in_it(service: Service) -> None:
    card = quiet_card(service)
    mark(service, card.card_id)
    faces = recomputed(service)
    rename(service, card, "Amina")
    mark(service, card.card_id)  # at the same time by the clock as before
    assert store_all(service, faces) == 1
    assert behind(service) == []
    assert marked(service) == set()


def test_a_card_that_was_installed_while_its_face_was_worked_out_is_told(
    service: Service,
) -> None:
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    settle(service)
    rename(service, card, "Amina")
    faces = recomputed(service)
    install(service, card)
    store_all(service, faces)
    assert waiting(service, card) == (True, True)


def test_a_change_that_is_marked_after_a_face_was_stored_is_looked_at(service: Service) -> None:
    card = quiet_card(service)
    faces = recomputed(service)
    rename(service, card, "Amina")
    assert store_all(service, faces) == 0
    mark(service, card.card_id)
    assert marked(service) == {card.card_id}
    settle(service)
    assert behind(service) == []


def test_an_edited_design_is_not_undone_by_what_was_worked_out_before(service: Service) -> None:
    card = quiet_card(service)
    redesign(service, card.design_id, "#101010")
    early = recomputed(service)
    redesign(service, card.design_id, "#1d3557")  # as it was at first: the digest is no news
    settle(service)
    store_all(service, early)
    assert behind(service) == []


def test_each_organization_counts_for_itself(service: Service) -> None:
    card = quiet_card(service)
    other = service.fresh()
    theirs = quiet_card(other)
    rename(service, card, "Amina")
    settle(service)
    assert wallet_of(service, card).update_seq == 2
    assert wallet_of(other, theirs).update_seq == 1
    assert waiting(other, theirs) == (False, False)


@pytest.mark.both_databases(reason="two jobs draw cards at the same time")
def test_more_cards_than_a_batch_get_one_number_each_from_several_processes(
    service: Service,
) -> None:
    count = 45
    design, customer = new_design(service), service.customer("Amara")
    first = wallet_card(service, customer, design)
    with arranging(service.database) as session:
        copies_of(session, first, count - 1)

    def work_off() -> None:
        while refresh(work_of(service), count=10) or marked(service):
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work_off) for _ in range(2)]:
            done.result()
    assert sorted(row.update_seq for row in wallets(service)) == list(range(1, count + 1))


def test_due_cards_of_others_do_not_hold_up_the_oldest(service: Service) -> None:
    late = quiet_card(service)
    other = service.fresh()
    early = quiet_card(other)
    with arranging(service.database) as session:
        for card, minutes in ((late, 2), (early, 1)):
            session.execute(
                update(CardWallet)
                .where(CardWallet.card_id == card.card_id)
                .values(refresh_at=NOON + timedelta(minutes=minutes), face_digest=None)
            )
    service.clock.now = NOON + timedelta(minutes=5)
    assert refresh(work_of(service))
    with service.database.readers.begin() as session:
        due = select(CardWallet.card_id).where(CardWallet.refresh_at <= service.clock())
        assert session.scalars(due).all() == [late.card_id]
