"""What was decided and is decided otherwise, or happens once more, before Stripe has done it."""

from typing import Any

import pytest
from sqlalchemy import text

from membership.billing.outbox.queue import MAX_TRIES
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import audit_count, buy_gold, change_as_customer
from tests.membership.billing.outbox.test_bans import ban, flags, tasks
from tests.membership.billing.outbox.test_merges import merge
from tests.membership.public import written_log
from tests.membership.support import arranging


def order_of(club: BillingClub, membership: str) -> Any:
    """Return the order of a membership."""
    (found,) = club.service.get("/v1/billing/orders", membership_id=membership)["items"]
    return found


def lift(club: BillingClub, customer: str) -> None:
    """Lift a ban."""
    club.service.patch(f"/v1/customers/{customer}", state="active")


@pytest.mark.parametrize("answer", ["cancel_now", "cancel_at_period_end"])
def test_who_resumes_withdraws_what_was_still_to_cancel(club: BillingClub, answer: str) -> None:
    """The ban is lifted while Stripe cannot be reached."""
    customer, sold = buy_gold(club)
    club.process_tasks()
    club.stripe.fail_next(1, 500)
    assert ban(club, customer, subscriptions=answer)[0] == 200
    club.process_tasks()
    assert [each["tries"] for each in tasks(club)] == [1]
    lift(club, customer)
    club.service.post(f"/v1/billing/orders/{order_of(club, sold)['id']}/resume", status=200)
    assert tasks(club) == []
    club.advance(hours=2)
    club.settle()
    kept = club.stripe.get(club.newest_subscription())
    assert (kept["status"], kept["cancel_at_period_end"]) == ("active", False)
    assert audit_count(club, "billing.resumed") == 1


def test_a_customer_who_resumes_is_not_cancelled_once_more(club: BillingClub) -> None:
    """Stripe has cancelled, and its answer was lost: the task is tried again later."""
    customer, sold = buy_gold(club)
    assert ban(club, customer, subscriptions="cancel_at_period_end")[0] == 200
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    club.deliver_and_process()
    lift(club, customer)
    assert change_as_customer(club, customer, sold, "resume")[0] == 200
    club.settle()
    assert not club.stripe.get(club.newest_subscription())["cancel_at_period_end"]


@pytest.mark.parametrize("banned", ["goes", "stays"])
def test_a_merge_that_bans_closes_the_pages_of_both(club: BillingClub, banned: str) -> None:
    orders, bad = club.service.customer("A"), club.service.customer("B")
    stays, goes = (orders, bad) if banned == "goes" else (bad, orders)
    made = club.order_as_customer(orders, club.gold_plan())["order_id"]
    assert ban(club, bad)[0] == 200
    assert merge(club, stays, goes)[0] == 200
    club.settle()
    assert club.stripe.get(club.checkout_of(made))["status"] == "expired"


@pytest.mark.parametrize("why", ["ban", "merge"])
def test_a_page_that_is_ordered_anew_stays_open(club: BillingClub, why: str) -> None:
    """Stripe was still to close it, because of a ban that was lifted, or a merge."""
    customer, plan = club.service.customer("A"), club.gold_plan()
    club.order_as_customer(customer, plan)
    if why == "ban":
        assert ban(club, customer)[0] == 200
        lift(club, customer)
    else:
        other, customer = customer, club.service.customer("B")
        assert merge(club, customer, other)[0] == 200
    assert "close_page" in [each["kind"] for each in tasks(club)]
    made = club.order_as_customer(customer, plan)["order_id"]
    club.settle()
    assert tasks(club) == []
    club.stripe.pay(club.checkout_of(made))
    club.settle()
    shown = club.get_order(made)
    assert (shown["membership_id"] is not None, shown["trouble"]) == (True, None)


