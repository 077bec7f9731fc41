"""Storing password hashes, and the words that a password must not be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from membership.accounts.staff.accounts import end_sessions, revoke_resets
from membership.events.audit.recorder import record
from membership.store.models import StaffAccount


def guessable_words(name: str, email: str, *organization: str) -> tuple[str, ...]:
    """Return the names and addresses that others know of an account: no password may be one."""
    return (name, *name.split(), email, *organization)


def set_password(
    session: Session,
    account: StaffAccount,
    password_hash: str,
    now: datetime,
    *,
    action: str = "staff.password_changed",
    keep_session: UUID | None = None,
) -> None:
    """Store a new password's hash; ends all sessions but one, and revokes mailed links.

    ``action`` is the audit's. The account's row must be locked.
    """
    store_hash(session, account, password_hash, password_changed_at=now)
    end_sessions(session, account, now, keep=keep_session)
    revoke_resets(session, account, now)
    record(session, account.organization_id, action, account.id)


def store_hash(
    session: Session,
    account: StaffAccount,
    password_hash: str,
    *,
    password_changed_at: datetime | None = None,
) -> None:
    """Store a hash; without a time the password is the same, hashed with new parameters."""
    values: dict[str, object] = {"password_hash": password_hash}
    if password_changed_at is not None:
        values["password_changed_at"] = password_changed_at
    session.execute(
        update(StaffAccount)
        .where(
            StaffAccount.organization_id == account.organization_id,
            StaffAccount.id == account.id,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
