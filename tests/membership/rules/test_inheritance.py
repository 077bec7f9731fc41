"""Inherited memberships: computed from the links that stand now, seats by order of linking."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import Reason, Status
from membership.rules.inheritance import (
    Company,
    Entitlement,
    Link,
    Membership,
    entitlements,
    has_seat,
    seat_order,
)
from membership.rules.instants import NaiveTimeError
from membership.rules.status import Standing, Term
from tests.membership.rules.clocks import TICK
from tests.membership.rules.people import NOW, days_from_now, maybe_moments, moments

ANNA, BEN, CHI = (UUID(int=number) for number in (1, 2, 3))
STUDIO = Company(UUID(int=10), "Nordlicht Studio")
HARBOUR = Company(UUID(int=11), "Harbour Freight", seat_cap=1)
COMPANIES = {company.id: company for company in (STUDIO, HARBOUR)}
RUNNING = Term(days_from_now(-30), days_from_now(30))
OWN = Membership(UUID(int=20), ANNA, "Gold", RUNNING)
OF_STUDIO = Membership(UUID(int=21), STUDIO.id, "Corporate", RUNNING, ("area.gym",))
OF_HARBOUR = Membership(UUID(int=22), HARBOUR.id, "Corporate", RUNNING)
ALL = (OWN, OF_STUDIO, OF_HARBOUR)

links_to_studio = st.lists(
    st.builds(Link, st.sampled_from([ANNA, BEN, CHI]), st.just(STUDIO.id), moments, maybe_moments),
    max_size=6,
)


def link(customer: UUID, company: Company, start: float, end: float | None = None) -> Link:
    """Return a link with times in days from ``NOW``."""
    until = None if end is None else days_from_now(end)
    return Link(customer, company.id, days_from_now(start), until)


def sources(
    customer: UUID, links: list[Link], now: datetime = NOW
) -> dict[str, tuple[str | None, bool]]:
    """Return, by membership id, the company's name and whether the customer has a seat."""
    found = entitlements(customer, ALL, COMPANIES, links, now)
    return {
        str(each.membership_id.int): (each.company.name if each.company else None, each.has_seat)
        for each in found
    }


def test_every_answer_names_its_source() -> None:
    links = [link(ANNA, STUDIO, -3), link(ANNA, HARBOUR, -2)]
    assert sources(ANNA, links) == {
        "20": (None, True),
        "21": ("Nordlicht Studio", True),
        "22": ("Harbour Freight", True),
    }
    assert sources(BEN, links) == {}


def test_the_terms_are_those_of_the_company() -> None:
    (found,) = entitlements(BEN, ALL, COMPANIES, [link(BEN, STUDIO, -1)], NOW)
    assert found == Entitlement(OF_STUDIO.id, "Corporate", RUNNING, ("area.gym",), STUDIO)


def test_unlinking_takes_away_at_once_and_only_what_came_from_there() -> None:
    harbour = link(ANNA, HARBOUR, -2)
    assert set(sources(ANNA, [link(ANNA, STUDIO, -3), harbour])) == {"20", "21", "22"}
    assert set(sources(ANNA, [link(ANNA, STUDIO, -3, 0), harbour])) == {"20", "22"}


@pytest.mark.parametrize("now", [NOW - TICK, days_from_now(-1), days_from_now(-30)])
def test_what_was_ended_stays_so_when_the_clock_is_set_back(now: datetime) -> None:
    assert sources(BEN, [link(BEN, STUDIO, -3, 0)], now) == {}


def test_linking_again_gives_it_back() -> None:
    links = [link(BEN, STUDIO, -3, -2), link(BEN, STUDIO, 0)]
    assert sources(BEN, links, days_from_now(-1)) == {}
    assert sources(BEN, links, NOW) == {"21": ("Nordlicht Studio", True)}


def test_who_joins_later_gets_what_was_sold_before() -> None:
    assert sources(CHI, [link(CHI, STUDIO, 0)]) == {"21": ("Nordlicht Studio", True)}


