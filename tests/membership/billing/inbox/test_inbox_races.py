"""Several jobs at once, one that is slow, and one in which something breaks: no harm is done."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from membership.base.settings import ServiceSettings
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.gateway import Gateway
from tests.membership.billing.billing_club import Shop, at_once
from tests.membership.billing.members import paid_untold, told_of
from tests.membership.public import written_log


def test_a_fault_of_ours_is_told_and_keeps_nobody_waiting(shop: Shop) -> None:
    broken, order = paid_untold(shop)
    bad = shop.subscription()
    well, _ = paid_untold(shop)

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with at_once(keys, settings) as gateway:
            yield _Odd(gateway, bad)

    with written_log() as log:
        while InboxWorker(connect).run(shop.work):
            pass
    assert "billing_event_broken" in log.getvalue()
    assert [len(shop.held(each)) for each in (broken, well)] == [0, 1]
    errors = {each["error"] for each in told_of(shop, failed=True)}
    assert errors == {"A fault of this service (RuntimeError)."}
    shop.go_on(minutes=16)
    shop.work_off()
    assert shop.order(order)["membership_id"] == shop.held(broken)[0]["id"]
    assert told_of(shop, failed=True) == []


class _Odd:
    """A gateway with which something goes wrong that nobody thought of."""

    def __init__(self, gateway: Gateway, bad: str) -> None:
        self._gateway, self._bad = gateway, bad

    def __getattr__(self, name: str) -> Any:
        """All else as it is."""
        return getattr(self._gateway, name)

    def subscription(self, subscription_id: str) -> Any:
        """Fail for one subscription."""
        if subscription_id == self._bad:
            raise RuntimeError("nobody thought of this")
        return self._gateway.subscription(subscription_id)


class _Held:
    """A gateway that waits, once it knows how a subscription stands, before it tells."""

    def __init__(self, gateway: Gateway, wait: Callable[[], object]) -> None:
        self._gateway, self._wait = gateway, wait

    def __getattr__(self, name: str) -> Any:
        """All else as it is."""
        return getattr(self._gateway, name)

    def subscription(self, subscription_id: str) -> Any:
        """How it stood before the wait."""
        found = self._gateway.subscription(subscription_id)
        self._wait()
        return found


def holding(wait: Callable[[], object]) -> InboxWorker:
    """A job whose gateway waits."""

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with at_once(keys, settings) as gateway:
            yield _Held(gateway, wait)

    return InboxWorker(connect)


def test_what_was_read_earlier_never_overwrites_what_is_newer(shop: Shop) -> None:
    shop.bought(customer := shop.service.customer(), shop.gold())
    subscription = shop.subscription()
    read, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        read.set()
        assert go_on.wait(20)

    shop.stripe.set_card(shop.stripe.get(subscription)["customer"], "good")
    for each in shop.told():
        assert shop.tell(each) == 200
    with ThreadPoolExecutor(1) as slow:
        work = slow.submit(holding(wait).run, shop.work)
        assert read.wait(20)
        # The slow one has read that the subscription goes on. Now it is cancelled, and told.
        shop.stripe.cancel(subscription, at_period_end=True)
        shop.catch_up()
        go_on.set()
        work.result()
    (own,) = shop.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    assert (own["renews"], own["can_resume"]) == (False, True)
    assert all(each["done"] for each in told_of(shop))


def test_two_jobs_at_once_do_no_harm(shop: Shop) -> None:
    customers = [paid_untold(shop)[0] for _ in range(4)]
    start = threading.Barrier(2)

    def work_off() -> None:
        mine = InboxWorker(at_once)
        start.wait()
        while mine.run(shop.work):
            pass

    with ThreadPoolExecutor(2) as jobs:
        for job in [jobs.submit(work_off) for _ in range(2)]:
            job.result()
    assert [len(shop.held(each)) for each in customers] == [1] * 4
    assert all(each["done"] and each["error"] is None for each in told_of(shop))
