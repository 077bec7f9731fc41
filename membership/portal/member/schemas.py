"""Messages of the member page."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.cards import WalletKind
from api_client.messages.payments import PaymentMethod
from api_client.messages.scan import Message
from membership.accounts.staff.schemas import ShownToken
from membership.base.request_body import RequestBody
from membership.portal.login.schemas import SessionCustomer


class MemberSessionRequest(RequestBody):
    """A request to open a session with a ticket, for a customer with its address."""

    ticket: ShownToken
    customer_id: UUID


class MemberSession(Message):
    """A session whose refresh token is a cookie; ``expires_in`` is in seconds."""

    access_token: str
    expires_in: int
    customer: SessionCustomer


class CardState(StrEnum):
    """State of a card."""

    GOOD = "good"
    REVOKED = "revoked"
    REPLACED = "replaced"


class CustomerCard(Message):
    """A card as its customer sees it.

    ``wallets`` are those that hold it. ``install_url`` is the page that adds it to one, or null.
    ``live`` is whether it can be shown as a live card.
    """

    id: UUID
    label: str
    issued_at: AwareDatetime
    state: CardState
    wallets: tuple[WalletKind, ...]
    install_url: str | None
    live: bool


class CustomerCards(Message):
    """A customer's cards, newest first. ``can_have_one`` is whether a first one can be issued."""

    items: tuple[CustomerCard, ...]
    can_have_one: bool


class LiveCardRequest(RequestBody):
    """The card to show live."""

    card_id: UUID


class LiveCode(Message):
    """The code of one period; ``from`` is the start of the period."""

    since: AwareDatetime = Field(serialization_alias="from")
    text: str


class LiveFace(Message):
    """The texts beside the code; ``name`` and ``number`` are those of the customer."""

    id: UUID
    label: str
    name: str
    number: str
    organization: str


class LiveCard(Message):
    """The codes of a card for consecutive periods, starting with that of ``server_time``."""

    card: LiveFace
    server_time: AwareDatetime
    period_seconds: int
    codes: tuple[LiveCode, ...]


class CustomerPayment(Message):
    """A payment at the desk; ``amount`` is formatted in the requested language."""

    id: UUID
    receipt_number: str
    plan: str
    method: PaymentMethod
    amount_minor: int
    currency: str
    amount: str
    paid_at: AwareDatetime
    voided_at: AwareDatetime | None


class CustomerPayments(Message):
    """A page of payments, latest first."""

    items: tuple[CustomerPayment, ...]
    next_cursor: str | None = None
