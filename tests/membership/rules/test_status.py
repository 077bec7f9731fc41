"""Status of a term at an instant: a table by hand, and what must hold for every term."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from api_client.messages.scan import Reason, Status
from membership.rules.instants import NaiveTimeError
from membership.rules.status import Standing, Term, next_change, standing
from tests.membership.rules.clocks import TICK, utc
from tests.membership.rules.people import NOW, days_from_now, moments, terms

ACTIVE = Standing(Status.ACTIVE)
EXPIRED = Standing(Status.EXPIRED)
SCHEDULED = Standing(None, Reason.SCHEDULED)
OVERDUE = Standing(Status.ACTIVE, Reason.PAYMENT_OVERDUE)
ENDED_EARLY = Standing(Status.EXPIRED, Reason.ENDED_EARLY)


@pytest.mark.parametrize(
    ("start", "end", "early", "overdue", "expected"),
    [
        (-1, 1, None, None, ACTIVE),
        (-1, None, None, None, ACTIVE),
        (0, 1, None, None, ACTIVE),  # the first instant belongs to it
        (-1, 0, None, None, EXPIRED),  # the last one does not
        (-2, -1, None, None, EXPIRED),
        (1, 2, None, None, SCHEDULED),
        (1, None, None, None, SCHEDULED),
        (-2, 2, -1, None, ENDED_EARLY),
        (-2, 2, 0, None, ENDED_EARLY),
        (-2, None, -1, None, ENDED_EARLY),
        (-2, 2, 1, None, ACTIVE),  # cancelled with notice: still runs
        (-2, -1, -1, None, EXPIRED),  # the early end changed nothing
        (-3, -2, -1, None, EXPIRED),
        (1, 2, -1, None, ENDED_EARLY),  # withdrawn before it started
        (2, 3, 1, None, ENDED_EARLY),  # to be withdrawn before it starts
        (1, 3, 2, None, SCHEDULED),
        (-1, 1, None, 0, OVERDUE),
        (-1, 1, None, 0.5, ACTIVE),
        (-2, -1, None, -1.5, EXPIRED),  # told only beside active
        (-2, 2, -1, -1.5, ENDED_EARLY),
        (1, 2, None, -1, SCHEDULED),
        (-1, -1, None, None, EXPIRED),  # holds no instant
        (1, 1, None, None, EXPIRED),
        (2, 1, None, None, EXPIRED),
    ],
)
def test_standing(
    start: float, end: float | None, early: float | None, overdue: float | None, expected: Standing
) -> None:
    ends, ended, late = (
        None if days is None else days_from_now(days) for days in (end, early, overdue)
    )
    assert standing(Term(days_from_now(start), ends, ended, late), NOW) == expected


@pytest.mark.parametrize(
    ("start", "end", "early", "expected"),
    [
        (-2, None, -1, ENDED_EARLY),
        (-2, None, 1, ENDED_EARLY),  # the clock was set back since it was ended
        (-2, 3, 1, ENDED_EARLY),
        (1, 3, 2, ENDED_EARLY),  # set back to before it even started
        (1, 3, -1, ENDED_EARLY),
        (-2, None, None, ACTIVE),  # there is no early end to speak of
        (-2, 1, 2, ACTIVE),  # nor one that came before the sold end
        (-2, -1, 2, EXPIRED),
    ],
)
def test_what_had_ended_when_noted_stays_so(
    start: float, end: float | None, early: float | None, expected: Standing
) -> None:
    ends, ended = (None if days is None else days_from_now(days) for days in (end, early))
    term = Term(days_from_now(start), ends, ended, ended=True)
    assert standing(term, NOW) == expected


@pytest.mark.parametrize(
    ("start", "end", "early", "ended", "told"),
    [
        (-1, None, None, False, None),
        (-1, 2, None, False, 2),
        (-2, -1, None, False, -1),  # past, but perhaps not told yet
        (-1, 2, 1, False, 1),
        (-1, 2, 3, False, 2),
        (-1, None, 1, False, 1),
        (-2, 2, -1, True, None),  # was announced when it was ended
        (-2, 2, 1, True, None),
        (1, 3, 1, False, None),  # withdrawn before it starts
        (-1, 2, 3, True, 2),
    ],
)
def test_announced_end(
    start: float, end: float | None, early: float | None, ended: bool, told: float | None
) -> None:
    at = [None if days is None else days_from_now(days) for days in (end, early, told)]
    term = Term(days_from_now(start), at[0], at[1], ended=ended)
    assert term.announced_end == at[2]


@pytest.mark.parametrize("granting", [ACTIVE, OVERDUE])
def test_active_and_overdue_grant(granting: Standing) -> None:
    assert granting.grants


@pytest.mark.parametrize(
    "refusing", [EXPIRED, SCHEDULED, ENDED_EARLY, Standing(Status.ACTIVE, Reason.NO_SEAT)]
)
def test_all_else_grants_nothing(refusing: Standing) -> None:
    assert not refusing.grants


@given(terms, moments)
def test_active_is_the_half_open_period(term: Term, now: datetime) -> None:
    inside = term.starts_at <= now
    inside &= term.ends_at is None or now < term.ends_at
    inside &= term.ended_early_at is None or now < term.ended_early_at
    inside &= not term.over_for_good
    assert (standing(term, now).status is Status.ACTIVE) is inside


@given(terms, moments, moments)
def test_time_only_moves_a_membership_forward(term: Term, one: datetime, other: datetime) -> None:
    rank = {None: 0, Status.ACTIVE: 1, Status.EXPIRED: 2}
    earlier, later = sorted([one, other])
    assert rank[standing(term, earlier).status] <= rank[standing(term, later).status]


@given(terms, moments)
def test_a_clock_set_back_gives_the_old_answer_again(term: Term, now: datetime) -> None:
    before = standing(term, now)
    standing(term, days_from_now(400))
    assert standing(term, now) == before


@given(terms, moments)
def test_next_change_is_the_first_instant_that_differs(term: Term, now: datetime) -> None:
    current, change = standing(term, now), next_change(term, now)
    named = {term.starts_at, term.ends_at, term.ended_early_at, term.payment_overdue_since}
    if change is None:
        assert all(standing(term, at) == current for at in named if at is not None and at > now)
        assert standing(term, days_from_now(400)) == current
    else:
        assert change > now
        assert standing(term, change) != current
        assert standing(term, change - TICK) == current


@pytest.mark.parametrize(
    ("term", "change"),
    [
        (Term(days_from_now(1), days_from_now(2)), days_from_now(1)),
        (Term(days_from_now(-1), days_from_now(2)), days_from_now(2)),
        (Term(days_from_now(-1), days_from_now(3), days_from_now(2)), days_from_now(2)),
        (Term(days_from_now(-1), None, None, days_from_now(1)), days_from_now(1)),
        (Term(days_from_now(-1)), None),
        (Term(days_from_now(-2), days_from_now(-1), None, days_from_now(1)), None),
    ],
)
def test_next_change(term: Term, change: datetime | None) -> None:
    assert next_change(term, NOW) == change


@pytest.mark.parametrize(
    "name", ["starts_at", "ends_at", "ended_early_at", "payment_overdue_since"]
)
def test_naive_times_are_refused_by_name(name: str) -> None:
    times: dict[str, Any] = {"starts_at": NOW, name: datetime(2026, 1, 1)}  # noqa: DTZ001
    with pytest.raises(NaiveTimeError, match=name):
        Term(**times)


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(NaiveTimeError, match="now"):
        standing(Term(utc("2026-01-01")), datetime(2026, 1, 2))  # noqa: DTZ001
