"""Messages about wallet cards."""

from uuid import UUID

from pydantic import Field

from api_client.schemas import CardView, Message
from membership.text import Name


class NewCard(Message):
    """A card to issue."""

    customer_id: UUID = Field(examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"])
    label: Name = Field(
        default="Member card",
        examples=["Member card"],
        description="For people, to tell cards apart.",
    )


class IssuedCard(Message):
    """A card with the text that its barcode says."""

    card: CardView
    customer_id: UUID
    code: str = Field(examples=["MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"])
