"""Tax rates as they are typed: percent with at most three decimals."""

import re
from decimal import Decimal

from kiosk.staff.forms.request import refusal
from kiosk.texts import Texts

_TYPED = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,3}))?\s*%?", re.ASCII)
_WHOLE = 100_000


def rate_of(typed: str, texts: Texts) -> int | None:
    """Return a typed rate in thousandths of a percent; None for an empty text.

    Raises Refused if it is none, more than 100 % included.
    """
    text = typed.strip()
    if not text:
        return None
    found = _TYPED.fullmatch(text)
    if found is not None:
        rate = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))
        if rate <= _WHOLE:
            return rate
    sentence = texts.say("“{text}” is not a tax rate in percent.", text=typed)
    raise refusal(sentence, "rate_invalid", "tax_millipercent")


def rate_typed(millipercent: int | None, texts: Texts) -> str:
    """Return a rate as ``rate_of`` reads it, with the language's decimal sign."""
    if millipercent is None:
        return ""
    number = Decimal(millipercent).scaleb(-3).normalize()
    return f"{number:f}".replace(".", texts.decimal_point)
