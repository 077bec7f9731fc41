"""The public keys with which tokens of an organization's sites are verified."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select

from api_client.messages.signup import EmbedKeyList, EmbedKeyView
from membership.events.audit.recorder import record
from membership.portal.site_login.jwks import PublicJwk, judge, read_jwk, thumbprint
from membership.portal.site_login.key_schemas import MAX_KEYS, NewEmbedKeys
from membership.store.models import EmbedKey, Organization
from membership.web.access import Call
from membership.web.concurrency import ConcurrencyLimiter
from membership.web.errors import Conflict, Invalid, NotFound

_MAX_LISTED = 100


def list_keys(call: Call) -> EmbedKeyList:
    """Return the keys of the organization: active ones, then revoked ones, each newest first."""
    rows = call.session.scalars(
        select(EmbedKey)
        .where(EmbedKey.organization_id == call.tenant.id)
        .order_by(EmbedKey.revoked_at.is_not(None), EmbedKey.created_at.desc(), EmbedKey.id)
        .limit(_MAX_LISTED)
    )
    return EmbedKeyList(items=tuple(_view(row) for row in rows))


async def accepted_keys(
    concurrency: ConcurrencyLimiter, new: NewEmbedKeys
) -> tuple[PublicJwk, ...]:
    """Parse and judge the keys of a set, while no transaction is open: long ones take a second.

    Raises Invalid for a key that is not accepted; Busy.
    """
    fields = [f"body.jwks.keys.{number}" for number in range(len(new.jwks.keys))]
    offered = tuple(map(read_jwk, new.jwks.keys, fields))
    if len({each.kid for each in offered}) < len(offered):
        raise Invalid("kid_twice", "body.jwks.keys", "every key needs a kid of its own")
    for each, field in zip(offered, fields, strict=True):
        if not await judge(concurrency, each.key):
            detail = "has no private half, or one that anybody can find"
            raise Invalid("key_invalid", field, detail)
    return offered


def add_keys(call: Call, offered: Sequence[PublicJwk]) -> EmbedKeyList:
    """Add accepted keys, all or none; one that is active already stays unchanged. Return all keys.

    Raises Conflict for the ``kid`` of another active key, for a key that was revoked, and for too
    many active keys.
    """
    # Locked: of two concurrent requests, the second counts the keys of the first.
    lock = {"key_share": True}
    if call.session.get(Organization, call.tenant.id, with_for_update=lock) is None:
        raise NotFound("organization_not_found", "There is no such organization.")
    stored = call.session.scalars(
        select(EmbedKey).where(EmbedKey.organization_id == call.tenant.id)
    ).all()
    fresh = [each for each in offered if not _is_active(each, stored)]
    if sum(row.revoked_at is None for row in stored) + len(fresh) > MAX_KEYS:
        detail = f"At most {MAX_KEYS} keys are good at once; revoke one first."
        raise Conflict("too_many_keys", detail)
    for each in fresh:
        _store(call, each)
    call.session.flush()
    return list_keys(call)


def revoke_key(call: Call, key_id: UUID) -> EmbedKeyView:
    """Revoke a key permanently, and return it. Raises NotFound."""
    row = call.session.get(EmbedKey, (call.tenant.id, key_id), with_for_update=True)
    if row is None:
        raise NotFound("embed_key_not_found", "There is no such key.")
    if row.revoked_at is None:
        row.revoked_at = call.now
        record(call.session, call.tenant.id, "embed_key.revoked", row.id, before={"kid": row.kid})
        call.session.flush()
    return _view(row)


def _is_active(offered: PublicJwk, stored: Sequence[EmbedKey]) -> bool:
    """Whether a key is active under its ``kid``. Raises Conflict if it cannot be added."""
    for row in stored:
        same = row.jwk == offered.jwk
        if row.revoked_at is not None and same:
            # A site may send its whole set again, with a key that was compromised.
            detail = f"The key with the kid {offered.kid} was revoked; it cannot become good again."
            raise Conflict("key_was_revoked", detail)
        if row.revoked_at is None and row.kid == offered.kid:
            if same:
                return True
            detail = f"Another key has the kid {offered.kid}; revoke it or choose another kid."
            raise Conflict("kid_taken", detail)
    return False


def _store(call: Call, accepted: PublicJwk) -> None:
    """Store a key, and record it in the audit."""
    row = EmbedKey(
        organization_id=call.tenant.id,
        id=uuid4(),
        kid=accepted.kid,
        algorithm=accepted.algorithm,
        jwk=accepted.jwk,
        created_at=call.now,
        revoked_at=None,
    )
    call.session.add(row)
    after = {
        "kid": row.kid,
        "algorithm": row.algorithm,
        "thumbprint": thumbprint(row.jwk),
    }
    record(call.session, call.tenant.id, "embed_key.created", row.id, after=after)


def _view(row: EmbedKey) -> EmbedKeyView:
    """Return a key as staff see it."""
    return EmbedKeyView(
        id=row.id,
        kid=row.kid,
        algorithm=row.algorithm,
        thumbprint=thumbprint(row.jwk),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
