"""API keys: create, list, revoke. A caller cannot grant scopes that it lacks."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, tuple_

from membership.accounts.keys.schemas import KeyList, KeyView, MintedKey, NewKey
from membership.base.scopes import Scope
from membership.store.models import ApiKey
from membership.web.access import Call, mint_key
from membership.web.errors import Forbidden, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of


def make_key(call: Call, new: NewKey) -> MintedKey:
    """Create a key. Raises Forbidden for a scope that the caller lacks."""
    lacking = sorted(new.scopes - call.scopes)
    if lacking:
        raise Forbidden("scope_missing", f"Your own key lacks the scope {', '.join(lacking)}.")
    row, key = mint_key(call.session, call.tenant.id, new.name, new.scopes, call.now)
    return MintedKey(**_fields(row), key=key)


def list_keys(call: Call, limit: int, cursor: str | None) -> KeyList:
    """Return a page of the keys, newest first, including revoked ones. Raises Invalid."""
    wanted = select(ApiKey).where(ApiKey.organization_id == call.tenant.id)
    if cursor is not None:
        wanted = wanted.where(_is_before(cursor))
    newest_first = wanted.order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
    rows = call.session.scalars(newest_first.limit(limit + 1)).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].created_at.isoformat(), str(page[-1].id))
    return KeyList(items=tuple(KeyView(**_fields(row)) for row in page), next_cursor=following)


def _is_before(cursor: str) -> ColumnElement[bool]:
    """Return the condition of keys after a cursor. Raises Invalid."""
    made_at, key_id = decode_cursor(cursor, str, str)
    try:
        last = UUID(str(key_id))
    except ValueError:
        raise bad_cursor() from None
    here = (
        literal(instant_of(made_at), ApiKey.created_at.type),
        literal(last, ApiKey.id.type),
    )
    return tuple_(ApiKey.created_at, ApiKey.id) < tuple_(*here)


def revoke_key(call: Call, key_id: UUID) -> KeyView:
    """Revoke a key at once; a revoked one stays so. Raises NotFound."""
    row = call.session.get(ApiKey, key_id)
    if row is None or row.organization_id != call.tenant.id:
        raise NotFound("key_not_found", "There is no such key.")
    if row.revoked_at is None:
        row.revoked_at = call.now
        call.session.flush()
    return KeyView(**_fields(row))


def _fields(row: ApiKey) -> dict[str, Any]:
    """Return the fields of a key's view."""
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": tuple(Scope(scope) for scope in row.scopes.split()),
        "created_at": row.created_at,
        "revoked_at": row.revoked_at,
    }
