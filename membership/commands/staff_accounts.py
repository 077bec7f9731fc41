"""Commands on staff accounts, without signing in."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.keys.service import revoke_made_by
from membership.accounts.notices import Notice, notify
from membership.accounts.staff import factors
from membership.accounts.staff.accounts import (
    change_account,
    create_account,
    email_key,
    end_sessions,
    open_keys,
)
from membership.accounts.staff.credentials import guessable_words, set_password
from membership.accounts.staff.resets import invite
from membership.accounts.staff.schemas import NewStaff, StaffChange
from membership.accounts.staff.sessions import account_subject
from membership.accounts.staff.strength import reject_weak
from membership.accounts.staff.throttles import SIGN_IN_BY_ACCOUNT, reset_subject
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.database import find_organization, migrated_database
from membership.events.audit.recorder import record
from membership.store.models import StaffAccount
from membership.store.secret_key import open_checked_vault
from membership.web.access import Tenant
from membership.web.passwords import Passwords


@dataclass(frozen=True)
class OrganizationAccounts:
    """The organization whose accounts are managed, and the settings of its database.

    Every function raises LookupError for an unknown organization or account, ``ApiError`` for
    what the API rejects as well, and MigrationError, VaultError, OSError and SQLAlchemyError
    where the data cannot be used.
    """

    settings: ServiceSettings
    organization: str


def add(target: OrganizationAccounts, new: NewStaff, passwords: Passwords | None = None) -> None:
    """Create an account; without a password the service mails its owner a link to set one."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        hashed = None
        if new.password is not None:
            password = new.password.get_secret_value()
            reject_weak(password, "password", guessable_words(new.name, new.email, tenant.name))
            hashed = (passwords or Passwords()).hash(password)
        vault = open_checked_vault(target.settings, database, system_clock())
        with database.writing(SERVICE, system_clock) as (session, now):
            account = create_account(
                session,
                tenant,
                now,
                name=new.name,
                email=new.email,
                role=new.role,
                password_hash=hashed,
            )
            if hashed is None:
                public_url = target.settings.public_url
                invite(session, vault, account, tenant.name, public_url=public_url, now=now)


def listing(target: OrganizationAccounts) -> list[StaffAccount]:
    """Return the accounts, oldest first."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.readers.begin() as session:
            query = select(StaffAccount).where(StaffAccount.organization_id == tenant.id)
            return list(session.scalars(query.order_by(StaffAccount.created_at, StaffAccount.id)))


def reset_password(
    target: OrganizationAccounts, email: str, password: str, passwords: Passwords | None = None
) -> None:
    """Set an account's password, end its sessions, and reset its failed attempts."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.readers.begin() as session:
            account = _account(session, tenant, email)
        reject_weak(password, "password", guessable_words(account.name, account.email, tenant.name))
        hashed = (passwords or Passwords()).hash(password)
        vault = open_checked_vault(target.settings, database, system_clock())
        with database.writing(SERVICE, system_clock) as (session, now):
            account = _account(session, tenant, email)
            set_password(session, vault, account, hashed, now, action="staff.password_reset")
            reset_subject(session, SIGN_IN_BY_ACCOUNT, account_subject(tenant.slug, email))


def disable(target: OrganizationAccounts, email: str, *, revoke_keys: bool = False) -> int:
    """Disable an account and end its sessions, and with ``revoke_keys`` the API keys it made.

    Returns how many of its keys still work. Raises Conflict for the last admin.
    """
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.writing(SERVICE, system_clock) as (session, now):
            account = _account(session, tenant, email)
            change_account(session, tenant, account.id, StaffChange(disabled=True), now)
            if revoke_keys:
                revoke_made_by(session, account, now)
            return open_keys(session, tenant.id, [account.id], now).get(account.id, 0)


def sign_out(target: OrganizationAccounts, email: str) -> None:
    """End all sessions of an account."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.writing(SERVICE, system_clock) as (session, now):
            account = _account(session, tenant, email)
            after = {"sessions": end_sessions(session, account, now)}
            record(session, tenant.id, "staff.sessions_ended", account.id, after=after)


def reset_second_factor(target: OrganizationAccounts, email: str) -> None:
    """Remove an account's second factor and end its sessions. Raises LookupError without one."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        vault = open_checked_vault(target.settings, database, system_clock())
        with database.writing(SERVICE, system_clock) as (session, now):
            account = _account(session, tenant, email)
            if not factors.remove(session, account):
                raise LookupError(f"{email} has no second factor")
            end_sessions(session, account, now)
            record(session, tenant.id, "staff.second_factor_removed", account.id)
            notify(session, vault, tenant.id, Notice.FACTOR_OFF, account.email, now=now)


def _account(session: Session, tenant: Tenant, email: str) -> StaffAccount:
    """Return the account with an address, with its row locked. Raises LookupError."""
    account = session.scalars(
        select(StaffAccount)
        .where(
            StaffAccount.organization_id == tenant.id,
            StaffAccount.email_key == email_key(email),
        )
        .with_for_update()
    ).first()
    if account is None:
        raise LookupError(f"{tenant.name} has no account {email!r}")
    return account
