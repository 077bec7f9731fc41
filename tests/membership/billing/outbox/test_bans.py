"""A ban says what becomes of subscriptions; open pages are closed; later payments are flagged."""

from typing import Any

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import audit_count, buy_gold, membership_state
from tests.membership.data.imports.test_imports import imported
from tests.membership.portal.signup.club import put
from tests.membership.public import written_log

YEAR = {"unit": "year"}


def ban(club: BillingClub, customer: str, **answer: Any) -> tuple[int, Any]:
    """Ban a customer; returns status code and body."""
    body = {"state": "banned", **answer}
    answered = club.service.call("PATCH", f"/v1/customers/{customer}", json=body)
    return answered.status_code, answered.json()


def state_of(club: BillingClub, customer: str) -> str:
    """Return the state of a customer."""
    return str(club.service.get(f"/v1/customers/{customer}")["customer"]["state"])


def tasks(club: BillingClub) -> list[Any]:
    """Return what Stripe is still to do."""
    return list(club.service.get("/v1/billing/tasks")["items"])


def flags(club: BillingClub) -> list[Any]:
    """Return the data of the events about payments to look at."""
    events = club.service.get("/v1/events", type="billing.payment_flagged")["items"]
    return [each["data"] for each in events]


ANSWERS = {
    # answer: status at Stripe after it, cancelled at the end of the period
    "cancel_now": ("canceled", False),
    "cancel_at_period_end": ("active", True),
    "keep": ("active", False),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_ban_asks_what_becomes_of_the_subscription(club: BillingClub, answer: str) -> None:
    customer, sold = buy_gold(club)
    refused = ban(club, customer)
    assert (refused[0], refused[1]["code"]) == (409, "subscriptions_undecided")
    assert "Gold" in refused[1]["detail"]
    assert state_of(club, customer) == "active"
    assert ban(club, customer, subscriptions=answer)[0] == 200
    assert state_of(club, customer) == "banned"
    club.settle()
    assert tasks(club) == []
    subscription = club.stripe.get(club.newest_subscription())
    assert (subscription["status"], subscription["cancel_at_period_end"]) == ANSWERS[answer]
    (order,) = club.service.get("/v1/billing/orders", membership_id=sold)["items"]
    assert (order["cancels_at"] is not None) is (answer == "cancel_at_period_end")
    assert audit_count(club, "billing.cancelled") == (answer != "keep")
    club.advance(days=32)
    club.settle()
    paid = [each for each in club.stripe.ledger.all("invoice") if each["status"] == "paid"]
    assert len(paid) == (2 if answer == "keep" else 1)
    # Who is kept subscribed on purpose is charged, renewed, and each payment is shown to staff.
    (order,) = club.service.get("/v1/billing/orders", membership_id=sold)["items"]
    assert order["trouble_kind"] == ("paid_by_banned" if answer == "keep" else None)
    assert len(flags(club)) == (answer == "keep")
    assert ban(club, customer)[0] == 200, "a ban of somebody who is banned asks nothing"


def test_what_a_ban_does_not_ask(club: BillingClub) -> None:
    """Nobody is asked about what charges nothing more, and only a ban takes an answer."""
    plain = club.service.customer("Plain")
    once = club.service.customer("Once")
    club.buy(once, club.gold_plan(billing=None))
    ends, _ = buy_gold(club, price_minor=5900)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    club.deliver_and_process()
    over, _ = buy_gold(club, price_minor=6900)
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.deliver_and_process()
    for customer in (plain, once, ends, over):
        assert ban(club, customer)[0] == 200
    wrong = club.service.call("PATCH", f"/v1/customers/{plain}", json={"subscriptions": "keep"})
    assert wrong.status_code == 422


def test_instalments_are_asked_about(club: BillingClub) -> None:
    """A year that is paid monthly has its end planned from the start, and charges until then."""
    customer, _ = buy_gold(club, length=YEAR)
    assert ban(club, customer)[1]["code"] == "subscriptions_undecided"
    assert ban(club, customer, subscriptions="cancel_at_period_end")[0] == 200
    club.settle()
    club.advance(days=40)
    club.settle()
    assert club.stripe.get(club.newest_subscription())["status"] == "canceled"


def test_nothing_is_ordered_for_a_banned_customer_and_open_pages_close(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    pages = [club.checkout_of(club.order_as_customer(customer, plan)["order_id"])]
    other = club.gold_plan(price_minor=5900, public=False)
    made = club.order_as_staff(other, customer_id=customer).json()["order_id"]
    pages.append(club.checkout_of(made))
    assert ban(club, customer)[0] == 200
    assert [each["kind"] for each in tasks(club)] == ["close_page", "close_page"]
    answer = club.order_as_staff(plan, customer_id=customer)
    assert (answer.status_code, answer.json()["code"]) == (409, "customer_banned")
    public = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert public.status_code in {401, 409}
    club.settle()
    assert {club.stripe.get(page)["status"] for page in pages} == {"expired"}
    assert {club.get_order(made)["state"]} == {"expired"}
    assert club.memberships(customer) == []


@pytest.mark.parametrize("state", ["banned", "erased"])
def test_a_page_that_opens_after_the_ban_is_closed(club: BillingClub, state: str) -> None:
    """The provider makes the page while the customer is banned or erased."""
    plan, customer = club.gold_plan(), club.service.customer()
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]

    def bar() -> None:
        if state == "banned":
            assert ban(club, customer)[0] == 200
        else:
            path = f"/v1/customers/{customer}/erase"
            club.service.post(path, {"confirm": number}, status=200)

    with club.while_stripe_works("/v1/checkout/sessions", bar):
        answer = club.order_as_staff(plan, customer_id=customer)
    assert (answer.status_code, answer.json()["code"]) == (409, f"customer_{state}")
    club.settle()
    (page,) = club.stripe.ledger.all("checkout.session")
    assert page["status"] == "expired"


CASES = {
    "banned, monthly": ("banned", MONTHLY),
    "banned, once": ("banned", None),
    "erased, monthly": ("erased", MONTHLY),
    "erased, once": ("erased", None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_payment_of_somebody_barred_is_flagged(club: BillingClub, name: str) -> None:
    state, billing = CASES[name]
    customer, plan = club.service.customer(), club.gold_plan(billing=billing)
    made = club.order_as_staff(plan, customer_id=customer).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    if state == "banned":
        assert ban(club, customer)[0] == 200
    else:
        number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
        club.service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    with written_log() as log:
        club.settle()
    assert ("payment_of_banned" in log.getvalue()) is (state == "banned")
    (shown,) = club.service.get("/v1/billing/orders", trouble=True)["items"]
    assert shown["id"] == made
    assert shown["trouble_kind"] == f"paid_by_{state}"
    assert "Refund" in shown["hint"]
    granted = shown["membership_id"] is not None
    assert granted is (state == "banned")
    (told,) = flags(club)
    assert (told["reason"], told["order_id"]) == (f"paid_by_{state}", made)
    assert (told["customer_id"], told["membership_id"]) == (customer, shown["membership_id"])
    assert (told["amount_minor"], told["currency"]) == (4900, "EUR")
    if granted:
        card = club.service.card(customer)
        assert club.service.scan(card["code"])["outcome"] == "blocked"
    if billing is not None:
        # No second payment: cancelled at once where nothing was granted.
        club.advance(days=32)
        club.settle()
        assert club.stripe.get(club.newest_subscription())["status"] == "canceled"
    assert len([x for x in club.stripe.ledger.all("charge") if x["paid"]]) == 1
    (invoice,) = club.service.get("/v1/billing/invoices")["items"]
    assert invoice["status"] == "paid"
    club.stripe.refund(invoice["id"])
    club.settle()
    assert club.service.get("/v1/billing/orders", trouble=True)["items"] == []
    refunded = club.get_order(made)
    assert refunded["settled_at"] is not None
    assert refunded["hint"] is None


def test_trouble_is_settled_by_staff_and_granted_to_nobody_later(club: BillingClub) -> None:
    company = club.service.company()
    made = club.order_as_staff(club.gold_plan(), company_id=company).json()["order_id"]
    path = f"/v1/billing/orders/{made}/settle"
    answer = club.service.call("POST", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_settle")
    club.stripe.pay(club.checkout_of(made))
    club.service.patch(f"/v1/companies/{company}", archived=True)
    club.settle()
    (told,) = flags(club)
    assert (told["reason"], told["company_id"]) == ("not_granted", company)
    for _ in range(2):
        assert club.service.post(path, status=200)["settled_at"] is not None
    assert club.service.get("/v1/billing/orders", trouble=True)["items"] == []
    assert audit_count(club, "billing.settled") == 1
    club.service.patch(f"/v1/companies/{company}", archived=False)
    found = club.service.post(f"/v1/billing/orders/{made}/refresh", status=200)
    assert found["membership_id"] is None


def test_a_file_cannot_ban_whom_a_subscription_charges(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    other = club.service.customer("Ben")
    ben = club.service.get(f"/v1/customers/{other}")["customer"]["number"]
    text = f"number,given_name,state\n{number},Amara,banned\n{ben},Ben,banned\n"
    for dry_run in (True, False):
        duplicates = {"action": "update"}
        _, report = imported(club.service, text, duplicates=duplicates, dry_run=dry_run)
        assert report[0]["outcome"] == "refused"
        assert "subscription" in report[0]["message"]
    assert [state_of(club, each) for each in (customer, other)] == ["active", "banned"]
    assert membership_state(club, sold)[0] == "active"


def test_a_public_page_of_a_club_that_closed_is_closed_by_a_ban_too(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    page = club.checkout_of(club.order_as_customer(customer, plan)["order_id"])
    assert put(club.service, open=False).status_code == 200
    assert ban(club, customer)[0] == 200
    club.settle()
    assert club.stripe.get(page)["status"] == "expired"
