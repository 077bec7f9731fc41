"""Messages about API keys."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.management import ActorView
from api_client.messages.scan import Message
from membership.base.fields import Instant, Name
from membership.base.request_body import RequestBody
from membership.base.scopes import Scope


class NewKey(RequestBody):
    """A key to make."""

    name: Name = Field(examples=["Website"], description="For people, to tell keys apart.")
    scopes: frozenset[Scope] = Field(
        min_length=1,
        max_length=len(Scope),
        examples=[["permissions:read"]],
        description="What it is good for; none that the maker lacks.",
    )
    expires_at: Instant | None = Field(
        default=None,
        examples=["2028-01-01T00:00:00Z"],
        description="From when on it is refused with 401 `key_expired`; null for never.",
    )


class KeyView(Message):
    """A key without itself: only its beginning, to tell keys apart."""

    id: UUID
    name: str
    prefix: str = Field(examples=["mk_live_a1B2"])
    scopes: tuple[Scope, ...]
    made_by: ActorView | None = Field(
        description="Who made it; null for a key that was made before this was stored."
    )
    maker_disabled: bool = Field(
        description="Whether its maker is a member of staff whose account is disabled."
    )
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(
        description="The last use, to about a minute; null if it was never used."
    )
    revoked_at: AwareDatetime | None


class MintedKey(KeyView):
    """A new key. It is returned only here and cannot be had again."""

    key: str


class RevokedKeys(Message):
    """The keys that were revoked in one step."""

    items: tuple[KeyView, ...]


class KeyList(Message):
    """A page of the organization's keys, newest first."""

    items: tuple[KeyView, ...]
    next_cursor: str | None = None
