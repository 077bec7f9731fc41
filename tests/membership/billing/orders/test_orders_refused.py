"""Refused orders, and paid orders that cannot be granted."""

from typing import Any
from uuid import uuid4

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.portal.signup.club import put
from tests.membership.public import written_log
from tests.membership.support import Service


def refused(answer: Any) -> tuple[int, str]:
    """Return status and error code of a response."""
    return answer.status_code, answer.json()["code"]


def order(club: BillingClub, customer: str, plan: str) -> tuple[int, str]:
    """Order as a customer; returns status and error code of the refusal."""
    return refused(club.customer_call(customer, "POST", "/orders", json={"plan_id": plan}))


def test_plans_that_cannot_be_ordered(club: BillingClub) -> None:
    customer = club.service.customer()
    private, free = club.gold_plan(public=False), club.gold_plan(price_minor=0)
    archived, fine = club.gold_plan(), club.gold_plan(currency="KWD", price_minor=4901)
    club.service.patch(f"/v1/plans/{archived}", archived=True)
    cases = {
        private: ((404, "plan_not_found"), None),
        archived: ((404, "plan_not_found"), (409, "plan_archived")),
        free: ((409, "plan_is_free"), (409, "plan_is_free")),
        fine: ((409, "amount_not_payable"), (409, "amount_not_payable")),
        str(uuid4()): ((404, "plan_not_found"), (404, "plan_not_found")),
    }
    for plan, (by_customer, by_staff) in cases.items():
        assert order(club, customer, plan) == by_customer
        answer = club.order_as_staff(plan, customer_id=customer)
        if by_staff is None:
            assert answer.status_code == 201, answer.text
        else:
            assert refused(answer) == by_staff
    assert len(club.service.get("/v1/billing/orders")["items"]) == 1


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_customers_who_may_not_order(club: BillingClub, state: str) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    club.service.patch(f"/v1/customers/{customer}", state=state)
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert answer.status_code in {401, 409}
    assert answer.json()["code"] in {"join_refused", "session_ended", "unauthorized"}
    assert club.service.get("/v1/billing/orders")["items"] == []


