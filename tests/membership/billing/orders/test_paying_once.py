"""Nobody pays twice for the same plan; a removed account controls nothing any more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from membership.store.models import BillingOrder
from tests.fakes.stripe.gate import Request
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import (
    buy_gold,
    change_as_customer,
    day_at,
    desk_attention,
    membership_state,
    own_subscription,
)


def refused(club: BillingClub, customer: str, plan: str) -> tuple[int, str]:
    """Return status and error code of a refused order."""
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    return answer.status_code, answer.json()["code"]


def test_no_second_subscription_while_a_payment_is_retried(club: BillingClub) -> None:
    club.connect_stripe(grace_days=1)
    plan = club.gold_plan()
    customer = club.service.customer()
    sold = club.buy(customer, plan)["id"]
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(13, 4))
    club.deliver_and_process()
    assert membership_state(club, sold)[0] == "expired"
    assert refused(club, customer, plan) == (409, "subscription_runs")
    by_staff = club.order_as_staff(plan, customer_id=customer)
    assert by_staff.json()["code"] == "subscription_runs"
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    erase = club.service.call("POST", f"/v1/customers/{customer}/erase", json={"confirm": number})
    assert (erase.status_code, erase.json()["code"]) == (409, "billed_by_provider")
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.deliver_and_process()
    assert club.order_as_customer(customer, plan)["url"]
    assert club.service.call("POST", f"/v1/customers/{customer}/erase", json={"confirm": number}).ok


def test_repricing_a_plan_closes_the_earlier_page(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    former = club.checkout_of(club.order_as_customer(customer, plan)["order_id"])
    club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    newer = club.checkout_of(club.order_as_customer(customer, plan)["order_id"])
    assert club.stripe.get(former)["status"] == "expired"
    club.stripe.pay(newer)
    club.deliver_and_process()
    assert [each["price_minor"] for each in club.memberships(customer)] == [5900]


def test_of_two_pages_opened_at_the_same_time_one_is_left(club: BillingClub) -> None:
    """Requests that send something else are two pages at Stripe: what both could pay is one."""
    customer, plan = club.service.customer(), club.gold_plan()
    links: list[Any] = []

    def order_meanwhile(request: Request) -> None:
        if request.method == "POST" and request.path.endswith("/sessions") and not links:
            links.append(None)
            club.service.patch(f"/v1/customers/{customer}", language="de")
            links[0] = club.order_as_customer(customer, plan)

    club.stripe.gate.answering = order_meanwhile
    second = club.order_as_staff(plan, customer_id=customer)
    club.stripe.gate.answering = None
    assert (second.status_code, second.json()) == (201, links[0])
    club.settle()
    sessions = club.stripe.ledger.all("checkout.session")
    assert sorted(each["status"] for each in sessions) == ["expired", "open"]
    (page,) = [each["id"] for each in sessions if each["status"] == "open"]
    assert page in links[0]["url"]
    club.stripe.pay(page)
    club.deliver_and_process()
    assert len(club.memberships(customer)) == 1


def test_a_paid_page_without_events_is_not_paid_again(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    order = club.order_as_customer(customer, plan)["order_id"]
    club.advance(hours=1, minutes=55)
    club.stripe.pay(club.checkout_of(order))
    assert refused(club, customer, plan) == (409, "order_closed")
    club.deliver_and_process()
    assert len(club.memberships(customer)) == 1


def test_a_failed_call_is_retried_with_another_idempotency_key(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    club.stripe.fail_next(1, 500)
    assert refused(club, customer, plan) == (503, "payment_provider_unavailable")
    assert club.order_as_customer(customer, plan)["url"]
    keys = [each.idempotency_key for each in club.stripe.requests if each.idempotency_key]
    attempts = {key.rsplit("-", 1)[-1] for key in keys if key.startswith("walletdesk-checkout")}
    assert attempts == {"1"}


def test_an_order_without_a_page_expires(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    club.stripe.fail_next(1, 500)
    refused(club, customer, plan)
    club.advance(hours=1, minutes=40)
    # Too little time is left to create its page, so this is another order.
    order = club.order_as_customer(customer, plan)["order_id"]
    club.advance(hours=3)
    club.process_inbox()
    club.deliver_and_process()
    with club.service.database.readers.begin() as session:
        rows = session.scalars(
            select(BillingOrder).where(
                BillingOrder.organization_id == club.service.tenant.id,
            )
        ).all()
        assert {str(each.id) == order for each in rows} == {True, False}
        assert {each.state.value for each in rows} == {"expired"}
        assert {each.next_check_at for each in rows} == {None}


def test_a_cancellation_by_date_from_the_portal_is_undone(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True, as_date=True)
    club.deliver_and_process()
    assert own_subscription(club, customer)["can_resume"] is True
    assert change_as_customer(club, customer, sold, "resume")[0] == 200
    assert club.stripe.get(club.newest_subscription())["cancel_at"] is None
    assert own_subscription(club, customer)["renews"] is True


def test_no_desk_payment_while_a_subscription_runs(club: BillingClub) -> None:
    _, sold = buy_gold(club)
    for method, path, body in (
        ("POST", "payments", {"method": "cash"}),
        ("PUT", "payment", {"overdue_since": None}),
    ):
        answer = club.service.call(method, f"/v1/memberships/{sold}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "billed_by_provider")


def test_memberships_of_a_removed_account_are_managed_at_the_desk(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    waiting = club.order_as_customer(
        club.service.customer("Ben"), club.gold_plan(price_minor=5900)
    )["order_id"]
    club.advance_to(day_at(8, 4))
    assert desk_attention(club, customer) == []
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    shown = club.service.get(f"/v1/memberships/{sold}")
    assert (shown["renews"], shown["last_day"]) == (False, "2027-04-10")
    assert desk_attention(club, customer) == ["expires_soon"]
    assert club.get_order(waiting)["state"] == "expired"
    ended = club.service.call("POST", f"/v1/memberships/{sold}/end", json={"why": "moved"})
    assert ended.status_code == 200
    club.advance(days=3)
    club.process_inbox()


def test_new_keys_of_the_same_account_detach_nothing(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    club.connect_stripe(grace_days=3)
    assert own_subscription(club, customer)["status"] == "active"


def test_a_period_that_ends_just_before_midnight(club: BillingClub) -> None:
    """A period that ends late in the day is paid an hour later, on the next day."""
    club.advance_to(day_at(10, 3, 21) + timedelta(minutes=40))
    _, sold = buy_gold(club)
    club.advance(days=31)
    club.deliver_and_process()
    assert membership_state(club, sold)[0] == "active"
    club.advance(hours=2)
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", None, "2027-05-10")
