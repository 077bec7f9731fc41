"""When a permission will be granted, and why it is not: tables and properties."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import CustomerState
from membership.rules.inheritance import Entitlement
from membership.rules.permissions import Refusal, grant, next_grant, refusal
from tests.membership.rules.clocks import TICK
from tests.membership.rules.people import COMPANY, NOW, days_from_now, entitlement, held, moments

POOL, SAUNA = "area.pool", "area.sauna"
BANNED = CustomerState.BANNED

PAST = entitlement(1, -3, -1, permissions=(POOL,))
RUNNING = entitlement(2, -1, 3, permissions=(POOL,))
SOON = entitlement(3, 1, 4, permissions=(POOL,))
LATER = entitlement(4, 2, 4, permissions=(POOL,))
OTHER = entitlement(5, 0.5, 4, permissions=(SAUNA,))
WITHDRAWN = entitlement(6, 0.5, 4, early=0.2, permissions=(POOL,))
UNSEATED = entitlement(7, -1, company=COMPANY, has_seat=False, permissions=(POOL,))
UNSEATED_SOON = entitlement(8, 0.5, company=COMPANY, has_seat=False, permissions=(POOL,))
UNSEATED_PAST = entitlement(9, -3, -1, company=COMPANY, has_seat=False, permissions=(POOL,))
ENDED = entitlement(10, -3, 3, early=-1, permissions=(POOL,))


@pytest.mark.parametrize(
    ("all_held", "why", "begins"),
    [
        ([], Refusal.NOT_HELD, None),
        ([OTHER], Refusal.NOT_HELD, None),
        ([PAST], Refusal.EXPIRED, None),
        ([ENDED], Refusal.EXPIRED, None),
        ([WITHDRAWN], Refusal.EXPIRED, None),
        ([RUNNING], None, None),
        ([RUNNING, LATER], None, None),
        ([SOON], Refusal.NOT_YET_STARTED, 1),
        ([LATER, SOON], Refusal.NOT_YET_STARTED, 1),
        ([PAST, LATER, OTHER], Refusal.NOT_YET_STARTED, 2),
        ([WITHDRAWN, SOON], Refusal.NOT_YET_STARTED, 1),
        ([UNSEATED], Refusal.NO_SEAT, None),
        ([UNSEATED, PAST], Refusal.NO_SEAT, None),
        ([UNSEATED_SOON], Refusal.NO_SEAT, None),
        ([UNSEATED_SOON, LATER], Refusal.NOT_YET_STARTED, 2),
        ([UNSEATED_PAST], Refusal.EXPIRED, None),
        ([UNSEATED, RUNNING], None, None),
    ],
)
def test_why_not_and_from_when(
    all_held: list[Entitlement], why: Refusal | None, begins: float | None
) -> None:
    assert refusal(all_held, POOL, NOW) is why
    assert next_grant(all_held, POOL, NOW) == (None if begins is None else days_from_now(begins))


@pytest.mark.parametrize(
    ("state", "card_revoked", "why"),
    [
        (CustomerState.ACTIVE, False, None),
        (CustomerState.INACTIVE, False, None),
        (CustomerState.ACTIVE, True, Refusal.CARD_REVOKED),
        (BANNED, False, Refusal.CUSTOMER_BANNED),
        (BANNED, True, Refusal.CUSTOMER_BANNED),
    ],
)
def test_the_person_and_the_card_come_first(
    state: CustomerState, card_revoked: bool, why: Refusal | None
) -> None:
    assert refusal([RUNNING], POOL, NOW, state, card_revoked=card_revoked) is why


def test_a_banned_customer_waits_for_nothing() -> None:
    assert next_grant([SOON], POOL, NOW, BANNED) is None


@given(st.lists(held, max_size=5), moments)
def test_refused_exactly_where_not_granted(all_held: list[Entitlement], now: datetime) -> None:
    for key in (POOL, SAUNA, "no.such"):
        why = refusal(all_held, key, now)
        assert (why is None) is (grant(all_held, key, now) is not None)
        assert (why is Refusal.NOT_YET_STARTED) is (next_grant(all_held, key, now) is not None)


@given(st.lists(held, max_size=5), moments)
def test_granted_from_that_instant_on_and_not_before(
    all_held: list[Entitlement], now: datetime
) -> None:
    begins = next_grant(all_held, POOL, now)
    if begins is None:
        return
    assert grant(all_held, POOL, begins) is not None
    assert grant(all_held, POOL, begins - TICK) is None
    assert next_grant(all_held, POOL, begins - TICK) in {begins, None}
