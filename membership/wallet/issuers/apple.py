"""The issuer of an organization's cards in Apple Wallet: its certificate, or a self-made one."""

import hashlib
import threading
from collections import OrderedDict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import AppleRegistration, IdentityKind
from membership.wallet.issuers.storage import find_identity, put_identity
from membership.web.access import Tenant
from membership.web.errors import Conflict
from passes.apple.development import DEVELOPMENT_TEAM, development_identity
from passes.apple.identity import Identity, IdentityFacts, load_identity
from passes.apple.signing import AppleSigner


def development_pass_type(tenant: Tenant) -> str:
    """The pass type of an organization without a certificate."""
    return f"pass.walletdesk.development.{tenant.slug}"


def apple_facts(session: Session, tenant: Tenant) -> IdentityFacts | None:
    """The facts of the certificate, without decrypting it; None while a self-made one signs."""
    row = find_identity(session, tenant, IdentityKind.APPLE)
    return None if row is None else facts_from(row.facts)


def apple_names(session: Session, tenant: Tenant) -> tuple[str, str]:
    """The pass type identifier and the team identifier of the organization's cards."""
    facts = apple_facts(session, tenant)
    if facts is None:
        return development_pass_type(tenant), DEVELOPMENT_TEAM
    return facts.pass_type_id, facts.team_id


def load_signer(session: Session, vault: Vault, tenant: Tenant, now: datetime) -> AppleSigner:
    """The signer of the organization's cards at ``now``; keys are cached in the process.

    An expired certificate raises when it signs. Raises VaultError if it was encrypted with
    another secret key.
    """
    return AppleSigner(apple_identity(session, vault, tenant), lambda: now)


def apple_identity(session: Session, vault: Vault, tenant: Tenant) -> Identity:
    """The certificate and key of the organization's cards, or a self-made one.

    Raises VaultError if it was encrypted with another secret key.
    """
    row = find_identity(session, tenant, IdentityKind.APPLE)
    if row is None:
        return development_identity(development_pass_type(tenant))
    return _CACHE.identity(vault, row.sealed)


def store_apple(
    session: Session,
    vault: Vault,
    tenant: Tenant,
    identity: Identity,
    *,
    now: datetime,
    replace_pass_type: bool = False,
) -> None:
    """Store the identity that signs the organization's cards from now on.

    Raises CertificateError if it is not valid at ``now``; Conflict if phones have cards of
    another pass type, which would never be updated again, unless ``replace_pass_type``.
    """
    identity.check_dates(now)
    facts = identity.facts
    if not replace_pass_type:
        _check_pass_type(session, tenant, facts.pass_type_id)
    put_identity(
        session,
        vault,
        tenant,
        IdentityKind.APPLE,
        facts=facts_as_json(facts),
        secret=identity.pem(),
        not_after=facts.not_after,
        now=now,
    )


def facts_as_json(facts: IdentityFacts) -> dict[str, Any]:
    """Facts as JSON, to be stored."""
    return {
        "pass_type_id": facts.pass_type_id,
        "team_id": facts.team_id,
        "serial": facts.serial,
        "issuer": facts.issuer,
        "not_before": facts.not_before.isoformat(),
        "not_after": facts.not_after.isoformat(),
        "apple": facts.apple,
    }


def facts_from(stored: dict[str, Any]) -> IdentityFacts:
    """Facts from stored JSON."""
    dates = {name: datetime.fromisoformat(stored[name]) for name in ("not_before", "not_after")}
    return IdentityFacts(**{**stored, **dates})


def _check_pass_type(session: Session, tenant: Tenant, pass_type_id: str) -> None:
    """Raise Conflict if cards on phones have another pass type."""
    query = select(func.count()).where(
        AppleRegistration.organization_id == tenant.id,
        AppleRegistration.pass_type_id != pass_type_id,
    )
    count = session.scalar(query)
    if count:
        raise Conflict(
            "pass_type_differs",
            f"{count} cards on phones are of another pass type, and could not be updated any "
            f"more. To renew, take a certificate for the same Pass Type ID; to give them up, "
            f"send replace_pass_type.",
        )


class _IdentityCache:
    """Decrypted identities by the digest of their encrypted form, least recently used out."""

    _MOST = 256

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Identity] = OrderedDict()

    def identity(self, vault: Vault, sealed: bytes) -> Identity:
        """Decrypt an identity. Raises VaultError."""
        name = hashlib.sha256(sealed).digest()
        with self._lock:
            found = self._known.get(name)
            if found is None:
                found = self._known[name] = load_identity(vault.open(sealed))
                if len(self._known) > self._MOST:
                    self._known.popitem(last=False)
            self._known.move_to_end(name)
            return found


_CACHE = _IdentityCache()
