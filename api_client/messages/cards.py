"""Messages about wallet cards, their designs, and the wallets."""

from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.scan import CardView, CustomerView, Message


class WalletKind(StrEnum):
    """A wallet app."""

    APPLE = "apple"
    GOOGLE = "google"


class CardCodeForm(StrEnum):
    """Form of the code on a card: plain, signed, or changing over time."""

    CARD = "card"
    SIGNED = "signed"
    ROTATING = "rotating"


class CodeKey(Message):
    """Public key to verify the signed card codes of an organization offline.

    The signature is Ed25519 over the line ``walletdesk card code 1``, a line feed, and the card
    code. It proves that the card was issued here, not that it has not been revoked.
    """

    ed25519: str | None = Field(
        description="Public key, 32 bytes in base64; null before the first card with a design.",
        examples=["11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
    )


class InWallet(Message):
    """State of a card in one wallet.

    Apple reports each device that adds or removes it, Google only whether it was saved.
    ``pending``: the latest change has not been sent to the wallet yet.
    """

    wallet: WalletKind
    devices: int = Field(description="How many devices have it; for Google, 1 once it was saved.")
    pending: bool
    error: str | None = Field(default=None, description="Why the last try to tell it failed.")


class CardRecord(CardView):
    """A wallet card in full, without its code. Without a design it is in no wallet."""

    customer_id: UUID
    design_id: UUID | None = None
    design: str | None = Field(default=None, examples=["Member card"])
    code_form: CardCodeForm | None = None
    replaced_by: UUID | None = None
    changed_at: AwareDatetime | None = Field(
        default=None, description="When what it shows changed last."
    )
    wallets: tuple[InWallet, ...] = ()
    foreign: bool = Field(
        default=False, description="Its code was made elsewhere, and imported or given at a desk."
    )
    code_end: str = Field(
        default="", examples=["7120"], description="Last characters of a code made elsewhere."
    )
    install_url: str | None = Field(
        default=None,
        description="Where the customer fetches it; null without a design, once revoked, and "
        "where the service has no public address.",
    )


class CustomerCards(Message):
    """The cards of one customer, newest first."""

    items: tuple[CardRecord, ...] = Field(description="All of them.")


class CardState(StrEnum):
    """State of a card: valid, revoked for good, or revoked with another one issued in its place."""

    ACTIVE = "active"
    REVOKED = "revoked"
    REPLACED = "replaced"


class ListedCard(CardView):
    """A card in the list of all, with its holder."""

    customer: CustomerView
    design_id: UUID | None = None
    design: str | None = Field(default=None, examples=["Member card"])
    state: CardState
    replaced_by: UUID | None = Field(default=None, description="The card issued in its place.")
    on_phones: tuple[WalletKind, ...] = Field(
        default=(), description="The wallets in which a device has it."
    )
    foreign: bool = Field(
        default=False, description="Its code was made elsewhere, and imported or given at a desk."
    )
    code_end: str = Field(
        default="", examples=["7120"], description="Last characters of a code made elsewhere."
    )


class CardList(Message):
    """A page of cards, latest issue first."""

    items: tuple[ListedCard, ...]
    next_cursor: str | None = None
    total: int | None = Field(
        default=None,
        description="How many there are on all pages; on the first page only, and null where a "
        "search has further pages.",
    )


class IssuedCard(Message):
    """A card with the text of its code."""

    card: CardRecord
    customer_id: UUID
    code: str = Field(
        description="What its barcode says, signed if the design says so. Empty for a design with "
        "changing codes: then no text that stays was handed out.",
        examples=["MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"],
    )


class TakenBack(Message):
    """A code of another maker that was taken back from a customer."""

    card_id: UUID
    customer_id: UUID


class DesignLine(Message):
    """A design in a list."""

    id: UUID
    key: str = Field(examples=["member"], description="Stands in install links.")
    name: str = Field(examples=["Member card"])
    version: int
    changed_at: AwareDatetime
    archived_at: AwareDatetime | None
    cards: int = Field(description="How many cards of it are good.")


class DesignList(Message):
    """All designs, by name, archived ones last."""

    items: tuple[DesignLine, ...] = Field(description="All of them.")


class DesignHint(Message):
    """A possible improvement of a design that can be used as it is."""

    path: str = Field(examples=["label"], description="Where in the design.")
    message: str
    suggestion: str | None = Field(default=None, examples=["#5b6b80"])


class EditedDesign(DesignLine):
    """A design for an editor, which sends fields that it does not know back unchanged."""

    design: dict[str, Any]
    hints: tuple[DesignHint, ...]


class StoredImage(Message):
    """A stored picture, with its size in pixels after scaling."""

    tag: str = Field(description="What designs name it by: SHA-256 of the PNG.")
    width: int
    height: int


class RolloutProgress(Message):
    """Progress of updating the cards of a design after its last edit."""

    version: int
    state: Literal["running", "finished"]
    total: int = Field(description="How many cards there are to look at.")
    done: int
    started_at: AwareDatetime
    finished_at: AwareDatetime | None


class AppleReady(Message):
    """The certificate that signs cards for Apple Wallet."""

    development: bool = Field(
        description="True while a self-made certificate signs: an iPhone refuses such cards."
    )
    pass_type_id: str = Field(examples=["pass.example.club"])
    team_id: str = Field(examples=["A1B2C3D4E5"])
    not_after: AwareDatetime | None = None
    warning: str | None = Field(default=None, description="What will or does keep it from signing.")


class GoogleReady(Message):
    """The issuer of cards in Google Wallet; without one no card can be saved there."""

    configured: bool
    issuer_id: str | None = None
    account: str | None = Field(default=None, description="The service account's address.")
    warning: str | None = None


class WalletsReady(Message):
    """Whether cards can be signed for both wallets."""

    apple: AppleReady
    google: GoogleReady
    public_url: str | None = Field(
        description="Address under which phones reach the service; null: no link can be made."
    )


class MailCard(Message):
    """Recipient of a card's install link; without an address, the customer's own."""

    email: str | None = Field(default=None, max_length=254, examples=["amara@example.com"])
    new_link: bool = Field(
        default=False,
        examples=[False],
        description="Send a new link: those that were handed out before open nothing any more.",
    )


class Mailed(Message):
    """A mail that was queued."""

    customer_id: UUID
    email: str | None = Field(
        description="The recipient; null in a repeated answer, if the customer was erased since."
    )
