"""Codes that name nobody and can be given to a member as a card of another maker. Pure."""

from dataclasses import dataclass

from api_client.messages.scan import Outcome, ScanAnswer, ScanRequest, UnknownCause
from kiosk.roster_answer import RosterAnswer
from passes.codes.foreign import foreign_code, is_ours, storable

_NOBODYS = frozenset({UnknownCause.NOT_A_CARD, UnknownCause.NOT_FOUND})
"""Causes for which a code can be given away: it was not forged, and is not a card of a phone."""


@dataclass(frozen=True)
class ForeignRead:
    """A code that names nobody, as it was read: the likelier reading first.

    A hand scanner on a keyboard of another layout gives two.
    """

    readings: tuple[str, ...]


def read_as_foreign(text: str, alternatives: tuple[str, ...] = ()) -> ForeignRead | None:
    """Return what can be given to a member of a scan that names nobody; None if nothing can.

    A reading in a shape of our own is none: it names somebody of another club, or was altered.
    """
    codes = [foreign_code(each) for each in (text, *alternatives)]
    if any(is_ours(code) for code in codes if code):
        return None
    good = tuple(dict.fromkeys(code for code in codes if storable(code)))
    return ForeignRead(good) if good else None


def foreign_read(request: ScanRequest, answer: ScanAnswer) -> ForeignRead | None:
    """Return what of a scan can be given to a member after this answer; None if nothing can.

    A former number that several members have is not given to one of them, and neither is a code of
    which only this desk's list knows nothing.
    """
    if isinstance(answer, RosterAnswer):
        return None
    if answer.outcome is not Outcome.UNKNOWN_CODE or answer.unknown_cause not in _NOBODYS:
        return None
    if answer.choices:
        return None
    return read_as_foreign(request.text, request.alternatives)
