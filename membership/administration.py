"""What whoever runs the service may do beside it, without a key: make the first key."""

from membership.access import Scope, mint_key
from membership.app import system_clock
from membership.database import open_database
from membership.migrate import migrate
from membership.organizations import tenant_by_slug
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
