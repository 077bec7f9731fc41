"""API keys: made, listed, revoked. A key cannot hand on what it may not do itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.access import Call, Scope, mint_key
from membership.errors import Forbidden, NotFound
from membership.keys.schemas import KeyList, KeyView, MintedKey, NewKey
from membership.models import ApiKey


def make_key(call: Call, new: NewKey) -> MintedKey:
    """Make a key. Raises Forbidden for a scope that the caller's own key lacks."""
    lacking = sorted(new.scopes - call.scopes)
    if lacking:
        raise Forbidden("scope_missing", f"Your own key lacks the scope {', '.join(lacking)}.")
    row, key = mint_key(call.session, call.tenant.id, new.name, new.scopes, call.now)
    return MintedKey(**_fields(row), key=key)


def list_keys(call: Call) -> KeyList:
    """The organization's keys, newest first, revoked ones included."""
    rows = call.session.scalars(
        select(ApiKey)
        .where(ApiKey.organization_id == call.tenant.id)
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )
    return KeyList(items=tuple(KeyView(**_fields(row)) for row in rows))


def revoke_key(call: Call, key_id: UUID) -> KeyView:
    """Revoke a key, at once and for good. Raises NotFound."""
    row = call.session.get(ApiKey, key_id)
    if row is None or row.organization_id != call.tenant.id:
        raise NotFound("key_not_found", "There is no such key.")
    if row.revoked_at is None:
        row.revoked_at = call.now
        call.session.flush()
    return KeyView(**_fields(row))


def _fields(row: ApiKey) -> dict[str, Any]:
    """What is shown of a key."""
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": tuple(Scope(scope) for scope in row.scopes.split()),
        "created_at": row.created_at,
        "revoked_at": row.revoked_at,
    }
