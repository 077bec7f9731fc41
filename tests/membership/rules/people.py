"""Builders of terms and holdings, as the tests of the rules need them."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from membership.rules.inheritance import Company, Entitlement
from membership.rules.status import Term
from tests.membership.rules.clocks import utc

NOW = utc("2026-05-15T10:00")
COMPANY = Company(UUID(int=900), "Nordlicht Studio")

# Few distinct instants, close together, so that equal and touching ends are common.
moments = st.integers(-6, 6).map(lambda hours: NOW + timedelta(hours=hours))
maybe_moments = st.none() | moments
terms = st.builds(Term, moments, maybe_moments, maybe_moments, maybe_moments, st.booleans())
held = st.builds(
    Entitlement,
    st.integers(1, 8).map(lambda number: UUID(int=number)),
    st.sampled_from(["Gold", "Standard"]),
    terms,
    st.sets(st.sampled_from(["area.pool", "web.members", "area.sauna"])).map(
        lambda keys: tuple(sorted(keys))
    ),
    st.sampled_from([None, COMPANY]),
    st.booleans(),
)


def days_from_now(days: float) -> datetime:
    """Return the instant ``days`` after ``NOW``."""
    return NOW + timedelta(days=days)


def entitlement(
    number: int,
    start: float,
    end: float | None = None,
    *,
    early: float | None = None,
    overdue: float | None = None,
    ended: bool = False,
    company: Company | None = None,
    has_seat: bool = True,
    permissions: tuple[str, ...] = (),
) -> Entitlement:
    """Return a holding with the id ``number`` and times in days from ``NOW``."""
    term = Term(
        days_from_now(start),
        None if end is None else days_from_now(end),
        None if early is None else days_from_now(early),
        None if overdue is None else days_from_now(overdue),
        ended,
    )
    return Entitlement(UUID(int=number), f"Plan {number}", term, permissions, company, has_seat)
