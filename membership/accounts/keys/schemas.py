"""Messages about API keys."""

from pydantic import Field

from api_client.messages import keys
from membership.base.fields import Instant, Name
from membership.base.request_body import RequestBody
from membership.base.scopes import Scope


class NewKey(RequestBody):
    """A key to create."""

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


class KeyView(keys.KeyView):
    """A key without its secret: only the first characters, to distinguish keys."""

    scopes: tuple[Scope, ...]


class MintedKey(KeyView):
    """A new key. Its secret is returned only here."""

    key: str


class RevokedKeys(keys.RevokedKeys):
    """The keys that were revoked in one step."""

    items: tuple[KeyView, ...]


class KeyList(keys.KeyList):
    """A page of the organization's keys, newest first."""

    items: tuple[KeyView, ...]
