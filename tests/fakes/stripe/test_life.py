"""What happens at the fake when somebody pays: first payments, renewals, retries."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
import stripe

from tests.fakes.stripe.shop import Shop, refused, shop


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:10]


def paid_until(club: Shop, subscription_id: str) -> str:
    (item,) = club.subscription(subscription_id).items.data
    return day(item.current_period_end)


def test_a_paid_session_has_everything(club: Shop) -> None:
    price = club.price()
    session = club.session(
        price, metadata={"order": "1"}, subscription_data={"metadata": {"membership": "m-1"}}
    )
    since = len(club.server.events)
    club.server.pay(session.id, email="ada@member.example", name="Ada")
    now = club.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (now.status, now.payment_status, now.url) == ("complete", "paid", None)
    assert now.payment_intent is None
    assert now.customer_details.email == "ada@member.example"
    subscription = now.subscription
    assert (subscription.status, subscription.metadata["membership"]) == ("active", "m-1")
    assert not hasattr(subscription, "current_period_end")
    (item,) = subscription.items.data
    assert (day(item.current_period_start), day(item.current_period_end)) == (
        "2027-01-31",
        "2027-02-28",
    )
    invoice = club.v1.invoices.retrieve(now.invoice, {"expand": ["payments"]})
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        4900,
        "subscription_create",
    )
    details = invoice.parent.subscription_details
    assert (details.subscription, details.metadata["membership"]) == (subscription.id, "m-1")
    (line,) = invoice.lines.data
    assert (day(line.period.start), day(line.period.end)) == ("2027-01-31", "2027-02-28")
    assert line.pricing.price_details.price == price.id
    assert not hasattr(invoice, "charge")
    (payment,) = invoice.payments.data
    intent = club.v1.payment_intents.retrieve(payment.payment.payment_intent)
    charge = club.v1.charges.retrieve(intent.latest_charge)
    assert (intent.status, charge.paid, charge.amount) == ("succeeded", True, 4900)
    found = club.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    )
    assert [each.invoice for each in found] == [invoice.id]
    assert club.types(since) == [
        "payment_intent.created",
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "customer.updated",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "checkout.session.completed",
    ]
    told = {each["type"]: each["data"]["object"] for each in club.server.events[since:]}
    assert told["invoice.created"]["status"] == "draft"
    assert told["invoice.finalized"]["status"] == "open"
    assert told["invoice.paid"]["status"] == "paid"
    with pytest.raises(ValueError, match="is complete"):
        club.server.pay(session.id)


def test_a_single_payment_has_an_invoice_if_it_was_asked_for(club: Shop) -> None:
    once = club.once()
    plain = club.server.pay(club.session(once).id)
    assert (plain["customer"], plain["invoice"]) == (None, None)
    data = {"metadata": {"membership": "m-2"}}
    session = club.session(
        once,
        payment_intent_data=data,
        invoice_creation={"enabled": True, "invoice_data": data},
    )
    paid = club.server.pay(session.id)
    intent = club.v1.payment_intents.retrieve(paid["payment_intent"])
    assert (intent.amount_received, intent.metadata["membership"]) == (1200, "m-2")
    invoice = club.v1.invoices.retrieve(paid["invoice"])
    assert (invoice.status, invoice.parent, invoice.metadata["membership"]) == ("paid", None, "m-2")
    assert invoice.number.endswith("-0001")
    assert invoice.customer == paid["customer"]
    always = club.server.pay(club.session(once, customer_creation="always").id)
    assert always["customer"].startswith("cus_")


def test_a_declined_card_leaves_the_session_open(club: Shop) -> None:
    for price in (club.price(), club.once()):
        session = club.session(price)
        since = len(club.server.events)
        assert club.server.pay(session.id, "declined")["status"] == "open"
        assert club.types(since) == [
            "payment_intent.created",
            "charge.failed",
            "payment_intent.payment_failed",
        ]
        error = club.server.events[-1]["data"]["object"]["last_payment_error"]
        assert error["code"] == "card_declined"
        assert club.server.pay(session.id)["payment_status"] == "paid"
        assert club.types(since).count("payment_intent.created") == 1
    assert len(club.v1.subscriptions.list().data) == 1


@pytest.mark.parametrize("ok", [True, False])
def test_a_delayed_payment_is_settled_later(club: Shop, ok: bool) -> None:
    session = club.session()
    paid = club.server.pay(session.id, "processing")
    assert (paid["status"], paid["payment_status"]) == ("complete", "unpaid")
    assert club.subscription(paid["subscription"]).status == "active"
    assert club.v1.invoices.retrieve(paid["invoice"]).status == "open"
    club.forward(days=4)
    settled = club.server.settle(session.id, ok)
    invoice = club.v1.invoices.retrieve(paid["invoice"])
    status = club.subscription(paid["subscription"]).status
    if ok:
        assert (settled["payment_status"], invoice.status, status) == ("paid", "paid", "active")
        assert club.types()[-1] == "checkout.session.async_payment_succeeded"
    else:
        assert (settled["payment_status"], invoice.status, status) == ("unpaid", "open", "past_due")
        assert club.types()[-1] == "checkout.session.async_payment_failed"
        assert "invoice.payment_failed" in club.types()
    with pytest.raises(ValueError, match="payment of session"):
        club.server.settle(session.id, ok)


def test_a_year_of_months_keeps_to_the_end_of_the_month(club: Shop) -> None:
    subscription = club.subscribed()
    club.server.advance(datetime(2028, 1, 31, 12, tzinfo=UTC))
    listed = club.v1.invoices.list({"subscription": subscription.id, "limit": 100}).data[::-1]
    assert len(listed) == 13
    assert [day(each.lines.data[0].period.start) for each in listed[:6]] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
        "2027-06-30",
    ]
    assert {each.status for each in listed} == {"paid"}
    for before, after in pairwise(listed):
        assert before.lines.data[0].period.end == after.lines.data[0].period.start
        # The invoice itself names the period that lies behind.
        assert after.period_start == before.lines.data[0].period.start
        assert after.status_transitions.finalized_at == after.created + 3600
    assert [each.number[-4:] for each in listed[:3]] == ["0001", "0002", "0003"]
    assert paid_until(club, subscription.id) == "2028-02-29"
    rolled = next(
        each for each in club.server.events if each["type"] == "customer.subscription.updated"
    )
    (before,) = rolled["data"]["previous_attributes"]["items"]["data"]
    (after,) = rolled["data"]["object"]["items"]["data"]
    assert (day(before["current_period_end"]), day(after["current_period_end"])) == (
        "2027-02-28",
        "2027-03-31",
    )


def test_a_renewal_is_a_draft_for_an_hour(club: Shop) -> None:
    subscription = club.subscribed()
    club.server.advance(datetime(2027, 2, 28, 10, 59, tzinfo=UTC))
    draft = club.v1.invoices.retrieve(club.subscription(subscription.id).latest_invoice)
    assert (draft.status, draft.number, draft.attempted) == ("draft", None, False)
    assert paid_until(club, subscription.id) == "2027-03-31"
    club.forward(minutes=1)
    assert club.v1.invoices.retrieve(draft.id).status == "paid"


@pytest.mark.parametrize(
    ("when_exhausted", "status"),
    [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")],
)
def test_a_card_that_declines_is_tried_again(when_exhausted: str, status: str) -> None:
    with shop(when_exhausted=when_exhausted) as club:
        subscription = club.subscribed()
        club.server.set_card(subscription.customer, "declines")
        club.server.advance(datetime(2027, 2, 28, 11, tzinfo=UTC))
        behind = club.subscription(subscription.id)
        assert behind.status == "past_due"
        invoice_id = behind.latest_invoice
        attempts = []
        for _ in range(4):
            invoice = club.v1.invoices.retrieve(invoice_id)
            attempts.append((invoice.attempt_count, invoice.next_payment_attempt))
            if invoice.next_payment_attempt:
                club.server.advance(datetime.fromtimestamp(invoice.next_payment_attempt, UTC))
        days = [at and day(at) for _, at in attempts]
        assert [count for count, _ in attempts] == [1, 2, 3, 4]
        assert days == ["2027-03-03", "2027-03-08", "2027-03-15", None]
        assert club.types().count("invoice.payment_failed") == 4
        now = club.subscription(subscription.id)
        assert (now.status, club.v1.invoices.retrieve(invoice_id).status) == (status, "open")
        assert club.v1.customers.retrieve(subscription.customer).delinquent
        club.server.advance(datetime(2027, 4, 1, tzinfo=UTC))
        newest = club.v1.invoices.retrieve(club.subscription(subscription.id).latest_invoice)
        if when_exhausted == "cancel":
            assert now.cancellation_details.reason == "payment_failed"
            assert newest.id == invoice_id
            assert club.v1.subscriptions.list().data == []
            assert len(club.v1.subscriptions.list({"status": "all"}).data) == 1
        else:
            assert newest.status == ("draft" if when_exhausted == "unpaid" else "open")
        if when_exhausted == "unpaid":
            club.server.pay_invoice(invoice_id)
            assert club.subscription(subscription.id).status == "active"


def test_other_retries_and_a_good_card_in_time() -> None:
    with shop(retries=(1,)) as club:
        subscription = club.subscribed()
        club.server.set_card(subscription.customer, "declines")
        club.server.advance(datetime(2027, 2, 28, 12, tzinfo=UTC))
        club.server.set_card(subscription.customer, "good")
        assert club.subscription(subscription.id).status == "past_due"
        club.forward(days=1)
        now = club.subscription(subscription.id)
        assert now.status == "active"
        invoice = club.v1.invoices.retrieve(now.latest_invoice)
        assert (invoice.status, invoice.attempt_count) == ("paid", 2)
        assert not club.v1.customers.retrieve(subscription.customer).delinquent


def test_an_open_invoice_is_paid_by_hand_or_voided(club: Shop) -> None:
    for what in ("pay", "void"):
        subscription = club.subscribed()
        club.server.set_card(subscription.customer, "declines")
        club.forward(days=32)
        behind = club.subscription(subscription.id)
        assert behind.status == "past_due"
        declined = refused(club.v1.invoices.pay, behind.latest_invoice)
        assert isinstance(declined, stripe.CardError)
        assert (declined.http_status, declined.code) == (402, "card_declined")
        since = len(club.server.events)
        if what == "pay":
            assert club.server.pay_invoice(behind.latest_invoice)["status"] == "paid"
            assert "invoice.paid" in club.types(since)
        else:
            assert club.server.void_invoice(behind.latest_invoice)["status"] == "void"
            assert "invoice.voided" in club.types(since)
            assert "payment_intent.canceled" in club.types(since)
        assert club.subscription(subscription.id).status == "active"
        assert club.types(since)[-2] == "customer.subscription.updated"
        assert refused(club.v1.invoices.pay, behind.latest_invoice).http_status == 400
        with pytest.raises(ValueError, match=r"is (paid|void)"):
            club.server.pay_invoice(behind.latest_invoice)
