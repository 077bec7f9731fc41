"""Which scans are of the same card, and which of the same changing code. Pure.

A code that changes is good once. When its answer is lost and the phone is shown again, it is the
same visit, with the same id, and not a code that was used before.
"""

from dataclasses import replace

from api_client.messages.scan import ScanRequest
from passes.codes.barcode import BarcodeError, ParsedCode, parse
from passes.codes.card_codes import CardCode, RotatingCode, SignedCardCode, rotating_prefix
from scanner.events import Code

STEP_S = 60.0
"""How long a changing code is the same visit: its step of 30 s, and the clocks' allowance."""


def card_key(text: str, *alternatives: str) -> str:
    """Return what stays the same of a card's codes while they change; of others the whole text.

    ``alternatives`` are what else was read, by a keyboard of another layout.
    """
    for each in (text, *alternatives):
        match _parsed(each):
            case RotatingCode(name=name):
                return rotating_prefix(name)
            case SignedCardCode(card=card):
                return card.text
            case CardCode(text=code):
                return code
            case _:
                pass
    return text


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

    def visit_of(
        self, text: str, alternatives: tuple[str, ...], now_s: float
    ) -> tuple[ScanRequest, float] | None:
        """Return the scan of this very code, and when it was made; None if there was none."""
        self._known = {
            key: known for key, known in self._known.items() if now_s - known[1] < STEP_S
        }
        return self._known.get(_changing(text, alternatives))

    def remember(self, request: ScanRequest, now_s: float) -> None:
        """Keep a scan, if its code is one that changes."""
        if code := _changing(request.text, request.alternatives):
            self._known[code] = (request, now_s)


def _changing(text: str, alternatives: tuple[str, ...]) -> str:
    """Return the changing code that one of the readings is, in one spelling; empty if none is."""
    codes = (_parsed(each) for each in (text, *alternatives))
    return next((code.text for code in codes if isinstance(code, RotatingCode)), "")


def _parsed(text: str) -> ParsedCode | None:
    try:
        return parse(text)
    except BarcodeError:
        return None
