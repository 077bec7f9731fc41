"""New passwords: checked, hashed and stored."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from membership.accounts.notices import Notice, notify
from membership.accounts.staff.accounts import end_sessions, revoke_resets
from membership.accounts.staff.mails import token_topic
from membership.accounts.staff.strength import reject_weak
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.events.mail.outbox import withdraw_mails
from membership.store.models import StaffAccount
from membership.web.transactions import RequestTransactions


def guessable_words(name: str, email: str, *organization: str) -> tuple[str, ...]:
    """Return the names and addresses that others know of an account: no password may be one."""
    return (name, *name.split(), email, *organization)


async def hash_new(
    transactions: RequestTransactions, password: str, field: str, known: Iterable[str]
) -> str:
    """Return the hash of a new password. Raises Invalid at ``field`` for a weak one; Busy."""

    def check_and_hash() -> str:
        reject_weak(password, field, known)
        return transactions.passwords.hash(password)

    return await transactions.hash_password(check_and_hash)


def set_password(
    session: Session,
    vault: Vault,
    account: StaffAccount,
    password_hash: str,
    now: datetime,
    *,
    action: str = "staff.password_changed",
    keep_session: UUID | None = None,
) -> None:
    """Store a new password's hash; ends all sessions but one, revokes mailed links, tells by mail.

    ``action`` is the audit's. The account's row must be locked.
    """
    store_hash(session, account, password_hash, password_changed_at=now)
    end_sessions(session, account, now, keep=keep_session)
    revoke_resets(session, account, now)
    withdraw_mails(session, account.organization_id, token_topic(account.id))
    record(session, account.organization_id, action, account.id)
    here = account.organization_id
    notify(session, vault, here, Notice.PASSWORD, account.email, now=now)


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
