"""Buying a membership on the internet: ordered, paid at Stripe, granted by Stripe's word."""

from tests.membership.billing.billing_club import Shop


def test_a_paid_order_becomes_a_membership(shop: Shop) -> None:
    customer = shop.service.customer(email="amara@example.com")
    order = shop.ordered(customer, shop.gold())
    assert order["url"].startswith(shop.stripe.url)
    assert shop.service.get("/v1/memberships", customer_id=customer)["items"] == []
    shop.stripe.pay(shop.page_of(order["order_id"]))
    shop.catch_up()
    (sold,) = shop.service.get("/v1/memberships", customer_id=customer)["items"]
    assert (sold["status"], sold["source"], sold["price_minor"]) == ("active", "signup", 4900)
    assert (sold["last_day"], sold["payment_overdue_since"][:10]) == ("2027-04-10", "2027-04-10")