def test_other_keys_of_an_account_make_what_was_given_up_due_again(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    club.process_tasks()
    assert ban(club, customer, subscriptions="cancel_now")[0] == 200
    with arranging(club.service.database) as session:
        session.execute(text("UPDATE provider_tasks SET tries = :n"), {"n": MAX_TRIES - 1})
    club.stripe.fail_next(1, 401)
    club.process_tasks()
    assert [each["due_at"] for each in tasks(club)] == [None]
    club.connect_stripe()
    club.settle()
    assert tasks(club) == []
    assert club.stripe.get(club.newest_subscription())["status"] == "canceled"


@pytest.mark.parametrize("way", ["disconnected", "another account"])
def test_what_an_account_had_still_to_do_is_said_when_it_goes(club: BillingClub, way: str) -> None:
    """A subscription that a ban was to cancel charges on at Stripe."""
    customer, _ = buy_gold(club)
    assert ban(club, customer, subscriptions="cancel_now")[0] == 200
    with written_log() as log:
        if way == "disconnected":
            assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
        else:
            with arranging(club.service.database) as session:
                session.execute(text("UPDATE stripe_accounts SET account = 'acct_former'"))
            club.connect_stripe()
    action = "billing.removed" if way == "disconnected" else "billing.configured"
    entries = [x for x in club.service.get("/v1/audit")["items"] if x["action"] == action]
    (was,) = (each["before"] for each in entries if each["before"] is not None)
    assert was["dropped_tasks"] == {"cancel_now": 1}
    assert club.newest_subscription() in log.getvalue()
    assert tasks(club) == []


def test_tasks_are_listed_beside_one_of_a_kind_that_a_newer_version_knows(
    club: BillingClub,
) -> None:
    customer, _ = buy_gold(club)
    club.service.patch(f"/v1/customers/{customer}", given_name="Ada")
    with arranging(club.service.database) as session:
        session.execute(text("UPDATE provider_tasks SET kind = 'sing'"))
    assert tasks(club) == []
    club.service.patch(f"/v1/customers/{customer}", given_name="Bea")
    assert [each["kind"] for each in tasks(club)] == ["update_payer"]
    club.process_tasks()


def archived(club: BillingClub, company: str, *, now: bool = True) -> None:
    """Archive a company, or take it back."""
    club.service.patch(f"/v1/companies/{company}", archived=now)


def paid(club: BillingClub) -> int:
    """Return how many invoices were paid."""
    return len([each for each in club.stripe.ledger.all("invoice") if each["status"] == "paid"])


@pytest.mark.parametrize("cause", ["there", "gone"])
def test_a_payment_after_one_that_was_settled_is_flagged_or_granted(
    club: BillingClub, cause: str
) -> None:
    company = club.service.company()
    made = club.order_as_staff(club.gold_plan(), company_id=company).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    archived(club, company)
    club.settle()
    club.service.post(f"/v1/billing/orders/{made}/settle", status=200)
    archived(club, company, now=cause == "there")
    club.settle()
    club.advance(days=2)
    club.process_inbox()
    before = club.get_order(made)
    assert (before["membership_id"], before["hint"], len(flags(club))) == (None, None, 1)
    club.advance(days=30)
    club.settle()
    assert paid(club) == 2
    shown = club.get_order(made)
    assert (shown["membership_id"] is not None) is (cause == "gone")
    assert len(flags(club)) == (2 if cause == "there" else 1)
    listed = club.service.get("/v1/billing/orders", trouble=True)["items"]
    assert [each["id"] for each in listed] == ([made] if cause == "there" else [])
    assert shown["settled_at"] is None
    club.settle()
    assert len(flags(club)) == (2 if cause == "there" else 1), "once for each payment"


def test_a_renewal_of_an_archived_company_is_nothing_to_look_at(club: BillingClub) -> None:
    """It was granted, and nobody is banned."""
    company = club.service.company()
    made = club.order_as_staff(club.gold_plan(), company_id=company).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    club.settle()
    archived(club, company)
    club.advance(days=32)
    club.settle()
    shown = club.get_order(made)
    assert (paid(club), shown["trouble"], flags(club)) == (2, None, [])
    assert club.service.get(f"/v1/memberships/{shown['membership_id']}")["status"] == "active"


@pytest.mark.parametrize("settled", [False, True])
def test_an_order_that_stripe_knows_again_is_granted(club: BillingClub, settled: bool) -> None:
    customer = club.service.customer()
    made = club.order_as_staff(club.gold_plan(), customer_id=customer).json()["order_id"]
    page = club.checkout_of(made)
    kept = club.stripe.ledger.things.pop(page)
    club.advance(hours=1)
    club.process_inbox()
    assert club.get_order(made)["trouble_kind"] == "unknown_to_provider"
    if settled:
        club.service.post(f"/v1/billing/orders/{made}/settle", status=200)
    club.stripe.ledger.things[page] = kept
    club.stripe.pay(page)
    club.settle()
    shown = club.get_order(made)
    assert shown["membership_id"] is not None
    assert (shown["trouble"], shown["settled_at"]) == (None, None)


@pytest.mark.parametrize("at", ["period_end", "now"])
def test_a_cancellation_of_what_has_ended_at_stripe_is_done(club: BillingClub, at: str) -> None:
    """As after a cancellation whose process was killed before it stored the answer."""
    _, sold = buy_gold(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    path = f"/v1/billing/orders/{order_of(club, sold)['id']}/cancel"
    assert club.service.post(path, {"at": at}, status=200)["subscription"] == "canceled"


def test_a_customer_cancels_what_has_ended_at_stripe(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    assert order_of(club, sold)["subscription"] == "canceled"
