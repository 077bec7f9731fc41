"""Dates, times and plurals in the languages of the desk; the catalogues have tests of their own."""

import re
from datetime import UTC, date, datetime

import pytest

from kiosk.texts import Texts


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [
        ("en", "Oct 31, 2026", "11:30\u202fPM"),
        ("en_GB", "31 Oct 2026", "23:30"),
        ("de", "31.10.2026", "23:30"),
        ("de-AT", "31.10.2026", "23:30"),
    ],
)
def test_dates_and_times(language: str, day: str, clock: str) -> None:
    texts = Texts(language)
    moment = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
    assert texts.day(date(2026, 10, 31)) == day
    assert texts.local_day(moment, "Europe/Berlin") == day
    assert texts.clock(moment, "Europe/Berlin") == clock


def test_plurals() -> None:
    english, german = Texts("en"), Texts("de")
    one, many = "{count} visit today", "{count} visits today"
    assert [english.say_many(one, many, n) for n in (0, 1, 2)] == [
        "0 visits today", "1 visit today", "2 visits today",
    ]  # fmt: skip
    assert german.say_many(one, many, 1) == "1 Besuch heute"


@pytest.mark.parametrize("language", ["fr", "xx_YY", "", "deutsch!"])
def test_an_unknown_language_is_named(language: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(language))):
        Texts(language)


def test_writing_direction_follows_the_language() -> None:
    assert not Texts("de").right_to_left
