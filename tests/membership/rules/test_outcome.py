"""The one outcome of a scan, the membership that decides it, and the order of all."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import CustomerState, Outcome
from membership.rules.inheritance import Entitlement
from membership.rules.instants import NaiveTimeError
from membership.rules.outcome import decide
from tests.membership.rules.people import COMPANY, NOW, entitlement, held, moments

ACTIVE, INACTIVE, BANNED = CustomerState
RUNS = entitlement(1, -10, 10)
RUNS_LONGER = entitlement(2, -10, 20)
RUNS_OPEN = entitlement(3, -10)
OVERDUE = entitlement(4, -10, 30, overdue=-1)
INHERITED = entitlement(5, -10, 10, company=COMPANY)
NO_SEAT = entitlement(6, -10, 40, company=COMPANY, has_seat=False)
SOON = entitlement(7, 5, 15)
LATER = entitlement(8, 15, 25)
OVER = entitlement(9, -30, -10)
OVER_LONG = entitlement(10, -60, -30)
LEFT = entitlement(11, -60, 40, early=-5)
NO_SEAT_OVER = entitlement(12, -30, -1, company=COMPANY, has_seat=False)
NO_SEAT_SOON = entitlement(13, 1, 9, company=COMPANY, has_seat=False)


@pytest.mark.parametrize(
    ("state", "revoked", "all_held", "outcome", "order"),
    [
        (None, False, [], Outcome.UNKNOWN_CODE, []),
        (None, True, [RUNS], Outcome.UNKNOWN_CODE, []),
        (ACTIVE, False, [], Outcome.NO_MEMBERSHIP, []),
        (ACTIVE, False, [RUNS], Outcome.ACTIVE, [1]),
        (INACTIVE, False, [RUNS], Outcome.ACTIVE, [1]),
        (INACTIVE, False, [], Outcome.NO_MEMBERSHIP, []),
        (BANNED, False, [RUNS], Outcome.BLOCKED, [1]),
        (BANNED, True, [OVER], Outcome.BLOCKED, [9]),
        (ACTIVE, True, [RUNS], Outcome.CARD_REVOKED, [1]),
        (ACTIVE, True, [], Outcome.CARD_REVOKED, []),
        (ACTIVE, False, [RUNS, RUNS_LONGER, RUNS_OPEN], Outcome.ACTIVE, [3, 2, 1]),
        (ACTIVE, False, [OVERDUE, RUNS], Outcome.ACTIVE, [1, 4]),
        (ACTIVE, False, [OVERDUE], Outcome.ACTIVE, [4]),
        (ACTIVE, False, [INHERITED, RUNS], Outcome.ACTIVE, [1, 5]),
        (ACTIVE, False, [NO_SEAT, OVER, SOON, RUNS], Outcome.ACTIVE, [1, 7, 9, 6]),
        (ACTIVE, False, [OVER], Outcome.EXPIRED, [9]),
        (ACTIVE, False, [OVER_LONG, OVER], Outcome.EXPIRED, [9, 10]),
        (ACTIVE, False, [OVER_LONG, OVER, LEFT], Outcome.EXPIRED, [11, 9, 10]),
        (ACTIVE, False, [SOON], Outcome.NOT_YET_STARTED, [7]),
        (ACTIVE, False, [LATER, SOON], Outcome.NOT_YET_STARTED, [7, 8]),
        (ACTIVE, False, [OVER, SOON], Outcome.NOT_YET_STARTED, [7, 9]),
        (ACTIVE, False, [NO_SEAT], Outcome.NO_MEMBERSHIP, [6]),
        (ACTIVE, False, [NO_SEAT, OVER], Outcome.EXPIRED, [9, 6]),
        (ACTIVE, False, [NO_SEAT, LATER], Outcome.NOT_YET_STARTED, [8, 6]),
        (ACTIVE, False, [NO_SEAT_OVER], Outcome.NO_MEMBERSHIP, [12]),
        (ACTIVE, False, [NO_SEAT_SOON, NO_SEAT], Outcome.NO_MEMBERSHIP, [6, 13]),
    ],
)
def test_outcome_and_order(
    state: CustomerState | None,
    revoked: bool,
    all_held: list[Entitlement],
    outcome: Outcome,
    order: list[int],
) -> None:
    decision = decide(state, all_held, NOW, card_revoked=revoked)
    assert decision.outcome is outcome
    assert [each.entitlement.membership_id.int for each in decision.memberships] == order


@pytest.mark.parametrize(
    ("all_held", "deciding"),
    [
        ([RUNS, RUNS_OPEN], 3),
        ([OVER, NO_SEAT], 9),
        ([NO_SEAT], 6),  # it explains why there is none
        ([NO_SEAT_OVER], None),
        ([], None),
    ],
)
def test_the_membership_that_decides(all_held: list[Entitlement], deciding: int | None) -> None:
    found = decide(ACTIVE, all_held, NOW).deciding
    assert (found and found.entitlement.membership_id) == (deciding and UUID(int=deciding))


@given(st.lists(held, max_size=6), moments)
def test_active_exactly_if_something_grants(all_held: list[Entitlement], now: datetime) -> None:
    grants = any(each.standing(now).grants for each in all_held)
    assert (decide(ACTIVE, all_held, now).outcome is Outcome.ACTIVE) is grants


@given(st.lists(held, max_size=6), moments, st.sampled_from(CustomerState), st.booleans())
def test_nothing_is_lost_and_the_deciding_one_leads(
    all_held: list[Entitlement], now: datetime, state: CustomerState, revoked: bool
) -> None:
    decision = decide(state, all_held, now, card_revoked=revoked)
    ordered = [each.entitlement for each in decision.memberships]
    assert len(ordered) == len(all_held)
    assert all(each in ordered for each in all_held)
    if decision.deciding is not None:
        assert decision.memberships[0] is decision.deciding
    assert all(each.standing == each.entitlement.standing(now) for each in decision.memberships)


@given(
    st.lists(held, max_size=6, unique_by=lambda each: each.membership_id).flatmap(
        lambda found: st.tuples(st.just(found), st.permutations(found))
    )
)
def test_the_order_of_the_database_does_not_matter(
    both: tuple[list[Entitlement], list[Entitlement]],
) -> None:
    one, other = both
    assert decide(ACTIVE, one, NOW) == decide(ACTIVE, other, NOW)


@given(st.lists(held, max_size=4))
def test_banned_is_always_blocked(all_held: list[Entitlement]) -> None:
    for revoked in (False, True):
        found = decide(BANNED, all_held, NOW, card_revoked=revoked)
        assert found.outcome is Outcome.BLOCKED


def test_ends_at_the_edge_of_the_calendar_are_sorted_too() -> None:
    last = entitlement(1, -1, (datetime.max.replace(tzinfo=NOW.tzinfo) - NOW).days)
    decision = decide(ACTIVE, [last, RUNS_OPEN], NOW)
    assert [each.entitlement for each in decision.memberships] == [RUNS_OPEN, last]


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(NaiveTimeError, match="now"):
        decide(ACTIVE, [RUNS], datetime(2026, 1, 1))  # noqa: DTZ001
