"""Routes of API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from membership.accounts.keys import service
from membership.accounts.keys.schemas import KeyList, KeyView, MintedKey, NewKey, RevokedKeys
from membership.base.scopes import Scope
from membership.web.access import Call, reads, writes
from membership.web.errors import Invalid
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/keys", tags=["Keys"])


@router.get("")
def list_keys(
    call: Annotated[Call, reads(Scope.KEYS_WRITE)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    maker_disabled: Annotated[
        bool | None,
        Query(description="Only keys whose maker's account is disabled, or only the others."),
    ] = None,
) -> KeyList:
    """List the organization's keys, newest first, revoked ones included, without their secrets.

    Errors: `invalid_cursor` (422).
    """
    return service.list_keys(call, limit, cursor, maker_disabled=maker_disabled)


@router.post("", status_code=201)
def make_key(
    new: NewKey,
    call: Annotated[Call, writes(Scope.KEYS_WRITE)],
    idempotency_key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="Refused: see above.", deprecated=True),
    ] = None,
) -> MintedKey:
    """Create a key; its secret is returned only in this response.

    `Idempotency-Key` is not supported: repeating the response would require storing the key. If the
    response is lost, revoke the key of that name and create another.

    Errors: `scope_missing` (403) for a scope that the caller lacks, `expiry_in_the_past` (422),
    `idempotency_key_refused` (422).
    """
    if idempotency_key is not None:
        detail = "A new key is returned once and is not kept, so its making cannot be repeated."
        raise Invalid("idempotency_key_refused", "header.Idempotency-Key", detail)
    return service.make_key(call, new)


@router.post("/{key_id}/revoke")
def revoke_key(key_id: UUID, call: Annotated[Call, writes(Scope.KEYS_WRITE)]) -> KeyView:
    """Revoke a key at once and permanently; repeating the request changes nothing.

    Errors: `key_not_found` (404).
    """
    return service.revoke_key(call, key_id)


@router.post("/made-by/{staff_id}/revoke")
def revoke_keys_made_by(
    staff_id: UUID, call: Annotated[Call, writes(Scope.KEYS_WRITE)]
) -> RevokedKeys:
    """Revoke all active keys that a member of staff created; returns those keys.

    Errors: `staff_not_found` (404).
    """
    return service.revoke_keys_made_by(call, staff_id)
