"""Whether a card's static code was handed out, and so whether it proves anything.

A card is shown by a static code (print, Apple Wallet, its page) or by changing ones (Google Wallet,
the live card). Of a card that was only ever shown by changing codes nobody holds a static code
by right, so that one, like a customer's number, names the customer and proves nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from membership.events.audit.recorder import record
from membership.store.models import Card, CardDesign, CardDesignVersion, CardWallet
from membership.store.wallet_joins import CARD_OF_WALLET, CURRENT_VERSION
from passes.design import CodeForm


class Weight(Enum):
    """What a genuine code is worth: it proves, it proves and is of the old form, or it names."""

    PROVES = auto()
    PROVES_OLD = auto()
    NAMES = auto()


_ALIAS_SINCE = select(CardWallet.alias_since).where(
    CardWallet.organization_id == bindparam("organization"),
    CardWallet.card_id == bindparam("card"),
)
_CARDS = (
    select(Card.static_since, Card.revoked_at, CardWallet.card_id.label("in_wallet"))
    .outerjoin(CardWallet, CARD_OF_WALLET)
    .where(
        Card.organization_id == bindparam("organization"),
        Card.customer_id == bindparam("customer"),
    )
)


@dataclass(frozen=True, slots=True)
class StaticCodes:
    """Weighs static codes of one organization at ``now``.

    ``old_codes`` is for how long cards of before there were aliases are taken in every form.
    """

    connection: Connection
    organization_id: int
    now: datetime
    old_codes: timedelta

    def weigh_card(self, card_id: UUID, static_since: datetime | None) -> Weight:
        """Return what the static code of a card is worth; one that no wallet holds has no other."""
        if static_since is not None:
            return Weight.PROVES
        key = {"organization": self.organization_id, "card": card_id}
        wallet = self.connection.execute(_ALIAS_SINCE, key).first()
        if wallet is None:
            return Weight.PROVES
        since: datetime | None = wallet.alias_since
        is_old = since is not None and self.now < since + self.old_codes
        return Weight.PROVES_OLD if is_old else Weight.NAMES

    def weigh_number(self, customer_id: UUID) -> Weight:
        """Return what the number or id of a customer is worth, as far as their cards decide.

        It names them if they have cards, all of which were only shown by changing codes. Revoked
        cards count where there is no other, so that revoking the last one opens nothing.
        """
        key = {"organization": self.organization_id, "customer": customer_id}
        cards = self.connection.execute(_CARDS, key).all()
        cards = [each for each in cards if each.revoked_at is None] or cards
        only_changing = bool(cards) and all(
            each.static_since is None and each.in_wallet is not None for each in cards
        )
        return Weight.NAMES if only_changing else Weight.PROVES


def hand_out_static(session: Session, organization_id: int, card_id: UUID, now: datetime) -> None:
    """Store that a card's static code is handed out; the first time stays, and is audited."""
    first = session.connection().execute(
        update(Card)
        .where(
            Card.organization_id == organization_id,
            Card.id == card_id,
            Card.static_since.is_(None),
        )
        .values(static_since=now)
    )
    if first.rowcount:
        after = {"static_since": now.isoformat()}
        record(session, organization_id, "card.static_code_handed_out", card_id, after=after)


def shows_static(session: Session, design: CardDesign | None) -> bool:
    """Return whether cards of a design show a static code wherever they are; print does."""
    if design is None:
        return True
    content = session.connection().scalar(
        select(CardDesignVersion.content)
        .join(CardDesign, CURRENT_VERSION)
        .where(CardDesign.organization_id == design.organization_id, CardDesign.id == design.id)
    )
    return content is None or content["code"] != CodeForm.ROTATING
