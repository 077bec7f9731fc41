"""What the command ``key`` does, on the database; changes are audited as the service's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.keys.service import revoke_made_by
from membership.accounts.staff.accounts import email_key
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.fields import name_of
from membership.base.scopes import DESK_SCOPES, Scope
from membership.base.settings import ServiceSettings
from membership.commands.database import find_organization, migrated_database
from membership.store.models import ApiKey, StaffAccount
from membership.web.access import Tenant, mint_key

_SHORTEST_BEGINNING = 12
"""Characters of the beginning of a key that name it: ``mk_live_`` and four more."""


@dataclass(frozen=True)
class Target:
    """The organization whose keys are managed, and the settings of its database.

    Every function raises LookupError for an unknown organization, account or key, ValueError for
    wrong input, and MigrationError, OSError and SQLAlchemyError where the data cannot be used.
    """

    settings: ServiceSettings
    organization: str


def scopes_of(named: Iterable[str], *, desk: bool) -> frozenset[Scope]:
    """Return the scopes by their names; without any, those of a kiosk or all of them."""
    known = {scope.value for scope in Scope}
    unknown = sorted(set(named) - known)
    if unknown:
        listed = ", ".join(sorted(known))
        raise ValueError(f"there is no scope {unknown[0]!r}; there are {listed}")
    chosen = frozenset(Scope(name) for name in named) | (DESK_SCOPES if desk else frozenset())
    return chosen or frozenset(Scope)


def make(target: Target, name: str, scopes: frozenset[Scope], expires: datetime | None) -> str:
    """Create a key and return it; from the day ``expires`` on (UTC) it is refused."""
    ends = None if expires is None else expires.replace(tzinfo=UTC)
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.writing(SERVICE, system_clock) as (session, now):
            if ends is not None and ends <= now:
                raise ValueError("the day on which the key expires must be in the future")
            named = name_of("name", name)
            return mint_key(session, tenant.id, named, scopes, now, expires_at=ends)[1]


def listing(target: Target) -> list[str]:
    """Return a line for each key, oldest first: parts parted by tabs, the scopes last."""
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.readers.begin() as session:
            now = system_clock()
            return [
                "\t".join(
                    (
                        str(key.id),
                        key.prefix,
                        _state(key, now),
                        f"by {key.maker_name or 'unknown'}{_disabled(account)}",
                        f"used {_day(key.last_used_at, 'never')}",
                        f"expires {_day(key.expires_at, 'never')}",
                        key.name,
                        key.scopes,
                    )
                )
                for key, account in _keys(session, tenant)
            ]


def revoke(target: Target, wanted: Sequence[str], made_by: str | None) -> list[str]:
    """Revoke keys by id or beginning, or all that an account made; returns a line for each."""
    if bool(wanted) == (made_by is not None):
        raise ValueError("name the keys to revoke, or whose with --made-by")
    with migrated_database(target.settings) as database:
        tenant = find_organization(database, target.organization)
        with database.writing(SERVICE, system_clock) as (session, now):
            if made_by is not None:
                revoked = list(revoke_made_by(session, _account(session, tenant, made_by), now))
            else:
                revoked = [_named(session, tenant, each) for each in wanted]
                for key in revoked:
                    key.revoked_at = key.revoked_at or now
                session.flush()
            return [f"revoked\t{key.prefix}\t{key.name}" for key in revoked]


def _keys(session: Session, tenant: Tenant) -> Iterator[tuple[ApiKey, StaffAccount | None]]:
    """Return the keys, oldest first, with the accounts that made them."""
    accounts = session.scalars(
        select(StaffAccount).where(StaffAccount.organization_id == tenant.id)
    )
    makers = {account.id: account for account in accounts}
    keys = select(ApiKey).where(ApiKey.organization_id == tenant.id)
    for key in session.scalars(keys.order_by(ApiKey.created_at, ApiKey.id)):
        yield key, makers.get(key.maker_id) if key.maker_id is not None else None


def _named(session: Session, tenant: Tenant, wanted: str) -> ApiKey:
    """Return the key with an id or a beginning. Raises LookupError for none or several."""
    found = [
        key
        for key, _ in _keys(session, tenant)
        if str(key.id) == wanted.lower()
        or (len(wanted) >= _SHORTEST_BEGINNING and wanted.startswith(key.prefix))
    ]
    if not found:
        raise LookupError(f"{tenant.name} has no key {wanted[:_SHORTEST_BEGINNING]!r}")
    if len(found) > 1:
        raise LookupError(f"several keys begin with {found[0].prefix}; name one by its id")
    return found[0]


def _account(session: Session, tenant: Tenant, email: str) -> StaffAccount:
    """Return the account with an address. Raises LookupError."""
    mine = (StaffAccount.organization_id == tenant.id, StaffAccount.email_key == email_key(email))
    account = session.scalars(select(StaffAccount).where(*mine)).first()
    if account is None:
        raise LookupError(f"{tenant.name} has no account {email!r}")
    return account


def _state(key: ApiKey, now: datetime) -> str:
    """Return whether a key works."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "works"


def _disabled(account: StaffAccount | None) -> str:
    """Return a note on a maker who is disabled."""
    return " (disabled)" if account is not None and account.disabled_at is not None else ""


def _day(at: datetime | None, otherwise: str) -> str:
    """Return the day of an instant (UTC)."""
    return otherwise if at is None else at.date().isoformat()
