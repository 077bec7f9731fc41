"""Money: whole numbers of the smallest unit of a currency. Nothing is computed in floating point.

How many decimals a currency has, and how an amount is written, is the Unicode consortium's
(CLDR, through Babel): none for the yen, three for the dinar of Kuwait.
"""

from decimal import Decimal
from functools import cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, list_currencies


@cache
def known_currencies() -> frozenset[str]:
    """Codes of all currencies of CLDR. Read at the first use: a service starts without them."""
    return frozenset(list_currencies())


def known_currency(currency: str) -> str:
    """Return ``code`` unchanged. Raises ValueError for a currency that CLDR does not know."""
    if currency not in known_currencies():
        raise ValueError(f"{currency!r} is no currency (ISO 4217)")
    return currency


def decimals_of(currency: str) -> int:
    """How many decimals a currency has: 2 for EUR and what is not known, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def written(minor: int, currency: str, language: str) -> str:
    """An amount as a language writes it, such as ``€49.00`` for 4900 EUR cents.

    Raises ValueError for a language that is unknown.
    """
    amount = Decimal(minor).scaleb(-decimals_of(currency))
    try:
        return str(format_currency(amount, currency, locale=language))
    except UnknownLocaleError as error:
        raise ValueError(f"{language!r} is no language that is known") from error
