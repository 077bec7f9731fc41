"""Days as staff type them, read as a whole. Pure.

A text is a day or it is refused. What can be left out is the century, the year where the field
says which one is meant, and the separators. Where day and month can be taken for each other, both
readings are returned, the one in the order of the desk's language first.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum, auto
from functools import lru_cache

from babel.dates import format_date, get_month_names

from kiosk.texts import Texts

EXAMPLE = date(2030, 12, 31)
"""A day that shows how days are typed."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a day may have; any other year is a slip of the finger."""

_YEARS_BACK = 20
"""A year of two digits lies at most so many years back, unless the field asks for the past."""
_LEAP_YEARS = 9
"""Years within which February 29 comes again."""

_ISO = re.compile(
    r"(?P<y>[0-9]{4})(?P<between>[-/.]?)(?P<m>[0-9]{1,2})(?P=between)(?P<d>[0-9]{1,2})"
)
_YEAR = r"(?P<y>[0-9]{4}|[0-9]{2})"
_DOTS = re.compile(rf"(?P<a>[0-9]{{1,2}})\. ?(?P<b>[0-9]{{1,2}})(?:\. ?{_YEAR}|\.)?")
_STROKES = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<between>[-/])(?P<b>[0-9]{{1,2}})(?:(?P=between){_YEAR})?"
)
_DIGITS = re.compile(rf"(?P<a>[0-9]{{2}})(?P<b>[0-9]{{2}}){_YEAR}")
_NAMED = (
    re.compile(rf"(?P<d>[0-9]{{1,2}})\.? ?(?P<name>[^\W\d_]+)\.?(?:,? ?{_YEAR})?"),
    re.compile(rf"(?P<name>[^\W\d_]+)\.? ?(?P<d>[0-9]{{1,2}})(?:\.?,? {_YEAR})?"),
)
_DAYS_ON = re.compile(r"\+ ?(?P<days>[0-9]{1,4})")


class Years(Enum):
    """Which year is meant where it is left out, or has two digits."""

    BORN = auto()
    """It must be typed; two digits are the last such year that has come."""
    PAST = auto()
    """The last time that the day was, today included."""
    NEXT = auto()
    """The next time that the day comes, today included."""
    NEAREST = auto()
    """The time that is nearest to today."""


def readings(
    typed: str, texts: Texts, today: date, years: Years = Years.NEAREST
) -> tuple[date, ...]:
    """Return the days that a text may mean, that in the order of the desk's language first.

    Read are ``2027-12-31``, ``31.12.27`` (the day first in any language), ``12/31/2027`` and
    ``12-31-27``, ``311227``, a month by its name, such as ``Dec 31, 2027`` or ``31. Dezember``,
    ``today``, ``tomorrow``, ``yesterday`` in the desk's language or English, and ``+30`` for so
    many days from today. There are two readings where day and month can change places.
    """
    text = " ".join(typed.split())
    if (counted := _DAYS_ON.fullmatch(text)) is not None:
        return (today + timedelta(days=int(counted["days"])),)
    if (named := _relative(texts).get(text.casefold())) is not None:
        return (today + timedelta(days=named),)
    if (found := _ISO.fullmatch(text)) is not None and (found["between"] or len(text) == 8):
        day = _day(int(found["y"]), int(found["m"]), int(found["d"]))
        if day is not None or found["between"]:
            return () if day is None else (day,)
    found_days = (
        _of_year(year, month, day, today, years) for year, month, day in _parts(text, texts)
    )
    return tuple(dict.fromkeys(day for day in found_days if day is not None))


def typed_day(day: date, texts: Texts) -> str:
    """Return a day as ``readings`` reads it: ``12/31/2027`` or ``31.12.2027``."""
    if _month_first(texts):
        return f"{day.month}/{day.day}/{day.year}"
    return f"{day.day:02}.{day.month:02}.{day.year}"


def day_in_words(day: date, texts: Texts) -> str:
    """Return a day with its weekday and month in words, to be compared with what was meant."""
    return str(format_date(day, format="full", locale=texts.locale))


def _parts(text: str, texts: Texts) -> Iterator[tuple[str | None, int, int]]:
    """Yield year as typed, month and day of each way to take a text."""
    if (found := _DOTS.fullmatch(text)) is not None:
        yield found["y"], int(found["b"]), int(found["a"])
        return
    if (found := _STROKES.fullmatch(text) or _DIGITS.fullmatch(text)) is not None:
        first, second = int(found["a"]), int(found["b"])
        orders = (first, second), (second, first)
        for month, day in orders if _month_first(texts) else reversed(orders):
            yield found["y"], month, day
        return
    for form in _NAMED:
        found = form.fullmatch(text)
        month_of_name = _months(texts).get(found["name"].casefold()) if found is not None else None
        if found is not None and month_of_name is not None:
            yield found["y"], month_of_name, int(found["d"])
            return


def _of_year(
    typed_year: str | None, month: int, day: int, today: date, years: Years
) -> date | None:
    """Return the day in the year that is meant, or None if there is none."""
    if typed_year is None:
        return None if years is Years.BORN else _without_year(month, day, today, years)
    if len(typed_year) == 4:
        return _day(int(typed_year), month, day)
    # The latest year that is still allowed, of those that end in the two digits.
    last = today.year if years in (Years.BORN, Years.PAST) else today.year - _YEARS_BACK + 99
    year = last - (last - int(typed_year)) % 100
    found = _day(year, month, day)
    if years in (Years.BORN, Years.PAST) and found is not None and found > today:
        return _day(year - 100, month, day)
    return found


def _without_year(month: int, day: int, today: date, years: Years) -> date | None:
    """Return the day in the year that ``years`` asks for."""
    near = range(today.year - _LEAP_YEARS, today.year + _LEAP_YEARS)
    days = [found for year in near if (found := _day(year, month, day)) is not None]
    if years is Years.PAST:
        days = [each for each in days if each <= today]
    elif years is Years.NEXT:
        days = [each for each in days if each >= today]
    return min(days, key=lambda each: abs(each - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    """Return a day of the calendar within the years that are read, or None."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_first(texts: Texts) -> bool:
    """Return whether the language's short form of a day begins with the month."""
    short = texts.locale.date_formats["short"].pattern
    return str(short).lstrip().startswith("M")


@lru_cache
def _relative(texts: Texts) -> dict[str, int]:
    """Return days from today by their names, in the desk's language and in English."""
    say = texts.say
    named = {say("today"): 0, say("tomorrow"): 1, say("yesterday"): -1}
    english = {"today": 0, "tomorrow": 1, "yesterday": -1}
    return english | {name.casefold(): days for name, days in named.items()}


@lru_cache
def _months(texts: Texts) -> dict[str, int]:
    """Return the months by their names, long and short, in the desk's language and English."""
    named = {}
    for locale in (texts.locale, "en"):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    named[name.rstrip(".").casefold()] = number
    return named
