"""Verification and parsing of webhook events.

Source: "Verify webhook signatures" in Stripe's documentation.
"""

import json
from datetime import datetime
from typing import Any

import stripe

from membership.billing.stripe.gateway import ProviderEvent
from membership.billing.stripe.stripe_parsing import instant

_LONGEST = 255
"""Most characters of an id or an event type."""


def parse_event(
    body: bytes, header: str, secret: str, now: datetime, tolerance: int = 300
) -> ProviderEvent:
    """Return the event in ``body``, signed within ``tolerance`` seconds of ``now``.

    ``header`` is the value of ``Stripe-Signature``, ``secret`` that of the endpoint (``whsec_…``).
    Raises ValueError for a wrong or expired signature, and for a body that is not an event.
    """
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        if abs(now.timestamp() - _signed_at(header)) > tolerance:
            raise ValueError("it was signed too long ago, or is of a time to come")
        event = json.loads(body)
        occurred_at = instant(event["created"])
        if event["object"] != "event" or occurred_at is None:
            raise ValueError("it is no event")
        return ProviderEvent(
            _text(event["id"]),
            _text(event["type"]),
            _text(event["data"]["object"].get("id", ""), least=0),  # an upcoming invoice has no id
            occurred_at,
            bool(event["livemode"]),
        )
    except stripe.SignatureVerificationError as error:
        raise ValueError("the signature is not that of this webhook") from error
    except (AttributeError, KeyError, OSError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError("it is no event of Stripe") from error


def _text(given: Any, least: int = 1) -> str:
    """Return an id or a type. Raises ValueError for other values and for overlong text."""
    if isinstance(given, str) and least <= len(given) <= _LONGEST and given.isprintable():
        return given
    raise ValueError("it is no event of Stripe")


def _signed_at(header: str) -> int:
    """Return the Unix time of a signature. Raises ValueError unless the header has exactly one."""
    times = [each.removeprefix("t=") for each in header.split(",") if each.startswith("t=")]
    if len(times) != 1:
        raise ValueError("the signature has not one time")
    return int(times[0])