def test_orders_are_refused_while_signup_is_closed(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    assert put(club.service, open=False).status_code == 200
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert answer.status_code in {401, 404}
    assert club.order_as_staff(plan, customer_id=customer).status_code == 201


def test_orders_without_an_account_and_invalid_orders(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    company = club.service.company()
    for body in (
        {},
        {"plan_id": plan},
        {"plan_id": plan, "customer_id": customer, "company_id": company},
        {"plan_id": "gold", "customer_id": customer},
    ):
        answer = club.service.call("POST", "/v1/billing/orders", json=body)
        assert refused(answer) == (422, "invalid_request")
    nobody = club.order_as_staff(plan, customer_id=str(uuid4()))
    assert refused(nobody) == (404, "customer_not_found")
    nobody = club.order_as_staff(plan, company_id=str(uuid4()))
    assert refused(nobody) == (404, "company_not_found")
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    assert order(club, customer, plan) == (409, "payment_at_desk")
    answer = club.order_as_staff(plan, customer_id=customer)
    assert refused(answer) == (409, "billing_not_set_up")


def test_orders_require_a_public_url(service: Service) -> None:
    body = {"plan_id": service.plan(price_minor=100), "customer_id": service.customer()}
    answer = service.call("POST", "/v1/billing/orders", json=body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "public_url_missing"


def test_orders_of_other_customers_and_organizations_are_not_found(club: BillingClub) -> None:
    customer, other = club.service.customer(), club.service.customer()
    sold = club.buy(customer, club.gold_plan())
    (made,) = club.service.get("/v1/billing/orders")["items"]
    (invoice,) = club.service.get("/v1/billing/invoices")["items"]
    asked = [
        ("GET", f"/orders/{made['id']}", "order_not_found"),
        ("POST", f"/me/memberships/{sold['id']}/cancel", "membership_not_found"),
        ("POST", f"/me/memberships/{sold['id']}/resume", "membership_not_found"),
        ("POST", f"/me/invoices/{invoice['id']}/link", "invoice_not_found"),
    ]
    for method, path, code in asked:
        assert refused(club.customer_call(other, method, path)) == (404, code)
    assert club.customer_call(other, "GET", "/me/invoices").json()["items"] == []
    assert club.customer_call(other, "GET", "/me/subscriptions").json()["items"] == []
    assert refused(club.customer_call(other, "POST", "/me/portal")) == (409, "nothing_billed")
    elsewhere = club.service.fresh()
    for path in ("orders", "invoices", "events"):
        assert elsewhere.get(f"/v1/billing/{path}")["items"] == []
    assert elsewhere.get("/v1/billing/orders", membership_id=sold["id"])["items"] == []
    for way in ("", "/refresh", "/cancel", "/resume"):
        method = "POST" if way else "GET"
        answer = elsewhere.call(method, f"/v1/billing/orders/{made['id']}{way}", json={})
        assert refused(answer) == (404, "order_not_found")
    body = {"plan_id": made["plan_id"], "customer_id": elsewhere.customer()}
    assert refused(elsewhere.call("POST", "/v1/billing/orders", json=body)) == (
        404,
        "plan_not_found",
    )
    assert club.memberships(customer)[0]["status"] == "active"


def paid(club: BillingClub, **payer: str) -> str:
    """Return the id of a paid order of staff whose events are not delivered."""
    made = club.order_as_staff(club.gold_plan(), **payer).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    return str(made)


def test_a_customer_merged_before_the_payment(club: BillingClub) -> None:
    goes, stays = club.service.customer(), club.service.customer()
    made = club.order_as_customer(goes, club.gold_plan())["order_id"]
    club.stripe.pay(club.checkout_of(made))
    club.service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    club.deliver_and_process()
    (sold,) = club.memberships(stays)
    assert (sold["status"], sold["source"]) == ("active", "signup")
    assert club.get_order(made)["customer_id"] == stays
    assert len(club.customer_call(stays, "GET", "/me/invoices").json()["items"]) == 1


def test_a_customer_blocked_before_the_payment(club: BillingClub) -> None:
    customer = club.service.customer()
    paid(club, customer_id=customer)
    club.service.patch(f"/v1/customers/{customer}", state="banned")
    club.deliver_and_process()
    (sold,) = club.memberships(customer)
    card = club.service.card(customer)
    assert club.service.scan(card["code"])["outcome"] == "blocked"
    assert sold["status"] == "active"


@pytest.mark.parametrize("billing", [None, MONTHLY])
def test_a_customer_erased_before_the_payment(club: BillingClub, billing: Any) -> None:
    customer = club.service.customer()
    plan = club.gold_plan(billing=billing)
    made = club.order_as_staff(plan, customer_id=customer).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    club.service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    with written_log() as log:
        club.deliver_and_process()
    assert log.getvalue().count("paid_order_not_granted") == 1
    found = club.get_order(made)
    assert (found["state"], found["membership_id"]) == ("completed", None)
    assert found["trouble"] == (
        "Paid, and not granted: This customer was erased and cannot be changed."
    )
    (shown,) = club.service.get("/v1/billing/orders", trouble=True)["items"]
    assert shown["id"] == made
    (invoice,) = club.service.get("/v1/billing/invoices")["items"]
    assert invoice["status"] == "paid"
    assert club.memberships(customer) == []


def test_a_company_archived_before_the_payment(club: BillingClub) -> None:
    company = club.service.company()
    made = paid(club, company_id=company)
    club.service.patch(f"/v1/companies/{company}", archived=True)
    club.deliver_and_process()
    assert "archived" in club.get_order(made)["trouble"]
    club.service.patch(f"/v1/companies/{company}", archived=False)
    found = club.service.post(f"/v1/billing/orders/{made}/refresh", status=200)
    assert (found["trouble"], found["membership_id"] is None) == (None, False)
    assert club.service.get("/v1/billing/orders", trouble=True)["items"] == []
