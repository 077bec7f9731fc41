"""Who cannot order what, and what happens to those who cannot have what they paid."""

from typing import Any
from uuid import uuid4

import pytest

from tests.membership.billing.billing_club import MONTHLY, Shop
from tests.membership.portal.signup.club import put
from tests.membership.public import written_log
from tests.membership.support import Service


def refused(answer: Any) -> tuple[int, str]:
    """The status and the code of an answer."""
    return answer.status_code, answer.json()["code"]


def order(shop: Shop, customer: str, plan: str) -> tuple[int, str]:
    """How a customer's order is refused."""
    return refused(shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan}))


def test_plans_that_cannot_be_ordered(shop: Shop) -> None:
    customer = shop.service.customer()
    private, free = shop.gold(public=False), shop.gold(price_minor=0)
    archived, fine = shop.gold(), shop.gold(currency="KWD", price_minor=4901)
    shop.service.patch(f"/v1/plans/{archived}", archived=True)
    cases = {
        private: ((404, "plan_not_found"), None),
        archived: ((404, "plan_not_found"), (409, "plan_archived")),
        free: ((409, "plan_is_free"), (409, "plan_is_free")),
        fine: ((409, "amount_not_payable"), (409, "amount_not_payable")),
        str(uuid4()): ((404, "plan_not_found"), (404, "plan_not_found")),
    }
    for plan, (by_customer, by_staff) in cases.items():
        assert order(shop, customer, plan) == by_customer
        answer = shop.order_by_staff(plan, customer_id=customer)
        if by_staff is None:
            assert answer.status_code == 201, answer.text
        else:
            assert refused(answer) == by_staff
    assert len(shop.service.get("/v1/billing/orders")["items"]) == 1


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_people_who_cannot_order_by_themselves(shop: Shop, state: str) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    shop.service.patch(f"/v1/customers/{customer}", state=state)
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert answer.status_code in {401, 409}
    assert answer.json()["code"] in {"join_refused", "session_ended", "unauthorized"}
    assert shop.service.get("/v1/billing/orders")["items"] == []


