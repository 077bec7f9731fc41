"""Typed amounts and numbers in requests."""

from kiosk.staff.forms.request import refusal
from kiosk.staff.words.typed_amounts import parse_amount
from kiosk.texts import Texts


def minor_units(typed: str, currency: str, texts: Texts, field: str = "") -> int:
    """Return a typed amount in the smallest unit of ``currency`` (ISO 4217); 0 for an empty text.

    ``field`` is the name of the field in the request.

    Raises Refused if it is no amount, or has more decimals than the currency.
    """
    amount = parse_amount(typed, currency, texts) if typed else 0
    if amount is None:
        raise refusal(texts.say("“{text}” is not a price.", text=typed), "price_invalid", field)
    return amount


def whole_number(typed: str, texts: Texts, field: str = "") -> int:
    """Return a typed whole number. Raises Refused if it is not one in plain digits.

    The service reads ``1.000`` as one, which is a thousand in German.
    """
    if not (typed.isascii() and typed.isdecimal()):
        sentence = texts.say("“{text}” is not a whole number.", text=typed)
        raise refusal(sentence, "number_invalid", field)
    return int(typed)
