"""Money as whole numbers of the smallest unit of a currency; no floating point.

Decimals and notation follow the Unicode CLDR, through Babel: no decimals for the yen, three for the
dinar of Kuwait.
"""

from decimal import Decimal
from functools import cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, list_currencies


@cache
def known_currencies() -> frozenset[str]:
    """Return the codes of all currencies of CLDR, read at the first call to keep the start fast."""
    return frozenset(list_currencies())


def known_currency(currency: str) -> str:
    """Return ``currency`` unchanged. Raises ValueError for a code that CLDR does not know."""
    if currency not in known_currencies():
        raise ValueError(f"{currency!r} is no currency (ISO 4217)")
    return currency


def decimals_of(currency: str) -> int:
    """Return the number of decimals of a currency: 2 for EUR and unknown ones, 0 JPY, 3 KWD."""
    return get_currency_precision(currency)


def written(minor: int, currency: str, language: str) -> str:
    """Return an amount in the notation of a language, such as ``€49.00`` for 4900 EUR cents.

    ``minor`` counts the smallest unit. Raises ValueError for an unknown language.
    """
    amount = Decimal(minor).scaleb(-decimals_of(currency))
    try:
        return str(format_currency(amount, currency, locale=language))
    except UnknownLocaleError as error:
        raise ValueError(f"{language!r} is no language that is known") from error
