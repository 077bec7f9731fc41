"""What a desk says of a scan by its own list of members. Pure.

The list holds the service's own verdicts, each with the time for which it is true: the desk picks
one, and has no rule of its own but what it cannot know.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api_client.messages.roster import RosterCode, RosterRow, RosterSegment
from api_client.messages.scan import (
    Attention,
    CustomerHit,
    NamedBy,
    Outcome,
    ScanMethod,
    ScanRequest,
    UnknownCause,
)
from kiosk.roster_answer import RosterAnswer
from passes.codes.barcode import (
    BarcodeError,
    CustomerNumber,
    InstallLink,
    ParsedCode,
    RotatingCode,
    SignedCardCode,
    parse,
)
from passes.codes.foreign import foreign_spellings
from passes.codes.signed import is_genuine

from .store import RosterState


@dataclass(frozen=True)
class Reading:
    """A scanned text as it is looked for: ``texts`` in order, and the ``code`` it is, if any."""

    texts: tuple[str, ...]
    code: ParsedCode | None


def readings_of(scan: ScanRequest) -> tuple[Reading, ...]:
    """Return how a scan may be read, the likeliest first."""
    return tuple(_reading(text) for text in (scan.text, *scan.alternatives))


def _reading(text: str) -> Reading:
    try:
        code = parse(text)
    except BarcodeError:
        return Reading(foreign_spellings(text), None)
    match code:
        case SignedCardCode():
            return Reading((code.card.text,), code)
        case RotatingCode():
            return Reading((code.name.text,), code)
        case InstallLink():
            return Reading((str(code.customer_id),), code)
        case _:
            return Reading((code.text,), code)


@dataclass(frozen=True)
class Found:
    """Who has a code that was read, and which of theirs it is."""

    row: RosterRow
    held: RosterCode
    code: ParsedCode | None


def found_in(rows: tuple[RosterRow, ...], text: str, code: ParsedCode | None) -> tuple[Found, ...]:
    """Return those of ``rows`` who have ``text``; by a number of today before a former one."""
    found = []
    for row in rows:
        held = next((each for each in row.codes if each.text == text), None)
        if held is not None and row.customer is not None:
            found.append(Found(row, held, code))
    if len(found) > 1 and isinstance(code, CustomerNumber):
        now = [each for each in found if each.row.customer and each.row.customer.number == text]
        return tuple(now or found)
    return tuple(found)


@dataclass(frozen=True)
class Desk:
    """What an answer depends on beside the code: ``now`` corrected, and the age that may decide."""

    state: RosterState
    now: datetime
    oldest: timedelta

    @property
    def too_old(self) -> bool:
        """Whether the list is older than it may decide by."""
        return self.now - self.state.as_of > self.oldest


def answer_of(scan: ScanRequest, found: tuple[Found, ...], desk: Desk) -> RosterAnswer:
    """Return what the list says of a scan that led to ``found``."""
    if len(found) != 1:
        return _nobody(scan, desk, tuple(_hit(each, desk) for each in found))
    one = found[0]
    proved = _proves(one, desk.state.code_key)
    if proved is None and not desk.too_old:
        return _nobody(scan, desk, forged=True)
    return _known(scan, one, desk, proved=bool(proved))


def _nobody(
    scan: ScanRequest, desk: Desk, choices: tuple[CustomerHit, ...] = (), *, forged: bool = False
) -> RosterAnswer:
    return RosterAnswer(
        visit_id=scan.visit_id,
        outcome=Outcome.UNKNOWN_CODE,
        unknown_cause=UnknownCause.FORGED if forged else UnknownCause.NOT_FOUND,
        server_time=desk.now,
        time_zone=desk.state.time_zone,
        choices=choices,
        as_of=desk.state.as_of,
        listed=forged or bool(choices),
    )


def _known(scan: ScanRequest, one: Found, desk: Desk, *, proved: bool) -> RosterAnswer:
    row, held = one.row, one.held
    card = next((each for each in row.cards if each.id == held.card), None)
    segment, holds = segment_at(row.segments, desk.now)
    revoked = card is not None and card.revoked_at is not None
    outcome = Outcome.NO_MEMBERSHIP
    if segment is not None:
        outcome = segment.revoked_outcome if revoked else segment.outcome
    noticed: tuple[Attention, ...] = ()
    if segment is not None:
        proves = held.proves or scan.method is ScanMethod.SEARCH  # chosen by staff who saw whom
        noticed = segment.attention if proves else segment.named_attention
    current = next((each for each in row.cards if each.id == row.current_card), None)
    return RosterAnswer(
        visit_id=scan.visit_id,
        outcome=outcome,
        named_by=_named_by(one),
        server_time=desk.now,
        time_zone=desk.state.time_zone,
        customer=row.customer,
        membership=segment.membership if segment else None,
        memberships=segment.memberships if segment else (),
        permissions=segment.permissions if segment else (),
        attention=noticed,
        card=card,
        current_card=current if outcome is Outcome.CARD_REVOKED else None,
        as_of=desk.state.as_of,
        proved=proved,
        too_old=desk.too_old or not holds,
    )


def segment_at(
    segments: tuple[RosterSegment, ...], now: datetime
) -> tuple[RosterSegment | None, bool]:
    """Return the segment that holds ``now``, else the nearest, and whether it holds it."""
    for each in segments:
        if each.starts_at <= now < each.ends_at:
            return each, True
    if not segments:
        return None, False
    return (segments[0] if now < segments[0].starts_at else segments[-1]), False


def _hit(one: Found, desk: Desk) -> CustomerHit:
    segment, _ = segment_at(one.row.segments, desk.now)
    assert one.row.customer is not None  # noqa: S101 - found with one
    return CustomerHit(
        customer=one.row.customer,
        outcome=segment.outcome if segment else Outcome.NO_MEMBERSHIP,
        plan=segment.membership.plan if segment and segment.membership else None,
    )


def _named_by(one: Found) -> NamedBy:
    match one.code:
        case SignedCardCode():
            return NamedBy.SIGNED_CARD
        case RotatingCode():
            return NamedBy.ROTATING_CARD
        case InstallLink():
            return NamedBy.INSTALL_LINK
        case _:
            return one.held.kind


def _proves(one: Found, key: str | None) -> bool | None:
    """Return whether a code is what it claims as far as a desk can tell; None for a forged one."""
    if isinstance(one.code, RotatingCode):
        return False
    if not isinstance(one.code, SignedCardCode):
        return True
    if key is None:
        return False
    return True if is_genuine(one.code, public_key(key)) else None


def public_key(text: str) -> Ed25519PublicKey:
    """Return the Ed25519 key whose 32 bytes are ``text`` in base64. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
