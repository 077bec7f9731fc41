"""Changing one's own password, and creating the first account."""

import hmac
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import SignedIn
from membership.accounts.origins import Origin, remember
from membership.accounts.staff.accounts import create_account, has_accounts, lock_organization
from membership.accounts.staff.credentials import guessable_words, hash_new, set_password
from membership.accounts.staff.schemas import FirstAccount, PasswordChange
from membership.accounts.staff.sessions import account_subject, open_session
from membership.accounts.staff.throttles import (
    SIGN_IN_BY_ACCOUNT,
    CountedAttempt,
    count_attempt,
    reset_attempts,
)
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.store.models import Role, StaffAccount, StaffSession
from membership.web.access import Caller
from membership.web.errors import Conflict, Invalid, Unauthorized
from membership.web.transactions import RequestTransactions


async def change_password(
    transactions: RequestTransactions, caller: Caller, change: PasswordChange
) -> None:
    """Set a new password; ends the caller's other sessions.

    Raises Invalid for a wrong current password or a weak new one; TooMany, so that a session
    cannot be used to guess the password; Conflict if it was changed concurrently; Unauthorized if
    the session ended meanwhile.
    """
    current = change.current_password.get_secret_value()
    account, counted = await _verify_present(transactions, caller, current)
    new = change.new_password.get_secret_value()
    organization = (caller.tenant.name, caller.tenant.slug)
    known = guessable_words(account.name, account.email, *organization)
    hashed = await hash_new(transactions, new, "body.new_password", known)
    seen = account.password_hash or ""
    vault = transactions.vault
    store = partial(_store, caller=caller, seen=seen, hashed=hashed, counted=counted, vault=vault)
    await transactions.write(store, caller.actor)


async def check_present_password(
    transactions: RequestTransactions, caller: Caller, password: str
) -> None:
    """Check the caller's present password. Raises Invalid for a wrong one; TooMany."""
    _, counted = await _verify_present(transactions, caller, password)

    def forget(session: Session, _now: datetime) -> None:
        reset_attempts(session, counted)

    await transactions.write(forget)


async def _verify_present(
    transactions: RequestTransactions, caller: Caller, password: str
) -> tuple[StaffAccount, CountedAttempt]:
    """Return the caller's account and the counted try, if its password is this. Raises Invalid."""
    account, counted = await transactions.write(partial(_count, caller))
    check = partial(transactions.passwords.verify, account.password_hash, password)
    if not await transactions.hash_password(check):
        await transactions.write(partial(_note_failure, caller), caller.actor)
        raise Invalid("password_wrong", "body.current_password", "This is not your password.")
    return account, counted


def _count(caller: Caller, session: Session, now: datetime) -> tuple[StaffAccount, CountedAttempt]:
    """Count the attempt for the session, which others cannot delay, and return the account."""
    account = session.get_one(StaffAccount, (caller.tenant.id, caller.actor.id))
    return account, count_attempt(session, SIGN_IN_BY_ACCOUNT, f"session\n{caller.session_id}", now)


def _note_failure(caller: Caller, session: Session, now: datetime) -> None:  # noqa: ARG001
    """Record in the audit that the current password was wrong."""
    after = {"why": "wrong_password"}
    action = "staff.password_change_failed"
    record(session, caller.tenant.id, action, caller.actor.id, after=after)


def _store(
    session: Session,
    now: datetime,
    *,
    caller: Caller,
    seen: str,
    hashed: str,
    counted: CountedAttempt,
    vault: Vault,
) -> None:
    """Set the password, if nothing has changed since it was checked."""
    key = (caller.tenant.id, caller.actor.id)
    account = session.get_one(StaffAccount, key, with_for_update=True)
    if account.disabled_at is not None or not _is_open(
        session, caller.tenant.id, caller.session_id
    ):
        raise Unauthorized("session_invalid", "This session is over; sign in again.")
    if not hmac.compare_digest(account.password_hash or "", seen):
        raise Conflict("password_changed", "The password was changed by another request.")
    reset_attempts(session, counted)
    set_password(session, vault, account, hashed, now, keep_session=caller.session_id)


def _is_open(session: Session, organization_id: int, session_id: UUID | None) -> bool:
    """Whether a session is not revoked."""
    mine = (
        StaffSession.organization_id == organization_id,
        StaffSession.id == session_id,
        StaffSession.revoked_at.is_(None),
    )
    return session.scalar(select(StaffSession.id).where(*mine)) is not None


async def make_first_account(
    transactions: RequestTransactions, caller: Caller, first: FirstAccount
) -> SignedIn:
    """Create the first account, an admin, and open its session.

    Raises Conflict if there is any account; Invalid for a weak password.
    """
    password = first.password.get_secret_value()
    organization = (caller.tenant.name, caller.tenant.slug)
    known = guessable_words(first.name, first.email, *organization)
    hashed = await hash_new(transactions, password, "body.password", known)
    make = partial(_make_first, transactions, caller=caller, first=first, hashed=hashed)
    return await transactions.write(make, caller.actor)


def _make_first(
    transactions: RequestTransactions,
    session: Session,
    now: datetime,
    *,
    caller: Caller,
    first: FirstAccount,
    hashed: str,
) -> SignedIn:
    """Create the account and its session, unless there is an account.

    From here on its owner is known where it was made.
    """
    lock_organization(session, caller.tenant.id)
    if has_accounts(session, caller.tenant.id):
        raise Conflict("staff_exists", "There are accounts already; an admin makes further ones.")
    account = create_account(
        session,
        caller.tenant,
        now,
        name=first.name,
        email=first.email,
        role=Role.ADMIN,
        password_hash=hashed,
    )
    subject = account_subject(caller.tenant.slug, first.email)
    device = remember(session, subject, Origin(transactions.address), now)
    opened = open_session(session, account, transactions.settings, now)
    return opened.model_copy(update={"device_token": device})
