"""Messages about mailing a card."""

from pydantic import EmailStr, Field

from api_client.messages.cards import MailCard


class CardMail(MailCard):
    """To whom a card's link is mailed, checked."""

    email: EmailStr | None = Field(
        default=None,
        examples=["amara@example.com"],
        description="By default the customer's own address.",
    )
