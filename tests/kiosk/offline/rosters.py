"""Rows and pages of a roster, as the service sends them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api_client.messages.roster import (
    RosterCard,
    RosterCode,
    RosterPage,
    RosterRow,
    RosterSegment,
)
from api_client.messages.scan import (
    Attention,
    AttentionKind,
    CustomerState,
    CustomerView,
    NamedBy,
    Outcome,
)
from passes.codes.card_codes import CardAlias, CardCode
from tests.kiosk.answers import NOON, membership

EPOCH = UUID(int=99)
CARD = CardCode("MC1" + "0" * 25 + "7")
ALIAS = CardAlias("MC3" + "0" * 25 + "8")
OLD_CARD = CardCode("MC1" + "0" * 25 + "9")
FOB = "04A1B2C3"
NAMED = Attention(kind=AttentionKind.BY_NUMBER)


def segment(
    starts_at: datetime = NOON - timedelta(hours=1),
    ends_at: datetime = NOON + timedelta(hours=72),
    outcome: Outcome = Outcome.ACTIVE,
    **changes: Any,
) -> RosterSegment:
    """What a scan says within that time."""
    held = (membership(),) if outcome is Outcome.ACTIVE else ()
    given: dict[str, Any] = {
        "revoked_outcome": Outcome.CARD_REVOKED,
        "membership": held[0] if held else None,
        "memberships": held,
        "named_attention": (NAMED,),
    }
    return RosterSegment(starts_at=starts_at, ends_at=ends_at, outcome=outcome, **(given | changes))


def row(number: int = 123, name: str = "Amara Okafor", **changes: Any) -> RosterRow:
    """A member with a card of ours, its alias, a fob, a revoked card, a number and an id."""
    person = UUID(int=1000 + number)
    card, old = UUID(int=2 * number), UUID(int=2 * number + 1)
    given: dict[str, Any] = {
        "id": person,
        "revision": number,
        "customer": CustomerView(
            id=person, number=f"C-{number:06d}", name=name, state=CustomerState.ACTIVE
        ),
        "codes": (
            RosterCode(kind=NamedBy.CARD, text=CARD.text, card=card),
            RosterCode(kind=NamedBy.ROTATING_CARD, text=ALIAS.text, card=card),
            RosterCode(kind=NamedBy.CARD, text=OLD_CARD.text, card=old),
            RosterCode(kind=NamedBy.FOREIGN_CARD, text=FOB),
            RosterCode(kind=NamedBy.NUMBER, text=f"C-{number:06d}", proves=False),
            RosterCode(kind=NamedBy.CUSTOMER_ID, text=str(person), proves=False),
        ),
        "cards": (
            RosterCard(id=card, label="Member card", issued_at=NOON - timedelta(days=9)),
            RosterCard(
                id=old,
                label="Old card",
                issued_at=NOON - timedelta(days=99),
                revoked_at=NOON - timedelta(days=9),
            ),
        ),
        "current_card": card,
        "segments": (segment(),),
    }
    return RosterRow(**(given | changes))


def plain_row(number: int, code: str, name: str = "", **changes: Any) -> RosterRow:
    """A member with one card."""
    card = UUID(int=2 * number)
    codes = (RosterCode(kind=NamedBy.CARD, text=code, card=card),)
    cards = (RosterCard(id=card, label="Card", issued_at=NOON),)
    name = name or f"Member {number}"
    return row(number, name, **({"codes": codes, "cards": cards, "current_card": card} | changes))


def card_code(number: int) -> str:
    """The code of the card with this number."""
    return f"MC1{number:026d}"


def page(items: Sequence[RosterRow], **changes: Any) -> RosterPage:
    """A page that ends the list."""
    given: dict[str, Any] = {
        "epoch": EPOCH,
        "items": tuple(items),
        "next_cursor": "c1",
        "complete": True,
        "as_of": NOON,
        "horizon": NOON + timedelta(hours=72),
        "time_zone": "Europe/Berlin",
        "total": len(items),
    }
    return RosterPage(**(given | changes))
