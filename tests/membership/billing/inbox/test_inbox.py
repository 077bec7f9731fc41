"""The job that works off what Stripe told: it is killed, kept waiting, gives up, and goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from membership.billing.inbox import queue as inbox
from membership.billing.inbox.purge import BILLING_PURGE_JOB
from membership.billing.inbox.queue import MAX_TRIES
from membership.store.models import BillingEvent, BillingOrder
from tests.membership.billing.billing_club import Shop
from tests.membership.billing.members import paid_untold, told_of
from tests.membership.public import written_log
from tests.membership.support import arranging


def test_a_job_that_was_killed_leaves_its_events_to_the_next(shop: Shop) -> None:
    customer, _ = paid_untold(shop)
    with arranging(shop.service.database) as session:
        leased = inbox.lease_events(session, shop.service.tenant.id, shop.service.clock())
    assert len(leased) == len(told_of(shop))
    shop.work_off()
    assert shop.held(customer) == []
    shop.go_on(minutes=5)
    shop.work_off()
    assert len(shop.held(customer)) == 1
    assert all(each["done"] for each in told_of(shop))


def test_stripe_is_down_and_comes_back(shop: Shop) -> None:
    customer, _ = paid_untold(shop)
    told = len(told_of(shop))
    shop.stripe.fail_next(times=told)
    shop.work_off()
    failed = told_of(shop, failed=True)
    assert len(failed) == told
    assert {(each["tries"], each["error"]) for each in failed} == {
        (1, "Stripe had an internal error.")
    }
    assert shop.held(customer) == []
    assert set(due_in(shop)) == {timedelta(seconds=10)}
    shop.go_on(seconds=10)
    shop.stripe.fail_next(times=told)
    shop.work_off()
    assert set(due_in(shop)) == {timedelta(seconds=20)}
    shop.go_on(seconds=20)
    shop.work_off()
    assert told_of(shop, failed=True) == []
    assert {(each["done"], each["tries"], each["error"]) for each in told_of(shop)} == {
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
    customer, _ = paid_untold(shop)
    keep_one(shop)
    pauses = []
    for _ in range(11):
        shop.stripe.fail_next()
        shop.work_off()
        (pause,) = due_in(shop)
        pauses.append(pause)
        shop.go_on(seconds=pause.total_seconds())
        check_no_orders(shop)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(hours=1))
    set_tries(shop, MAX_TRIES - 1)
    with written_log() as log:
        shop.stripe.fail_next()
        shop.work_off()
    assert '"given_up": true' in log.getvalue()
    (lost,) = told_of(shop, failed=True)
    assert (lost["tries"], lost["due_at"], lost["done"]) == (MAX_TRIES, None, False)
    shop.work_off()
    assert told_of(shop, failed=True) == [lost]
    retried = shop.service.post(f"/v1/billing/events/{lost['id']}/retry", status=200)
    assert (retried["tries"], retried["done"]) == (0, False)
    shop.work_off()
    (done,) = told_of(shop)
    assert (done["tries"], done["done"]) == (1, True)
    assert len(shop.held(customer)) == 1


def keep_one(shop: Shop) -> None:
    """Let the first invoice's payment be all that was told."""
    with arranging(shop.service.database) as session:
        for row in session.scalars(
            select(BillingEvent).where(BillingEvent.organization_id == shop.service.tenant.id)
        ):
            if row.type != "invoice.paid":
                session.delete(row)
    check_no_orders(shop)


def set_tries(shop: Shop, tries: int) -> None:
    """Let what was told have been tried so often."""
    with arranging(shop.service.database) as session:
        session.execute(
            update(BillingEvent)
            .where(BillingEvent.organization_id == shop.service.tenant.id)
            .values(tries=tries)
        )


def check_no_orders(shop: Shop) -> None:
    """Let no order be looked after by itself for a year."""
    with arranging(shop.service.database) as session:
        session.execute(
            update(BillingOrder)
            .where(BillingOrder.organization_id == shop.service.tenant.id)
            .values(next_check_at=shop.service.clock() + timedelta(days=365))
        )


def test_what_is_done_is_forgotten_after_two_months(shop: Shop) -> None:
    paid_untold(shop)
    shop.work_off()
    purge = BILLING_PURGE_JOB.run
    shop.service.clock.advance(days=59)
    purge(shop.work)
    assert told_of(shop)
    shop.service.clock.advance(days=2)
    purge(shop.work)
    assert told_of(shop) == []


def test_pages_of_events(shop: Shop) -> None:
    paid_untold(shop)
    every = told_of(shop)
    first = shop.service.get("/v1/billing/events", limit=2)
    rest = shop.service.get("/v1/billing/events", cursor=first["next_cursor"])
    assert [*first["items"], *rest["items"]] == every
    bad = shop.service.call("GET", "/v1/billing/events", params={"cursor": "abc"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")


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
    (done,) = told_of(shop)
    assert (done["done"], done["error"]) == (True, None)
