"""Transfers between plans: one membership ends where the other begins."""

from uuid import uuid4

import pytest

from tests.membership.sales import APRIL, do, due, events, monthly, refused, show
from tests.membership.support import Service


@pytest.mark.parametrize("kind", ["customer", "company"])
def test_transferred_to_another_plan(service: Service, kind: str) -> None:
    customer = service.customer()
    owner = {"customer_id": customer}
    if kind == "company":
        company = service.company()
        service.link(company, customer)
        owner = {"company_id": company}
    former = monthly(service, **owner)
    gold = service.plan("Gold", "area.spa", length={"unit": "year"}, price_minor=99000)
    service.clock.advance(days=3)
    following = do(service, former, "transfer", status=201, plan_id=gold)
    assert following["previous_id"] == former
    assert (following["plan"], following["price_minor"]) == ("Gold", 99000)
    assert (following["starts_at"], following["last_day"]) == ("2027-03-13T11:00:00Z", "2028-03-12")
    assert {key: following[key] for key in owner} == owner
    ended = show(service, former)
    assert ended["ended_early_at"] == following["starts_at"]
    assert ended["ended_early_why"] == "Transferred to Gold"
    assert ended["status"] == "expired"
    answer = service.scan(customer)
    assert (answer["outcome"], answer["membership"]["plan"]) == ("active", "Gold")
    assert [each["key"] for each in answer["permissions"]] == ["area.spa"]
    assert refused(service, former, "transfer", plan_id=gold) == "membership_transferred"
    assert (due(service, former), due(service, following["id"])) == (None, following["ends_at"])
    told = events(service, former, following["id"])
    assert [name for name, _ in told] == [
        "membership.created",
        "membership.created",
        "membership.transferred",
    ]
    assert told[-1][1]["next_membership_id"] == following["id"]
    assert told[-1][1][f"{kind}_id"] == owner[f"{kind}_id"]


def test_transferred_at_an_instant_to_come_and_taken_back(service: Service) -> None:
    customer = service.customer()
    former, gold = monthly(service, customer_id=customer), service.plan("Gold")
    at = "2027-04-01T00:00:00Z"
    following = do(service, former, "transfer", status=201, plan_id=gold, at=at)
    assert (following["status"], following["reason"]) == (None, "scheduled")
    assert due(service, former) == at
    assert service.scan(customer)["membership"]["plan"] == "Monthly"
    path = f"/v1/memberships/{former}/end"
    for code in (
        refused(service, former, "transfer", plan_id=gold),
        refused(service, former, "end"),
        service.call("DELETE", path).json()["code"],
    ):
        assert code == "membership_transferred"
    do(service, following["id"], "end", why="Changed their mind")
    assert service.call("DELETE", path).json()["last_day"] == "2027-04-09"
    assert due(service, former) == APRIL
    assert do(service, former, "renew")["last_day"] == "2027-05-09"
    again = do(service, former, "transfer", status=201, plan_id=gold, at=at)
    service.clock.advance(days=30)
    assert service.scan(customer)["membership"]["id"] == again["id"]


def test_transferred_before_it_starts(service: Service) -> None:
    customer = service.customer()
    former = service.member(service.plan(), customer_id=customer, starts_on="2027-04-01")
    following = do(service, former, "transfer", status=201, plan_id=service.plan("Gold"))
    assert following["starts_at"] == "2027-03-31T22:00:00Z"
    assert (show(service, former)["status"], due(service, former)) == ("expired", None)
    service.clock.advance(days=40)
    assert service.scan(customer)["membership"]["plan"] == "Gold"


def test_transfers_refused(service: Service) -> None:
    gold = service.plan("Gold")
    membership = monthly(service)
    before = show(service, membership)
    for body, status, code in (
        ({"plan_id": str(uuid4())}, 404, "plan_not_found"),
        ({"plan_id": service.plan("Old", archived=True)}, 409, "plan_archived"),
        ({"plan_id": gold, "at": "2027-03-10T10:59:59Z"}, 422, "end_invalid"),
        ({"plan_id": gold, "at": APRIL}, 422, "end_invalid"),
        ({}, 422, "invalid_request"),
    ):
        assert do(service, membership, "transfer", status=status, **body)["code"] == code
    assert show(service, membership) == before
    do(service, membership, "end", at="2027-03-20T00:00:00Z")
    assert refused(service, membership, "transfer", plan_id=gold) == "membership_ended_early"
    service.clock.advance(days=40)
    assert refused(service, membership, "transfer", plan_id=gold) == "membership_ended"
    expired = monthly(service)
    service.clock.advance(days=40)
    assert refused(service, expired, "transfer", plan_id=gold) == "membership_ended"
