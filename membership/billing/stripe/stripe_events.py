"""Events that Stripe signed, read from the bytes that came."""

import json
from datetime import datetime
from typing import Any

import stripe

from membership.billing.stripe.gateway import Told
from membership.billing.stripe.stripe_parsing import instant

_LONGEST = 255
"""Characters that an id or a kind of event has at most."""


def read_event(body: bytes, header: str, secret: str, now: datetime, tolerance: int = 300) -> Told:
    """Read an event that Stripe signed, at most ``tolerance`` seconds before ``now``.

    Raises ValueError for one that is not genuine, too old, or no event.
    """
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        if abs(now.timestamp() - _made_at(header)) > tolerance:
            raise ValueError("it was signed too long ago, or is of a time to come")
        event = json.loads(body)
        occurred_at = instant(event["created"])
        if event["object"] != "event" or occurred_at is None:
            raise ValueError("it is no event")
        return Told(
            _text(event["id"]),
            _text(event["type"]),
            _text(event["data"]["object"].get("id", ""), least=0),  # a forecast has none
            occurred_at,
            bool(event["livemode"]),
        )
    except stripe.SignatureVerificationError as error:
        raise ValueError("the signature is not that of this webhook") from error
    except (AttributeError, KeyError, OSError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError("it is no event of Stripe") from error


def _text(given: Any, least: int = 1) -> str:
    """An id or a kind. Raises ValueError for what is none, or is longer than any of Stripe's."""
    if isinstance(given, str) and least <= len(given) <= _LONGEST and given.isprintable():
        return given
    raise ValueError("it is no event of Stripe")


def _made_at(header: str) -> int:
    """When a signature was made. Raises ValueError for several times, of which one was signed."""
    times = [each.removeprefix("t=") for each in header.split(",") if each.startswith("t=")]
    if len(times) != 1:
        raise ValueError("the signature has not one time")
    return int(times[0])
