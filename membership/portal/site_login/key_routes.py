"""Routes of the public keys with which tokens of sites are verified."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api_client.messages.signup import EmbedKeyList, EmbedKeyView
from membership.base.scopes import Scope
from membership.portal.site_login import keys
from membership.portal.site_login.jwks import PublicJwk
from membership.portal.site_login.key_schemas import NewEmbedKeys
from membership.web.access import Call, allows, reads, writes_once
from membership.web.idempotency import once, request_of

router = APIRouter(prefix="/v1/signup/keys", tags=["Organization"])


@router.get("")
def list_embed_keys(call: Annotated[Call, reads(Scope.ORGANIZATION_READ)]) -> EmbedKeyList:
    """List the public keys that verify the tokens of the organization's sites."""
    return keys.list_keys(call)


async def _accepted(
    request: Request,
    new: NewEmbedKeys,
    _allowed: Annotated[None, allows(Scope.ORGANIZATION_WRITE)],
) -> tuple[PublicJwk, ...]:
    """Return the keys of the body, judged before a transaction is opened. Raises Invalid, Busy."""
    return await keys.accepted_keys(request.app.state.concurrency, new)


@router.post("", status_code=201)
def add_embed_keys(
    new: NewEmbedKeys,
    accepted: Annotated[tuple[PublicJwk, ...], Depends(_accepted)],
    call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)],
) -> EmbedKeyList:
    """Add public keys (JWK): Ed25519 for `EdDSA`, RSA of 2048 bits or more for `RS256`.

    Either all are added or none. Several may be active at once, so that keys can be rotated: add
    the new one, sign with it, revoke the old one. An active key stays as it is, so repeating the
    request is safe. Returns all keys.

    Errors: `private_key_refused`, `kid_invalid`, `kid_twice`, `key_unsupported`,
    `key_size_refused`, `key_invalid` (422); `kid_taken`, `key_was_revoked`, `too_many_keys` (409).
    """

    def add() -> EmbedKeyList:
        return keys.add_keys(call, accepted)

    return once(call, request_of("add embed keys", body=new), EmbedKeyList, add)


@router.post("/{embed_key_id}/revoke")
def revoke_embed_key(
    embed_key_id: UUID, call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)]
) -> EmbedKeyView:
    """Revoke a key at once and permanently; repeating the request changes nothing.

    Sessions opened with its tokens continue.

    Errors: `embed_key_not_found` (404).
    """

    def revoke() -> EmbedKeyView:
        return keys.revoke_key(call, embed_key_id)

    return once(call, request_of("revoke embed key", embed_key_id), EmbedKeyView, revoke)
