"""The wire of the fake of Stripe: keys, versions, parameters, lists, idempotency, faults."""

import threading
from typing import Any

import pytest
import requests
import stripe

from tests.fakes.stripe.shop import Shop, refused, shop
from tests.fakes.stripe_server import API_VERSION


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def test_the_account_is_a_german_one_in_test_mode(club: Shop) -> None:
    account = club.v1.accounts.retrieve_current()
    assert (account.country, account.default_currency) == ("DE", "eur")
    assert account.charges_enabled
    assert account.settings.dashboard.display_name == "Example Club"


def test_a_wrong_key_and_none_are_401(club: Shop) -> None:
    url = f"{club.server.url}/v1/account"
    version = {"Stripe-Version": API_VERSION}
    assert requests.get(url, headers=version, timeout=5).status_code == 401
    wrong = refused(club.v1.accounts.retrieve_current, options={"api_key": "sk_test_wrong"})
    assert isinstance(wrong, stripe.AuthenticationError)
    basic = requests.get(url, headers=version, auth=(club.server.secret_key, ""), timeout=5)
    assert basic.json()["object"] == "account"
    assert basic.headers["Request-Id"].startswith("req_")


def test_only_the_pinned_version_is_spoken(club: Shop) -> None:
    old = refused(club.v1.accounts.retrieve_current, options={"stripe_version": "2024-06-20"})
    assert (old.http_status, old.error.type) == (400, "invalid_request_error")
    assert "2024-06-20" in str(old)
    assert stripe.api_version == API_VERSION


def test_what_is_not_there_is_404_and_what_a_parameter_names_400(club: Shop) -> None:
    gone = refused(club.v1.customers.retrieve, "cus_none")
    assert (gone.http_status, gone.code, gone.param) == (404, "resource_missing", "id")
    named = refused(club.session, customer="cus_none")
    assert (named.http_status, named.code, named.param) == (400, "resource_missing", "customer")
    other = requests.post(
        f"{club.server.url}/v1/coupons",
        headers={
            "Authorization": f"Bearer {club.server.secret_key}",
            "Stripe-Version": API_VERSION,
        },
        timeout=5,
    )
    assert other.status_code == 404
    assert "Unrecognized request URL" in other.json()["error"]["message"]


@pytest.mark.parametrize(
    ("values", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"line_items": [{"prize": "x"}]}, "parameter_unknown", "line_items[0][prize]"),
        ({"mode": "gift"}, None, "mode"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"success_url": ""}, "parameter_invalid_empty", "success_url"),
        ({"success_url": "club"}, "url_invalid", "success_url"),
        ({"allow_promotion_codes": "perhaps"}, None, "allow_promotion_codes"),
        ({"line_items": "x"}, None, "line_items"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"locale": "xx"}, None, "locale"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"metadata": {f"k{at}": "v" for at in range(51)}}, None, "metadata"),
        ({"invoice_creation": {"enabled": True}}, None, "invoice_creation"),
        ({"payment_intent_data": {"metadata": {"a": "b"}}}, None, "payment_intent_data"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
    ],
)
def test_parameters_are_checked_as_stripe_checks_them(
    club: Shop, values: Any, code: str | None, param: str
) -> None:
    error = refused(club.session, **values)
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert not club.v1.checkout.sessions.list().data


def test_a_missing_parameter_is_named(club: Shop) -> None:
    error = refused(club.v1.prices.create, {"unit_amount": 100})
    assert (error.code, error.param) == ("parameter_missing", "currency")
    inner = {"mode": "payment", "line_items": [{"price_data": {"unit_amount": 5}}]}
    error = refused(club.v1.checkout.sessions.create, inner)
    assert error.param == "line_items[0][price_data][currency]"


def test_what_the_fake_does_not_do_is_loud(club: Shop) -> None:
    for values, told in (
        ({"automatic_tax": {"enabled": True}}, "tax"),
        ({"subscription_data": {"trial_period_days": 7}}, "subscription_data.trial_period_days"),
        ({"mode": "setup"}, "setup mode"),
    ):
        error = refused(club.session, **values)
        assert error.http_status == 501
        assert told in str(error)


