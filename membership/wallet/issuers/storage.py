"""Stored issuers: public facts, encrypted secrets, audited changes."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.store.models import IdentityKind, WalletIdentity
from membership.web.access import Tenant


def find_identity(session: Session, tenant: Tenant, kind: IdentityKind) -> WalletIdentity | None:
    """The organization's identity for a wallet, or None."""
    return session.get(WalletIdentity, (tenant.id, kind))


def put_identity(
    session: Session,
    vault: Vault,
    tenant: Tenant,
    kind: IdentityKind,
    *,
    facts: dict[str, Any],
    secret: bytes,
    not_after: datetime | None,
    now: datetime,
) -> None:
    """Store an identity, replacing a former one."""
    row = find_identity(session, tenant, kind)
    before = None if row is None else row.facts
    if row is None:
        row = WalletIdentity(organization_id=tenant.id, kind=kind)
        session.add(row)
    row.facts, row.sealed = facts, vault.seal(secret)
    row.not_after, row.changed_at = not_after, now
    session.flush()
    record(session, tenant.id, "wallet.configured", kind.value, before=before, after=facts)


def delete_identity(session: Session, tenant: Tenant, kind: IdentityKind) -> bool:
    """Delete an identity; returns whether there was one."""
    row = find_identity(session, tenant, kind)
    if row is None:
        return False
    record(session, tenant.id, "wallet.removed", kind.value, before=row.facts)
    session.delete(row)
    session.flush()
    return True
