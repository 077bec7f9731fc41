"""The job that processes events: killed, retried, given up and resumed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from membership.billing.inbox import queue as inbox
from membership.billing.inbox.purge import BILLING_PURGE_JOB
from membership.billing.inbox.queue import MAX_TRIES
from membership.store.models import BillingEvent, BillingOrder
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import paid_unprocessed, stored_events
from tests.membership.public import written_log
from tests.membership.support import arranging


def test_events_of_a_killed_job_are_processed_after_the_lease(club: BillingClub) -> None:
    customer, _ = paid_unprocessed(club)
    with arranging(club.service.database) as session:
        leased = inbox.lease_events(session, club.service.tenant.id, club.service.clock())
    assert len(leased) == len(stored_events(club))
    club.process_inbox()
    assert club.memberships(customer) == []
    club.advance(minutes=5)
    club.process_inbox()
    assert len(club.memberships(customer)) == 1
    assert all(each["done"] for each in stored_events(club))


def test_events_are_retried_while_stripe_is_down(club: BillingClub) -> None:
    customer, _ = paid_unprocessed(club)
    count = len(stored_events(club))
    club.stripe.fail_next(times=count)
    club.process_inbox()
    failed = stored_events(club, failed=True)
    assert len(failed) == count
    assert {(each["tries"], each["error"]) for each in failed} == {
        (1, "Stripe had an internal error.")
    }
    assert club.memberships(customer) == []
    assert set(due_in(club)) == {timedelta(seconds=10)}
    club.advance(seconds=10)
    club.stripe.fail_next(times=count)
    club.process_inbox()
    assert set(due_in(club)) == {timedelta(seconds=20)}
    club.advance(seconds=20)
    club.process_inbox()
    assert stored_events(club, failed=True) == []
    assert {(each["done"], each["tries"], each["error"]) for each in stored_events(club)} == {
        (True, 3, None)
    }
    assert len(club.memberships(customer)) == 1


def due_in(club: BillingClub) -> list[timedelta]:
    """Return the time until each event is due."""
    with club.service.database.readers.begin() as session:
        due = session.scalars(
            select(BillingEvent.due_at).where(
                BillingEvent.organization_id == club.service.tenant.id
            )
        )
        return [at - club.service.clock() for at in due if at is not None]


def test_backoff_grows_to_an_hour_until_the_event_is_given_up(club: BillingClub) -> None:
    customer, _ = paid_unprocessed(club)
    keep_one_event(club)
    pauses = []
    for _ in range(11):
        club.stripe.fail_next()
        club.process_inbox()
        (pause,) = due_in(club)
        pauses.append(pause)
        club.advance(seconds=pause.total_seconds())
        postpone_order_checks(club)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(hours=1))
    set_tries(club, MAX_TRIES - 1)
    with written_log() as log:
        club.stripe.fail_next()
        club.process_inbox()
    assert '"given_up": true' in log.getvalue()
    (lost,) = stored_events(club, failed=True)
    assert (lost["tries"], lost["due_at"], lost["done"]) == (MAX_TRIES, None, False)
    club.process_inbox()
    assert stored_events(club, failed=True) == [lost]
    retried = club.service.post(f"/v1/billing/events/{lost['id']}/retry", status=200)
    assert (retried["tries"], retried["done"]) == (0, False)
    club.process_inbox()
    (done,) = stored_events(club)
    assert (done["tries"], done["done"]) == (1, True)
    assert len(club.memberships(customer)) == 1


def keep_one_event(club: BillingClub) -> None:
    """Delete all stored events but the payment of the first invoice."""
    with arranging(club.service.database) as session:
        for row in session.scalars(
            select(BillingEvent).where(BillingEvent.organization_id == club.service.tenant.id)
        ):
            if row.type != "invoice.paid":
                session.delete(row)
    postpone_order_checks(club)


def set_tries(club: BillingClub, tries: int) -> None:
    """Set the number of tries of the stored events."""
    with arranging(club.service.database) as session:
        session.execute(
            update(BillingEvent)
            .where(BillingEvent.organization_id == club.service.tenant.id)
            .values(tries=tries)
        )


def postpone_order_checks(club: BillingClub) -> None:
    """Postpone the synchronization of orders without events by a year."""
    with arranging(club.service.database) as session:
        session.execute(
            update(BillingOrder)
            .where(BillingOrder.organization_id == club.service.tenant.id)
            .values(next_check_at=club.service.clock() + timedelta(days=365))
        )


def test_processed_events_are_purged_after_two_months(club: BillingClub) -> None:
    paid_unprocessed(club)
    club.process_inbox()
    purge = BILLING_PURGE_JOB.run
    club.service.clock.advance(days=59)
    purge(club.work)
    assert stored_events(club)
    club.service.clock.advance(days=2)
    purge(club.work)
    assert stored_events(club) == []


def test_events_are_listed_in_pages(club: BillingClub) -> None:
    paid_unprocessed(club)
    every = stored_events(club)
    first = club.service.get("/v1/billing/events", limit=2)
    rest = club.service.get("/v1/billing/events", cursor=first["next_cursor"])
    assert [*first["items"], *rest["items"]] == every
    bad = club.service.call("GET", "/v1/billing/events", params={"cursor": "abc"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("kind", ["sub", "in", "cs", "ch", "du"])
def test_an_event_about_a_missing_object_is_processed(club: BillingClub, kind: str) -> None:
    event = {
        "id": f"evt_{kind}",
        "object": "event",
        "type": "invoice.paid",
        "created": int(club.service.clock().timestamp()),
        "livemode": False,
        "data": {"object": {"id": f"{kind}_gone"}},
    }
    assert club.deliver(event) == 200
    club.process_inbox()
    (done,) = stored_events(club)
    assert (done["done"], done["error"]) == (True, None)
