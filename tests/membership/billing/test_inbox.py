"""The job that works off what Stripe told: it is killed, kept waiting, gives up, and goes on."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from membership.billing import inbox
from membership.billing.accounts import Keys
from membership.billing.facts import Gateway
from membership.billing.inbox import MOST_TRIES
from membership.billing.jobs import BILLING_JOBS, Inbox
from membership.models import BillingEvent, BillingOrder
from membership.settings import ServiceSettings
from tests.membership.billing.shop import Shop, at_once
from tests.membership.public import written_log

HEARD = frozenset(inbox.HEARD)


def paid(shop: Shop) -> tuple[str, str]:
    """A customer who has paid, with all that is told of it delivered and nothing done."""
    customer = shop.service.customer()
    order = shop.ordered(customer, shop.gold())["order_id"]
    shop.stripe.pay(shop.page_of(order))
    for event in shop.told():
        assert shop.tell(event) == 200
    return customer, order


def events(shop: Shop, **wanted: Any) -> list[Any]:
    """What the club was told, newest first."""
    return list(shop.service.get("/v1/billing/events", **wanted)["items"])


def test_a_job_that_was_killed_leaves_its_events_to_the_next(shop: Shop) -> None:
    customer, _ = paid(shop)
    with shop.service.database.writers.begin() as session:
        claimed = inbox.claim_events(session, shop.service.tenant.id, shop.service.clock())
    assert len(claimed) == len(events(shop))
    shop.work_off()
    assert shop.held(customer) == []
    shop.go_on(minutes=5)
    shop.work_off()
    assert len(shop.held(customer)) == 1
    assert all(each["done"] for each in events(shop))


def test_stripe_is_down_and_comes_back(shop: Shop) -> None:
    customer, _ = paid(shop)
    told = len(events(shop))
    shop.stripe.fail_next(times=told)
    shop.work_off()
    failed = events(shop, failed=True)
    assert len(failed) == told
    assert {(each["tries"], each["error"]) for each in failed} == {
        (1, "Stripe had an internal error.")
    }
    first = {each["due_at"] for each in failed}
    assert shop.held(customer) == []
    shop.go_on(seconds=10)
    shop.stripe.fail_next(times=told)
    shop.work_off()
    assert {each["due_at"] for each in events(shop)} > set() and first
    waits = due_in(shop)
    assert set(waits) == {timedelta(seconds=20)}
    shop.go_on(seconds=20)
    shop.work_off()
    assert events(shop, failed=True) == []
    assert {(each["done"], each["tries"], each["error"]) for each in events(shop)} == {
        (True, 3, None)
    }
    assert len(shop.held(customer)) == 1


def due_in(shop: Shop) -> list[timedelta]:
    """How long each event waits from now on."""
    with shop.service.database.readers.begin() as session:
        due = session.scalars(
            select(BillingEvent.due_at).where(
                BillingEvent.organization_id == shop.service.tenant.id
            )
        )
        return [at - shop.service.clock() for at in due if at is not None]


def test_pauses_grow_to_an_hour_and_then_it_is_given_up(shop: Shop) -> None:
    customer, _ = paid(shop)
    keep_one(shop)
    pauses = []
    for _ in range(MOST_TRIES - 1):
        shop.stripe.fail_next()
        shop.work_off()
        (pause,) = due_in(shop)
        pauses.append(pause)
        shop.go_on(seconds=pause.total_seconds())
        put_off_orders(shop)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(hours=1))
    with written_log() as log:
        shop.stripe.fail_next()
        shop.work_off()
    assert '"given_up": true' in log.getvalue()
    (lost,) = events(shop, failed=True)
    assert (lost["tries"], lost["due_at"], lost["done"]) == (MOST_TRIES, None, False)
    shop.work_off()
    assert events(shop, failed=True) == [lost]
    retried = shop.service.post(f"/v1/billing/events/{lost['id']}/retry", status=200)
    assert (retried["tries"], retried["done"]) == (0, False)
    shop.work_off()
    (done,) = events(shop)
    assert (done["tries"], done["done"]) == (1, True)
    assert len(shop.held(customer)) == 1


def keep_one(shop: Shop) -> None:
    """Let the first invoice's payment be all that was told."""
    with shop.service.database.writers.begin() as session:
        for row in session.scalars(
            select(BillingEvent).where(BillingEvent.organization_id == shop.service.tenant.id)
        ):
            if row.type != "invoice.paid":
                session.delete(row)
    put_off_orders(shop)


