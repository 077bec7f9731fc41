"""Guessing is slow: by account and by address, over several processes, and never for ever."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from membership.accounts.staff.purge import purge
from membership.accounts.staff.throttles import Limit, count_attempt, undo_attempt
from membership.base.backoff import Backoff
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import Throttle
from membership.web.errors import TooMany
from tests.forkserver import ForkedProcess
from tests.membership.accounts.staff import guesser
from tests.membership.accounts.staff.people import (
    PASSWORD,
    add,
    address,
    problem,
    sign_in,
    try_sign_in,
)
from tests.membership.support import NOON, Service, arranging

WRONG = "six shy swallows"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LIMIT = Limit("test", 3, Backoff.doubling(MINUTE, 4 * MINUTE), timedelta(hours=1))


def test_the_right_password_is_refused_during_a_wait(service: Service) -> None:
    ada = add(service)
    for _ in range(5):
        assert problem(try_sign_in(service, ada["email"], WRONG)) == (401, "credentials_wrong")
    answer = try_sign_in(service, ada["email"], PASSWORD)
    assert problem(answer) == (429, "too_many_tries")
    assert answer.headers["Retry-After"] == "30"
    service.clock.advance(seconds=29.5)
    assert try_sign_in(service, ada["email"]).headers["Retry-After"] == "1"
    service.clock.advance(seconds=0.5)
    assert sign_in(service, ada["email"])
    for _ in range(4):
        assert try_sign_in(service, ada["email"], WRONG).status_code == 401
    assert sign_in(service, ada["email"])


def test_waits_grow_up_to_a_quarter_of_an_hour(service: Service) -> None:
    ada = add(service)
    waits = []
    for _ in range(5):
        try_sign_in(service, ada["email"], WRONG)
    for _ in range(7):
        waits.append(int(try_sign_in(service, ada["email"], WRONG).headers["Retry-After"]))
        service.clock.advance(seconds=waits[-1])
        assert try_sign_in(service, ada["email"], WRONG).status_code == 401
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_an_account_that_does_not_exist_is_counted_as_one_that_does(service: Service) -> None:
    answers = [try_sign_in(service, "nobody@example.com", WRONG) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    ada = add(service)
    real = [try_sign_in(service, ada["email"], WRONG) for _ in range(6)]
    assert [answer.content for answer in real] == [answer.content for answer in answers]


def test_one_address_cannot_try_many_accounts(service: Service) -> None:
    ada, here = add(service), address()
    for number in range(30):
        answer = try_sign_in(service, f"n{number}@example.com", WRONG, headers=here)
        assert answer.status_code == 401
    assert problem(try_sign_in(service, ada["email"], headers=here)) == (429, "too_many_tries")
    assert sign_in(service, ada["email"])
    service.clock.advance(seconds=30)
    assert try_sign_in(service, ada["email"], headers=here).status_code == 201


def test_good_sign_ins_from_one_address_are_not_counted(service: Service) -> None:
    ada, here = add(service), address()
    for _ in range(40):
        assert try_sign_in(service, ada["email"], headers=here).status_code == 201


def test_addresses_of_one_site_count_as_one(service: Service) -> None:
    for number in range(30):
        headers = {"X-Forwarded-For": f"2001:db8:7:7::{number:x}"}
        try_sign_in(service, f"n{number}@example.com", WRONG, headers=headers)
    there = {"X-Forwarded-For": "2001:db8:7:7:ffff::1"}
    assert try_sign_in(service, "n@example.com", WRONG, headers=there).status_code == 429
    other = {"X-Forwarded-For": "2001:db8:7:8::1"}
    assert try_sign_in(service, "n@example.com", WRONG, headers=other).status_code == 401


@pytest.mark.both_databases(reason="threads and processes count tries together")
def test_many_at_once_do_not_slip_through(service: Service) -> None:
    ada = add(service)
    statuses: list[int] = []
    start = threading.Barrier(12)

    def guess() -> None:
        start.wait()
        statuses.append(try_sign_in(service, ada["email"], WRONG).status_code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * 5 + [429] * 7


@pytest.mark.both_databases(reason="threads and processes count tries together")
def test_two_processes_count_together(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    processes = [ForkedProcess(guesser.main, url, "20") for _ in range(2)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(each) for each in said) == 25


def test_windows_end_and_clocks_go_back(database: Database) -> None:
    def tries(number: int, now: object) -> None:
        for _ in range(number):
            with arranging(database) as session:
                count_attempt(session, LIMIT, "who", now)  # type: ignore[arg-type]

    tries(3, NOON)
    with pytest.raises(TooMany) as caught:
        tries(1, NOON + MINUTE - SECOND)
    assert caught.value.headers == {"Retry-After": "1"}
    later = NOON + timedelta(hours=1)
    tries(3, later)
    with pytest.raises(TooMany):
        tries(1, later)
    # Long before: the wait that was set then is none that this clock can have set.
    tries(3, NOON - timedelta(days=9))
    with pytest.raises(TooMany):
        tries(1, NOON - timedelta(days=9))


def test_a_good_try_takes_back_its_own_wait_only(database: Database) -> None:
    counted = []
    for now in (NOON, NOON, NOON, NOON + MINUTE):
        with arranging(database) as session:
            counted.append(count_attempt(session, LIMIT, "who", now))
    with arranging(database) as session:
        undo_attempt(session, counted[2])
    with pytest.raises(TooMany), arranging(database) as session:
        count_attempt(session, LIMIT, "who", NOON + MINUTE)
    with arranging(database) as session:
        undo_attempt(session, counted[3])
    with arranging(database) as session:
        assert count_attempt(session, LIMIT, "who", NOON + MINUTE).blocked_until is not None


def test_old_tries_are_purged_and_name_nobody(database: Database) -> None:
    with arranging(database) as session:
        counted = count_attempt(session, LIMIT, "ada@example.com", NOON)
        count_attempt(session, LIMIT, "bo@example.com", NOON + timedelta(days=1))
    assert "ada" not in counted.name
    two_days_later = NOON + timedelta(days=2)
    work = Work(ServiceSettings(), database, Vault("A" * 43 + "="), lambda: two_days_later)
    assert purge(work) is False
    with database.readers.begin() as session:
        assert session.scalar(select(func.count()).select_from(Throttle)) == 1
