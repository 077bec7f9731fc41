"""The public keys by which tokens of an organization's sites are checked: added and revoked."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select

from api_client.messages.signup import EmbedKeyList, EmbedKeyView
from membership.events.audit.recorder import record
from membership.portal.signup.jwks import PublicJwk, read_jwk, thumbprint
from membership.portal.signup.key_schemas import MOST_KEYS, NewEmbedKeys
from membership.store.models import EmbedKey, Organization
from membership.web.access import Call
from membership.web.errors import Conflict, Invalid, NotFound

_SHOWN = 100


def list_keys(call: Call) -> EmbedKeyList:
    """The organization's keys: the good ones, then the revoked ones, each newest first."""
    rows = call.session.scalars(
        select(EmbedKey)
        .where(EmbedKey.organization_id == call.tenant.id)
        .order_by(EmbedKey.revoked_at.is_not(None), EmbedKey.created_at.desc(), EmbedKey.id)
        .limit(_SHOWN)
    )
    return EmbedKeyList(items=tuple(_view(row) for row in rows))


def add_keys(call: Call, new: NewEmbedKeys) -> EmbedKeyList:
    """Accept keys, all or none; one that is good already stays as it is.

    Raises Invalid for what is no such key; Conflict for a ``kid`` that another good key has, for
    a key that was revoked, and if too many would be good.
    """
    offered = [
        read_jwk(given, f"body.jwks.keys.{number}") for number, given in enumerate(new.jwks.keys)
    ]
    if len({each.kid for each in offered}) < len(offered):
        raise Invalid("kid_twice", "body.jwks.keys", "every key needs a kid of its own")
    # Locked: of two requests at once, the second counts the keys of the first.
    lock = {"key_share": True}
    if call.session.get(Organization, call.tenant.id, with_for_update=lock) is None:
        raise NotFound("organization_not_found", "There is no such organization.")
    stored = call.session.scalars(
        select(EmbedKey).where(EmbedKey.organization_id == call.tenant.id)
    ).all()
    fresh = [each for each in offered if not _is_good_already(each, stored)]
    if sum(row.revoked_at is None for row in stored) + len(fresh) > MOST_KEYS:
        detail = f"At most {MOST_KEYS} keys are good at once; revoke one first."
        raise Conflict("too_many_keys", detail)
    for each in fresh:
        _store(call, each)
    call.session.flush()
    return list_keys(call)


def revoke_key(call: Call, key_id: UUID) -> EmbedKeyView:
    """Revoke a key, at once and for good. Raises NotFound."""
    row = call.session.get(EmbedKey, (call.tenant.id, key_id), with_for_update=True)
    if row is None:
        raise NotFound("embed_key_not_found", "There is no such key.")
    if row.revoked_at is None:
        row.revoked_at = call.now
        record(call.session, call.tenant.id, "embed_key.revoked", row.id, before={"kid": row.kid})
        call.session.flush()
    return _view(row)


def _is_good_already(offered: PublicJwk, stored: Sequence[EmbedKey]) -> bool:
    """Whether a key is there under its ``kid``. Raises Conflict for what cannot be added."""
    for row in stored:
        same = row.jwk == offered.jwk
        if row.revoked_at is not None and same:
            # A site may send its whole set again, and with it a key that was lost to somebody.
            detail = f"The key with the kid {offered.kid} was revoked; it cannot become good again."
            raise Conflict("key_was_revoked", detail)
        if row.revoked_at is None and row.kid == offered.kid:
            if same:
                return True
            detail = f"Another key has the kid {offered.kid}; revoke it or choose another kid."
            raise Conflict("kid_taken", detail)
    return False


def _store(call: Call, accepted: PublicJwk) -> None:
    """Store a key, and record it."""
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
    told = {
        "kid": row.kid,
        "algorithm": row.algorithm,
        "thumbprint": thumbprint(row.jwk),
    }
    record(call.session, call.tenant.id, "embed_key.created", row.id, after=told)


def _view(row: EmbedKey) -> EmbedKeyView:
    """A key as staff see it."""
    return EmbedKeyView(
        id=row.id,
        kid=row.kid,
        algorithm=row.algorithm,
        thumbprint=thumbprint(row.jwk),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
