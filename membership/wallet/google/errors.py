"""Errors of requests to Google Wallet.

::

    GoogleError                  a sentence that quotes nothing of card, key or token
    ├── GoogleUnavailable        no network, no answer, too fast, or 5xx: retried; for all cards
    ├── GoogleRefusesAccount     401 or 403, or no token for this key: for all cards
    ├── GoogleRefusesContent     400 and the like; ``path`` is the field that Google names
    ├── GoogleMissing            404
    └── GoogleConflict           409
"""

import json
import re
from typing import Any

LONGEST = 300
"""Most characters of a message (the size of ``card_wallets.google_error``)."""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|[0-9A-Fa-f]{16,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_TOO_FAST = frozenset({
    "RATELIMITEXCEEDED", "USERRATELIMITEXCEEDED", "QUOTAEXCEEDED", "DAILYLIMITEXCEEDED",
    "RESOURCEEXHAUSTED", "CONCURRENTLIMITEXCEEDED", "VARIABLETERMLIMITEXCEEDED",
    "SERVINGLIMITEXCEEDED", "LIMITEXCEEDED", "RATELIMITEXCEEDEDUNREG",
    "USERRATELIMITEXCEEDEDUNREG", "DAILYLIMITEXCEEDEDUNREG",
})  # fmt: skip
"""Reasons, in capitals without underscores, for which Google's APIs answer 403 or 429 to who may
well do it, but later ("Standard error responses"; ``google.rpc.ErrorInfo``)."""

_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,199}", re.ASCII)


class GoogleError(Exception):
    """A request to Google failed. ``str`` of it is a sentence for staff."""

    def __init__(self, sentence: str) -> None:
        """Store the sentence, shortened to ``LONGEST``."""
        super().__init__(_CONTROL.sub(" ", sentence)[:LONGEST])


class GoogleUnavailable(GoogleError):
    """It may work later. ``retry_after`` is what Google asks for, in seconds."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        """Store the pause with the sentence."""
        super().__init__(sentence)
        self.retry_after = retry_after


class GoogleRefusesAccount(GoogleError):
    """Google does not accept the service account: a matter of configuration."""


class GoogleRefusesContent(GoogleError):
    """Google refuses a class or an object. ``path`` is empty if Google names no field."""

    def __init__(self, sentence: str, path: str = "") -> None:
        """Store the path with the sentence."""
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path


class GoogleMissing(GoogleError):
    """Google has no such class or object."""


class GoogleConflict(GoogleError):
    """Google has a class or object of that id already."""


def error_of(status: int, body: bytes, retry_after: float | None) -> GoogleError:
    """The error of a response other than 2xx."""
    why, path = _message_of(body)
    if status == 429 or (status == 403 and not _TOO_FAST.isdisjoint(_reasons(body))):
        return GoogleUnavailable("Google's limit of requests was reached.", retry_after)
    if status in (401, 403):
        return GoogleRefusesAccount(
            f"Google does not let the service account in ({status}): {why} Is the Google Wallet "
            "API enabled, and the account a user of the issuer in the Google Pay & Wallet Console?"
        )
    if status == 404:
        return GoogleMissing(f"Google has no such thing: {why}")
    if status == 409:
        return GoogleConflict(f"Google has it already: {why}")
    if 400 <= status < 500 and status != 408:
        return GoogleRefusesContent(f"refused by Google ({status}): {why}", path)
    return GoogleUnavailable(f"Google answered {status}.", retry_after)


def _message_of(body: bytes) -> tuple[str, str]:
    """Google's message without what it quotes, and the field that it names."""
    try:
        error: Any = json.loads(body)["error"]
        message, path = str(error["message"]), _field(error)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return "it does not say why.", ""
    return _QUOTED.sub("…", message).strip(), path


def _reasons(body: bytes) -> set[str]:
    """The reasons of an error, of all the forms in which Google's APIs name them."""
    try:
        error: Any = json.loads(body)["error"]
        named = [error.get("status")]
        named += [each.get("reason") for each in error.get("errors") or ()]
        named += [each.get("reason") for each in error.get("details") or ()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {each.upper().replace("_", "") for each in named if isinstance(each, str)}


def _field(error: Any) -> str:
    """The field that an error names (``google.rpc.BadRequest``, or ``location``), or nothing."""
    named = [
        violation.get("field")
        for detail in error.get("details", ())
        for violation in detail.get("fieldViolations", ())
    ]
    named += [each.get("location") for each in error.get("errors", ())]
    valid = (each for each in named if isinstance(each, str) and _PATH.fullmatch(each))
    return next(valid, "")
