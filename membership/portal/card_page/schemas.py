"""Messages about mailing a card."""

from pydantic import ConfigDict, Field

from api_client.messages.cards import MailCard
from membership.base.fields import Email


class CardMail(MailCard):
    """To whom a card's link is mailed, checked."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = Field(
        default=None,
        examples=["amara@example.com"],
        description="By default the customer's own address.",
    )
