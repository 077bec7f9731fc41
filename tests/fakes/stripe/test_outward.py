"""What goes out of the fake: events with their signatures, and the pages of customers."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
import requests
import stripe

from tests.fakes.stripe.shop import START, Shop, refused, shop
from tests.fakes.stripe_server import API_VERSION, Policy, stripe_server


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def test_deliveries_are_signed_as_stripe_signs_them(club: Shop) -> None:
    club.v1.customers.create({"name": "Zoë"})
    (event,) = club.server.events
    secret = club.server.webhook_secret
    body, headers = club.server.delivery(event)
    header = headers["Stripe-Signature"]
    told = stripe.Webhook.construct_event(body, header, secret)
    assert (told.type, told.data.object["name"]) == ("customer.created", "Zoë")
    assert told.api_version == API_VERSION
    stamp = int(START.timestamp())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert header == f"t={stamp},v1={mac}"
    wrong: list[tuple[bytes, dict[str, str]]] = [
        (body.replace(b"customer.created", b"customer.deleted"), headers),
        club.server.delivery(event, secret="whsec_other"),
        club.server.delivery(event, at=START.replace(year=2020)),
    ]
    for altered, signed in wrong:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(altered, signed["Stripe-Signature"], secret)


def test_webhook_endpoints_tell_their_secret_once(club: Shop) -> None:
    made = club.v1.webhook_endpoints.create(
        {"url": "https://club.example/hooks", "enabled_events": ["customer.created"]}
    )
    assert made.secret == club.server.webhook_secret
    other = club.v1.webhook_endpoints.create(
        {"url": "https://club.example/more", "enabled_events": ["*"]}
    )
    assert other.secret.startswith("whsec_")
    assert other.secret != made.secret
    assert "secret" not in club.v1.webhook_endpoints.retrieve(made.id).to_dict()
    assert [each.id for each in club.v1.webhook_endpoints.list()] == [other.id, made.id]
    club.v1.customers.create({"name": "Mia"})
    club.price()
    assert [each["pending_webhooks"] for each in club.server.events] == [2, 1, 1]
    change = {"disabled": True, "enabled_events": ["invoice.paid"], "metadata": {"a": "b"}}
    off = club.v1.webhook_endpoints.update(made.id, change)
    assert (off.status, off.enabled_events) == ("disabled", ["invoice.paid"])
    club.v1.webhook_endpoints.delete(other.id)
    assert [each.id for each in club.v1.webhook_endpoints.list()] == [made.id]
    error = refused(
        club.v1.webhook_endpoints.create,
        {"url": "https://club.example", "enabled_events": ["invoice.payed"]},
    )
    assert error.param == "enabled_events[0]"


def test_events_can_be_asked_for_for_thirty_days(club: Shop) -> None:
    key: Any = {"idempotency_key": "one"}
    customer = club.v1.customers.create({"name": "Mia"}, key)
    club.price()
    (newest, *_, oldest) = club.v1.events.list()
    assert (newest.type, oldest.type) == ("price.created", "customer.created")
    assert club.v1.events.retrieve(oldest.id).data.object.id == customer.id
    assert oldest.request.idempotency_key == "one"
    only = club.v1.events.list({"types": ["customer.created", "invoice.paid"]})
    assert [each.id for each in only] == [oldest.id]
    assert [each.type for each in club.v1.events.list({"type": "product.*"})] == ["product.created"]
    club.forward(days=31)
    assert club.v1.events.list().data == []
    assert refused(club.v1.events.retrieve, oldest.id).http_status == 404


@pytest.mark.parametrize(("do", "where"), [("paid", "thanks"), ("declined", "join")])
def test_a_session_has_a_page_with_two_buttons(club: Shop, do: str, where: str) -> None:
    session = club.session()
    page = requests.get(session.url, timeout=5)
    assert page.status_code == 200
    assert "Gold" in page.text
    assert 'value="paid"' in page.text
    assert 'value="declined"' in page.text
    gone = requests.post(session.url, {"do": do}, allow_redirects=False, timeout=5)
    target = gone.headers["Location"]
    assert target.startswith(f"https://club.example/{where}")
    now = club.v1.checkout.sessions.retrieve(session.id)
    if do == "paid":
        assert target.endswith(session.id)
        assert (now.status, now.payment_status, now.url) == ("complete", "paid", None)
        assert requests.get(session.url, timeout=5).status_code == 410
    else:
        assert (now.status, now.payment_status) == ("open", "unpaid")
    assert requests.get(f"{club.server.url}/c/pay/cs_none", timeout=5).status_code == 404


def test_the_portal_shows_and_ends_what_a_customer_has(club: Shop) -> None:
    subscription = club.subscribed()
    opened = club.v1.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": "https://club.example/me"}
    )
    assert subscription.id in requests.get(opened.url, timeout=5).text
    button = f"{opened.url}/{subscription.id}"
    requests.post(button, {"do": "cancel"}, timeout=5)
    assert club.subscription(subscription.id).cancel_at_period_end
    requests.post(button, {"do": "resume"}, timeout=5)
    assert not club.subscription(subscription.id).cancel_at_period_end
    other = club.subscribed()
    assert requests.post(f"{opened.url}/{other.id}", {"do": "cancel"}, timeout=5).status_code == 404
    assert not club.subscription(other.id).cancel_at_period_end
    assert refused(club.v1.billing_portal.sessions.create, {}).param == "customer"
    flow = {"customer": subscription.customer, "flow_data": {"type": "payment_method_update"}}
    opened = club.v1.billing_portal.sessions.create(flow)
    assert opened.flow.type == "payment_method_update"
    (configured,) = club.v1.billing_portal.configurations.list({"is_default": True})
    assert configured.features.subscription_cancel.mode == "at_period_end"
    with shop(policy=Policy(portal_configured=False)) as bare:
        customer = bare.v1.customers.create({"name": "Mia"})
        error = refused(bare.v1.billing_portal.sessions.create, {"customer": customer.id})
        assert "default configuration has not been created" in str(error)


def test_events_are_told_in_order_to_who_listens() -> None:
    heard: list[str] = []
    with shop(on_event=lambda event: heard.append(event["type"])) as club:
        club.server.pay(club.session().id)
        club.forward(days=40)
        club.server.wait_delivered()
        assert heard == club.types()
        assert heard[-1] == "invoice.payment_succeeded"


def test_what_a_listener_raises_reaches_the_test() -> None:
    def fails(event: Any) -> None:
        raise LookupError(event["type"])

    with shop(on_event=fails) as club:
        club.v1.customers.create({"name": "Mia"})
        with pytest.raises(LookupError, match=r"customer\.created"):
            club.server.wait_delivered()


def test_time_does_not_run_back() -> None:
    with stripe_server(START) as server, pytest.raises(ValueError, match="does not run back"):
        server.advance(START - timedelta(seconds=1))


def test_an_invoice_has_a_page_where_it_is_paid(club: Shop) -> None:
    subscription = club.subscribed()
    club.server.set_card(subscription.customer, "declines")
    club.forward(days=28)
    draft_id = club.subscription(subscription.id).latest_invoice
    assert requests.get(f"{club.server.url}/i/{draft_id}", timeout=5).status_code == 404
    club.forward(hours=1)
    url = club.v1.invoices.retrieve(draft_id).hosted_invoice_url
    assert 'value="pay"' in requests.get(url, timeout=5).text
    assert "paid: 4900 eur" in requests.post(url, {"do": "pay"}, timeout=5).text
    assert club.subscription(subscription.id).status == "active"
