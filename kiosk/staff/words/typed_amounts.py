"""Amounts as staff type them, read as a whole. Pure.

A text is one amount, or it is refused: nothing is completed, rounded or guessed.
"""

import re
from decimal import Decimal, InvalidOperation

from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal

from kiosk.texts import Texts

LARGEST_MINOR = 99_999_999_99
"""The largest amount, in the smallest unit of its currency."""

_AMOUNT = re.compile(r"[0-9.,'\u2019\u00a0\u202f ]+")


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
