"""Which scans are of the same card, and which of the same changing code. Pure.

A code that changes is good once. When its answer is lost and the phone is shown again, it is the
same visit, with the same id, and not a code that was used before.
"""

from dataclasses import replace

from api_client.messages.scan import ScanRequest
from passes.codes.card_codes import RotatingCode, SignedCardCode, rotating_prefix
from scanner.events import Code

STEP_S = 60.0
"""How long a changing code is the same visit: its step of 30 s, and the clocks' allowance."""


def card_key(text: str) -> str:
    """Return what stays the same of a card's codes while they change; of others the whole text."""
    rotating = RotatingCode.parse(text)
    if rotating is not None:
        return rotating_prefix(rotating.name)
    signed = SignedCardCode.parse(text)
    return text if signed is None else signed.card.text


def by_card(codes: tuple[Code, ...]) -> dict[Code, Code]:
    """Return codes by what names their card, for counting a card that is held once.

    The key is the code with ``card_key`` as its text, the value the code as it was read.
    """
    keyed = {}
    for code in codes:
        key = card_key(code.text)
        changes = key != code.text
        keyed[replace(code, text=key, raw=key.encode()) if changes else code] = code
    return keyed


class SameVisits:
    """Remembers the visits of changing codes that were scanned lately."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[ScanRequest, float]] = {}

    def visit_of(self, text: str, now_s: float) -> tuple[ScanRequest, float] | None:
        """Return the scan of this very code, and when it was made; None if there was none."""
        self._known = {
            key: known for key, known in self._known.items() if now_s - known[1] < STEP_S
        }
        return self._known.get(text)

    def remember(self, request: ScanRequest, now_s: float) -> None:
        """Keep a scan, if its code is one that changes."""
        if RotatingCode.parse(request.text) is not None:
            self._known[request.text] = (request, now_s)
