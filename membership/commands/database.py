"""Commands on the database, without an API key: organizations and their first keys."""

from collections.abc import Iterator
from contextlib import contextmanager

from membership.accounts.organizations import bootstrap_organization, tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.fields import name_of
from membership.base.private_files import prepare_data
from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.events.audit.recorder import audit_changes
from membership.store.database import Database, open_database
from membership.store.migrate import migrate
from membership.store.presence import require_present
from membership.wallet.designs.service import create_standard_design
from membership.web.access import Tenant, mint_key


@contextmanager
def migrated_database(settings: ServiceSettings) -> Iterator[Database]:
    """Open the migrated and audited database for a block; creates one if there is none.

    Raises MigrationError, OSError and sqlalchemy.exc.OperationalError where it cannot be used.
    """
    prepare_data(settings)
    database = open_database(settings)
    try:
        require_present(settings)
        migrate(database)
        audit_changes(database.writers)
        yield database
    finally:
        database.engine.dispose()


def find_organization(database: Database, slug: str) -> Tenant:
    """Return the organization with a slug. Raises LookupError."""
    with database.readers.begin() as session:
        tenant = tenant_by_slug(session, slug)
    if tenant is None:
        raise LookupError(f"{database.place} has no organization {slug!r}")
    return tenant


def create_key(
    settings: ServiceSettings,
    *,
    organization: str,
    name: str,
    scopes: frozenset[Scope] = frozenset(Scope),
) -> str:
    """Create an API key for the organization with a slug and return it; by default with all scopes.

    Raises LookupError for an unknown slug, and what ``migrated_database`` raises.
    """
    with migrated_database(settings) as database:
        tenant = find_organization(database, organization)
        with database.writing(SERVICE, system_clock) as (session, now):
            return mint_key(session, tenant.id, name_of("name", name), scopes, now)[1]


def create_organization(
    settings: ServiceSettings,
    *,
    name: str,
    slug: str,
    time_zone: str,
    currency: str,
    country: str | None = None,
) -> None:
    """Create another organization in the same database, with the standard card design.

    Its first key is created by ``create_key``.

    Raises LookupError for a slug that is taken; ValueError for a slug, zone, currency or
    country of the wrong form; and what ``migrated_database`` raises.
    """
    with (
        migrated_database(settings) as database,
        database.writing(SERVICE, system_clock) as (session, now),
    ):
        if tenant_by_slug(session, slug) is not None:
            raise LookupError(f"{database.place} already has an organization {slug!r}")
        tenant = bootstrap_organization(
            session,
            name=name,
            slug=slug,
            time_zone=time_zone,
            currency=currency,
            country=country,
            now=now,
        )
        create_standard_design(session, tenant, now)
