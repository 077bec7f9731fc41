"""Messages about mailing a card."""

from pydantic import ConfigDict, Field

from api_client.messages.cards import MailCard
from api_client.messages.coercion import NoCoercion
from membership.base.fields import Email


class CardMail(NoCoercion, MailCard):
    """To whom a card's link is mailed, checked."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = Field(
        default=None,
        examples=["amara@example.com"],
        description="By default the customer's own address.",
    )
