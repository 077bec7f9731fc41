"""The life of a membership that renews: cancelled, resumed, overdue, paid, given up, ended."""

import pytest

from tests.membership.billing.billing_club import Shop
from tests.membership.billing.members import actions, at, attention, bought, change, own, stands


def test_cancelled_and_resumed_by_the_customer(shop: Shop) -> None:
    customer, sold = bought(shop)
    assert (own(shop, customer)["can_cancel"], own(shop, customer)["can_resume"]) == (True, False)
    status, shown = change(shop, customer, sold, "cancel")
    assert (status, shown["renews"]) == (200, False)
    assert (shown["can_cancel"], shown["can_resume"]) == (False, True)
    assert shown["cancels_at"] == "2027-04-10T11:00:00Z"
    assert shop.stripe.get(shop.subscription())["cancel_at_period_end"] is True
    assert change(shop, customer, sold, "cancel")[1]["code"] == "not_cancellable"
    status, shown = change(shop, customer, sold, "resume")
    assert (status, shown["renews"], shown["cancels_at"]) == (200, True, None)
    assert change(shop, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert change(shop, customer, sold, "cancel")[0] == 200
    shop.go_to(at(10, 4, 20))
    shop.catch_up()
    # The day on which the paid period ends is a good one, and no grace follows it.
    assert stands(shop, sold) == ("active", None, "2027-04-10")
    shop.go_to(at(11, 4))
    shop.catch_up()
    assert stands(shop, sold) == ("expired", None, "2027-04-10")
    assert change(shop, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert [actions(shop, f"billing.{each}") for each in ("cancelled", "resumed")] == [2, 1]


def test_cancelled_by_staff_with_the_period_and_at_once(shop: Shop) -> None:
    customer, sold = bought(shop)
    (order,) = shop.service.get("/v1/billing/orders")["items"]
    path = f"/v1/billing/orders/{order['id']}"
    shown = shop.service.post(f"{path}/cancel", {"at": "period_end"}, status=200)
    assert shown["cancels_at"] == "2027-04-10T11:00:00Z"
    assert own(shop, customer)["renews"] is False
    shown = shop.service.post(f"{path}/resume", status=200)
    assert (shown["cancels_at"], own(shop, customer)["renews"]) == (None, True)
    wrong = shop.service.call("POST", f"{path}/cancel", json={"at": "tomorrow"})
    assert wrong.status_code == 422
    shop.go_on(hours=1)
    shown = shop.service.post(f"{path}/cancel", {"at": "now"}, status=200)
    assert shown["subscription"] == "canceled"
    assert stands(shop, sold) == ("expired", "ended_early", "2027-04-10")
    for what in ("cancel", "resume"):
        answer = shop.service.call("POST", f"{path}/{what}", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    shop.catch_up()
    assert stands(shop, sold) == ("expired", "ended_early", "2027-04-10")


def test_ended_in_the_second_in_which_it_began(shop: Shop) -> None:
    _, sold = bought(shop)
    shop.stripe.cancel(shop.subscription(), at_period_end=False)
    shop.catch_up()
    assert stands(shop, sold)[0] == "expired"
    customer = shop.service.customer()
    order = shop.ordered(customer, shop.gold())["order_id"]
    shop.stripe.pay(shop.page_of(order))
    shop.stripe.cancel(shop.subscription(), at_period_end=False)
    shop.catch_up()
    (both,) = shop.held(customer)
    assert (both["status"], both["reason"]) == ("expired", "ended_early")


@pytest.mark.parametrize("as_date", [True, False])
def test_cancelled_in_the_portal(shop: Shop, *, as_date: bool) -> None:
    customer, sold = bought(shop)
    shop.stripe.cancel(shop.subscription(), at_period_end=True, as_date=as_date)
    shop.catch_up()
    assert (own(shop, customer)["renews"], own(shop, customer)["can_resume"]) == (False, True)
    assert change(shop, customer, sold, "resume")[0] == 200
    assert own(shop, customer)["renews"] is True
    assert shop.stripe.get(shop.subscription())["cancel_at"] is None


def test_overdue_in_grace_then_paid_then_fine(shop: Shop) -> None:
    customer, sold = bought(shop)
    payer = shop.stripe.get(shop.subscription())["customer"]
    shop.stripe.set_card(payer, "declines")
    shop.go_to(at(12, 4))
    shop.catch_up()
    assert stands(shop, sold) == ("active", "payment_overdue", "2027-04-10")
    assert "payment_overdue" in attention(shop, customer)
    (failed,) = shop.service.get("/v1/billing/invoices", membership_id=sold)["items"][:1]
    assert failed["status"] == "open"
    link = shop.customer_call(customer, "POST", f"/me/invoices/{failed['id']}/link").json()
    assert link["url"] == f"{shop.stripe.url}/i/{failed['id']}"
    shop.stripe.pay_invoice(failed["id"])
    shop.catch_up()
    assert stands(shop, sold) == ("active", None, "2027-05-10")
    assert attention(shop, customer) == []


def test_it_fails_until_stripe_gives_up(shop: Shop) -> None:
    customer, sold = bought(shop)
    shop.stripe.set_card(shop.stripe.get(shop.subscription())["customer"], "declines")
    shop.go_to(at(17, 4))
    shop.catch_up()
    assert stands(shop, sold) == ("active", "payment_overdue", "2027-04-10")
    shop.go_to(at(18, 4))
    shop.catch_up()
    assert stands(shop, sold)[0] == "expired"
    shop.go_to(at(30, 4))
    shop.catch_up()
    assert stands(shop, sold) == ("expired", None, "2027-04-10")
    assert own(shop, customer)["status"] == "canceled"
    # What is over can be bought anew.
    assert shop.ordered(customer, shop.service.get(f"/v1/memberships/{sold}")["plan_id"])


def test_paid_after_the_grace_it_goes_on(shop: Shop) -> None:
    _, sold = bought(shop)
    shop.stripe.set_card(shop.stripe.get(shop.subscription())["customer"], "declines")
    shop.go_to(at(20, 4))
    shop.catch_up()
    assert stands(shop, sold)[0] == "expired"
    shop.stripe.pay_invoice(shop.stripe.ledger.all("invoice", status="open")[0]["id"])
    shop.catch_up()
    assert stands(shop, sold) == ("active", None, "2027-05-10")


def test_no_grace_if_the_club_gives_none(shop: Shop) -> None:
    shop.set_up(grace_days=0)
    customer, sold = bought(shop)
    shop.stripe.set_card(shop.stripe.get(shop.subscription())["customer"], "declines")
    shop.go_to(at(11, 4))
    shop.catch_up()
    assert stands(shop, sold) == ("expired", None, "2027-04-10")
    assert own(shop, customer)["status"] == "past_due"


def test_a_renewal_that_is_on_its_way_is_not_told_as_an_end(shop: Shop) -> None:
    customer, sold = bought(shop)
    shop.go_to(at(9, 4))
    assert attention(shop, customer) == []
    assert change(shop, customer, sold, "cancel")[0] == 200
    shop.catch_up()
    assert attention(shop, customer) == ["expires_soon"]