def test_lists_are_newest_first_and_come_in_pages(club: Shop) -> None:
    made = [club.v1.customers.create({"name": f"N{at}"}).id for at in range(7)]
    prices = [club.price(nickname=f"P{at}").id for at in range(5)]
    page = club.v1.prices.list({"limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (prices[:2:-1], True)
    assert page.url == "/v1/prices"
    assert [each.id for each in page.auto_paging_iter()] == prices[::-1]
    back = club.v1.prices.list({"limit": 2, "ending_before": prices[0]})
    assert ([each.id for each in back.data], back.has_more) == ([prices[2], prices[1]], True)
    for wrong in (0, 101):
        assert refused(club.v1.prices.list, {"limit": wrong}).param == "limit"
    assert refused(club.v1.prices.list, {"starting_after": made[0]}).code == "resource_missing"


def test_a_list_can_be_of_a_time(club: Shop) -> None:
    early = club.price().id
    club.forward(days=1)
    late = club.price().id
    since = int(club.server.now.timestamp())
    assert [each.id for each in club.v1.prices.list({"created": {"gte": since}})] == [late]
    assert [each.id for each in club.v1.prices.list({"created": {"lt": since}})] == [early]


def test_expand_puts_objects_in_the_place_of_ids(club: Shop) -> None:
    session = club.server.pay(club.session().id)
    plain = club.v1.subscriptions.retrieve(session["subscription"])
    assert plain.latest_invoice.startswith("in_")
    invoice = club.v1.invoices.retrieve(plain.latest_invoice)
    assert "payments" not in invoice.to_dict()
    asked = ["latest_invoice.payments"]
    whole = club.v1.subscriptions.retrieve(session["subscription"], {"expand": asked})
    intent_id = whole.latest_invoice.payments.data[0].payment.payment_intent
    intent = club.v1.payment_intents.retrieve(
        intent_id, {"expand": ["latest_charge", "latest_charge.refunds"]}
    )
    assert intent.latest_charge.paid
    assert intent.latest_charge.refunds.data == []
    asked = ["subscription", "line_items"]
    told = club.v1.checkout.sessions.retrieve(session["id"], {"expand": asked})
    assert told.subscription.status == "active"
    assert told.line_items.data[0].amount_total == 4900
    every = club.v1.subscriptions.list({"expand": ["data.customer"]})
    assert every.data[0].customer.email == "mia@member.example"
    for wrong in ("status", "plan", "latest_invoice.charge"):
        error = refused(club.v1.subscriptions.retrieve, plain.id, {"expand": [wrong]})
        assert "cannot be expanded" in str(error)
    deep = "latest_invoice.payments.data.payment.payment_intent"
    error = refused(club.v1.subscriptions.retrieve, plain.id, {"expand": [deep]})
    assert "more than 4 levels" in str(error)


def test_the_same_key_gives_the_same_answer_and_does_nothing_again(club: Shop) -> None:
    first = club.v1.customers.create({"name": "Mia"}, {"idempotency_key": "join-1"})
    again = club.v1.customers.create({"name": "Mia"}, {"idempotency_key": "join-1"})
    assert again.id == first.id
    assert first.last_response.headers.get("Idempotent-Replayed") is None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert club.types() == ["customer.created"]
    assert [each.idempotency_key for each in club.server.requests] == ["join-1", "join-1"]
    error = refused(club.v1.customers.create, {"name": "Ada"}, {"idempotency_key": "join-1"})
    assert (error.http_status, error.error.type) == (400, "idempotency_error")
    assert isinstance(error, stripe.IdempotencyError)
    club.forward(hours=25)
    assert club.v1.customers.create({"name": "Ada"}, {"idempotency_key": "join-1"}).name == "Ada"


def test_what_was_refused_before_any_work_is_not_kept(club: Shop) -> None:
    key = {"idempotency_key": "price-1"}
    assert refused(club.v1.prices.create, {"currency": "eur"}, key).param == "product"
    product = club.v1.products.create({"name": "Gold"})
    made = {"currency": "eur", "product": product.id, "unit_amount": 100}
    assert club.v1.prices.create(made, key).unit_amount == 100


def test_two_requests_at_once_with_one_key_are_a_conflict(club: Shop) -> None:
    """The second comes while the first waits for the ledger, which this test holds."""
    answered: list[Any] = []
    options: Any = {"idempotency_key": "twice"}
    headers = {
        "Authorization": f"Bearer {club.server.secret_key}",
        "Stripe-Version": API_VERSION,
        "Idempotency-Key": "twice",
    }

    def ask() -> None:
        answered.append(club.v1.customers.create({"name": "Mia"}, options))

    with club.server.ledger.lock:
        first = threading.Thread(target=ask)
        first.start()
        while "twice" not in club.server.gate.kept:
            assert first.is_alive()
        url = f"{club.server.url}/v1/customers"
        second = requests.post(url, {"name": "Mia"}, headers=headers, timeout=5)
    first.join()
    assert (second.status_code, second.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert answered[0].name == "Mia"


def test_faults_do_nothing_and_a_lost_answer_does(club: Shop) -> None:
    create = club.v1.customers.create
    club.server.fail_next(1, 500)
    assert isinstance(refused(create, {"name": "Mia"}), stripe.APIError)
    club.server.fail_next(1, 429, retry_after=7)
    limited = refused(create, {"name": "Mia"})
    assert isinstance(limited, stripe.RateLimitError)
    assert (limited.headers or {})["Retry-After"] == "7"
    club.server.fail_next(2, None)
    for _ in range(2):
        assert isinstance(refused(create, {"name": "Mia"}), stripe.APIConnectionError)
    assert club.server.events == []
    club.server.lost_answer_next()
    key = {"idempotency_key": "k"}
    assert isinstance(refused(create, {"name": "Mia"}, key), stripe.APIConnectionError)
    assert club.types() == ["customer.created"]
    assert create({"name": "Mia"}, key).id == club.server.events[0]["data"]["object"]["id"]
    assert club.types() == ["customer.created"]
    told = [(each.method, each.path, each.status) for each in club.server.requests]
    assert [status for _, _, status in told] == [500, 429, None, None, None, 200]
    assert club.server.requests[-1].params == {"name": "Mia"}


def test_an_answer_can_be_slow(club: Shop) -> None:
    club.server.delay_seconds = 0.3
    url = f"{club.server.url}/v1/account"
    with pytest.raises(requests.ReadTimeout):
        requests.get(url, timeout=0.05)
