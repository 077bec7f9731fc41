"""Changes of plan of a subscription: for the next period, at once, withdrawn, refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import audit_count, day_at

YEAR = {"unit": "year"}
READS = {"period_end": 3, "now": 9}
"""Requests before the change itself."""


def subscriber(club: BillingClub, **terms: Any) -> tuple[str, str]:
    """Return a customer who has just subscribed to Gold for 49.00, and their order."""
    customer = club.service.customer()
    club.buy(customer, club.gold_plan(**terms))
    (order,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
    return customer, str(order["id"])


def platinum(club: BillingClub, **terms: Any) -> str:
    """Return another plan: 99.00 a month by default."""
    usual = {"price_minor": 9900, "billing": MONTHLY, "length": MONTHLY, "public": True}
    return club.service.plan("Platinum", "sauna", **{**usual, **terms})


def change(club: BillingClub, order: str, plan: str, **body: Any) -> Any:
    """Return the answer to a change as staff."""
    wanted = {"plan_id": plan, **body}
    return club.service.call("POST", f"/v1/billing/orders/{order}/change", json=wanted)


def shown(club: BillingClub, order: str, plan: str) -> Any:
    """Return what a change at once would cost."""
    path = f"/v1/billing/orders/{order}/change/preview"
    return club.service.post(path, {"plan_id": plan}, status=200)


def change_now(club: BillingClub, order: str, plan: str) -> Any:
    """Return the answer to a change at once, for what it was said to cost."""
    cost = shown(club, order, plan)
    known = {name: cost[name] for name in ("amount_minor", "prorated_at")}
    return change(club, order, plan, at="now", **known)


def grants(club: BillingClub, customer: str) -> tuple[bool, bool]:
    """Return whether the pool (Gold) and the sauna (Platinum) are granted now."""
    pool, sauna = (
        club.service.get(f"/v1/access/{key}", customer_id=customer)["granted"]
        for key in ("pool", "sauna")
    )
    return pool, sauna


def paid(club: BillingClub) -> list[int]:
    """Return what was paid so far, oldest first."""
    return [each["amount_paid"] for each in club.stripe.ledger.all("invoice", status="paid")]


def subscriptions(club: BillingClub) -> list[str]:
    """Return the status of each subscription."""
    return [each["status"] for each in club.stripe.ledger.all("subscription")]


def test_a_change_for_the_next_period(club: BillingClub) -> None:
    customer, order = subscriber(club)
    answer = change(club, order, platinum(club))
    assert answer.status_code == 200, answer.text
    planned = answer.json()
    assert (planned["plan"], planned["next_plan"], planned["next_amount_minor"]) == (
        "Gold",
        "Platinum",
        9900,
    )
    assert planned["changes_at"] == "2027-04-10T11:00:00Z"
    club.deliver_and_process()
    assert grants(club, customer) == (True, False)
    assert paid(club) == [4900]
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert paid(club) == [4900, 9900]
    assert grants(club, customer) == (False, True)
    gold, new = sorted(club.memberships(customer), key=lambda each: each["plan"])
    assert (gold["status"], gold["last_day"]) == ("expired", "2027-04-10")
    assert (new["previous_id"], new["starts_at"]) == (gold["id"], "2027-04-10T11:00:00Z")
    assert (new["price_minor"], new["last_day"]) == (9900, "2027-05-10")
    found = club.get_order(order)
    assert (found["plan"], found["membership_id"], found["next_plan"]) == (
        "Platinum",
        new["id"],
        None,
    )
    invoices = club.service.get("/v1/billing/invoices")["items"]
    assert [each["plan"] for each in invoices] == ["Platinum", "Gold"]
    assert subscriptions(club) == ["active"]
    club.advance_to(day_at(12, 5))
    club.deliver_and_process()
    assert club.service.get(f"/v1/memberships/{new['id']}")["last_day"] == "2027-06-10"
    assert audit_count(club, "billing.plan_change_planned") == 1
    kinds = [each["type"] for each in club.service.get("/v1/events")["items"]]
    assert kinds.count("membership.transferred") == 1


def test_a_change_now_charges_what_was_shown(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plan = platinum(club)
    club.advance_to(day_at(25, 3, 23))
    cost = shown(club, order, plan)
    assert 0 < cost["amount_minor"] < 5000
    assert cost["next_amount_minor"] == 9900
    assert paid(club) == [4900]
    answer = change_now(club, order, plan)
    assert answer.status_code == 200, answer.text
    assert paid(club) == [4900, cost["amount_minor"]]
    assert grants(club, customer) == (False, True)
    club.deliver_and_process()
    gold, new = sorted(club.memberships(customer), key=lambda each: each["plan"])
    assert (gold["status"], gold["last_day"]) == ("expired", "2027-03-25")
    assert (new["last_day"], new["previous_id"]) == ("2027-04-10", gold["id"])
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert paid(club)[2:] == [9900]
    assert len(club.memberships(customer)) == 2
    assert audit_count(club, "billing.plan_changed") == 1


def test_a_cheaper_plan_now_is_a_credit(club: BillingClub) -> None:
    customer, order = subscriber(club, price_minor=9900)
    plan = platinum(club, price_minor=1900)
    club.advance_to(day_at(20, 3))
    cost = shown(club, order, plan)
    assert cost["amount_minor"] < 0
    assert change_now(club, order, plan).status_code == 200
    assert grants(club, customer) == (False, True)
    club.advance_to(day_at(12, 5))
    club.deliver_and_process()
    (sold,) = [each for each in club.memberships(customer) if each["plan"] == "Platinum"]
    assert (sold["status"], sold["last_day"]) == ("active", "2027-06-10")
    # The credit pays the next payments first.
    assert sum(paid(club)) == 9900 + max(0, 2 * 1900 + cost["amount_minor"])


@pytest.mark.parametrize(
    ("before", "after", "last_day"),
    [
        pytest.param(MONTHLY, YEAR, "2028-03-20", id="month to year"),
        pytest.param(YEAR, MONTHLY, "2027-04-20", id="year to month"),
    ],
)
def test_another_interval_begins_at_once(
    club: BillingClub, before: Any, after: Any, last_day: str
) -> None:
    customer, order = subscriber(club, billing=before, length=before)
    plan = platinum(club, billing=after, length=after)
    club.advance_to(day_at(20, 3))
    assert change_now(club, order, plan).status_code == 200
    club.deliver_and_process()
    (sold,) = [each for each in club.memberships(customer) if each["plan"] == "Platinum"]
    assert (sold["status"], sold["last_day"]) == ("active", last_day)
    assert club.get_order(order)["last_day"] == last_day


def test_a_declined_proration_changes_nothing(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plan = platinum(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    answer = change_now(club, order, plan)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_declined")
    club.deliver_and_process()
    assert grants(club, customer) == (True, False)
    assert (paid(club), club.get_order(order)["plan"]) == ([4900], "Gold")
    assert audit_count(club, "billing.plan_changed") == 0


def test_a_planned_change_is_withdrawn_and_changed_again(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plan, silver = platinum(club), platinum(club, price_minor=2900)
    path = f"/v1/billing/orders/{order}/change/withdraw"
    none = club.service.call("POST", path)
    assert (none.status_code, none.json()["code"]) == (409, "no_change_planned")
    change(club, order, plan)
    again = change(club, order, silver).json()
    assert again["next_amount_minor"] == 2900
    now = club.service.call(
        "POST", f"/v1/billing/orders/{order}/change/preview", json={"plan_id": plan}
    )
    assert (now.status_code, now.json()["code"]) == (409, "change_planned")
    assert club.service.post(path, status=200)["next_plan"] is None
    assert audit_count(club, "billing.plan_change_withdrawn") == 1
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert (paid(club), grants(club, customer)) == ([4900, 4900], (True, False))
    (sold,) = club.memberships(customer)
    assert sold["last_day"] == "2027-05-10"


def test_a_planned_change_ends_with_a_cancellation(club: BillingClub) -> None:
    customer, order = subscriber(club)
    change(club, order, platinum(club))
    club.service.post(f"/v1/billing/orders/{order}/cancel", {"at": "period_end"}, status=200)
    refused = change(club, order, platinum(club, price_minor=100))
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_not_changeable")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert (paid(club), grants(club, customer)) == ([4900], (False, False))
    found = club.get_order(order)
    assert (found["plan"], found["next_plan"], found["ends_on"]) == ("Gold", None, "2027-04-10")
    assert len(club.memberships(customer)) == 1


def test_a_change_whose_first_payment_fails_begins_when_it_is_paid(club: BillingClub) -> None:
    customer, order = subscriber(club)
    change(club, order, platinum(club))
    payer = club.stripe.get(club.newest_subscription())["customer"]
    club.stripe.set_card(payer, "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert grants(club, customer) == (True, False)  # in grace, under the old plan
    club.stripe.set_card(payer, "good")
    club.advance_to(day_at(16, 4))
    club.deliver_and_process()
    assert grants(club, customer) == (False, True)
    assert paid(club) == [4900, 9900]


@pytest.mark.parametrize("at", ["period_end", "now"])
@pytest.mark.parametrize("known", [True, False], ids=["told", "untold"])
def test_a_lost_answer_and_a_repeated_request(club: BillingClub, at: str, *, known: bool) -> None:
    customer, order = subscriber(club)
    plan = platinum(club)
    cost = shown(club, order, plan)  # makes the price at Stripe
    fields = ("amount_minor", "prorated_at") if at == "now" else ()
    body = {"at": at, **{name: cost[name] for name in fields}}
    before = len(club.stripe.requests)
    # Reads before the change: of the subscription, its invoices, the price, and so on.
    club.stripe.gate.coming.extend([None] * READS[at])
    club.stripe.lost_answer_next()
    lost = change(club, order, plan, **body)
    assert lost.status_code == 503, lost.text
    cut = club.stripe.requests[before + READS[at]]
    assert (cut.method, cut.path) == ("POST", f"/v1/subscriptions/{club.newest_subscription()}")
    if known:
        club.deliver_and_process()
    assert change(club, order, plan, **body).status_code == 200
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert grants(club, customer) == (False, True)
    between = [cost["amount_minor"]] if at == "now" else []
    assert paid(club) == [4900, *between, 9900]


@pytest.mark.both_databases(reason="two changes are made at the same time")
def test_two_changes_at_once_are_one_or_both_in_turn(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plans = [platinum(club), platinum(club, price_minor=2900)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda plan: change(club, order, plan), plans))
    codes = [each.status_code for each in answers]
    assert 200 in codes
    for each in answers:
        assert each.status_code in {200, 503} or each.json()["code"] == "change_in_progress"
    club.deliver_and_process()
    planned = club.get_order(order)
    item = club.stripe.get(club.newest_subscription())["items"]["data"][0]
    assert planned["next_amount_minor"] == item["price"]["unit_amount"]
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert paid(club) == [4900, planned["next_amount_minor"]]
    assert len(club.memberships(customer)) == 2


def test_what_cannot_be_changed_to(club: BillingClub) -> None:
    _, order = subscriber(club)
    archived = platinum(club)
    club.service.patch(f"/v1/plans/{archived}", archived=True)
    refusals = {
        archived: "plan_archived",
        platinum(club, currency="CHF"): "currency_differs",
        platinum(club, billing=None): "plan_not_changeable",
        platinum(club, price_minor=0): "plan_not_changeable",
        platinum(club, length={"unit": "month", "count": 6}): "plan_not_changeable",
    }
    listed = f"/v1/billing/orders/{order}/change/plans"
    assert club.service.get(listed)["items"] == []
    for plan, code in refusals.items():
        answer = change(club, order, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, code), code
    good = platinum(club, billing=YEAR, length=YEAR)
    (choice,) = club.service.get(listed)["items"]
    assert (choice["plan_id"], choice["next_period"]) == (good, True)
    blind = change(club, order, good, at="now")
    assert blind.status_code == 422
    wrong = {"at": "now", "amount_minor": 1, "prorated_at": shown(club, order, good)["prorated_at"]}
    answer = change(club, order, good, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (409, "amount_changed")


def test_who_pays_in_instalments_or_late_does_not_change(club: BillingClub) -> None:
    _, order = subscriber(club, length={"unit": "month", "count": 3})
    plan = platinum(club)
    assert change(club, order, plan).json()["code"] == "plan_not_changeable"
    _, late = subscriber(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert change(club, late, plan).json()["code"] == "plan_not_changeable"


@pytest.mark.parametrize("how", ["customer", "staff"])
def test_a_second_subscription_only_knowingly(club: BillingClub, how: str) -> None:
    customer, _ = subscriber(club)
    plan = platinum(club)

    def order(**more: Any) -> Any:
        if how == "staff":
            body = {"plan_id": plan, "customer_id": customer, **more}
            return club.service.call("POST", "/v1/billing/orders", json=body)
        return club.customer_call(customer, "POST", "/orders", json={"plan_id": plan, **more})

    for asked in ({"again": False},) if how == "staff" else ({}, {"again": False}):
        refused = order(**asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "other_subscription_runs")
    assert order(again=True).status_code == 201


def test_two_open_pages_of_two_plans_are_not_both_paid(club: BillingClub) -> None:
    customer = club.service.customer()
    first = club.checkout_of(club.order_as_customer(customer, club.gold_plan())["order_id"])
    club.order_as_customer(customer, platinum(club))
    assert club.stripe.get(first)["status"] == "expired"


def own(club: BillingClub, customer: str, path: str, body: Any = None, method: str = "POST") -> Any:
    """Return the answer to a request of the customer about their only running subscription."""
    items = club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    (running,) = [each for each in items if each["status"] == "active"]
    where = f"/me/memberships/{running['membership_id']}/change{path}"
    options = {} if body is None else {"json": body}
    return club.customer_call(customer, method, where, **options)


def test_a_member_changes_withdraws_and_changes_now(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plan = platinum(club)
    platinum(club, public=False)
    (choice,) = own(club, customer, "/plans", method="GET").json()["items"]
    assert (choice["plan_id"], choice["price"], choice["next_period"]) == (
        plan,
        "€99.00 per month",
        True,
    )
    planned = own(club, customer, "", {"plan_id": plan}).json()
    assert (planned["changes_to"], planned["changes_after"]) == ("Platinum", "2027-04-10")
    assert own(club, customer, "/withdraw").json()["changes_to"] is None
    club.advance_to(day_at(20, 3))
    cost = own(club, customer, "/preview", {"plan_id": plan}).json()
    assert cost["amount"] == f"€{cost['amount_minor'] / 100:.2f}"
    body = {"plan_id": plan, "at": "now", **{n: cost[n] for n in ("amount_minor", "prorated_at")}}
    done = own(club, customer, "", body).json()
    assert (done["plan"], done["status"], done["last_day"]) == ("Platinum", "active", "2027-04-10")
    assert grants(club, customer) == (False, True)
    assert club.get_order(order)["membership_id"] == done["membership_id"]


def test_a_member_changes_only_their_own_and_to_what_is_offered(club: BillingClub) -> None:
    customer, order = subscriber(club)
    hidden, other = platinum(club, public=False), club.service.customer()
    sold = club.get_order(order)["membership_id"]
    answer = own(club, customer, "", {"plan_id": hidden})
    assert (answer.status_code, answer.json()["code"]) == (404, "plan_not_found")
    for path in ("", "/preview"):
        where = f"/me/memberships/{sold}/change{path}"
        answer = club.customer_call(other, "POST", where, json={"plan_id": platinum(club)})
        assert (answer.status_code, answer.json()["code"]) == (404, "membership_not_found")
    assert grants(club, customer) == (True, False)
