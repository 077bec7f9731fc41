"""An order, its payment at Stripe, and the membership that it grants."""

from tests.membership.billing.billing_club import BillingClub


def test_a_paid_order_becomes_a_membership(club: BillingClub) -> None:
    customer = club.service.customer(email="amara@example.com")
    order = club.order_as_customer(customer, club.gold_plan())
    assert order["url"].startswith(club.stripe.url)
    assert club.service.get("/v1/memberships", customer_id=customer)["items"] == []
    club.stripe.pay(club.checkout_of(order["order_id"]))
    club.deliver_and_process()
    (sold,) = club.service.get("/v1/memberships", customer_id=customer)["items"]
    assert (sold["status"], sold["source"], sold["price_minor"]) == ("active", "signup", 4900)
    assert (sold["last_day"], sold["payment_overdue_since"][:10]) == ("2027-04-10", "2027-04-10")
