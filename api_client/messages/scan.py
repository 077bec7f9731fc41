"""Messages about scans, visits and the desk, and the error answer.

The service uses them as request bodies and ``response_model``, the kiosk to parse answers. All
times are timezone-aware and in UTC; days (``last_day``, ``birth_date``) are days in the
organization's own time zone.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api_client.messages.coercion import NoCoercion

MAX_CODE_LENGTH = 8192
"""Longest scanned text in characters. A QR code has at most 7,089 (ISO/IEC 18004)."""


class Message(BaseModel):
    """Base of all messages: unknown keys of a newer peer are ignored, values are frozen."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Outcome(StrEnum):
    """Result of a scan. A scan that could not be checked has no outcome, but an error."""

    ACTIVE = "active"
    EXPIRED = "expired"
    NO_MEMBERSHIP = "no_membership"
    NOT_YET_STARTED = "not_yet_started"
    BLOCKED = "blocked"
    CARD_REVOKED = "card_revoked"
    UNKNOWN_CODE = "unknown_code"


class Status(StrEnum):
    """Status of a membership. Before its start it has none."""

    ACTIVE = "active"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Reason for the state of a membership, beside its status."""

    SCHEDULED = "scheduled"
    ENDED_EARLY = "ended_early"
    PAYMENT_OVERDUE = "payment_overdue"
    NO_SEAT = "no_seat"


class UnknownCause(StrEnum):
    """Why a scanned text identifies nobody, or is not accepted as proof."""

    NOT_A_CARD = "not_a_card"
    """The text has no form of a card code."""
    NOT_FOUND = "not_found"
    """The form is valid, but this organization has no such card or customer."""
    FORGED = "forged"
    """It names a card, but its signature or changing value is not that card's."""
    STALE = "stale"
    """A changing code of another time, such as a picture of one, or because of a wrong clock."""
    REPLAYED = "replayed"
    """A changing code that was used before, or after which a newer one was used."""


class AttentionKind(StrEnum):
    """What the desk should notice although the membership is active."""

    EXPIRES_SOON = "expires_soon"
    PAYMENT_OVERDUE = "payment_overdue"
    DESK_NOTE = "desk_note"
    BIRTHDAY = "birthday"
    SEEN_RECENTLY = "seen_recently"
    BY_NUMBER = "by_number"
    """A scanned text that names and proves nothing: compare the photo. ``named_by`` says which."""
    OLD_CODE = "old_code"
    """A code of a form that is taken until all phones have been updated, and not for longer."""


LATER_KINDS = frozenset({AttentionKind.BY_NUMBER, AttentionKind.OLD_CODE})
"""Kinds that not every desk knows; one that does not name them is sent a desk note instead."""


class NamedBy(StrEnum):
    """What a scanned text is that led to the customer. The last three anybody can make."""

    CARD = "card"
    SIGNED_CARD = "signed_card"
    ROTATING_CARD = "rotating_card"
    FOREIGN_CARD = "foreign_card"
    """A code of another maker that was imported, or given to the customer at the desk."""
    NUMBER = "number"
    CUSTOMER_ID = "customer_id"
    INSTALL_LINK = "install_link"


class ScanMethod(StrEnum):
    """How the code was read.

    ``wedge``: by a hand scanner, or by a search whose Enter came before anybody saw who was found.
    ``search``: somebody was chosen in a list, by staff who saw whom they chose.
    """

    CAMERA = "camera"
    WEDGE = "wedge"
    SEARCH = "search"


