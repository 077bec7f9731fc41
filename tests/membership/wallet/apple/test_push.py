"""Devices are pushed once for each version of a card, also when things cross or somebody dies."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from membership.store.database import open_database
from membership.wallet.apple.push import ApplePusher
from membership.wallet.apple.push_queue import LEASE, lease_pushes
from tests.fakes.apns import Told
from tests.membership.support import NOON, arranging
from tests.membership.wallet.apple.phones import (
    change_face,
    new_card,
    phone_with,
    registrations,
    rename,
    renew,
)
from tests.membership.wallet.clubs import PASS_TYPE, Club, in_ms, removed, token
from tests.membership.wallet.factories import new_design, wallet_card, wallet_of


def test_a_device_is_pushed_after_it_registered_and_after_each_change(club: Club) -> None:
    card = new_card(club.service)
    phone = phone_with(club.service, card)
    phone.register(token(1))
    assert club.push() == []
    assert club.later(seconds=10) == [token(1)]
    assert club.later(days=1) == []
    rename(club.service, card, "Amina")
    assert club.push() == [token(1)]
    row = phone.registered()
    assert (row.pushed_seq, row.push_at) == (wallet_of(club.service, card).update_seq, None)
    assert {each.topic for each in club.apns.received} == {PASS_TYPE}
    assert len({each.headers["apns-id"] for each in club.apns.received}) == 2
    assert club.later(days=1) == []


def test_many_changes_before_a_push_are_one(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    for name in ("Amina", "Aida", "Alma"):
        rename(club.service, phone.card, name)
    assert club.push() == [token(1)]
    renew(club.service, phone.card)
    assert club.push() == [], "nothing changed"


def test_each_of_two_devices_is_pushed(club: Club) -> None:
    card = new_card(club.service)
    club.phone(card, 1)
    club.phone(card, 2)
    rename(club.service, card, "Amina")
    assert club.push() == [token(1), token(2)]


def test_a_device_that_fetched_meanwhile_is_not_pushed(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    assert phone.fetch().status_code == 200
    assert club.push() == []
    assert phone.registered().push_at is None
    rename(club.service, phone.card, "Aida")
    assert club.push() == [token(1)]


def test_several_turns_push_each_once(club: Club) -> None:
    club.pusher = ApplePusher(pushes=4, jitter=lambda: 0.0)
    customer, design = club.service.customer("Amara"), new_design(club.service)
    for number in range(11):
        card = wallet_card(club.service, customer, design)
        renew(club.service, card)
        phone_with(club.service, card, f"device-{number}").register(token(number))
    assert club.later(seconds=10) == [token(number) for number in range(11)]
    assert club.apns.connections == 1
    assert club.later(days=1) == []
    club.pusher.close()


def test_a_change_during_a_push_is_pushed_after_it(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    first = wallet_of(club.service, phone.card).update_seq

    def change_once(_push: object) -> None:
        club.apns.on_push = None
        change_face(club.service, phone.card, "Aida")

    club.apns.on_push = change_once
    assert club.push() == [token(1), token(1)]
    ids = [each.headers["apns-id"] for each in club.apns.received[-2:]]
    assert len(set(ids)) == 2
    assert phone.registered().pushed_seq == wallet_of(club.service, phone.card).update_seq > first


@pytest.mark.parametrize("told", [Told(), Told(410, "Unregistered", timestamp=10**14)])
def test_a_token_that_was_replaced_during_a_push_is_pushed(club: Club, told: Told) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")

    def rotate(_push: object) -> None:
        club.apns.on_push = None
        assert phone.register(token(9)) == 200

    club.apns.on_push = rotate
    club.apns.answers[token(1)] = told
    assert club.push() == [token(1)]
    assert phone.registered().push_token == token(9)
    assert club.later(seconds=10) == [token(9)]
    assert removed(club) == []


def test_a_dead_token_is_forgotten(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    other = club.phone(phone.card, 2)
    since = phone.registered().registered_at
    rename(club.service, phone.card, "Amina")
    dead = Told(410, "Unregistered", timestamp=in_ms(since + timedelta(seconds=1)))
    club.apns.answers[token(1)] = dead
    assert club.push() == [token(1), token(2)]
    assert phone.registration() is None
    assert other.registered().push_error is None
    assert removed(club) == [str(phone.card.card_id)]
    assert phone.register(token(1)) == 201


def test_a_token_that_was_registered_after_it_was_dead_is_kept(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    since = phone.registered().registered_at
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = Told(410, "Unregistered", timestamp=in_ms(since))
    assert club.push() == [token(1)]
    row = phone.registered()
    assert row.push_error == "APNs answered 410 Unregistered."
    assert removed(club) == []
    club.apns.otherwise = Told()
    assert club.later(seconds=10) == [token(1)]


def test_what_a_killed_process_was_at_is_pushed_after_a_while(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    other = club.phone(new_card(club.service), 2)
    for each in (phone, other):
        rename(club.service, each.card, "Amina")
    # Killed after APNs had answered, or before: nothing was stored either way.
    assert len(lease_pushes(club.work, 10)) == 2
    assert club.push() == []
    assert phone.fetch().status_code == 200
    assert club.later(seconds=LEASE.total_seconds() - 1) == []
    assert club.later(seconds=1) == [token(2)], "the other one has asked in the meantime"
    assert club.later(days=1) == []


def test_a_clock_that_ran_ahead_holds_up_no_push(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    club.service.clock.advance(days=400)
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = Told(403, "BadCertificate")
    assert club.push() == [token(1)]
    club.service.clock.now = NOON + timedelta(hours=1)
    club.apns.otherwise = Told()
    assert club.push() == [token(1)]
    assert [each.push_at for each in registrations(club.service)] == [None]


@pytest.mark.both_databases(reason="two jobs take pushes at the same time")
def test_two_processes_push_each_device_once(club: Club) -> None:
    customer, design = club.service.customer("Amara"), new_design(club.service)
    for number in range(24):
        card = wallet_card(club.service, customer, design)
        renew(club.service, card)
        phone_with(club.service, card, f"device-{number}").register(token(number))
    club.service.clock.advance(seconds=10)
    gate = threading.Barrier(2)

    def push(pusher: ApplePusher) -> None:
        gate.wait()
        while pusher.run(club.work):
            pass
        pusher.close()

    with ThreadPoolExecutor(2) as pool:
        pushers = [ApplePusher(pushes=3, jitter=lambda: 0.0) for _ in range(2)]
        for done in [pool.submit(push, each) for each in pushers]:
            done.result()
    assert club.apns.tokens() == [token(number) for number in range(24)]
    assert {row.push_at for row in registrations(club.service)} == {None}


@pytest.mark.both_databases(reason="two jobs take pushes at the same time")
def test_what_came_of_a_push_is_stored_although_the_row_is_held(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    impatient = open_database(club.work.settings.model_copy(update={"busy_timeout_seconds": 0.3}))
    club.work = replace(club.work, database=impatient)
    held = threading.Event()

    def hold() -> None:
        with arranging(club.service.database) as session:
            session.merge(phone.registered()).push_error = "held"
            session.flush()
            held.set()
            time.sleep(0.5)

    with ThreadPoolExecutor(1) as pool:

        def start_holding(_push: object) -> None:
            pool.submit(hold)
            assert held.wait(10)

        club.apns.on_push = start_holding
        assert club.push() == [token(1)]
    row = phone.registered()
    assert (row.push_at, row.push_error) == (None, None)
    assert row.pushed_seq == wallet_of(club.service, phone.card).update_seq
    impatient.engine.dispose()
