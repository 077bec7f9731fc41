"""Messages about API keys."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.scan import Message
from membership.base.fields import Name
from membership.base.scopes import Scope


class NewKey(Message):
    """A key to make."""

    name: Name = Field(examples=["Website"], description="For people, to tell keys apart.")
    scopes: frozenset[Scope] = Field(
        min_length=1,
        examples=[["permissions:read"]],
        description="What it is good for; none that the maker lacks.",
    )


class KeyView(Message):
    """A key without itself: only its beginning, to tell keys apart."""

    id: UUID
    name: str
    prefix: str = Field(examples=["mk_live_a1B2"])
    scopes: tuple[Scope, ...]
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None


class MintedKey(KeyView):
    """A new key. It is told this once and cannot be had again."""

    key: str


class KeyList(Message):
    """A page of the organization's keys, newest first."""

    items: tuple[KeyView, ...]
    next_cursor: str | None = None
