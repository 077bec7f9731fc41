"""Products, prices, customers and Checkout sessions of the fake."""

from typing import Any

import pytest

from tests.fakes.stripe.shop import Shop, refused, shop


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def test_products_are_made_and_changed(club: Shop) -> None:
    made = club.v1.products.create({"name": "Gold", "metadata": {"plan": "1", "old": "x"}})
    club.v1.products.update(
        made.id, {"name": "Gold plus", "active": False, "metadata": {"old": "", "new": "y"}}
    )
    now = club.v1.products.retrieve(made.id)
    assert (now.name, now.active) == ("Gold plus", False)
    assert now.metadata.to_dict() == {"plan": "1", "new": "y"}
    assert [each.id for each in club.v1.products.list({"active": False})] == [made.id]
    assert club.v1.products.list({"active": True}).data == []
    event = club.server.events[-1]
    assert event["type"] == "product.updated"
    before = event["data"]["previous_attributes"]
    assert (before["name"], before["active"]) == ("Gold", True)
    assert club.v1.products.create({"id": "gold", "name": "Gold"}).id == "gold"
    again = refused(club.v1.products.create, {"id": "gold", "name": "Gold"})
    assert again.code == "resource_already_exists"


def test_prices_are_never_changed_in_their_amount(club: Shop) -> None:
    price = club.price(unit_amount=990, currency="EUR", lookup_key="gold-1")
    assert (price.currency, price.unit_amount, price.type) == ("eur", 990, "recurring")
    assert (price.recurring.interval, price.recurring.interval_count) == ("month", 1)
    assert refused(club.v1.prices.update, price.id, {"unit_amount": 1}).code == "parameter_unknown"
    taken = refused(club.price, lookup_key="gold-1")
    assert taken.param == "lookup_key"
    newer = club.price(unit_amount=1190, lookup_key="gold-1", transfer_lookup_key=True)
    club.v1.prices.update(price.id, {"active": False})
    assert [each.id for each in club.v1.prices.list({"lookup_keys": ["gold-1"]})] == [newer.id]
    assert [each.id for each in club.v1.prices.list({"active": False})] == [price.id]
    assert [each.id for each in club.v1.prices.list({"product": newer.product})] == [newer.id]
    assert refused(club.v1.prices.list, {"product": "prod_none"}).code == "resource_missing"


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"currency": "xxq"}, "currency"),
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": 100_000_000}, "unit_amount"),
        ({"unit_amount": "4.5"}, "unit_amount"),
        ({"product": "prod_none"}, "product"),
        ({"recurring": {"interval": "fortnight"}}, "recurring[interval]"),
        ({"recurring": {"interval": "year", "interval_count": 4}}, "recurring[interval_count]"),
        ({"recurring": {"interval_count": 1}}, "recurring[interval]"),
    ],
)
def test_prices_that_cannot_be(club: Shop, values: Any, param: str) -> None:
    error = refused(club.price, **values)
    assert (error.http_status, error.param) == (400, param)


def test_customers_are_made_changed_and_deleted(club: Shop) -> None:
    made = club.v1.customers.create({"email": "mia@member.example", "metadata": {"n": "C-1"}})
    club.v1.customers.update(made.id, {"name": "Mia", "email": "mia@club.example"})
    now = club.v1.customers.retrieve(made.id)
    assert (now.name, now.email, now.metadata["n"]) == (
        "Mia",
        "mia@club.example",
        "C-1",
    )
    club.v1.customers.create({"email": "ada@member.example"})
    found = club.v1.customers.list({"email": "mia@club.example"})
    assert [each.id for each in found] == [made.id]
    assert len(club.v1.customers.list().data) == 2
    assert refused(club.v1.customers.create, {"email": "nobody"}).param == "email"
    assert club.v1.customers.delete(made.id).deleted
    assert club.v1.customers.retrieve(made.id).to_dict() == {
        "id": made.id,
        "object": "customer",
        "deleted": True,
    }
    assert refused(club.v1.customers.update, made.id, {"name": "A"}).http_status == 404
    assert refused(club.session, customer=made.id).code == "resource_missing"
    assert "customer.deleted" in club.types()


def test_a_session_says_what_it_was_made_with(club: Shop) -> None:
    price = club.price()
    made = club.session(
        price,
        line_items=[{"price": price.id, "quantity": 2}],
        client_reference_id="m-1",
        metadata={"membership": "m-1"},
        locale="de",
        expires_at=int(club.server.now.timestamp()) + 3600,
    )
    assert (made.status, made.payment_status, made.mode) == ("open", "unpaid", "subscription")
    assert (made.amount_total, made.currency) == (9800, "eur")
    assert (made.client_reference_id, made.locale) == ("m-1", "de")
    assert made.url.startswith(club.server.url)
    assert (made.subscription, made.customer, made.invoice) == (None, None, None)
    (line,) = club.v1.checkout.sessions.line_items.list(made.id)
    assert (line.quantity, line.price.id) == (2, price.id)


def test_sessions_expire_by_themselves_or_on_demand(club: Shop) -> None:
    price = club.price()
    now = int(club.server.now.timestamp())
    short = club.session(price, expires_at=now + 1800)
    long = club.session(price)
    asked = club.session(price)
    assert club.v1.checkout.sessions.expire(asked.id).status == "expired"
    assert "status of `expired`" in str(refused(club.v1.checkout.sessions.expire, asked.id))
    club.forward(minutes=29)
    assert club.v1.checkout.sessions.retrieve(short.id).status == "open"
    club.forward(minutes=1)
    assert club.v1.checkout.sessions.retrieve(short.id).status == "expired"
    with pytest.raises(ValueError, match="is expired"):
        club.server.pay(short.id)
    club.forward(hours=24)
    expired = [each for each in club.server.events if each["type"] == "checkout.session.expired"]
    assert [each["data"]["object"]["id"] for each in expired] == [asked.id, short.id, long.id]
    assert expired[2]["created"] == now + 24 * 3600
    for wrong in (now + 3600, 5 * 10**9):
        assert refused(club.session, price, expires_at=wrong).param == "expires_at"


def test_what_cannot_be_sold(club: Shop) -> None:
    monthly, once = club.price(), club.once()
    assert refused(club.session, monthly, mode="payment").param == "mode"
    assert refused(club.session, once, mode="subscription").param == "line_items"
    dollars = club.once(currency="usd")
    both = [{"price": each.id, "quantity": 1} for each in (once, dollars)]
    assert refused(club.session, once, line_items=both).param == "line_items"
    none = [{"price": "price_none", "quantity": 1}]
    assert refused(club.session, once, line_items=none).param == "line_items[0][price]"
    assert refused(club.session, once, line_items=[{"price": once.id}]).param == (
        "line_items[0][quantity]"
    )
    assert refused(club.session, club.once(unit_amount=49)).code == "amount_too_small"
    club.v1.prices.update(once.id, {"active": False})
    assert "inactive" in str(refused(club.session, once))
    club.v1.products.update(monthly.product, {"active": False})
    assert "not active" in str(refused(club.session, monthly))
    assert refused(club.session, dollars, customer="cus_x", customer_email="a@b.example").param == (
        "customer"
    )
