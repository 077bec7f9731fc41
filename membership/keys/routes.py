"""Routes of API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from membership.access import Call, Scope, reads, writes
from membership.keys import service
from membership.keys.schemas import KeyList, KeyView, MintedKey, NewKey

router = APIRouter(prefix="/v1/keys", tags=["Keys"])


@router.get("")
def list_keys(call: Annotated[Call, reads(Scope.KEYS_WRITE)]) -> KeyList:
    """List the organization's keys, newest first."""
    return service.list_keys(call)


@router.post("", status_code=201)
def make_key(new: NewKey, call: Annotated[Call, writes(Scope.KEYS_WRITE)]) -> MintedKey:
    """Make a key; it is shown in this answer only."""
    return service.make_key(call, new)


@router.post("/{key_id}/revoke")
def revoke_key(key_id: UUID, call: Annotated[Call, writes(Scope.KEYS_WRITE)]) -> KeyView:
    """Revoke a key."""
    return service.revoke_key(call, key_id)
