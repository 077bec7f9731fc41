"""Time as members meet it: clock changes, missing midnights, short months, the calendar's end."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.sales import do, due, show
from tests.membership.support import Service

DAY = {"length": {"unit": "day"}}
MONTH = {"length": {"unit": "month"}}
YEAR = {"length": {"unit": "year"}}


def set_clock(service: Service, text: str) -> None:
    """Let it be an instant, given in UTC."""
    service.clock.now = datetime.fromisoformat(text).replace(tzinfo=UTC)


def sold(club: Service, plan: dict[str, Any], **fields: Any) -> tuple[str, str]:
    """A customer and their membership of a plan with that length."""
    customer = club.customer()
    return customer, club.member(club.plan("Plan", **plan), customer_id=customer, **fields)


def outcome_at(club: Service, customer: str, text: str) -> str:
    """What a scan shows at an instant."""
    set_clock(club, text)
    return str(club.scan(customer)["outcome"])


@pytest.mark.parametrize(
    ("zone", "last_day", "end"),
    [
        ("Europe/Berlin", "2027-03-27", "2027-03-27T23:00:00"),  # the day before summer time
        ("Europe/Berlin", "2027-03-28", "2027-03-28T22:00:00"),  # the day of 23 hours
        ("Europe/Berlin", "2027-10-31", "2027-10-31T23:00:00"),  # the day of 25 hours
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00"),  # next midnight is missing
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00:00"),  # next midnight is missing
        ("America/Santiago", "2026-04-04", "2026-04-05T04:00:00"),  # 23 o'clock comes twice
        ("America/Havana", "2026-03-07", "2026-03-08T05:00:00"),  # next midnight is missing
        ("America/Havana", "2026-10-31", "2026-11-01T04:00:00"),  # next midnight comes twice
        ("UTC", "2028-02-29", "2028-03-01T00:00:00"),
    ],
)
def test_good_to_the_last_instant_of_the_last_day(
    service: Service, zone: str, last_day: str, end: str
) -> None:
    club = service.fresh(time_zone=zone)
    set_clock(club, "2026-01-01T12:00:00")
    customer, membership = sold(club, {}, last_day=last_day)
    shown = show(club, membership)
    assert (shown["ends_at"], shown["last_day"], due(club, membership)) == (
        end + "Z",
        last_day,
        end + "Z",
    )
    at = datetime.fromisoformat(end).replace(tzinfo=UTC)
    before = (at.replace(tzinfo=None) - datetime.resolution).isoformat()
    assert outcome_at(club, customer, before) == "active"
    assert outcome_at(club, customer, end) == "expired"


@pytest.mark.parametrize(
    ("zone", "starts_on", "first", "second"),
    [
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"),
        ("America/Havana", "2026-10-31", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ("Europe/Berlin", "2026-10-24", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    ],
)
def test_day_passes_renewed_over_odd_midnights_neither_gap_nor_overlap(
    service: Service, zone: str, starts_on: str, first: str, second: str
) -> None:
    club = service.fresh(time_zone=zone)
    set_clock(club, starts_on + "T12:00:00")
    _, membership = sold(club, DAY, starts_on=starts_on)
    assert show(club, membership)["ends_at"] == first
    assert do(club, membership, "renew")["ends_at"] == second


@pytest.mark.parametrize(
    ("plan", "starts_on", "last_days"),
    [
        (MONTH, "2027-01-31", ["2027-02-27", "2027-03-30", "2027-04-29", "2027-05-30"]),
        (MONTH, "2028-01-31", ["2028-02-28", "2028-03-30", "2028-04-29", "2028-05-30"]),
        (MONTH, "2027-10-31", ["2027-11-29", "2027-12-30", "2028-01-30", "2028-02-28"]),
        (YEAR, "2028-02-29", ["2029-02-27", "2030-02-27", "2031-02-27", "2032-02-28"]),
        ({"length": {"unit": "week", "count": 2}}, "2027-03-20", ["2027-04-02", "2027-04-16"]),
    ],
)
def test_each_time_renewed_early_it_counts_from_the_anchor(
    service: Service, plan: dict[str, Any], starts_on: str, last_days: list[str]
) -> None:
    club = service.fresh()
    set_clock(club, starts_on + "T12:00:00")
    _, membership = sold(club, plan, starts_on=starts_on)
    told = [show(club, membership)["last_day"]]
    for _ in last_days[1:]:
        # On the last day, an hour before it is over.
        set_clock(club, told[-1] + "T20:00:00")
        told.append(do(club, membership, "renew")["last_day"])
    assert told == last_days


def test_a_late_renewal_makes_its_own_anchor(service: Service) -> None:
    club = service.fresh()
    _, membership = sold(club, MONTH)
    set_clock(club, "2027-05-31T12:00:00")
    told = [do(club, membership, "renew")["last_day"] for _ in range(3)]
    assert told == ["2027-06-29", "2027-07-30", "2027-08-30"]


def test_what_is_sold_up_to_the_end_of_the_calendar_cannot_be_prolonged(service: Service) -> None:
    _, membership = sold(service, YEAR, last_day="9999-12-28")
    before = show(service, membership)
    assert do(service, membership, "renew", status=409)["code"] == "calendar_ends"
    problem = do(service, membership, "extend", status=422, days=30)
    assert (problem["code"], problem["errors"][0]["field"]) == ("period_invalid", "body.days")
    do(service, membership, "extend", status=422, last_day="9999-12-31")
    assert show(service, membership) == before


def test_renewed_up_to_the_end_of_the_calendar(service: Service) -> None:
    _, membership = sold(service, {"length": {"unit": "year", "count": 1000}})
    for year in range(4027, 10_000, 1000):
        assert do(service, membership, "renew")["last_day"] == f"{year}-03-09"
    before = show(service, membership)
    assert do(service, membership, "renew", status=409)["code"] == "calendar_ends"
    assert show(service, membership) == before


def test_visits_and_memberships_when_the_clock_is_set_back(service: Service) -> None:
    club = service.fresh()
    customer, membership = sold(club, MONTH)
    first, second, third = str(uuid4()), str(uuid4()), str(uuid4())
    club.scan(customer, first)
    club.clock.advance(minutes=10)
    assert club.scan(customer, second)["visits"]["total"] == 2
    do(club, membership, "end", why="Lost interest")
    club.clock.advance(minutes=-5)
    answer = club.scan(customer, third)
    assert (answer["outcome"], answer["visits"]["total"]) == ("expired", 3)
    # Visits are listed by the time that was shown when they were recorded.
    listed = [each["id"] for each in club.get("/v1/visits")["items"]]
    assert listed == [second, third, first]
    # Sold again under the clock that was set back, it runs from there.
    club.member(club.plan("Again"), customer_id=customer)
    assert club.scan(customer)["outcome"] == "active"


def test_a_planned_end_follows_the_clock(service: Service) -> None:
    club = service.fresh()
    customer, membership = sold(club, MONTH)
    do(club, membership, "end", at="2027-03-12T00:00:00Z")
    assert outcome_at(club, customer, "2027-03-12T00:00:00") == "expired"
    assert outcome_at(club, customer, "2027-03-11T23:59:59") == "active"


def test_a_renewal_after_the_club_moved_keeps_its_zone_until_it_starts_anew(
    service: Service,
) -> None:
    club = service.fresh()
    _, membership = sold(club, MONTH)
    club.patch("/v1/organization", time_zone="America/New_York")
    told = do(club, membership, "renew")
    assert (told["time_zone"], told["ends_at"]) == ("Europe/Berlin", "2027-05-09T22:00:00Z")
    set_clock(club, "2027-06-01T03:00:00")
    told = do(club, membership, "renew")
    # In New York it is still 31 May.
    assert (told["time_zone"], told["last_day"]) == ("America/New_York", "2027-06-29")
    assert told["ends_at"] == "2027-06-30T04:00:00Z"
