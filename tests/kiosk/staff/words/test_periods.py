"""Since when somebody is a member, when they were before, and what can be undone."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api_client.messages.management import ChangeView, PeriodView, ProfileMembership
from kiosk.staff.words.membership import held_line
from kiosk.staff.words.periods import undo_refusal
from kiosk.texts import Texts
from tests.kiosk.answers import NOON, membership

EN, DE = Texts("en"), Texts("de")
CHANGE = ChangeView(
    id=UUID(int=9), action="membership.renewed", at=NOON, undo_until=NOON + timedelta(days=14)
)


def period(first: date, last: date) -> PeriodView:
    """A period of whole days in UTC."""
    start = datetime.combine(first, datetime.min.time(), UTC)
    end = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=1)
    return PeriodView(starts_at=start, ends_at=end, first_day=first, last_day=last)


def held(*periods: PeriodView, change: ChangeView | None = None) -> ProfileMembership:
    """Amara's membership with these periods."""
    return ProfileMembership(
        **dict(membership()),
        member_since=periods[0].starts_at if periods else None,
        periods=periods,
        last_change=change,
    )


YEARS = [period(date(year, 1, 1), date(year, 12, 31)) for year in range(2015, 2027)]


@pytest.mark.parametrize(
    ("periods", "lines"),
    [
        ([], ()),
        (YEARS[-1:], ()),
        (YEARS[-3:], ("Member since Jan 1, 2024, period 3.",)),
        (
            [*YEARS[:2], YEARS[4], YEARS[-1]],
            (
                "Member since Jan 1, 2015, period 4.",
                "Before: Jan 1, 2019 to Dec 31, 2019",
                "Before: Jan 1, 2015 to Dec 31, 2016",
            ),
        ),
        (
            YEARS[::2][-6:] + YEARS[-1:],
            (
                "Member since Jan 1, 2015, period 7.",
                "Before: Jan 1, 2023 to Dec 31, 2023",
                "Before: Jan 1, 2021 to Dec 31, 2021",
                "Before: Jan 1, 2019 to Dec 31, 2019",
                "and 2 times before that",
            ),
        ),
    ],
    ids=["an older service", "one period", "renewed in time", "with gaps", "many"],
)
def test_the_gaps_are_shown(periods: list[PeriodView], lines: tuple[str, ...]) -> None:
    assert held_line(held(*periods), (), EN, "UTC").history == lines


def test_the_last_change_is_named() -> None:
    line = held_line(held(change=CHANGE), (), EN, "Europe/Berlin")
    assert line.change_id == CHANGE.id
    assert line.change.startswith("It was renewed on Nov 24, 2026 at 12:00")
    other = CHANGE.model_copy(update={"action": "membership.of_a_newer_service"})
    line = held_line(held(change=other), (), DE, "Europe/Berlin")
    assert line.change == "Sie wurde am 24.11.2026 um 12:00 geändert."
    # What an older service sends has none.
    assert held_line(membership(), (), EN, "UTC").change_id is None


@pytest.mark.parametrize(
    "code",
    [
        "nothing_to_undo",
        "not_the_last_change",
        "membership_changed_since",
        "membership_transferred",
        "undo_too_late",
        "membership_paid",
        "billed_by_provider",
    ],
)
def test_each_refusal_has_words(code: str) -> None:
    assert undo_refusal(code, EN)
    assert undo_refusal(code, DE) != undo_refusal(code, EN)
