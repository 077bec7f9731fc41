"""Joining: a public plan that costs nothing, for oneself, once, while signup is open."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.portal.signup.joining import Joiner, join
from membership.portal.signup.schemas import Joined
from membership.web.errors import ApiError
from tests.membership.portal.signup.club import opened, put
from tests.membership.support import Service, arranging


def joined(service: Service, customer: str, plan: str) -> Joined:
    """Join in a transaction of its own."""
    actor = Actor(ActorKind.CUSTOMER, "Amara", UUID(customer))
    with arranging(service.database) as session:
        joiner = Joiner(service.tenant, UUID(customer), actor, service.clock())
        return join(session, joiner, UUID(plan))


def refusal(service: Service, customer: str, plan: str) -> tuple[int, str]:
    """Status and code of a refusal to join."""
    with pytest.raises(ApiError) as caught:
        joined(service, customer, plan)
    return caught.value.status, caught.value.code


def test_a_free_plan_is_had_at_once(service: Service) -> None:
    opened(service)
    customer = service.customer()
    plan = service.plan("Friends", "pool", public=True, length={"unit": "month"})
    made = joined(service, customer, plan)
    assert (made.plan_name, made.status, str(made.last_day)) == ("Friends", "active", "2027-04-09")
    told = service.get(f"/v1/memberships/{made.id}")
    assert (told["source"], told["customer_id"]) == ("signup", customer)
    assert (told["actor"]["kind"], told["actor"]["id"]) == ("customer", customer)


def test_the_same_plan_is_had_once_at_a_time(service: Service) -> None:
    opened(service)
    customer = service.customer()
    plan = service.plan("Friends", public=True, length={"unit": "week"})
    joined(service, customer, plan)
    assert refusal(service, customer, plan) == (409, "already_member")
    joined(service, service.customer("Ben"), plan)
    service.clock.now += timedelta(days=8)
    joined(service, customer, plan)


def test_one_that_is_to_start_counts_as_had(service: Service) -> None:
    opened(service)
    customer = service.customer()
    plan = service.plan("Friends", public=True)
    service.member(plan, customer_id=customer, starts_on="2027-06-01")
    assert refusal(service, customer, plan) == (409, "already_member")


@pytest.mark.both_databases(reason="several requests join at the same time")
def test_a_double_click_gives_one_membership(service: Service) -> None:
    opened(service)
    customer, plan = service.customer(), service.plan("Friends", public=True)
    together, codes = threading.Barrier(4), []

    def click() -> None:
        together.wait(10)
        try:
            joined(service, customer, plan)
            codes.append("made")
        except ApiError as error:
            codes.append(error.code)

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(codes) == ["already_member"] * 3 + ["made"]
    assert len(service.get("/v1/memberships", customer_id=customer)["items"]) == 1


def test_a_plan_with_a_price_is_paid_at_the_desk(service: Service) -> None:
    opened(service)
    plan = service.plan("Gold", public=True, price_minor=1)
    assert refusal(service, service.customer(), plan) == (409, "payment_at_desk")


def test_what_is_not_offered_is_not_found(service: Service) -> None:
    opened(service)
    customer = service.customer()
    old, offered = service.plan("Old", public=True), service.plan("Friends", public=True)
    service.patch(f"/v1/plans/{old}", archived=True)
    theirs = service.fresh().plan("Theirs", public=True)
    for plan in (service.plan("Private"), old, theirs, str(uuid4())):
        assert refusal(service, customer, plan) == (404, "plan_not_found")
    put(service, open=False)
    assert refusal(service, customer, offered) == (404, "plan_not_found")
    assert service.get("/v1/memberships", customer_id=customer)["items"] == []


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_who_may_not_join_is_told_no_reason(service: Service, state: str) -> None:
    opened(service)
    customer, plan = service.customer(), service.plan("Friends", public=True)
    service.patch(f"/v1/customers/{customer}", state=state)
    assert refusal(service, customer, plan) == (409, "join_refused")


def test_a_customer_of_another_club_is_not_there(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", public=True)
    assert refusal(service, service.fresh().customer(), plan) == (404, "customer_not_found")


def test_who_was_merged_joins_as_whom_they_are_now(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", public=True)
    gone, stays = service.customer("Amara"), service.customer("Amara")
    service.post(f"/v1/customers/{stays}/merge", {"other_id": gone}, status=200)
    made = joined(service, gone, plan)
    assert service.get(f"/v1/memberships/{made.id}")["customer_id"] == stays
