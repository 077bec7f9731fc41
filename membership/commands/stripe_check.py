"""The command ``stripe-check``: checks an organization's Stripe account."""

from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.billing.stripe.diagnostics import Finding, diagnose, load_setup
from membership.commands.database import find_organization, migrated_database
from membership.store.secret_key import open_checked_vault


def check_stripe(settings: ServiceSettings, organization: str) -> list[Finding]:
    """Check the Stripe account of the organization with slug ``organization``.

    Returns one finding per check. The database is closed before Stripe is called.

    Raises LookupError for an unknown organization, VaultError, and what ``migrated_database``
    raises.
    """
    with migrated_database(settings) as database:
        tenant = find_organization(database, organization)
        vault = open_checked_vault(settings, database, system_clock())
        with database.readers.begin() as session:
            setup = load_setup(session, settings, vault, tenant)
    return diagnose(setup, settings.stripe_url)
