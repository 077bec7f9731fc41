"""How it ends at the fake: subscriptions that end, money that goes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.stripe.shop import START, Shop, refused, shop


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:10]


@pytest.mark.parametrize("as_date", [False, True])
def test_an_end_with_the_period_and_going_on_after_all(club: Shop, as_date: bool) -> None:
    subscription = club.subscribed()
    planned = club.server.cancel(subscription.id, at_period_end=True, as_date=as_date)
    assert planned["cancel_at_period_end"] is not as_date
    assert day(planned["cancel_at"]) == "2027-02-28"
    assert planned["status"] == "active"
    assert club.server.events[-1]["data"]["previous_attributes"]["cancel_at"] is None
    again = club.server.resume(subscription.id)
    assert (again["cancel_at"], again["canceled_at"]) == (None, None)
    club.server.cancel(subscription.id, at_period_end=True, as_date=as_date)
    since = len(club.server.events)
    club.server.advance(datetime(2027, 4, 1, tzinfo=UTC))
    ended = club.subscription(subscription.id)
    assert (ended.status, day(ended.ended_at)) == ("canceled", "2027-02-28")
    assert day(ended.canceled_at) == "2027-01-31"
    assert ended.cancellation_details.reason == "cancellation_requested"
    assert club.types(since) == ["customer.subscription.deleted"]
    with pytest.raises(ValueError, match="is canceled"):
        club.server.resume(subscription.id)


def test_ends_over_the_api(club: Shop) -> None:
    update = club.v1.subscriptions.update
    first, second = club.subscribed(), club.subscribed()
    planned = update(first.id, {"cancel_at_period_end": True, "metadata": {"why": "moved"}})
    assert (planned.cancel_at_period_end, planned.metadata["why"]) == (True, "moved")
    assert not update(first.id, {"cancel_at_period_end": False}).cancel_at
    at = int((START + timedelta(days=10)).timestamp())
    assert update(first.id, {"cancel_at": at}).cancel_at == at
    assert day(update(second.id, {"cancel_at": "max_period_end"}).cancel_at) == "2027-02-28"
    both = refused(update, first.id, {"cancel_at": at, "cancel_at_period_end": True})
    assert both.param == "cancel_at"
    assert refused(update, first.id, {"cancel_at": at - 10**7}).param == "cancel_at"
    later = int(datetime(2027, 3, 15, tzinfo=UTC).timestamp())
    assert refused(update, first.id, {"cancel_at": later}).http_status == 501
    club.forward(days=11)
    assert club.subscription(first.id).status == "canceled"
    assert refused(update, first.id, {"cancel_at_period_end": True}).http_status == 400
    assert update(first.id, {"metadata": {"why": ""}}).metadata.to_dict() == {}
    now = club.v1.subscriptions.cancel(second.id, {"cancellation_details": {"comment": "bye"}})
    assert (now.status, now.ended_at, now.cancellation_details.comment) == (
        "canceled",
        int(club.server.now.timestamp()),
        "bye",
    )
    assert refused(club.v1.subscriptions.cancel, second.id).http_status == 404


def test_refunds_in_parts_until_nothing_is_left(club: Shop) -> None:
    subscription = club.subscribed()
    refund = club.server.refund(subscription.latest_invoice, 900)
    charge = club.v1.charges.retrieve(refund["charge"], {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (900, False)
    assert [each.id for each in charge.refunds.data] == [refund["id"]]
    create = club.v1.refunds.create
    assert refused(create, {"charge": charge.id, "amount": 4001}).param == "amount"
    assert refused(create, {}).code == "parameter_missing"
    rest = create({"payment_intent": charge.payment_intent, "metadata": {"by": "desk"}})
    assert (rest.amount, rest.status, rest.metadata["by"]) == (4000, "succeeded", "desk")
    done = refused(create, {"charge": charge.id})
    assert done.code == "charge_already_refunded"
    assert len(club.v1.refunds.list({"charge": charge.id}).data) == 2
    told = [each for each in club.server.events if each["type"] == "charge.refunded"]
    assert [each["data"]["object"]["amount_refunded"] for each in told] == [900, 4900]
    assert told[1]["data"]["previous_attributes"] == {"amount_refunded": 900, "refunded": False}
    # The invoice stays paid, and the subscription goes on.
    assert club.v1.invoices.retrieve(subscription.latest_invoice).status == "paid"
    assert club.subscription(subscription.id).status == "active"


@pytest.mark.parametrize("won", [True, False])
def test_disputes_are_opened_and_closed(club: Shop, won: bool) -> None:
    intent = club.paid_once()
    opened = club.server.dispute(intent["latest_charge"])
    assert club.v1.disputes.retrieve(opened["id"]).status == "needs_response"
    assert club.v1.charges.retrieve(opened["charge"]).disputed
    assert refused(club.v1.refunds.create, {"charge": opened["charge"]}).code == "charge_disputed"
    closed = club.server.close_dispute(opened["id"], won)
    assert closed["status"] == ("won" if won else "lost")
    assert [each for each in club.types() if each.startswith("charge.dispute")] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        *(["charge.dispute.funds_reinstated"] if won else []),
    ]
    (found,) = club.v1.disputes.list({"payment_intent": intent["id"]})
    assert found.id == opened["id"]
    with pytest.raises(ValueError, match="already"):
        club.server.close_dispute(opened["id"], won)


def test_a_deleted_customer_has_no_subscription_any_more(club: Shop) -> None:
    subscription = club.subscribed()
    since = len(club.server.events)
    club.server.delete_customer(subscription.customer)
    assert club.types(since) == ["customer.subscription.deleted", "customer.deleted"]
    assert club.subscription(subscription.id).status == "canceled"
    club.forward(days=60)
    assert club.types(since)[2:] == []


def test_what_is_open_when_a_subscription_ends_is_collected_no_more(club: Shop) -> None:
    subscription = club.subscribed()
    club.server.set_card(subscription.customer, "declines")
    club.forward(days=29)
    club.v1.subscriptions.cancel(subscription.id)
    since = len(club.server.events)
    club.forward(days=60)
    assert club.types(since) == []
    invoice = club.v1.invoices.retrieve(subscription.latest_invoice)
    assert invoice.status == "paid"
    (owed,) = club.v1.invoices.list({"subscription": subscription.id, "status": "open"})
    assert (owed.auto_advance, owed.next_payment_attempt, owed.attempt_count) == (False, None, 1)
    assert club.server.pay_invoice(owed.id)["status"] == "paid"
    assert club.subscription(subscription.id).status == "canceled"
