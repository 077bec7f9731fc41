"""Nobody pays twice for one thing, and nobody who was let go of is asked about or charged on."""

from datetime import timedelta

from sqlalchemy import select

from membership.store.models import BillingOrder
from tests.membership.billing.billing_club import Shop
from tests.membership.billing.members import at, attention, bought, change, own, stands


def refused(shop: Shop, customer: str, plan: str) -> tuple[int, str]:
    """Status and code of an order that is refused."""
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    return answer.status_code, answer.json()["code"]


def test_no_second_subscription_while_the_first_is_still_tried(shop: Shop) -> None:
    shop.set_up(grace_days=1)
    plan = shop.gold()
    customer = shop.service.customer()
    sold = shop.bought(customer, plan)["id"]
    shop.stripe.set_card(shop.stripe.get(shop.subscription())["customer"], "declines")
    shop.go_to(at(13, 4))
    shop.catch_up()
    assert stands(shop, sold)[0] == "expired"
    assert refused(shop, customer, plan) == (409, "subscription_runs")
    by_staff = shop.order_by_staff(plan, customer_id=customer)
    assert by_staff.json()["code"] == "subscription_runs"
    number = shop.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    erase = shop.service.call("POST", f"/v1/customers/{customer}/erase", json={"confirm": number})
    assert (erase.status_code, erase.json()["code"]) == (409, "billed_by_provider")
    shop.stripe.cancel(shop.subscription(), at_period_end=False)
    shop.catch_up()
    assert shop.ordered(customer, plan)["url"]
    assert shop.service.call("POST", f"/v1/customers/{customer}/erase", json={"confirm": number}).ok


def test_a_plan_that_is_repriced_closes_the_page_of_before(shop: Shop) -> None:
    plan, customer = shop.gold(), shop.service.customer()
    former = shop.page_of(shop.ordered(customer, plan)["order_id"])
    shop.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    newer = shop.page_of(shop.ordered(customer, plan)["order_id"])
    assert shop.stripe.get(former)["status"] == "expired"
    shop.stripe.pay(newer)
    shop.catch_up()
    assert [each["price_minor"] for each in shop.held(customer)] == [5900]


def test_a_page_that_was_paid_unheard_is_not_paid_again(shop: Shop) -> None:
    plan, customer = shop.gold(), shop.service.customer()
    order = shop.ordered(customer, plan)["order_id"]
    shop.go_on(hours=1, minutes=55)
    shop.stripe.pay(shop.page_of(order))
    assert refused(shop, customer, plan) == (409, "order_closed")
    shop.catch_up()
    assert len(shop.held(customer)) == 1


def test_a_failure_of_stripe_is_not_repeated_for_ever(shop: Shop) -> None:
    plan, customer = shop.gold(), shop.service.customer()
    shop.stripe.fail_next(1, 500)
    assert refused(shop, customer, plan) == (503, "payment_provider_unavailable")
    assert shop.ordered(customer, plan)["url"]
    keys = [each.idempotency_key for each in shop.stripe.requests if each.idempotency_key]
    attempts = {key.rsplit("-", 1)[-1] for key in keys if key.startswith("walletdesk-checkout")}
    assert attempts == {"1"}


def test_an_order_whose_page_could_not_be_made_is_left_alone(shop: Shop) -> None:
    plan, customer = shop.gold(), shop.service.customer()
    shop.stripe.fail_next(1, 500)
    refused(shop, customer, plan)
    shop.go_on(hours=1, minutes=40)
    # Too little time is left to make its page, so this is another order.
    order = shop.ordered(customer, plan)["order_id"]
    shop.go_on(hours=3)
    shop.work_off()
    shop.catch_up()
    with shop.service.database.readers.begin() as session:
        rows = session.scalars(
            select(BillingOrder).where(
                BillingOrder.organization_id == shop.service.tenant.id,
            )
        ).all()
        assert {str(each.id) == order for each in rows} == {True, False}
        assert {each.state.value for each in rows} == {"expired"}
        assert {each.next_check_at for each in rows} == {None}


def test_a_cancellation_that_the_portal_planned_as_a_date_is_taken_back(shop: Shop) -> None:
    customer, sold = bought(shop)
    shop.stripe.cancel(shop.subscription(), at_period_end=True, as_date=True)
    shop.catch_up()
    assert own(shop, customer)["can_resume"] is True
    assert change(shop, customer, sold, "resume")[0] == 200
    assert shop.stripe.get(shop.subscription())["cancel_at"] is None
    assert own(shop, customer)["renews"] is True


def test_nothing_is_noted_at_the_desk_while_stripe_decides(shop: Shop) -> None:
    _, sold = bought(shop)
    for method, path, body in (
        ("POST", "payments", {"method": "cash"}),
        ("PUT", "payment", {"overdue_since": None}),
    ):
        answer = shop.service.call(method, f"/v1/memberships/{sold}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider")


def test_memberships_of_an_account_that_is_forgotten_are_the_desks(shop: Shop) -> None:
    customer, sold = bought(shop)
    waiting = shop.ordered(shop.service.customer("Ben"), shop.gold(price_minor=5900))["order_id"]
    shop.go_to(at(8, 4))
    assert attention(shop, customer) == []
    assert shop.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    shown = shop.service.get(f"/v1/memberships/{sold}")
    assert (shown["renews"], shown["last_day"]) == (False, "2027-04-10")
    assert attention(shop, customer) == ["expires_soon"]
    assert shop.order(waiting)["state"] == "expired"
    ended = shop.service.call("POST", f"/v1/memberships/{sold}/end", json={"why": "moved"})
    assert ended.status_code == 200
    shop.go_on(days=3)
    shop.work_off()


def test_other_keys_of_the_same_account_change_nothing(shop: Shop) -> None:
    customer, _ = bought(shop)
    shop.set_up(grace_days=3)
    assert own(shop, customer)["status"] == "active"


def test_the_seconds_before_midnight(shop: Shop) -> None:
    """A period that ends late in the day is paid an hour later: in the day after."""
    shop.go_to(at(10, 3, 21) + timedelta(minutes=40))
    _, sold = bought(shop)
    shop.go_on(days=31)
    shop.catch_up()
    assert stands(shop, sold)[0] == "active"
    shop.go_on(hours=2)
    shop.catch_up()
    assert stands(shop, sold) == ("active", None, "2027-05-10")