def test_a_closed_signup_sells_nothing(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    assert put(shop.service, open=False).status_code == 200
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert answer.status_code in {401, 404}
    assert shop.order_by_staff(plan, customer_id=customer).status_code == 201


def test_no_account_and_what_is_no_order(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    company = shop.service.company()
    for body in (
        {},
        {"plan_id": plan},
        {"plan_id": plan, "customer_id": customer, "company_id": company},
        {"plan_id": "gold", "customer_id": customer},
    ):
        answer = shop.service.call("POST", "/v1/billing/orders", json=body)
        assert refused(answer) == (422, "invalid_request")
    nobody = shop.order_by_staff(plan, customer_id=str(uuid4()))
    assert refused(nobody) == (404, "customer_not_found")
    nobody = shop.order_by_staff(plan, company_id=str(uuid4()))
    assert refused(nobody) == (404, "company_not_found")
    assert shop.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    assert order(shop, customer, plan) == (409, "payment_at_desk")
    answer = shop.order_by_staff(plan, customer_id=customer)
    assert refused(answer) == (409, "billing_not_set_up")


def test_without_a_public_address_nothing_is_sold(service: Service) -> None:
    body = {"plan_id": service.plan(price_minor=100), "customer_id": service.customer()}
    answer = service.call("POST", "/v1/billing/orders", json=body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "public_url_missing"


def test_of_another_customer_and_of_another_club(shop: Shop) -> None:
    customer, other = shop.service.customer(), shop.service.customer()
    sold = shop.bought(customer, shop.gold())
    (made,) = shop.service.get("/v1/billing/orders")["items"]
    (invoice,) = shop.service.get("/v1/billing/invoices")["items"]
    asked = [
        ("GET", f"/orders/{made['id']}", "order_not_found"),
        ("POST", f"/me/memberships/{sold['id']}/cancel", "membership_not_found"),
        ("POST", f"/me/memberships/{sold['id']}/resume", "membership_not_found"),
        ("POST", f"/me/invoices/{invoice['id']}/link", "invoice_not_found"),
    ]
    for method, path, code in asked:
        assert refused(shop.customer_call(other, method, path)) == (404, code)
    assert shop.customer_call(other, "GET", "/me/invoices").json()["items"] == []
    assert shop.customer_call(other, "GET", "/me/subscriptions").json()["items"] == []
    assert refused(shop.customer_call(other, "POST", "/me/portal")) == (409, "nothing_billed")
    club = shop.service.fresh()
    for path in ("orders", "invoices", "events"):
        assert club.get(f"/v1/billing/{path}")["items"] == []
    assert club.get("/v1/billing/orders", membership_id=sold["id"])["items"] == []
    for way in ("", "/refresh", "/cancel", "/resume"):
        method = "POST" if way else "GET"
        answer = club.call(method, f"/v1/billing/orders/{made['id']}{way}", json={})
        assert refused(answer) == (404, "order_not_found")
    body = {"plan_id": made["plan_id"], "customer_id": club.customer()}
    assert refused(club.call("POST", "/v1/billing/orders", json=body)) == (404, "plan_not_found")
    assert shop.held(customer)[0]["status"] == "active"


def paid(shop: Shop, **payer: str) -> str:
    """An order of staff that was paid, and not heard of yet; its id."""
    made = shop.order_by_staff(shop.gold(), **payer).json()["order_id"]
    shop.stripe.pay(shop.page_of(made))
    return str(made)


def test_merged_meanwhile(shop: Shop) -> None:
    goes, stays = shop.service.customer(), shop.service.customer()
    made = shop.ordered(goes, shop.gold())["order_id"]
    shop.stripe.pay(shop.page_of(made))
    shop.service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    shop.catch_up()
    (sold,) = shop.held(stays)
    assert (sold["status"], sold["source"]) == ("active", "signup")
    assert shop.order(made)["customer_id"] == stays
    assert len(shop.customer_call(stays, "GET", "/me/invoices").json()["items"]) == 1


def test_banned_meanwhile_has_what_was_paid_and_no_entry(shop: Shop) -> None:
    customer = shop.service.customer()
    paid(shop, customer_id=customer)
    shop.service.patch(f"/v1/customers/{customer}", state="banned")
    shop.catch_up()
    (sold,) = shop.held(customer)
    card = shop.service.card(customer)
    assert shop.service.scan(card["code"])["outcome"] == "blocked"
    assert sold["status"] == "active"


@pytest.mark.parametrize("billing", [None, MONTHLY])
def test_erased_meanwhile_is_shown_and_logged(shop: Shop, billing: Any) -> None:
    customer = shop.service.customer()
    plan = shop.gold(billing=billing)
    made = shop.order_by_staff(plan, customer_id=customer).json()["order_id"]
    shop.stripe.pay(shop.page_of(made))
    number = shop.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    shop.service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    with written_log() as log:
        shop.catch_up()
    assert log.getvalue().count("paid_order_not_granted") == 1
    found = shop.order(made)
    assert (found["state"], found["membership_id"]) == ("completed", None)
    assert found["trouble"] == (
        "Paid, and not granted: This customer was erased and cannot be changed."
    )
    (shown,) = shop.service.get("/v1/billing/orders", trouble=True)["items"]
    assert shown["id"] == made
    (invoice,) = shop.service.get("/v1/billing/invoices")["items"]
    assert invoice["status"] == "paid"
    assert shop.held(customer) == []


def test_archived_meanwhile_is_granted_once_it_is_taken_back(shop: Shop) -> None:
    company = shop.service.company()
    made = paid(shop, company_id=company)
    shop.service.patch(f"/v1/companies/{company}", archived=True)
    shop.catch_up()
    assert "archived" in shop.order(made)["trouble"]
    shop.service.patch(f"/v1/companies/{company}", archived=False)
    found = shop.service.post(f"/v1/billing/orders/{made}/refresh", status=200)
    assert (found["trouble"], found["membership_id"] is None) == (None, False)
    assert shop.service.get("/v1/billing/orders", trouble=True)["items"] == []
