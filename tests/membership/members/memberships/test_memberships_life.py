"""What becomes of a membership: renewed, extended, ended early."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.sales import APRIL, MONTH, do, due, events, monthly, names, refused, show
from tests.membership.support import Service


def test_renewed_early_goes_on_from_the_end(service: Service) -> None:
    membership = monthly(service)
    before = show(service, membership)
    assert (before["ends_at"], before["last_day"]) == (APRIL, "2027-04-09")
    told = do(service, membership, "renew")
    assert told == {
        **before,
        "ends_at": "2027-05-09T22:00:00Z",
        "last_day": "2027-05-09",
        "periods": [
            *before["periods"],
            {
                "starts_at": APRIL,
                "ends_at": "2027-05-09T22:00:00Z",
                "first_day": "2027-04-10",
                "last_day": "2027-05-09",
            },
        ],
        "last_change": told["last_change"],
        "sale_undo_until": None,
        "etag": told["etag"],
    }
    assert told["last_change"]["action"] == "membership.renewed"
    assert due(service, membership) == "2027-05-09T22:00:00Z"
    name, data = events(service, membership)[-1]
    assert name == "membership.renewed"
    assert data == {
        "membership_id": membership,
        "customer_id": before["customer_id"],
        "plan_id": before["plan_id"],
        "starts_at": "2027-03-10T11:00:00+00:00",
        "ends_at": "2027-05-09T22:00:00+00:00",
        "last_day": "2027-05-09",
        "ended_early_at": None,
        "payment_overdue_since": None,
        "renews": False,
        "source": "api",
    }


def test_renewed_late_starts_at_the_payment_and_the_gap_is_no_membership(service: Service) -> None:
    customer = service.customer()
    membership = monthly(service, customer_id=customer)
    service.clock.advance(days=51)  # 30 April
    assert service.scan(customer)["outcome"] == "expired"
    told = do(service, membership, "renew", paid_at="2027-04-28T10:00:00Z")
    assert (told["starts_at"], told["ends_at"]) == ("2027-04-28T10:00:00Z", "2027-05-27T22:00:00Z")
    assert (told["status"], told["last_day"]) == ("active", "2027-05-27")
    assert due(service, membership) == told["ends_at"]
    # Nobody had announced the end before; it came nevertheless.
    assert names(service, membership) == [
        "membership.created",
        "membership.expired",
        "membership.renewed",
    ]
    entry = service.get(f"/v1/memberships/{membership}/history")["items"][-1]
    assert entry["before"]["starts_at"] == "2027-03-10T11:00:00Z"
    assert entry["before"]["last_day"] == "2027-04-09"
    assert entry["after"]["starts_at"] == "2027-04-28T10:00:00Z"
    # Set back into the gap, the clock finds no membership.
    service.clock.advance(days=-10)
    assert service.scan(customer)["outcome"] == "not_yet_started"


def test_a_payment_in_time_that_is_noted_late_leaves_no_gap(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=40)
    told = do(service, membership, "renew", paid_at="2027-04-09T21:59:59Z")
    assert (told["starts_at"], told["last_day"]) == ("2027-03-10T11:00:00Z", "2027-05-09")


def test_paid_at_the_very_end_is_late(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=40)
    told = do(service, membership, "renew", paid_at=APRIL)
    assert (told["starts_at"], told["last_day"]) == (APRIL, "2027-05-09")


def test_renewal_is_by_the_length_that_was_sold(service: Service) -> None:
    plan = service.plan("Monthly", **MONTH)
    membership = service.member(plan, customer_id=service.customer())
    service.patch(f"/v1/plans/{plan}", length={"unit": "year"}, price_minor=1, archived=True)
    told = do(service, membership, "renew")
    assert (told["last_day"], told["price_minor"]) == ("2027-05-09", 4900)
    assert told["length"] == {"unit": "month", "count": 1}


def test_what_cannot_be_renewed_or_extended(service: Service) -> None:
    plan = service.plan()
    open_ended = service.member(plan, customer_id=service.customer())
    assert refused(service, open_ended, "renew") == "membership_open"
    assert refused(service, open_ended, "extend", days=3) == "membership_open"
    up_to_a_day = service.member(plan, customer_id=service.customer(), last_day="2027-03-31")
    assert refused(service, up_to_a_day, "renew") == "length_missing"
    ended = monthly(service)
    do(service, ended, "end", at="2027-03-20T00:00:00Z")
    moved = monthly(service)
    do(service, moved, "transfer", status=201, plan_id=plan)
    for membership, code in (
        (ended, "membership_ended_early"),
        (moved, "membership_transferred"),
    ):
        before = show(service, membership)
        assert refused(service, membership, "renew") == code
        assert refused(service, membership, "extend", days=3) == code
        assert show(service, membership) == before
    fine = monthly(service)
    problem = do(service, fine, "renew", status=422, paid_at="2027-03-10T11:00:01Z")
    assert (problem["code"], problem["errors"][0]["field"]) == ("payment_to_come", "body.paid_at")


def test_extended_by_days_or_up_to_a_day(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(minutes=1)
    told = do(service, membership, "extend", days=14, why="Pool closed")
    assert (told["last_day"], told["ends_at"]) == ("2027-04-23", "2027-04-23T22:00:00Z")
    assert due(service, membership) == told["ends_at"]
    service.clock.advance(minutes=1)
    told = do(service, membership, "extend", last_day="2027-04-30")
    assert told["last_day"] == "2027-04-30"
    assert names(service, membership)[1:] == ["membership.extended"] * 2
    entry = service.get(f"/v1/memberships/{membership}/history")["items"][1]
    assert entry["action"] == "membership.extended"
    assert entry["before"] == {"ends_at": "2027-04-09T22:00:00Z", "last_day": "2027-04-09"}
    assert entry["after"]["why"] == "Pool closed"
    assert "Pool closed" not in str(events(service, membership))
    # A renewal goes on from the new end, as from an anchor.
    assert do(service, membership, "renew")["last_day"] == "2027-05-31"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"last_day": "2027-04-09"}, "body.last_day"),
        ({"last_day": "2027-04-08"}, "body.last_day"),
        ({"last_day": "1900-01-01"}, "body.last_day"),
        ({"last_day": "9999-12-31"}, "body.last_day"),
        ({"days": 0}, "body.days"),
        ({"days": -3}, "body.days"),
        ({"days": 36_601}, "body.days"),
        ({}, "body"),
        ({"days": 1, "last_day": "2027-05-01"}, "body"),
        ({"days": 1, "why": "x" * 501}, "body.why"),
    ],
)
def test_extensions_refused(service: Service, body: dict[str, Any], field: str) -> None:
    membership = monthly(service)
    before = show(service, membership)
    problem = do(service, membership, "extend", status=422, **body)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert show(service, membership) == before


def test_an_expired_membership_is_extended_only_into_the_future(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=36)  # 15 April
    assert do(service, membership, "extend", status=422, days=5)["code"] == "not_extended"
    service.clock.now = datetime(2027, 4, 15, 22, tzinfo=UTC)
    problem = do(service, membership, "extend", status=422, days=6)
    assert "2027-04-15, which is over" in problem["detail"]
    service.clock.advance(seconds=-1)
    told = do(service, membership, "extend", days=6)
    assert (told["status"], told["last_day"]) == ("active", "2027-04-15")
    assert told["starts_at"] == "2027-03-10T11:00:00Z"


def test_an_end_to_come_is_moved_and_taken_back(service: Service) -> None:
    membership = monthly(service)
    before = show(service, membership)
    path = f"/v1/memberships/{membership}/end"
    assert service.call("DELETE", path).json()["code"] == "no_end_planned"
    do(service, membership, "end", at="2027-03-20T00:00:00Z", why="Moving")
    assert due(service, membership) == "2027-03-20T00:00:00Z"
    do(service, membership, "end", at="2027-03-25T00:00:00Z", why="Moving later")
    assert due(service, membership) == "2027-03-25T00:00:00Z"
    answer = service.call("DELETE", path)
    change = answer.json()["last_change"]
    assert (answer.status_code, answer.json()) == (
        200,
        {**before, "last_change": change, "sale_undo_until": None},
    )
    assert change["action"] == "membership.end_withdrawn"
    assert due(service, membership) == APRIL
    do(service, membership, "end", at="2027-03-20T00:00:00Z")
    service.clock.advance(days=10)
    assert service.call("DELETE", path).json()["code"] == "membership_ended"
    assert names(service, membership)[1:4] == [
        "membership.ended",
        "membership.ended",
        "membership.end_withdrawn",
    ]


def test_ended_now_is_for_good_and_told_once(service: Service) -> None:
    customer = service.customer()
    membership = monthly(service, customer_id=customer)
    told = do(service, membership, "end", why="Asked for it")
    assert (told["status"], told["reason"]) == ("expired", "ended_early")
    assert due(service, membership) is None
    assert refused(service, membership, "end") == "membership_ended"
    assert service.call("DELETE", f"/v1/memberships/{membership}/end").status_code == 409
    service.clock.advance(days=-1)
    assert service.scan(customer)["outcome"] == "expired"
    assert (show(service, membership)["status"], refused(service, membership, "end")) == (
        "expired",
        "membership_ended",
    )
    (shown,) = service.get(f"/v1/customers/{customer}")["memberships"]
    assert (shown["status"], shown["reason"]) == ("expired", "ended_early")
    assert service.get("/v1/memberships", status="expired")["items"][0]["id"] == membership
    assert service.get("/v1/memberships", status="scheduled")["items"] == []
    assert names(service, membership) == ["membership.created", "membership.ended"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "renew"),
        ("POST", "extend"),
        ("POST", "end"),
        ("DELETE", "end"),
        ("POST", "transfer"),
        ("PUT", "payment"),
        ("GET", "history"),
    ],
)
def test_memberships_of_others_are_not_found(service: Service, method: str, path: str) -> None:
    membership = monthly(service)
    other = service.fresh()
    bodies: dict[str, dict[str, Any]] = {
        "extend": {"days": 1},
        "transfer": {"plan_id": other.plan()},
        "payment": {"overdue_since": None},
    }
    for each in (membership, str(uuid4())):
        answer = other.call(method, f"/v1/memberships/{each}/{path}", json=bodies.get(path, {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "membership_not_found")