def put_off_orders(shop: Shop) -> None:
    """Let no order be looked after by itself for a year."""
    with shop.service.database.writers.begin() as session:
        session.execute(
            update(BillingOrder)
            .where(BillingOrder.organization_id == shop.service.tenant.id)
            .values(next_check_at=shop.service.clock() + timedelta(days=365))
        )


def test_a_fault_of_ours_is_told_and_keeps_nobody_waiting(shop: Shop) -> None:
    broken, order = paid(shop)
    bad = shop.subscription()
    well, _ = paid(shop)

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with at_once(keys, settings) as gateway:
            yield _Odd(gateway, bad)

    with written_log() as log:
        while Inbox(connect).run(shop.work):
            pass
    assert "billing_event_broken" in log.getvalue()
    assert [len(shop.held(each)) for each in (broken, well)] == [0, 1]
    errors = {each["error"] for each in events(shop, failed=True)}
    assert errors == {"A fault of this service (RuntimeError)."}
    shop.go_on(minutes=16)
    shop.work_off()
    assert shop.order(order)["membership_id"] == shop.held(broken)[0]["id"]
    assert events(shop, failed=True) == []


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


def holding(wait: Callable[[], object]) -> Inbox:
    """A job whose gateway waits."""

    @contextmanager
    def connect(keys: Keys, settings: ServiceSettings) -> Iterator[Gateway]:
        with at_once(keys, settings) as gateway:
            yield _Held(gateway, wait)

    return Inbox(connect)


def test_what_was_read_earlier_never_overwrites_what_is_newer(shop: Shop) -> None:
    shop.bought(customer := shop.service.customer(), shop.gold())
    subscription = shop.subscription()
    read, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        read.set()
        assert go_on.wait(20)

    shop.stripe.set_card(shop.stripe.get(subscription)["customer"], "good")
    first = [each for each in shop.told() if each["type"] in HEARD]
    assert [shop.tell(each) for each in first] == [200] * len(first)
    with ThreadPoolExecutor(1) as slow:
        work = slow.submit(holding(wait).run, shop.work)
        assert read.wait(20)
        # The slow one has read that the subscription goes on. Now it is cancelled, and told.
        shop.stripe.cancel(subscription, at_period_end=True)
        shop.catch_up()
        (sold,) = shop.held(customer)
        assert sold["renews"] is False
        go_on.set()
        work.result()
    (sold,) = shop.held(customer)
    assert sold["renews"] is False
    assert all(each["done"] for each in events(shop))


def test_two_jobs_at_once_do_no_harm(shop: Shop) -> None:
    customers = [paid(shop)[0] for _ in range(4)]
    start = threading.Barrier(2)

    def work_off() -> None:
        mine = Inbox(at_once)
        start.wait()
        while mine.run(shop.work):
            pass

    with ThreadPoolExecutor(2) as jobs:
        for job in [jobs.submit(work_off) for _ in range(2)]:
            job.result()
    assert [len(shop.held(each)) for each in customers] == [1] * 4
    assert all(each["done"] and each["error"] is None for each in events(shop))


def test_what_is_done_is_forgotten_after_two_months(shop: Shop) -> None:
    paid(shop)
    shop.work_off()
    prune = BILLING_JOBS[1].run
    shop.service.clock.advance(days=59)
    prune(shop.work)
    assert events(shop)
    shop.service.clock.advance(days=2)
    prune(shop.work)
    assert events(shop) == []


def test_pages_of_events(shop: Shop) -> None:
    paid(shop)
    every = events(shop)
    first = shop.service.get("/v1/billing/events", limit=2)
    rest = shop.service.get("/v1/billing/events", cursor=first["next_cursor"])
    assert [*first["items"], *rest["items"]] == every
    bad = shop.service.call("GET", "/v1/billing/events", params={"cursor": "abc"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")


def connected(shop: Shop) -> AbstractContextManager[Gateway]:
    """The club's Stripe, asked without the service."""
    keys = Keys(shop.service.tenant.id, shop.stripe.secret_key, "", livemode=False, grace_days=7)
    return at_once(keys, shop.service.settings)


@pytest.mark.parametrize("kind", ["sub", "in", "cs", "ch", "du"])
def test_what_is_gone_at_stripe_is_about_nothing(shop: Shop, kind: str) -> None:
    event = {
        "id": f"evt_{kind}",
        "object": "event",
        "type": "invoice.paid",
        "created": int(shop.service.clock().timestamp()),
        "livemode": False,
        "data": {"object": {"id": f"{kind}_gone"}},
    }
    assert shop.tell(event) == 200
    shop.work_off()
    (done,) = events(shop)
    assert (done["done"], done["error"]) == (True, None)
