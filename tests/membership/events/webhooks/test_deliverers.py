"""Several deliverers at once, and deliverers that are killed."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.events.types import EventType
from membership.events.webhooks.delivery import deliver
from membership.store.background import Work
from membership.store.database import open_database
from tests.forkserver import ForkedProcess
from tests.membership import launcher
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.events.conftest import HERE, Club, open_club
from tests.membership.events.webhooks.receiver import Handler, Receiver

PATIENCE = 60
"""Seconds after which something will surely not happen anymore."""


def test_two_processes_never_deliver_to_one_endpoint_at_once(
    club: Club, receiver: Receiver
) -> None:
    endpoints = [club.endpoint(f"{receiver.url}/{number}")[0] for number in range(3)]
    events = club.emit(12)

    def take_time(handler: Handler) -> None:
        time.sleep(0.002)
        handler.answer(204)

    receiver.always = take_time
    databases = [open_database(club.work.settings) for _ in range(2)]
    works = [
        replace(club.work, database=database, clock=system_clock)
        for database in databases
        for _ in range(3)
    ]
    failures: list[BaseException] = []

    def run(work: Work) -> None:
        try:
            while any("pending" in club.states(each) for each in endpoints):
                if not deliver(work):
                    time.sleep(0.005)  # others have what is left
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.engine.dispose()
    assert failures == []
    assert receiver.most_at_once == 1
    for number in range(3):
        came = [each for each in receiver.received if each.path == f"/hook/{number}"]
        assert [each.event_id for each in came] == events


@contextlib.contextmanager
def service_process(settings: ServiceSettings) -> Iterator[ForkedProcess]:
    """A service that is quick to take over what another one held; killed at the end."""
    environment = {
        **os.environ,
        "WALLETDESK_WEBHOOK_ALLOWED_PRIVATE": ",".join(HERE),
        "WALLETDESK_WEBHOOK_TIMEOUT_SECONDS": "2",
        "WALLETDESK_BUSY_TIMEOUT_SECONDS": "0.5",
    }
    arguments = [str(settings.data_dir)]
    if settings.database_url is not None:
        arguments += ["--database-url", settings.database_url]
    with ForkedProcess(
        launcher.main, *arguments, env=environment, stderr=subprocess.DEVNULL
    ) as process:
        yield process


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


def first_times(ids: list[UUID]) -> list[UUID]:
    """Each id once, where it came first."""
    return list(dict.fromkeys(ids))


def test_killed_in_the_middle_of_deliveries_loses_nothing(
    databases: Databases, tmp_path: Path, receiver: Receiver
) -> None:
    club = open_club(databases, SQLITE, tmp_path)
    try:
        endpoint, secret = club.endpoint(receiver.url, EventType.PLAN_CREATED)
        events = club.emit(25)
        hanging = threading.Event()

        def hang(handler: Handler) -> None:
            # Killed while it waits for this answer, which says that the event was taken.
            hanging.set()
            receiver.released.wait()
            handler.answer(204)

        def answer(handler: Handler) -> None:
            handler.answer(204)

        receiver.script.extend([answer] * 10 + [hang])
        with service_process(club.work.settings) as process:
            assert hanging.wait(PATIENCE)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert receiver.ids[-1] == events[10]
        with service_process(club.work.settings):
            wait_for(lambda: set(club.states(endpoint)) == {"delivered"})
    finally:
        club.database.engine.dispose()
    # The one whose result was not stored comes again, under the same id.
    assert first_times(receiver.ids) == events
    assert receiver.ids.count(events[10]) > 1
    assert all(each.signed_with(secret) for each in receiver.received)


@pytest.mark.soak
def test_killed_again_and_again_between_any_two_lines(
    databases: Databases, tmp_path: Path, receiver: Receiver
) -> None:
    club = open_club(databases, POSTGRESQL, tmp_path)
    try:
        endpoint, _ = club.endpoint(receiver.url, EventType.PLAN_CREATED)
        events = club.emit(150)
        with service_process(club.work.settings) as process:
            wait_for(lambda: len(receiver.received) > 20)
            process.kill()
            process.wait()
        # Two at once now: one is killed, the other takes over when the lease has run out.
        with service_process(club.work.settings), service_process(club.work.settings) as process:
            wait_for(lambda: len(receiver.received) > 60)
            process.kill()
            wait_for(lambda: set(club.states(endpoint)) == {"delivered"})
    finally:
        club.database.engine.dispose()
    assert first_times(receiver.ids) == events
    assert receiver.most_at_once == 1
