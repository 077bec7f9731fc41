"""Instalments, what a company pays, what the desk leaves to Stripe, and what the desk bills."""

from tests.membership.billing.billing_club import MONTHLY, Shop
from tests.membership.billing.members import at, bought, change, own, stands


def test_instalments_end_after_their_length(shop: Shop) -> None:
    customer, sold = bought(shop, length={"unit": "month", "count": 3})
    subscription = shop.subscription()
    assert shop.stripe.get(subscription)["cancel_at"] == int(at(10, 6, 11).timestamp())
    shown = own(shop, customer)
    assert (shown["can_cancel"], shown["can_resume"], shown["renews"]) == (False, False, True)
    for what, code in (("cancel", "not_cancellable"), ("resume", "not_resumable")):
        status, answer = change(shop, customer, sold, what)
        assert (status, answer["code"]) == (409, code)
    shop.go_to(at(20, 5))
    shop.catch_up()
    assert stands(shop, sold) == ("active", None, "2027-06-10")
    shop.go_to(at(11, 6))
    shop.catch_up()
    assert stands(shop, sold) == ("expired", None, "2027-06-10")
    assert len(shop.stripe.ledger.all("invoice", status="paid")) == 3
    assert own(shop, customer)["status"] == "canceled"


def test_instalments_that_are_heard_of_too_late_end_at_once(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold(length={"unit": "month", "count": 2})
    order = shop.ordered(customer, plan)["order_id"]
    shop.stripe.pay(shop.page_of(order))
    shop.go_to(at(20, 6))
    shop.work_off()
    assert shop.stripe.get(shop.subscription())["status"] == "canceled"
    (sold,) = shop.held(customer)
    assert (sold["status"], sold["reason"]) == ("expired", "ended_early")
    assert shop.order(order)["subscription"] == "canceled"


def test_staff_cannot_make_instalments_go_on_for_ever(shop: Shop) -> None:
    _, _ = bought(shop, length={"unit": "month", "count": 3})
    (order,) = shop.service.get("/v1/billing/orders")["items"]
    shown = shop.service.post(f"/v1/billing/orders/{order['id']}/resume", status=200)
    assert shown["cancels_at"] == "2027-06-10T11:00:00Z"


def test_a_company_pays_and_its_people_have_it(shop: Shop) -> None:
    company = shop.service.company(
        billing_name="Northwind AG", billing_email="ap@northwind.example"
    )
    customer = shop.service.customer()
    shop.service.link(company, customer)
    made = shop.order_by_staff(shop.gold(public=False), company_id=company).json()["order_id"]
    shop.stripe.pay(shop.page_of(made))
    shop.catch_up()
    payer = shop.stripe.get(shop.stripe.get(shop.page_of(made))["customer"])
    assert (payer["name"], payer["email"]) == ("Northwind AG", "ap@northwind.example")
    sold = shop.order(made)["membership_id"]
    assert shop.service.get(f"/v1/memberships/{sold}")["company_id"] == company
    code = shop.service.card(customer)["code"]
    assert shop.service.scan(code)["outcome"] == "active"
    # It is the company's: its people see nothing of its payments, and cannot cancel it.
    assert shop.customer_call(customer, "GET", "/me/subscriptions").json()["items"] == []
    assert change(shop, customer, sold, "cancel")[1]["code"] == "membership_not_found"
    shop.service.post(f"/v1/billing/orders/{made}/cancel", {"at": "now"}, status=200)
    assert shop.service.scan(code)["outcome"] != "active"


def test_what_the_desk_cannot_do_while_stripe_decides(shop: Shop) -> None:
    customer, sold = bought(shop)
    other = shop.gold()
    for path, body in (
        ("renew", {}),
        ("extend", {"days": 7}),
        ("end", {"why": "Moved"}),
        ("transfer", {"plan_id": other}),
    ):
        answer = shop.service.call("POST", f"/v1/memberships/{sold}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider"), path
    number = shop.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    erase = {"confirm": number, "end_memberships": True}
    answer = shop.service.call("POST", f"/v1/customers/{customer}/erase", json=erase)
    assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider")
    (order,) = shop.service.get("/v1/billing/orders")["items"]
    shop.go_on(hours=1)
    shop.service.post(f"/v1/billing/orders/{order['id']}/cancel", {"at": "now"}, status=200)
    shop.service.post(f"/v1/customers/{customer}/erase", erase, status=200)


def test_stripe_is_down_when_somebody_cancels(shop: Shop) -> None:
    customer, sold = bought(shop)
    shop.stripe.fail_next(status=None)
    status, answer = change(shop, customer, sold, "cancel")
    assert (status, answer["code"]) == (503, "payment_provider_unavailable")
    assert own(shop, customer)["renews"] is True
    # Cancelled there, and the answer is lost: the event tells it, and so does asking again.
    shop.stripe.lost_answer_next()
    assert change(shop, customer, sold, "cancel")[0] == 503
    shop.catch_up()
    assert own(shop, customer)["renews"] is False


def test_open_memberships_of_the_desk(shop: Shop) -> None:
    customer = shop.service.customer()
    plan = shop.service.plan("Open", billing=MONTHLY, price_minor=3000)
    sold = shop.service.member(plan, customer_id=customer)
    shop.go_on(days=5)
    shown = own(shop, customer)
    assert (shown["can_cancel"], shown["renews"], shown["paid_until"]) == (True, True, None)
    status, shown = change(shop, customer, sold, "cancel")
    assert (status, shown["cancels_at"]) == (200, "2027-04-09T22:00:00Z")
    assert (shown["can_cancel"], shown["can_resume"], shown["status"]) == (False, True, "active")
    assert change(shop, customer, sold, "cancel")[1]["code"] == "not_cancellable"
    assert change(shop, customer, sold, "resume")[1]["can_cancel"] is True
    assert change(shop, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert change(shop, customer, sold, "cancel")[0] == 200
    shop.go_to(at(10, 4))
    assert stands(shop, sold)[:2] == ("expired", "ended_early")
    assert change(shop, customer, sold, "resume")[1]["code"] == "not_resumable"
    # An end that staff planned is not the customer's to take back.
    again = shop.service.member(plan, customer_id=customer)
    end = {"at": at(20, 4).isoformat(), "why": "Closed"}
    shop.service.post(f"/v1/memberships/{again}/end", end, status=200)
    assert change(shop, customer, again, "resume")[1]["code"] == "not_resumable"
