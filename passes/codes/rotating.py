"""Rotating codes: a phone shows another one every 30 seconds, and each is taken once.

The value is a TOTP of 8 digits (RFC 6238 with HMAC-SHA-1, Google's ``TOTP_SHA1``) of the card's
own key. A code says when it was made, so that one value is compared and none is searched for.
Google Wallet fills in the pattern by itself ("RotatingBarcode" in the reference of the Google
Wallet API: ``valuePattern``, ``{totp_timestamp_seconds}``, ``{totp_value_n}``).
"""

import hashlib
import hmac
from datetime import datetime

from passes.codes.barcode import CardCode, RotatingCode
from passes.codes.card_codes import rotating_prefix
from passes.errors import ForgedCodeError, ReplayedCodeError, StaleCodeError

PERIOD_SECONDS = 30
"""How long a phone shows one value."""
SKEW_SECONDS = 30
"""How far a phone's clock may be off, and how long the way to the desk may take: one step, the
most that RFC 6238, section 5.2, recommends."""
DIGITS = 8


def step_at(seconds: int) -> int:
    """Number of the step that a second since 1970 belongs to."""
    return seconds // PERIOD_SECONDS


def totp(key: bytes, step: int, digits: int = DIGITS) -> str:
    """The value of a step, ``digits`` long: HOTP of its number (RFC 4226, section 5.3)."""
    mac = hmac.digest(key, step.to_bytes(8), hashlib.sha1)
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def rotating_code(card: CardCode, key: bytes, at: datetime) -> RotatingCode:
    """The code that a phone shows at ``at``."""
    seconds = int(at.timestamp())
    return RotatingCode(card, seconds, totp(key, step_at(seconds)))


def rotating_pattern(card: CardCode) -> str:
    """The pattern that Google Wallet makes a card's codes from."""
    return f"{rotating_prefix(card)}-{{totp_timestamp_seconds}}-{{totp_value_0}}"


def verify_rotating(
    code: RotatingCode, key: bytes, now: datetime, last_step: int | None = None
) -> int:
    """The step of a code that is genuine and good at ``now``; ``last_step`` was taken last.

    A code is good for the period in which the phone shows it, and for the skew before and after
    that. The moment within the period is not looked at: anybody could have altered it.

    Raises:
        ForgedCodeError: the value is not that of the step that the code names.
        StaleCodeError: the step is over for longer than the skew, or further ahead than it.
        ReplayedCodeError: the step is not newer than ``last_step``.
    """
    step = step_at(code.seconds)
    if not hmac.compare_digest(totp(key, step), code.value):
        raise ForgedCodeError("value", "the value is not that of this card at that time")
    first = step * PERIOD_SECONDS - SKEW_SECONDS
    end = (step + 1) * PERIOD_SECONDS + SKEW_SECONDS
    if not first <= now.timestamp() < end:
        raise StaleCodeError("seconds", "the code was made too long ago, or is of a time to come")
    if last_step is not None and step <= last_step:
        raise ReplayedCodeError("seconds", "this code, or a newer one, was taken before")
    return step
