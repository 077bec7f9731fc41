"""Typed amounts and numbers in requests."""

from api_client.errors import Refused
from api_client.messages.scan import Problem
from kiosk.staff.words.typed import parse_amount
from kiosk.texts import Texts


def minor_units(typed: str, currency: str, texts: Texts) -> int:
    """Return a typed amount in the smallest unit of ``currency`` (ISO 4217); 0 for an empty text.

    Raises Refused if it is no amount, or has more decimals than the currency.
    """
    amount = parse_amount(typed, currency, texts) if typed else 0
    if amount is None:
        title = texts.say("“{text}” is not a price.", text=typed)
        raise Refused(Problem(title=title, status=422, code="price_invalid"))
    return amount


def whole_number(typed: str, texts: Texts) -> int:
    """Return a typed whole number. Raises Refused if it is not one in plain digits.

    The service reads ``1.000`` as one, which is a thousand in German.
    """
    if not (typed.isascii() and typed.isdecimal()):
        title = texts.say("“{text}” is not a whole number.", text=typed)
        raise Refused(Problem(title=title, status=422, code="number_invalid"))
    return int(typed)
