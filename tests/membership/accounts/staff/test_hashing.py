"""Hashing does not hold up the service: two at a time, and never inside a transaction."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.web.passwords import Passwords
from tests.membership.accounts.staff.people import PASSWORD, add, sign_in, try_sign_in
from tests.membership.application import new_app
from tests.membership.conftest import Databases
from tests.membership.support import Clock, Service, arranging, running_service


class Watched(Passwords):
    """Counts how many are at work at once, and writes to the database meanwhile."""

    def __init__(self, database: Database) -> None:
        super().__init__(CHEAPEST)
        self._database, self._lock = database, threading.Lock()
        self.now, self.most, self.checked = 0, 0, 0

    def verify(self, stored: str | None, password: str) -> bool:
        """Check a password, slowly; fails where the request itself holds SQLite's write lock."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        with arranging(self._database) as session:
            session.connection()
        time.sleep(0.05)
        good = super().verify(stored, password)
        with self._lock:
            self.now -= 1
            self.checked += 1
        return good


@pytest.fixture
def watched(
    backend: str, databases: Databases, tmp_path: Path
) -> Iterator[tuple[Service, Watched]]:
    """A service whose password checks are watched."""
    made: list[Watched] = []

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        app = new_app(settings, database, clock)
        made.append(Watched(database))
        app.state.passwords = made[0]
        return app

    settings = databases.new(backend, tmp_path, failures_per_second=0, trusted_proxies="127.0.0.1")
    with running_service(settings, build) as service:
        yield service, made[0]


def test_two_at_a_time_and_no_transaction_meanwhile(watched: tuple[Service, Watched]) -> None:
    service, passwords = watched
    emails = [add(service)["email"] for _ in range(6)]
    tokens: list[str] = []
    start = threading.Barrier(len(emails))

    def run(email: str) -> None:
        start.wait()
        tokens.append(sign_in(service, email))

    threads = [threading.Thread(target=run, args=(email,)) for email in emails]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 6
    assert (passwords.most, passwords.checked) == (2, 6)


def test_whoever_is_unknown_is_checked_as_well(watched: tuple[Service, Watched]) -> None:
    service, passwords = watched
    invited = service.post("/v1/staff", {"name": "B", "email": "b@x.de", "role": "reception"})
    account = add(service, "reception")
    service.patch(f"/v1/staff/{account['id']}", disabled=True)
    disabled = account["email"]
    for number, (email, slug) in enumerate(
        (
            ("nobody@example.com", service.tenant.slug),
            (disabled, service.tenant.slug),
            (invited["email"], service.tenant.slug),
            (disabled, "none-such"),
        ),
        start=1,
    ):
        answer = try_sign_in(service, email, PASSWORD, organization=slug)
        assert answer.status_code == 401
        assert passwords.checked == number
