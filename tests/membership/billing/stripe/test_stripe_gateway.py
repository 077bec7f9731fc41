"""Calls of the gateway: what is created at Stripe, and what is returned."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from api_client.messages.billing import InvoiceStatus, OrderState, SubscriptionStatus
from membership.billing.stripe.gateway import (
    AccountFacts,
    EventSubject,
    Payer,
    ProviderEvent,
    ProviderMisses,
)
from membership.billing.stripe.stripe_gateway import StripeGateway
from tests.membership.billing.stripe.stripe_account import GOLD, Account, account
from tests.membership.support import NOON


@pytest.fixture
def ours() -> Iterator[Account]:
    """A new account at Stripe."""
    with account() as made:
        yield made


def event_about(object_id: str) -> ProviderEvent:
    """Return an event about an object."""
    kind = "charge.dispute.created" if object_id.startswith("du_") else "any"
    return ProviderEvent("evt_1", kind, object_id, NOON, livemode=False)


def test_the_account_of_a_key(ours: Account) -> None:
    assert ours.gateway.account() == AccountFacts("acct_1Club00000000001", False, True)
    with StripeGateway("sk_live_1", ours.stripe.url) as live, pytest.raises(Exception, match="key"):
        live.account()


def test_a_checkout_has_price_payer_and_order(ours: Account) -> None:
    request = ours.request()
    page = ours.gateway.open_checkout(request)
    assert (page.state, page.paid, page.order_id) == (OrderState.OPEN, False, request.order_id)
    assert page.expires_at == request.expires_at
    made = ours.stripe.get(page.checkout_id)
    assert (made["mode"], made["locale"], made["amount_total"]) == ("subscription", "de", 4900)
    assert made["success_url"] == request.success_url
    payer = ours.stripe.get(str(page.customer_id))
    assert (payer["name"], payer["email"]) == ("Amara Okafor", "amara@example.com")
    (price,) = ours.stripe.ledger.all("price")
    assert (price["currency"], price["recurring"]["interval"]) == ("eur", "month")
    assert ours.gateway.checkout(page.checkout_id) == page


def test_a_checkout_for_a_one_time_payment_in_the_language_of_the_browser(ours: Account) -> None:
    page = ours.gateway.open_checkout(ours.request(replace(GOLD, billing=None), language="fr"))
    made = ours.stripe.get(page.checkout_id)
    assert (made["mode"], made["locale"]) == ("payment", "auto")
    paid = ours.stripe.pay(page.checkout_id)
    facts = ours.gateway.checkout(page.checkout_id)
    assert (facts.state, facts.paid, facts.url) == (OrderState.COMPLETED, True, None)
    assert facts.payment_id == paid["payment_intent"]
    payment = ours.gateway.invoice(str(facts.payment_id))
    assert (payment.order_id, payment.amount_minor) == (page.order_id, 4900)
    assert (payment.status, payment.refunded_minor) == (InvoiceStatus.PAID, 0)
    assert ours.gateway.invoice_url(payment.invoice_id).startswith(ours.stripe.url)


def test_a_one_time_payment_by_a_delayed_method(ours: Account) -> None:
    states = []
    for ok in (True, False):
        page = ours.gateway.open_checkout(ours.request(replace(GOLD, billing=None))).checkout_id
        ours.stripe.pay(page, "processing")
        waiting = ours.gateway.checkout(page)
        assert (waiting.state, waiting.paid) == (OrderState.COMPLETED, False)
        ours.stripe.settle(page, ok)
        states.append((ours.gateway.checkout(page).state, ours.gateway.checkout(page).paid))
    assert states == [(OrderState.COMPLETED, True), (OrderState.FAILED, False)]


def test_checkouts_and_prices_are_reused(ours: Account) -> None:
    request = ours.request()
    assert ours.gateway.open_checkout(request) == ours.gateway.open_checkout(request)
    other = ours.gateway.open_checkout(ours.request())
    assert other.customer_id != ours.gateway.open_checkout(request).customer_id
    kinds = ("product", "price", "customer", "checkout.session")
    assert [ours.count(kind) for kind in kinds] == [1, 1, 2, 2]
    ours.gateway.open_checkout(ours.request(replace(GOLD, amount_minor=5900)))
    assert [ours.count(kind) for kind in kinds] == [1, 2, 3, 3]


@pytest.mark.parametrize("lost", range(6))
def test_a_lost_response_creates_nothing_twice(ours: Account, lost: int) -> None:
    # The requests: find price, find and create product, then create price, customer, checkout.
    request = ours.request()
    ours.lost_answer_after(lost)
    with pytest.raises(Exception, match="could not be reached"):
        ours.gateway.open_checkout(request)
    page = ours.gateway.open_checkout(request)
    assert page.url is not None
    kinds = ("product", "price", "customer", "checkout.session")
    assert [ours.count(kind) for kind in kinds] == [1, 1, 1, 1]


def test_a_renamed_plan_renames_its_product(ours: Account) -> None:
    ours.gateway.open_checkout(ours.request())
    ours.gateway.open_checkout(ours.request(replace(GOLD, plan_name="Gold 2027")))
    (product,) = ours.stripe.ledger.all("product")
    assert product["name"] == "Gold 2027"
    # Also if another price of the plan is created.
    ours.gateway.open_checkout(ours.request(replace(GOLD, plan_name="Silver", amount_minor=3900)))
    (product,) = ours.stripe.ledger.all("product")
    assert product["name"] == "Silver"


def test_an_archived_price_is_created_again(ours: Account) -> None:
    ours.gateway.open_checkout(ours.request())
    (first,) = ours.stripe.ledger.all("price")
    first["active"] = False
    page = ours.gateway.open_checkout(ours.request())
    assert page.url is not None
    assert [each["active"] for each in ours.stripe.ledger.all("price")] == [False, True]


def test_a_payer_is_reused_unless_deleted_at_stripe(ours: Account) -> None:
    first = ours.gateway.open_checkout(ours.request()).customer_id
    known = Payer("p", "Amara Okafor", None, first)
    assert ours.gateway.open_checkout(ours.request(payer=known)).customer_id == first
    ours.stripe.delete_customer(str(first))
    second = ours.gateway.open_checkout(ours.request(payer=known)).customer_id
    assert second not in {None, first}
    stranger = replace(known, provider_id="cus_ofAnotherAccount")
    assert ours.gateway.open_checkout(ours.request(payer=stranger)).customer_id != first


def test_a_subscription_and_its_end(ours: Account) -> None:
    subscription = ours.subscribed()
    facts = ours.gateway.subscription(subscription)
    until = NOON.replace(month=4)
    assert (facts.status, facts.paid_until) == (SubscriptionStatus.ACTIVE, until)
    assert (facts.failing, facts.cancels_at, facts.ended_at) == (False, None, None)
    assert [each.status for each in facts.invoices] == [InvoiceStatus.PAID]
    ours.gateway.set_cancelled(subscription, cancelled=True)
    assert ours.gateway.subscription(subscription).cancels_at == until
    ours.gateway.set_cancelled(subscription, cancelled=False)
    assert ours.gateway.subscription(subscription).cancels_at is None
    ours.gateway.cancel_at(subscription, NOON.replace(year=2028))
    assert ours.gateway.subscription(subscription).cancels_at == NOON.replace(year=2028)
    ours.gateway.cancel_now(subscription)
    ours.gateway.cancel_now(subscription)
    facts = ours.gateway.subscription(subscription)
    assert (facts.status, facts.ended_at) == (SubscriptionStatus.CANCELED, NOON)


def test_a_renewal_that_fails_and_is_paid(ours: Account) -> None:
    subscription = ours.subscribed()
    payer = ours.gateway.subscription(subscription).customer_id
    ours.stripe.set_card(payer, "declines")
    ours.stripe.advance(NOON.replace(month=4) + timedelta(minutes=30))
    draft = ours.gateway.subscription(subscription)
    assert (draft.failing, len(draft.invoices)) == (False, 1)
    ours.stripe.advance(NOON.replace(month=4) + timedelta(hours=2))
    failing = ours.gateway.subscription(subscription)
    assert (failing.status, failing.failing) == (SubscriptionStatus.PAST_DUE, True)
    assert failing.paid_until == NOON.replace(month=4)
    ours.stripe.pay_invoice(failing.invoices[0].invoice_id)
    paid = ours.gateway.subscription(subscription)
    assert (paid.failing, paid.paid_until) == (False, NOON.replace(month=5))


def test_a_renewal_by_a_delayed_method_is_not_failing(ours: Account) -> None:
    subscription = ours.subscribed()
    ours.stripe.advance(NOON.replace(month=4) + timedelta(hours=2))
    newest = ours.stripe.ledger.all("invoice")[-1]
    newest["status"] = "open"  # attempted and in progress: the subscription stays active
    working = ours.gateway.subscription(subscription)
    assert (working.invoices[0].attempted, working.failing) == (True, False)
    assert working.paid_until == NOON.replace(month=5)  # as if paid, until the bank refuses
    ours.stripe.ledger.things[subscription]["status"] = "past_due"
    refused = ours.gateway.subscription(subscription)
    assert (refused.failing, refused.paid_until) == (True, NOON.replace(month=4))


def test_refunds_and_disputes(ours: Account) -> None:
    first, second = (
        ours.gateway.subscription(ours.subscribed()).invoices[0].invoice_id for _ in range(2)
    )
    ours.stripe.refund(first, 900)
    ours.stripe.dispute(second)
    known = [ours.gateway.invoice(each) for each in (first, second)]
    assert [(each.refunded_minor, each.disputed) for each in known] == [(900, False), (0, True)]


@pytest.mark.parametrize(
    ("statuses", "inquiry"),
    [
        ("warning_needs_response", True),
        ("warning_under_review warning_closed", True),
        ("warning_closed", False),
        ("warning_needs_response needs_response", False),
        ("warning_under_review lost", False),
        ("under_review", False),
        ("won", False),
    ],
)
def test_an_inquiry_took_no_money(ours: Account, statuses: str, inquiry: bool) -> None:
    invoice = ours.gateway.subscription(ours.subscribed()).invoices[0].invoice_id
    charge = ours.stripe.ledger.all("charge")[-1]["id"]
    for status in statuses.split():
        ours.stripe.ledger.things[charge]["disputed"] = False  # another one of the same charge
        opened = ours.stripe.dispute(invoice, inquiry=True)
        ours.stripe.ledger.things[opened["id"]]["status"] = status
    assert ours.gateway.invoice(invoice).inquiry is inquiry


def test_the_subject_of_an_event(ours: Account) -> None:
    request = ours.request()
    page = ours.stripe.pay(ours.gateway.open_checkout(request).checkout_id)
    subscription, invoice = page["subscription"], page["invoice"]
    charge = ours.stripe.ledger.all("charge")[-1]["id"]
    dispute = ours.stripe.dispute(invoice)["id"]
    of_invoice = EventSubject(request.order_id, subscription_id=subscription, invoice_id=invoice)
    assert ours.gateway.subject_of(event_about(page["id"])) == EventSubject(
        request.order_id, checkout_id=page["id"]
    )
    assert ours.gateway.subject_of(event_about(subscription)) == EventSubject(
        request.order_id, subscription_id=subscription
    )
    for each in (invoice, charge, dispute):
        assert ours.gateway.subject_of(event_about(each)) == of_invoice
    single = ours.request(replace(GOLD, billing=None))
    payment = ours.stripe.pay(ours.gateway.open_checkout(single).checkout_id)["payment_intent"]
    charge = ours.stripe.ledger.all("charge")[-1]["id"]
    assert ours.gateway.subject_of(event_about(charge)) == EventSubject(
        single.order_id, invoice_id=payment
    )
    with pytest.raises(ProviderMisses):
        ours.gateway.subject_of(event_about("sub_gone"))


def test_urls_of_portal_and_invoice(ours: Account) -> None:
    facts = ours.gateway.subscription(ours.subscribed())
    portal = ours.gateway.portal_url(facts.customer_id, "https://club.example/me/club")
    assert portal.startswith(f"{ours.stripe.url}/p/session/")
    url = ours.gateway.invoice_url(facts.invoices[0].invoice_id)
    assert url == f"{ours.stripe.url}/i/{facts.invoices[0].invoice_id}"
    unpaid = ours.gateway.open_checkout(ours.request(replace(GOLD, billing=None))).checkout_id
    ours.stripe.pay(unpaid, "processing")
    payment = ours.stripe.get(unpaid)["payment_intent"]
    with pytest.raises(ProviderMisses, match="no page"):
        ours.gateway.invoice_url(payment)


def test_webhook_endpoints_and_portal_configuration(ours: Account) -> None:
    assert ours.gateway.webhook_endpoints() == []
    assert ours.gateway.has_portal()


def test_objects_of_others_have_no_order(ours: Account) -> None:
    assert ours.gateway.open_checkout(ours.request(order_id=uuid4())).order_id is not None
    subscription = ours.subscribed()
    ours.stripe.ledger.things[subscription]["metadata"] = {"walletdesk_order": "no id"}
    assert ours.gateway.subject_of(event_about(subscription)).order_id is None
