"""Messages of the customer's own page."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.cards import WalletKind
from api_client.messages.payments import PaymentMethod
from api_client.messages.scan import Message
from membership.accounts.staff.schemas import ShownToken
from membership.portal.login.schemas import SessionCustomer


class OwnOpening(Message):
    """What a ticket is changed for: the session of a customer who has its address."""

    ticket: ShownToken
    customer_id: UUID


class OwnSession(Message):
    """A session whose refresh token is a cookie; ``expires_in`` is in seconds."""

    access_token: str
    expires_in: int
    customer: SessionCustomer


class CardState(StrEnum):
    """Whether a card is good."""

    GOOD = "good"
    REVOKED = "revoked"
    REPLACED = "replaced"


class OwnCard(Message):
    """A card as its customer sees it.

    ``wallets`` are those that it is in. ``install_url`` is where it is added to one; null where
    it cannot be. ``live`` is whether it can be shown as a live card.
    """

    id: UUID
    label: str
    issued_at: AwareDatetime
    state: CardState
    wallets: tuple[WalletKind, ...]
    install_url: str | None
    live: bool


class OwnCards(Message):
    """A customer's cards, newest first. ``can_have_one`` is whether a first one can be made."""

    items: tuple[OwnCard, ...]
    can_have_one: bool


class LiveWish(Message):
    """Which card is to be shown live."""

    card_id: UUID


class LiveCode(Message):
    """What a live card shows from an instant on, for one period."""

    since: AwareDatetime = Field(serialization_alias="from")
    text: str


class LiveFace(Message):
    """What stands beside the code: ``name`` is the customer's, ``number`` too."""

    id: UUID
    label: str
    name: str
    number: str
    organization: str


class LiveCard(Message):
    """The codes of a card for a time ahead, the one of ``server_time`` first."""

    card: LiveFace
    server_time: AwareDatetime
    period_seconds: int
    codes: tuple[LiveCode, ...]


class OwnPayment(Message):
    """A payment at the desk; ``amount`` is written out in the language that was asked for."""

    id: UUID
    receipt_number: str
    plan: str
    method: PaymentMethod
    amount_minor: int
    currency: str
    amount: str
    paid_at: AwareDatetime
    voided_at: AwareDatetime | None


class OwnPayments(Message):
    """A page of payments, latest first."""

    items: tuple[OwnPayment, ...]
    next_cursor: str | None = None
