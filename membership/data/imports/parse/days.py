"""Days as people and spreadsheets write them. Pure.

Which of 3/4/1990 is the day is judged for a whole column, see ``DayOrder``; with dots it is always
the first. A number is the day of a spreadsheet's calendar that begins with 1900.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_MIDNIGHT = re.compile(
    r"[T ]\s*(?:0?0:00(?::00(?:[.,]0+)?)?|12:00(?::00)?\s*AM)(?:\s*(?:Z|UTC|[+-]00:?00))?",
    re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(r".*[T ]\s*[0-9]{1,2}:[0-9]{2}\b.*", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})", re.ASCII)
_DOTTED = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4}|[0-9]{2})", re.ASCII)
_EITHER = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})", re.ASCII)
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:[.,]0+)?", re.ASCII)
_DAY_AND_NAME = re.compile(
    r"([0-9]{1,2})(?:\.|st|nd|rd|th)?[\s-]+([^\W\d]+)\.?[\s-]+([0-9]{4}|[0-9]{2})"
)
_NAME_AND_DAY = re.compile(r"([^\W\d]+)\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_EMPTY = re.compile(r"0{4}-0?0-0?0|0?0[./]0?0[./]0{4}|0")
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt",
         "nov", "dec dez"), 1,
    )
    for name in names.split()
}  # fmt: skip
_FIRST_SERIAL = date(1899, 12, 30)
_EXPECTED = "a day is written like 2027-03-10 or 10.3.2027"


@dataclass(slots=True)
class DayOrder:
    """The evidence in a column: how many of its days can only be read one way."""

    day_first: int = 0
    month_first: int = 0

    def count(self, text: str) -> None:
        """Count a value of the column."""
        found = _EITHER.fullmatch(_without_midnight(text.strip()))
        if found is None:
            return
        first, second = int(found[1]), int(found[3])
        if 12 < first <= 31 and second <= 12:
            self.day_first += 1
        elif 12 < second <= 31 and first <= 12:
            self.month_first += 1

    @property
    def is_day_first(self) -> bool | None:
        """Whether the day is the first, as in most of the values; None without evidence."""
        if not (self.day_first or self.month_first):
            return None
        return self.day_first >= self.month_first


def is_empty_day(text: str) -> bool:
    """Return whether a text stands for no day, as databases write it: 0000-00-00."""
    return _EMPTY.fullmatch(_without_midnight(text)) is not None


@lru_cache(maxsize=65536)
def parse_day(text: str, *, day_first: bool | None, newest: int) -> tuple[date, bool]:
    """Return a day, and whether it was guessed at: from a number, or a year of two digits.

    ``newest`` is the latest year that two digits mean. Raises ValueError.
    """
    bare = _without_midnight(text)
    if bare == text and _TIME.fullmatch(text):
        raise ValueError("has a time of day; a day is wanted")
    if serial := _SERIAL.fullmatch(bare):
        return _FIRST_SERIAL + timedelta(days=int(serial[1])), True
    day, month, year = _parts(bare, day_first)
    short = len(year) == 2
    try:
        found = date(_full_year(int(year), newest) if short else int(year), month, day)
    except ValueError:
        raise ValueError("there is no such day") from None
    if _FIRST_SERIAL <= found < date(1900, 1, 1):
        raise ValueError("is what spreadsheets write for an empty cell")
    return found, short


def _parts(text: str, day_first: bool | None) -> tuple[int, int, str]:
    """Day, month and year of a text. Raises ValueError."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[4]), int(found[3]), found[1]
    if found := _COMPACT.fullmatch(text):
        return int(found[3]), int(found[2]), found[1]
    if found := _DOTTED.fullmatch(text):
        return int(found[1]), int(found[2]), found[3]
    if found := _EITHER.fullmatch(text):
        day, month = _ordered(text, int(found[1]), int(found[3]), day_first)
        return day, month, found[4]
    if found := _DAY_AND_NAME.fullmatch(text):
        return int(found[1]), _month(found[2]), found[3]
    if found := _NAME_AND_DAY.fullmatch(text):
        return int(found[2]), _month(found[1]), found[3]
    raise ValueError(_EXPECTED)


def _ordered(text: str, first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    """Day and month in the order of the column. Raises ValueError."""
    if day_first is None:
        if first == second or first > 12:
            return first, second
        if second > 12:
            return second, first
        raise ValueError(f"{text} may be day/month or month/day; give the order of dates")
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:
        order = "day, month, year" if day_first else "month, day, year"
        raise ValueError(f"there is no such day: the other days of the column are {order}")
    return day, month


def _month(name: str) -> int:
    """The number of a month by its English or German name. Raises ValueError."""
    found = _MONTHS.get(name.casefold()[:3])
    if found is None:
        raise ValueError(_EXPECTED)
    return found


def _full_year(short: int, newest: int) -> int:
    """The year that two digits mean: the latest one that is not after ``newest``."""
    return newest - (newest - short) % 100


def _without_midnight(text: str) -> str:
    """A text without the time that databases write behind a day."""
    found = _MIDNIGHT.search(text)
    return text[: found.start()] if found and found.end() == len(text) else text


_MONTH_FIRST = frozenset({"US", "PH", "FM", "PW", "MH", "PR", "GU", "VI", "AS", "MP"})


def order_of_country(country: str | None) -> bool | None:
    """Return whether a country writes the day first; None if no country is known."""
    return None if country is None else country not in _MONTH_FIRST
