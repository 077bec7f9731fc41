"""What whoever runs the service may do beside it, without a key: organizations, first keys."""

from membership.access import Scope, mint_key
from membership.app import system_clock
from membership.database import open_database
from membership.migrate import migrate
from membership.organizations import bootstrap_organization, tenant_by_slug
from membership.settings import ServiceSettings


def make_key(
    settings: ServiceSettings,
    *,
    organization: str,
    name: str,
    scopes: frozenset[Scope] = frozenset(Scope),
) -> str:
    """Make an API key for the organization with that slug; by default it may do everything.

    Raises LookupError for an unknown slug; MigrationError and sqlalchemy.exc.OperationalError
    where the database cannot be used.
    """
    database = open_database(settings)
    try:
        migrate(database)
        with database.writers.begin() as session:
            tenant = tenant_by_slug(session, organization)
            if tenant is None:
                raise LookupError(f"{database.place} has no organization {organization!r}")
            _, key = mint_key(session, tenant.id, name, scopes, system_clock())
            return key
    finally:
        database.engine.dispose()


def make_organization(
    settings: ServiceSettings,
    *,
    name: str,
    slug: str,
    time_zone: str,
    currency: str,
    country: str | None = None,
) -> None:
    """Make a further organization in the same database; its first key is made by ``make_key``.

    Raises LookupError for a slug that is taken; ValueError for a slug, zone, currency or
    country of the wrong form; and what ``make_key`` raises.
    """
    database = open_database(settings)
    try:
        migrate(database)
        with database.writers.begin() as session:
            if tenant_by_slug(session, slug) is not None:
                raise LookupError(f"{database.place} already has an organization {slug!r}")
            bootstrap_organization(
                session,
                name=name,
                slug=slug,
                time_zone=time_zone,
                currency=currency,
                country=country,
                now=system_clock(),
            )
    finally:
        database.engine.dispose()
