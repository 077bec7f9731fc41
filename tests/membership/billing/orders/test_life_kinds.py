"""Instalments, companies that pay, and the division between Stripe and the desk."""

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import (
    buy_gold,
    change_as_customer,
    day_at,
    membership_state,
    own_subscription,
)


def test_instalments_end_after_their_length(club: BillingClub) -> None:
    customer, sold = buy_gold(club, length={"unit": "month", "count": 3})
    subscription = club.newest_subscription()
    assert club.stripe.get(subscription)["cancel_at"] == int(day_at(10, 6, 11).timestamp())
    shown = own_subscription(club, customer)
    assert (shown["can_cancel"], shown["can_resume"], shown["renews"]) == (False, False, True)
    for what, code in (("cancel", "not_cancellable"), ("resume", "not_resumable")):
        status, answer = change_as_customer(club, customer, sold, what)
        assert (status, answer["code"]) == (409, code)
    club.advance_to(day_at(20, 5))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", None, "2027-06-10")
    club.advance_to(day_at(11, 6))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("expired", None, "2027-06-10")
    assert len(club.stripe.ledger.all("invoice", status="paid")) == 3
    assert own_subscription(club, customer)["status"] == "canceled"


def test_instalments_synchronized_too_late_are_cancelled_at_once(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(length={"unit": "month", "count": 2})
    order = club.order_as_customer(customer, plan)["order_id"]
    club.stripe.pay(club.checkout_of(order))
    club.advance_to(day_at(20, 6))
    club.process_inbox()
    assert club.stripe.get(club.newest_subscription())["status"] == "canceled"
    (sold,) = club.memberships(customer)
    assert (sold["status"], sold["reason"]) == ("expired", "ended_early")
    assert club.get_order(order)["subscription"] == "canceled"


def test_staff_cannot_resume_instalments(club: BillingClub) -> None:
    _, _ = buy_gold(club, length={"unit": "month", "count": 3})
    (order,) = club.service.get("/v1/billing/orders")["items"]
    shown = club.service.post(f"/v1/billing/orders/{order['id']}/resume", status=200)
    assert shown["cancels_at"] == "2027-06-10T11:00:00Z"


def test_a_company_pays_and_its_people_inherit(club: BillingClub) -> None:
    company = club.service.company(
        billing_name="Northwind AG", billing_email="ap@northwind.example"
    )
    customer = club.service.customer()
    club.service.link(company, customer)
    made = club.order_as_staff(club.gold_plan(public=False), company_id=company).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    club.deliver_and_process()
    payer = club.stripe.get(club.stripe.get(club.checkout_of(made))["customer"])
    assert (payer["name"], payer["email"]) == ("Northwind AG", "ap@northwind.example")
    sold = club.get_order(made)["membership_id"]
    assert club.service.get(f"/v1/memberships/{sold}")["company_id"] == company
    code = club.service.card(customer)["code"]
    assert club.service.scan(code)["outcome"] == "active"
    # The people of a company neither see its payments nor cancel its subscription.
    assert club.customer_call(customer, "GET", "/me/subscriptions").json()["items"] == []
    assert change_as_customer(club, customer, sold, "cancel")[1]["code"] == "membership_not_found"
    club.service.post(f"/v1/billing/orders/{made}/cancel", {"at": "now"}, status=200)
    assert club.service.scan(code)["outcome"] != "active"


def test_desk_actions_are_refused_while_a_subscription_runs(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    other = club.gold_plan()
    for path, body in (
        ("renew", {}),
        ("extend", {"days": 7}),
        ("end", {"why": "Moved"}),
        ("transfer", {"plan_id": other}),
    ):
        answer = club.service.call("POST", f"/v1/memberships/{sold}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider"), path
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    erase = {"confirm": number, "end_memberships": True}
    answer = club.service.call("POST", f"/v1/customers/{customer}/erase", json=erase)
    assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider")
    (order,) = club.service.get("/v1/billing/orders")["items"]
    club.advance(hours=1)
    club.service.post(f"/v1/billing/orders/{order['id']}/cancel", {"at": "now"}, status=200)
    club.service.post(f"/v1/customers/{customer}/erase", erase, status=200)


def test_cancelling_while_stripe_is_down(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.stripe.fail_next(status=None)
    status, answer = change_as_customer(club, customer, sold, "cancel")
    assert (status, answer["code"]) == (503, "payment_provider_unavailable")
    assert own_subscription(club, customer)["renews"] is True
    # Cancelled at Stripe, with a lost response: the event synchronizes it.
    club.stripe.lost_answer_next()
    assert change_as_customer(club, customer, sold, "cancel")[0] == 503
    club.deliver_and_process()
    assert own_subscription(club, customer)["renews"] is False


def test_customers_cancel_open_ended_memberships_of_the_desk(club: BillingClub) -> None:
    customer = club.service.customer()
    plan = club.service.plan("Open", billing=MONTHLY, price_minor=3000)
    sold = club.service.member(plan, customer_id=customer)
    club.advance(days=5)
    shown = own_subscription(club, customer)
    assert (shown["can_cancel"], shown["renews"], shown["paid_until"]) == (True, True, None)
    status, shown = change_as_customer(club, customer, sold, "cancel")
    assert (status, shown["cancels_at"]) == (200, "2027-04-09T22:00:00Z")
    assert (shown["can_cancel"], shown["can_resume"], shown["status"]) == (False, True, "active")
    assert change_as_customer(club, customer, sold, "cancel")[1]["code"] == "not_cancellable"
    assert change_as_customer(club, customer, sold, "resume")[1]["can_cancel"] is True
    assert change_as_customer(club, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    club.advance_to(day_at(10, 4))
    assert membership_state(club, sold)[:2] == ("expired", "ended_early")
    assert change_as_customer(club, customer, sold, "resume")[1]["code"] == "not_resumable"
    # A customer cannot undo an end that staff set.
    again = club.service.member(plan, customer_id=customer)
    end = {"at": day_at(20, 4).isoformat(), "why": "Closed"}
    club.service.post(f"/v1/memberships/{again}/end", end, status=200)
    assert change_as_customer(club, customer, again, "resume")[1]["code"] == "not_resumable"
