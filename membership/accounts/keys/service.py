"""API keys: create, list, revoke. A caller cannot grant scopes that it lacks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, select, tuple_
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, ActorView
from membership.accounts.keys.schemas import KeyList, KeyView, MintedKey, NewKey, RevokedKeys
from membership.base.scopes import Scope
from membership.store.models import ApiKey, StaffAccount
from membership.web.access import Call, mint_key
from membership.web.errors import Forbidden, Invalid, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of

_MAKER = and_(
    StaffAccount.organization_id == ApiKey.organization_id,
    StaffAccount.id == ApiKey.maker_id,
    ApiKey.maker_kind == ActorKind.STAFF,
)
_SHOWN = select(ApiKey, StaffAccount.disabled_at).outerjoin(StaffAccount, _MAKER)


def make_key(call: Call, new: NewKey) -> MintedKey:
    """Create a key. Raises Forbidden for a scope that the caller lacks; Invalid for a past end."""
    lacking = sorted(new.scopes - call.scopes)
    if lacking:
        raise Forbidden("scope_missing", f"Your own key lacks the scope {', '.join(lacking)}.")
    if new.expires_at is not None and new.expires_at <= call.now:
        raise Invalid("expiry_in_the_past", "body.expires_at", "must be in the future")
    row, key = mint_key(
        call.session, call.tenant.id, new.name, new.scopes, call.now, expires_at=new.expires_at
    )
    return MintedKey(**_fields(row, None), key=key)


def list_keys(
    call: Call, limit: int, cursor: str | None, *, maker_disabled: bool | None = None
) -> KeyList:
    """Return a page of the keys, newest first, including revoked ones. Raises Invalid.

    With ``maker_disabled`` only those whose maker is disabled, or is not.
    """
    wanted = _SHOWN.where(ApiKey.organization_id == call.tenant.id)
    if maker_disabled is not None:
        disabled = StaffAccount.disabled_at
        wanted = wanted.where(disabled.is_not(None) if maker_disabled else disabled.is_(None))
    if cursor is not None:
        wanted = wanted.where(_is_before(cursor))
    newest_first = wanted.order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
    rows = call.session.execute(newest_first.limit(limit + 1)).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        last = page[-1][0]
        following = encode_cursor(last.created_at.isoformat(), str(last.id))
    return KeyList(items=tuple(KeyView(**_fields(*row)) for row in page), next_cursor=following)


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
    mine = _SHOWN.where(ApiKey.organization_id == call.tenant.id, ApiKey.id == key_id)
    found = call.session.execute(mine).first()
    if found is None:
        raise NotFound("key_not_found", "There is no such key.")
    row, disabled_at = found
    if row.revoked_at is None:
        row.revoked_at = call.now
        call.session.flush()
    return KeyView(**_fields(row, disabled_at))


def revoke_keys_made_by(call: Call, staff_id: UUID) -> RevokedKeys:
    """Revoke all keys that a member of staff made. Raises NotFound."""
    account = call.session.get(StaffAccount, (call.tenant.id, staff_id))
    if account is None:
        raise NotFound("staff_not_found", "There is no such account.")
    rows = revoke_made_by(call.session, account, call.now)
    return RevokedKeys(items=tuple(KeyView(**_fields(row, account.disabled_at)) for row in rows))


def revoke_made_by(session: Session, account: StaffAccount, now: datetime) -> Sequence[ApiKey]:
    """Revoke the keys that an account made and that still work; returns them, oldest first."""
    rows = session.scalars(
        select(ApiKey)
        .where(
            ApiKey.organization_id == account.organization_id,
            ApiKey.maker_kind == ActorKind.STAFF,
            ApiKey.maker_id == account.id,
            ApiKey.revoked_at.is_(None),
        )
        .order_by(ApiKey.created_at, ApiKey.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.revoked_at = now
    session.flush()
    return rows


def _fields(row: ApiKey, maker_disabled_at: datetime | None) -> dict[str, Any]:
    """Return the fields of a key's view."""
    maker = None
    if row.maker_kind is not None:
        maker = ActorView(kind=row.maker_kind, id=row.maker_id, name=row.maker_name or "")
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": tuple(Scope(scope) for scope in row.scopes.split()),
        "made_by": maker,
        "maker_disabled": maker_disabled_at is not None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
