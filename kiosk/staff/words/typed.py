"""What staff type into fields for days and amounts, read as a whole. Pure.

A text is one day or one amount, or it is refused: nothing is completed, rounded or guessed. A day
has a year of four digits, and its order follows from its separators and the desk's language.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal

from kiosk.texts import Texts

EXAMPLE = date(2030, 12, 31)
"""A day that shows how days are typed."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a day may have; any other year is a slip of the finger."""

LARGEST_MINOR = 99_999_999_99
"""The largest amount, in the smallest unit of its currency."""

_ISO = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})")
_DOTS = re.compile(r"(?P<d>[0-9]{1,2})\. ?(?P<m>[0-9]{1,2})\. ?(?P<y>[0-9]{4})")
_MONTH_FIRST = re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})")
_DAY_FIRST = re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})")
_NAMED = (
    re.compile(r"(?P<d>[0-9]{1,2})\.? ?(?P<name>[^\W\d_]+)\.?,? ?(?P<y>[0-9]{4})"),
    re.compile(r"(?P<name>[^\W\d_]+)\.? ?(?P<d>[0-9]{1,2}),? (?P<y>[0-9]{4})"),
)
_AMOUNT = re.compile(r"[0-9.,'\u2019\u00a0\u202f ]+")


def parse_day(typed: str, texts: Texts) -> date | None:
    """Return the day that was typed, or None if the text is not clearly one day.

    Read are ``2027-12-31``, ``31.12.2027``, ``12/31/2027`` in the language's own order, and a
    month by its name, such as ``Dec 31, 2027`` or ``31. Dezember 2027``.
    """
    text = " ".join(typed.split())
    slashes = _MONTH_FIRST if _month_first(texts) else _DAY_FIRST
    for form in (_ISO, _DOTS, slashes):
        if (found := form.fullmatch(text)) is not None:
            return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    for form in _NAMED:
        found = form.fullmatch(text)
        month = _months(texts).get(found["name"].casefold()) if found is not None else None
        if found is not None and month is not None:
            return _day(int(found["y"]), month, int(found["d"]))
    return None


def typed_day(day: date, texts: Texts) -> str:
    """Return a day as ``parse_day`` reads it: ``12/31/2027`` or ``31.12.2027``."""
    if _month_first(texts):
        return f"{day.month}/{day.day}/{day.year}"
    return f"{day.day:02}.{day.month:02}.{day.year}"


def day_in_words(day: date, texts: Texts) -> str:
    """Return a day with its weekday and month in words, to be compared with what was meant."""
    return str(format_date(day, format="full", locale=texts.locale))


def parse_amount(typed: str, currency: str, texts: Texts) -> int | None:
    """Return a typed amount in the smallest unit of ``currency`` (ISO 4217).

    None if the text is no amount, has more decimals than the currency, or is out of range.
    """
    text, digits = typed.strip(), get_currency_precision(currency)
    _, point, decimals = text.partition(texts.decimal_point)
    # Three decimals of a currency with two are thousands in another language.
    if _AMOUNT.fullmatch(text) is None or (point and not 1 <= len(decimals) <= digits):
        return None
    try:
        minor = Decimal(parse_decimal(text, locale=texts.locale, strict=True)).scaleb(digits)
    except (NumberFormatError, InvalidOperation):
        return None
    return int(minor) if 0 <= minor <= LARGEST_MINOR else None


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
def _months(texts: Texts) -> dict[str, int]:
    """Return the months by their names, long and short, in the desk's language and English."""
    named = {}
    for locale in (texts.locale, "en"):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    named[name.rstrip(".").casefold()] = number
    return named
