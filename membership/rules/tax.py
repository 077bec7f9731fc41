"""The tax within a gross amount: whole numbers only.

A rate is in thousandths of a percent, so that 19 % is 19,000 and 8.875 % is 8,875. Prices are
gross: what is paid is never changed by a rate.
"""

from decimal import Decimal

from babel.numbers import format_decimal

WHOLE = 100_000
"""100 % in thousandths of a percent, which is also the highest rate."""


def tax_within(gross_minor: int, millipercent: int) -> int:
    """Return the tax within a gross amount, in the smallest unit of its currency.

    It is the amount times rate / (100 % + rate), halves rounded up; gross less tax is the net
    amount. Raises ValueError for an amount below 0, or a rate that is none.
    """
    if gross_minor < 0 or not 0 <= millipercent <= WHOLE:
        raise ValueError(f"{gross_minor} at {millipercent} thousandths of a percent")
    whole = WHOLE + millipercent
    return (2 * gross_minor * millipercent + whole) // (2 * whole)


def rate_text(millipercent: int, language: str) -> str:
    """Return a rate in the notation of a language: ``8.875%``, German ``8,875 %``."""
    number = format_decimal(Decimal(millipercent).scaleb(-3), "0.###", locale=language)
    return f"{number}\N{NO-BREAK SPACE}%" if language == "de" else f"{number}%"
