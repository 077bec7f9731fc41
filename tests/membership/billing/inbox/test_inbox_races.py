"""Concurrent jobs, a slow job, and an unexpected error in one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from membership.base.settings import ServiceSettings
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.gateway import Gateway
from tests.membership.billing.billing_club import BillingClub, without_retries
from tests.membership.billing.members import paid_unprocessed, stored_events
from tests.membership.public import written_log

pytestmark = pytest.mark.both_databases(reason="jobs race for events")


def test_an_unexpected_error_is_logged_and_blocks_no_other_event(club: BillingClub) -> None:
    broken, order = paid_unprocessed(club)
    bad = club.newest_subscription()
    well, _ = paid_unprocessed(club)

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with without_retries(keys, settings) as gateway:
            yield _BrokenGateway(gateway, bad)

    with written_log() as log:
        while InboxWorker(connect).run(club.work):
            pass
    assert "billing_event_broken" in log.getvalue()
    assert [len(club.memberships(each)) for each in (broken, well)] == [0, 1]
    errors = {each["error"] for each in stored_events(club, failed=True)}
    assert errors == {"A fault of this service (RuntimeError)."}
    club.advance(minutes=16)
    club.process_inbox()
    assert club.get_order(order)["membership_id"] == club.memberships(broken)[0]["id"]
    assert stored_events(club, failed=True) == []


class _BrokenGateway:
    """A gateway that raises an unexpected error for one subscription."""

    def __init__(self, gateway: Gateway, bad: str) -> None:
        self._gateway, self._bad = gateway, bad

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else."""
        return getattr(self._gateway, name)

    def subscription(self, subscription_id: str) -> Any:
        """Fail for one subscription."""
        if subscription_id == self._bad:
            raise RuntimeError("nobody thought of this")
        return self._gateway.subscription(subscription_id)


class _WaitingGateway:
    """A gateway that waits between reading a subscription and returning it."""

    def __init__(self, gateway: Gateway, wait: Callable[[], object]) -> None:
        self._gateway, self._wait = gateway, wait

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else."""
        return getattr(self._gateway, name)

    def subscription(self, subscription_id: str) -> Any:
        """Return the state from before the wait."""
        found = self._gateway.subscription(subscription_id)
        self._wait()
        return found


def worker_that_waits(wait: Callable[[], object]) -> InboxWorker:
    """Return a job whose gateway waits."""

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with without_retries(keys, settings) as gateway:
            yield _WaitingGateway(gateway, wait)

    return InboxWorker(connect)


def test_a_stale_state_never_overwrites_a_newer_one(club: BillingClub) -> None:
    club.buy(customer := club.service.customer(), club.gold_plan())
    subscription = club.newest_subscription()
    read, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        read.set()
        assert go_on.wait(20)

    club.stripe.set_card(club.stripe.get(subscription)["customer"], "good")
    for each in club.new_events():
        assert club.deliver(each) == 200
    with ThreadPoolExecutor(1) as slow:
        work = slow.submit(worker_that_waits(wait).run, club.work)
        assert read.wait(20)
        # The slow job has read a running subscription, which is now cancelled.
        club.stripe.cancel(subscription, at_period_end=True)
        club.deliver_and_process()
        go_on.set()
        work.result()
    (own,) = club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    assert (own["renews"], own["can_resume"]) == (False, True)
    assert all(each["done"] for each in stored_events(club))


def test_two_concurrent_jobs_grant_each_order_once(club: BillingClub) -> None:
    customers = [paid_unprocessed(club)[0] for _ in range(4)]
    start = threading.Barrier(2)

    def process() -> None:
        mine = InboxWorker(without_retries)
        start.wait()
        while mine.run(club.work):
            pass

    with ThreadPoolExecutor(2) as jobs:
        for job in [jobs.submit(process) for _ in range(2)]:
            job.result()
    assert [len(club.memberships(each)) for each in customers] == [1] * 4
    assert all(each["done"] and each["error"] is None for each in stored_events(club))
