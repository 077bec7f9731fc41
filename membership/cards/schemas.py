"""Messages about wallet cards."""

from uuid import UUID

from pydantic import Field

from api_client.schemas import CardView, Message
from membership.text import Name


class NewCard(Message):
    """A card to issue."""

    customer_id: UUID
    label: Name = "Member card"


class IssuedCard(Message):
    """A card with the text that its barcode says."""

    card: CardView
    customer_id: UUID
    code: str = Field(examples=["MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"])
