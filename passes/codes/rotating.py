"""Rotating codes: a phone shows a new one every 30 seconds, and each is accepted once.

A code names its card by an alias (``CardAlias``), which is unrelated to the card's static code, so
that nobody can write the static code who has read a changing one.

The value is a TOTP of 8 digits (RFC 6238 with HMAC-SHA-1, Google's ``TOTP_SHA1``) under the card's
own key. A code contains its time, so that a single value is compared. Google Wallet fills in the
pattern itself ("RotatingBarcode" in the reference of the Google Wallet API: ``valuePattern``,
``{totp_timestamp_seconds}``, ``{totp_value_n}``).
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from passes.codes.barcode import CardAlias, RotatingCode
from passes.codes.card_codes import rotating_prefix
from passes.errors import ForgedCodeError, ReplayedCodeError, StaleCodeError

PERIOD_SECONDS = 30
"""How long a phone shows one value: the time step of RFC 6238."""
SKEW_SECONDS = 30
"""Tolerance for a wrong clock and the time until the scan: one step, the most that RFC 6238,
section 5.2, recommends."""
DIGITS = 8


def step_at(seconds: int) -> int:
    """Return the number of the time step that a Unix time belongs to."""
    return seconds // PERIOD_SECONDS


def totp(key: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the value of a step as so many digits: HOTP of its number (RFC 4226, section 5.3)."""
    mac = hmac.digest(key, step.to_bytes(8), hashlib.sha1)
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


@dataclass(frozen=True, slots=True)
class RotatingSecret:
    """What a card's changing codes are made of: its alias, and its key (20 bytes)."""

    alias: CardAlias
    key: bytes = field(repr=False)


def rotating_code(alias: CardAlias, key: bytes, at: datetime) -> RotatingCode:
    """Return the code that a phone shows at the instant ``at``."""
    seconds = int(at.timestamp())
    return RotatingCode(alias, seconds, totp(key, step_at(seconds)))


def rotating_pattern(alias: CardAlias) -> str:
    """Return the ``valuePattern`` from which Google Wallet makes a card's codes."""
    return f"{rotating_prefix(alias)}-{{totp_timestamp_seconds}}-{{totp_value_0}}"


def verify_rotating(
    code: RotatingCode, key: bytes, now: datetime, last_step: int | None = None
) -> int:
    """Verify a code at ``now``. Returns its step, which the caller stores as ``last_step``.

    A code is valid during the period in which the phone shows it, and for the skew before and
    after. The exact second within the period is ignored: it is not authenticated.

    Raises:
        ForgedCodeError: the value is not that of the code's step.
        StaleCodeError: the step is over for longer than the skew, or further in the future.
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
