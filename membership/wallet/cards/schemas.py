"""Messages about wallet cards that only the service reads."""

from uuid import UUID

from pydantic import Field

from api_client.messages.scan import Message
from membership.base.fields import Name
from membership.base.request_body import RequestBody


class NewCard(RequestBody):
    """A card to issue."""

    customer_id: UUID = Field(examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"])
    design_id: UUID | None = Field(
        default=None,
        examples=["4f7c10d5-0b6f-4a52-8f1d-6f1c2f5e5d1f"],
        description="Without one: the organization's oldest design that is not archived; where "
        "it has none, the card is in no wallet.",
    )
    label: Name | None = Field(
        default=None,
        examples=["Member card"],
        description="For people, to tell cards apart; by default the design's name.",
    )


class Replacement(Message):
    """The body of a replacement, which has no fields."""

    card_id: UUID
