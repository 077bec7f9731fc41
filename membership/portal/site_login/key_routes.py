"""Routes of the public keys with which tokens of sites are verified."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api_client.messages.signup import EmbedKeyList, EmbedKeyView
from membership.base.scopes import Scope
from membership.portal.site_login import keys
from membership.portal.site_login.key_schemas import NewEmbedKeys
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of

router = APIRouter(prefix="/v1/signup/keys", tags=["Organization"])


@router.get("")
def list_embed_keys(call: Annotated[Call, reads(Scope.ORGANIZATION_READ)]) -> EmbedKeyList:
    """List the keys by which tokens of the organization's sites are checked."""
    return keys.list_keys(call)


@router.post("", status_code=201)
def add_embed_keys(
    new: NewEmbedKeys, call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)]
) -> EmbedKeyList:
    """Accept public keys (JWK): Ed25519 for `EdDSA`, RSA of 2048 bits or more for `RS256`.

    All or none are taken. Several are good at once, so that keys can be changed: add the new
    one, sign with it, revoke the old one. A key that is good already stays as it is, so the
    same request may be sent again. Answers with all keys.

    Errors: `private_key_refused`, `kid_invalid`, `kid_twice`, `key_unsupported`,
    `key_size_refused`, `key_invalid` (422); `kid_taken`, `key_was_revoked`, `too_many_keys`
    (409).
    """

    def add() -> EmbedKeyList:
        return keys.add_keys(call, new)

    return once(call, request_of("add embed keys", body=new), EmbedKeyList, add)


@router.post("/{embed_key_id}/revoke")
def revoke_embed_key(
    embed_key_id: UUID, call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)]
) -> EmbedKeyView:
    """Revoke a key, at once and for good; a key that is revoked already stays so.

    Sessions that were begun with its tokens go on.

    Errors: `embed_key_not_found` (404).
    """

    def revoke() -> EmbedKeyView:
        return keys.revoke_key(call, embed_key_id)

    return once(call, request_of("revoke embed key", embed_key_id), EmbedKeyView, revoke)
