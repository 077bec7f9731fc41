"""Permissions: the union over what is active, until when, and through which memberships."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import CustomerState
from membership.rules.inheritance import Entitlement
from membership.rules.instants import NaiveTimeError
from membership.rules.permissions import Grant, covered_until, grant, grants
from tests.membership.rules.clocks import TICK
from tests.membership.rules.people import COMPANY, NOW, days_from_now, entitlement, held, moments

POOL, SAUNA = "area.pool", "area.sauna"


def via(*numbers: int) -> tuple[UUID, ...]:
    """Return membership ids."""
    return tuple(UUID(int=number) for number in numbers)


def test_union_over_active_memberships_names_each_source() -> None:
    own = entitlement(1, -1, 3, permissions=(POOL, SAUNA))
    inherited = entitlement(2, -1, 5, company=COMPANY, permissions=(POOL,))
    assert grants([own, inherited], NOW) == (
        Grant(POOL, days_from_now(5), via(1, 2)),
        Grant(SAUNA, days_from_now(3), via(1)),
    )


@pytest.mark.parametrize(
    "idle",
    [
        entitlement(1, -2, -1, permissions=(POOL,)),
        entitlement(1, -2, 0, permissions=(POOL,)),
        entitlement(1, 1, 2, permissions=(POOL,)),
        entitlement(1, -2, 2, early=-1, permissions=(POOL,)),
        entitlement(1, -2, 2, company=COMPANY, has_seat=False, permissions=(POOL,)),
        entitlement(1, -2, 2, permissions=(SAUNA,)),
    ],
)
def test_what_is_not_active_grants_nothing(idle: Entitlement) -> None:
    assert grant([idle], POOL, NOW) is None


def test_an_overdue_payment_still_grants() -> None:
    late = entitlement(1, -2, overdue=-1, permissions=(POOL,))
    assert grant([late], POOL, NOW) == Grant(POOL, None, via(1))


def test_a_banned_customer_has_none_and_an_inactive_one_keeps_theirs() -> None:
    own = [entitlement(1, -1, permissions=(POOL,))]
    assert grants(own, NOW, CustomerState.BANNED) == ()
    assert grants(own, NOW, CustomerState.INACTIVE) == grants(own, NOW)


@pytest.mark.parametrize(
    ("others", "until"),
    [
        ([], 3),
        ([(3, 6)], 6),  # renewed early
        ([(3.5, 6)], 3),  # a gap ends it
        ([(2, 6)], 6),
        ([(-1, 2)], 3),
        ([(3, None)], None),
        ([(6, 9), (3, 6)], 9),
        ([(3, 3)], 3),
    ],
)
def test_until_follows_unbroken_cover(
    others: list[tuple[float, float | None]], until: float | None
) -> None:
    chain = [entitlement(1, -1, 3, permissions=(POOL,))]
    chain += [
        entitlement(number, start, end, permissions=(POOL,))
        for number, (start, end) in enumerate(others, start=2)
    ]
    found = grant(chain, POOL, NOW)
    assert found is not None
    assert found.until == (None if until is None else days_from_now(until))


def test_what_is_over_for_good_does_not_prolong_after_the_clock_was_set_back() -> None:
    chain = [
        entitlement(1, -1, 3, permissions=(POOL,)),
        entitlement(2, -1, 9, early=6, ended=True, permissions=(POOL,)),
    ]
    assert grant(chain, POOL, NOW) == Grant(POOL, days_from_now(3), via(1))


def test_a_renewal_without_a_seat_does_not_prolong() -> None:
    chain = [
        entitlement(1, -1, 3, permissions=(POOL,)),
        entitlement(2, 3, 6, company=COMPANY, has_seat=False, permissions=(POOL,)),
    ]
    found = grant(chain, POOL, NOW)
    assert found is not None
    assert found.until == days_from_now(3)


@given(st.lists(held, max_size=5), moments)
def test_granted_exactly_until_until(all_held: list[Entitlement], now: datetime) -> None:
    for found in grants(all_held, now):
        assert found.until is None or found.until > now
        if found.until is not None:
            before = grant(all_held, found.key, found.until - TICK)
            assert before is not None
            assert grant(all_held, found.key, found.until) is None
        else:
            assert grant(all_held, found.key, days_from_now(400)) is not None


@given(st.lists(held, max_size=5), moments)
def test_each_grant_comes_from_what_is_active(all_held: list[Entitlement], now: datetime) -> None:
    active = [each for each in all_held if each.standing(now).grants]
    found = {each.key: set(each.via) for each in grants(all_held, now)}
    keys = {key for each in active for key in each.permissions}
    assert found == {
        key: {each.membership_id for each in active if key in each.permissions} for key in keys
    }


@given(st.lists(held, max_size=5), moments)
def test_without_cover_it_ends_now(all_held: list[Entitlement], now: datetime) -> None:
    covered = any(each.standing(now).grants for each in all_held)
    assert (covered_until(all_held, now) != now) is covered


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(NaiveTimeError, match="now"):
        grants([entitlement(1, -1, permissions=(POOL,))], datetime(2026, 1, 1))  # noqa: DTZ001