class CustomerState(StrEnum):
    """State of the person, apart from any membership."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    BANNED = "banned"


class Attention(Message):
    """One thing to notice. ``days``, ``minutes`` or ``text`` are set if the kind needs them."""

    kind: AttentionKind
    days: int | None = Field(None, description="Whole days left, 0 = today is the last day.")
    minutes: int | None = Field(None, description="Minutes since the last visit.")
    text: str | None = Field(None, description="The desk note.")


class PermissionView(Message):
    """A permission that a plan grants."""

    key: str = Field(examples=["area.pool"])
    label: str = Field(examples=["Pool"])


class MembershipView(Message):
    """One membership at the time of the answer.

    ``company`` is None for the customer's own membership, else the name of the company it is
    inherited from. ``status`` is None only before ``starts_at`` (reason ``scheduled``).
    """

    id: UUID
    plan: str = Field(examples=["Gold Membership"])
    status: Status | None
    reason: Reason | None = None
    company: str | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    last_day: date | None = Field(
        None,
        description="Last day it is good for, inclusive, in the organization's time zone: also of "
        "an early end that has come or is planned; without days of grace.",
    )
    ended_early_at: AwareDatetime | None = None
    ended_early_why: str | None = None
    permissions: tuple[PermissionView, ...] = ()


class CustomerView(Message):
    """A customer, as far as a desk needs to see."""

    id: UUID
    number: str = Field(examples=["C-000123"])
    name: str = Field(examples=["Amara Okafor"])
    state: CustomerState
    language: str | None = None
    photo_path: str | None = Field(
        None, description="Path of the photo on the service; changes when the photo does."
    )


class CardView(Message):
    """A wallet card, without its code."""

    id: UUID
    label: str = Field(examples=["Member card"])
    issued_at: AwareDatetime
    revoked_at: AwareDatetime | None = None


class VisitCount(Message):
    """Number of visits of a customer, with this one, without undone ones."""

    today: int
    total: int
    previous_at: AwareDatetime | None = None


class ScanRequest(NoCoercion, Message):
    """A scanned text, which the kiosk does not parse, and the visit id that the kiosk created.

    ``alternatives`` are other readings of the same scan, tried in order if ``text`` identifies
    nobody: a hand scanner that types for another keyboard layout gives two readings. What a newer
    desk sends beside is kept apart, and counted by the service.
    """

    model_config = ConfigDict(extra="allow")

    visit_id: UUID
    text: Annotated[str, Field(max_length=MAX_CODE_LENGTH)]
    alternatives: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_CODE_LENGTH)], ...], Field(max_length=2)
    ] = ()
    method: ScanMethod = ScanMethod.CAMERA
    desk: Annotated[str, Field(max_length=80)] = ""
    attention_kinds: Annotated[
        tuple[Annotated[str, StringConstraints(pattern="^[a-z_]{1,40}$")], ...],
        Field(max_length=20),
    ] = Field(
        (),
        description="Kinds of attention that the caller knows beside the first five; another one "
        "is sent as a desk note.",
        examples=[("by_number",)],
    )


class CustomerHit(Message):
    """A result of the customer search."""

    customer: CustomerView
    outcome: Outcome
    plan: str | None = None
    birth_date: date | None = Field(None, description="Only with `details`.")
    email: str | None = Field(None, description="Only with `details`.")


class ScanPreview(Message):
    """The person, and whether the membership is active: what a scan would answer, unrecorded.

    ``membership`` is the one that decided the outcome; ``memberships`` are all that the customer
    has or inherits, the deciding one first. ``visits`` are those of before.
    """

    outcome: Outcome
    unknown_cause: UnknownCause | None = None
    named_by: NamedBy | None = None
    server_time: AwareDatetime
    time_zone: str = Field(examples=["Europe/Berlin"])
    customer: CustomerView | None = None
    membership: MembershipView | None = None
    memberships: tuple[MembershipView, ...] = ()
    permissions: tuple[PermissionView, ...] = Field(
        (), description="Union over the memberships that are active now."
    )
    attention: tuple[Attention, ...] = ()
    card: CardView | None = None
    current_card: CardView | None = Field(
        None, description="For a revoked card: the customer's newest card that is good."
    )
    visits: VisitCount | None = None


class ScanAnswer(ScanPreview):
    """The person, whether the membership is active, and the visit that was recorded.

    ``membership`` is the one that decided the outcome; ``memberships`` are all that the customer
    has or inherits, the deciding one first.
    """

    visit_id: UUID
    choices: tuple[CustomerHit, ...] = Field(
        (),
        description="With the outcome `unknown_code`: several customers who have the former number "
        "that was scanned. Choose one, and send their id as a scan of the method `search`.",
    )


class CustomerHits(Message):
    """A page of results of the customer search, best first."""

    items: tuple[CustomerHit, ...]
    next_cursor: str | None = None


class VisitView(Message):
    """A visit in the list of recent visits."""

    id: UUID
    at: AwareDatetime
    customer_id: UUID
    name: str
    number: str
    outcome: Outcome
    desk: str = ""
    undone_at: AwareDatetime | None = None
    named_by: NamedBy | None = Field(
        None, description="What was read; null for visits of before this was recorded."
    )


class VisitPage(Message):
    """A page of visits, newest first."""

    items: tuple[VisitView, ...]
    next_cursor: str | None = None
    total: int | None = Field(
        None, description="How many there are of one customer; on the first page of them only."
    )


class DeskInfo(Message):
    """What a kiosk shows around the verdict: the organization and today's count."""

    organization: str = Field(examples=["Riverside Club"])
    slug: str = Field("", description="Short name of the organization, as staff sign in to it.")
    currency: str = Field("", description="In which the organization sells, by default.")
    time_zone: str
    demo: bool = Field(description="True where the data is the invented demo club.")
    visits_today: int
    has_accounts: bool | None = Field(
        None, description="False until the first staff account is made, which is done at a desk."
    )
    server_time: AwareDatetime
    version: str
    code_formats: tuple[str, ...] = Field(
        (),
        examples=[["QRCode", "Aztec", "PDF417", "Code128", "EAN13"]],
        description="What its camera looks for, as the organization chose. A desk passes over "
        "names that it does not know.",
    )


class FieldFault(Message):
    """An invalid field of a request, and what is wrong with it."""

    field: str = Field(examples=["body.email"])
    message: str
    code: str = Field(
        "",
        examples=["string_too_long"],
        description="What is wrong, for programs: a code of this API, or Pydantic's type of error. "
        "Does not change.",
    )
    limit: str = Field(
        "", examples=["120"], description="The number that the value is measured by, if there is."
    )


class Problem(Message):
    """An error answer (RFC 9457, ``application/problem+json``). ``code`` does not change."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = Field(examples=["customer_not_found"])
    errors: tuple[FieldFault, ...] = ()
