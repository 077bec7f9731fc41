"""Messages about API keys."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.management import ActorView
from api_client.messages.scan import Message


class KeyView(Message):
    """A key without itself: only its beginning, to tell keys apart."""

    id: UUID
    name: str
    prefix: str = Field(examples=["mk_live_a1B2"])
    scopes: tuple[str, ...]
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