def test_a_link_of_the_future_gives_nothing_yet() -> None:
    assert sources(CHI, [link(CHI, STUDIO, 1)]) == {}


def test_the_earliest_link_holds_the_seat() -> None:
    links = [link(BEN, HARBOUR, -1), link(CHI, HARBOUR, -2)]
    assert sources(CHI, links) == {"22": ("Harbour Freight", True)}
    assert sources(BEN, links) == {"22": ("Harbour Freight", False)}


def test_a_seat_that_falls_free_goes_to_the_next() -> None:
    standing, ended = link(CHI, HARBOUR, -2), link(CHI, HARBOUR, -2, 0)
    later = link(BEN, HARBOUR, -1)
    assert sources(BEN, [standing, later]) == {"22": ("Harbour Freight", False)}
    assert sources(BEN, [ended, later]) == {"22": ("Harbour Freight", True)}


def test_linking_again_goes_to_the_back_of_the_queue() -> None:
    links = [link(CHI, HARBOUR, -5, -4), link(BEN, HARBOUR, -3), link(CHI, HARBOUR, -2)]
    assert seat_order(links, HARBOUR.id, NOW) == (BEN, CHI)


def test_links_of_the_same_instant_are_ordered_by_customer() -> None:
    links = [link(each, STUDIO, -1) for each in (CHI, ANNA, BEN)]
    assert seat_order(links, STUDIO.id, NOW) == (ANNA, BEN, CHI)


def test_two_links_at_once_take_one_seat() -> None:
    links = [link(ANNA, STUDIO, -3), link(ANNA, STUDIO, -2), link(BEN, STUDIO, -1)]
    assert seat_order(links, STUDIO.id, NOW) == (ANNA, BEN)


@given(links_to_studio, moments, st.none() | st.integers(0, 4))
def test_no_more_people_than_seats_and_none_left_empty(
    links: list[Link], now: datetime, cap: int | None
) -> None:
    company = Company(STUDIO.id, STUDIO.name, cap)
    inherited = {
        customer: entitlements(customer, [OF_STUDIO], {STUDIO.id: company}, links, now)
        for customer in (ANNA, BEN, CHI)
    }
    linked = {each.customer_id for each in links if each.holds(now)}
    assert {customer for customer, found in inherited.items() if found} == linked
    seated = [c for c, found in inherited.items() if found and found[0].has_seat]
    assert len(seated) == (len(linked) if cap is None else min(cap, len(linked)))


@given(links_to_studio, moments, st.integers(0, 4))
def test_counting_the_earlier_links_gives_the_same_seats(
    links: list[Link], now: datetime, cap: int
) -> None:
    order = seat_order(links, STUDIO.id, now)
    seated = [customer for earlier, customer in enumerate(order) if has_seat(earlier, cap)]
    assert seated == list(order[:cap])


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (RUNNING, Standing(Status.ACTIVE, Reason.NO_SEAT)),
        (
            Term(days_from_now(-1), None, None, days_from_now(-1)),
            Standing(Status.ACTIVE, Reason.NO_SEAT),
        ),
        (Term(days_from_now(-2), days_from_now(-1)), Standing(Status.EXPIRED)),
        (Term(days_from_now(1)), Standing(None, Reason.SCHEDULED)),
    ],
)
def test_without_a_seat_it_says_so_while_it_runs(term: Term, expected: Standing) -> None:
    held = Entitlement(UUID(int=5), "Corporate", term, (), HARBOUR, has_seat=False)
    assert held.standing(NOW) == expected
    assert not held.standing(NOW).grants


def test_naive_times_are_refused_by_name() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(NaiveTimeError, match="linked_at"):
        Link(ANNA, STUDIO.id, naive)
    with pytest.raises(NaiveTimeError, match="unlinked_at"):
        Link(ANNA, STUDIO.id, NOW, naive)
    with pytest.raises(NaiveTimeError, match="now"):
        seat_order([], STUDIO.id, naive)
