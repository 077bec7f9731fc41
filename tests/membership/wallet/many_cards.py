"""Many cards at once, stored without issuing each of them."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from membership.store.models import AppleRegistration, Card, CardWallet, Customer
from passes.codes.barcode import new_card_alias, new_card_code
from tests.membership.support import NOON
from tests.membership.wallet.factories import WalletCard


def copies_of(session: Session, card: WalletCard, count: int) -> list[UUID]:
    """Store further cards of the same customer and design, each on one phone; returns their ids.

    They share the secrets of the first, which no test asks about.
    """
    connection = session.connection()
    pattern = connection.execute(select(CardWallet).where(CardWallet.card_id == card.card_id)).one()
    ids = [uuid4() for _ in range(count)]
    here: dict[str, Any] = {"organization_id": pattern.organization_id}
    connection.execute(
        insert(Card),
        [
            {
                **here,
                "id": each,
                "customer_id": card.customer_id,
                "code": new_card_code().text,
                "label": "",
                "issued_at": NOON,
            }
            for each in ids
        ],
    )
    fields = {**pattern._mapping, "face_digest": None, "update_seq": 0, "refresh_at": NOON}
    connection.execute(
        insert(CardWallet),
        [{**fields, "card_id": each, "alias": new_card_alias().text} for each in ids],
    )
    connection.execute(
        insert(AppleRegistration),
        [
            {
                **here,
                "card_id": each,
                "device_id": f"device-{each}",
                "pass_type_id": "pass.example.member",
                "push_token": "aa" * 32,
                "registered_at": NOON,
            }
            for each in ids
        ],
    )
    return ids


def people_of(session: Session, customer_id: UUID, count: int) -> list[UUID]:
    """Store further customers like one; returns their ids."""
    connection = session.connection()
    pattern = connection.execute(select(Customer).where(Customer.id == customer_id)).one()
    ids = [uuid4() for _ in range(count)]
    rows = [
        {**pattern._mapping, "id": each, "number": pattern.number + 1000 + place}
        for place, each in enumerate(ids)
    ]
    connection.execute(insert(Customer), rows)
    return ids
