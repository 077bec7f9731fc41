"""Messages about cards, as tests of the management need them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api_client.messages.cards import (
    AppleReady,
    CardRecord,
    CustomerCards,
    DesignLine,
    DesignList,
    GoogleReady,
    InWallet,
    IssuedCard,
    WalletKind,
    WalletsReady,
)
from tests.kiosk.answers import AMARA, NOON

CARD = UUID(int=80)
DESIGN = UUID(int=81)
LINK = (
    "https://club.example/club/member/0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e?s=abcdefghijklmnopqrstuv"
)


def record(**changes: Any) -> CardRecord:
    """Amara's card, on one iPhone."""
    given: dict[str, Any] = {
        "id": CARD, "label": "Member card", "issued_at": NOON - timedelta(days=30),
        "customer_id": AMARA.id, "design_id": DESIGN, "design": "Member card",
        "code_form": "card", "changed_at": NOON, "install_url": LINK,
        "wallets": (
            InWallet(wallet=WalletKind.APPLE, devices=1, pending=False),
            InWallet(wallet=WalletKind.GOOGLE, devices=0, pending=False),
        ),
    }  # fmt: skip
    return CardRecord(**(given | changes))


def cards(*items: CardRecord) -> CustomerCards:
    """The cards of Amara."""
    return CustomerCards(items=items or (record(),))


def designs(*archived: bool) -> DesignList:
    """Designs, each archived or not."""
    return DesignList(
        items=tuple(
            DesignLine(
                id=UUID(int=81 + number),
                key=f"design-{number}",
                name=f"Design {number}",
                version=1,
                changed_at=NOON,
                archived_at=NOON if gone else None,
                cards=0,
            )
            for number, gone in enumerate(archived)
        )
    )


def wallets(*, configured: bool = True, **apple: Any) -> WalletsReady:
    """Both wallets set up, unless told otherwise."""
    given = {"development": False, "pass_type_id": "pass.example", "team_id": "A1B2C3D4E5"}
    return WalletsReady(
        apple=AppleReady(**(given | {"not_after": NOON + timedelta(days=200)} | apple)),
        google=GoogleReady(configured=configured),
        public_url="https://club.example",
    )


def issued(**changes: Any) -> IssuedCard:
    """A card that was just issued."""
    return IssuedCard(
        card=record(**changes), customer_id=AMARA.id, code="MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"
    )
