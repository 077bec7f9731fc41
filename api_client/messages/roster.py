"""The roster of a desk: who has which code, and what a scan of it says until the horizon."""

from uuid import UUID

from pydantic import AwareDatetime

from api_client.messages.scan import (
    Attention,
    CardView,
    CustomerView,
    MembershipView,
    Message,
    NamedBy,
    Outcome,
    PermissionView,
)


class RosterCode(Message):
    """A text that leads to a customer, in canonical spelling."""

    kind: NamedBy
    text: str
    card: UUID | None = None
    proves: bool = True


class RosterCard(CardView):
    """A card of a customer."""


class RosterSegment(Message):
    """What a scan says from ``starts_at`` on, and before ``ends_at``."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    outcome: Outcome
    revoked_outcome: Outcome
    membership: MembershipView | None = None
    memberships: tuple[MembershipView, ...] = ()
    permissions: tuple[PermissionView, ...] = ()
    attention: tuple[Attention, ...] = ()
    named_attention: tuple[Attention, ...] = ()


class RosterRow(Message):
    """A customer, their codes and cards, and what a scan says at which time."""

    id: UUID
    revision: int
    removed: bool = False
    customer: CustomerView | None = None
    codes: tuple[RosterCode, ...] = ()
    cards: tuple[RosterCard, ...] = ()
    current_card: UUID | None = None
    segments: tuple[RosterSegment, ...] = ()


class RosterPage(Message):
    """A page of the roster, in the order of revisions."""

    epoch: UUID
    items: tuple[RosterRow, ...]
    next_cursor: str
    complete: bool
    as_of: AwareDatetime
    horizon: AwareDatetime
    time_zone: str
    total: int
    code_key: str | None = None
