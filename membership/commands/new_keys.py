"""The command ``wallets new-keys``: goes on without a secret key that is lost."""

from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, VaultError, open_vault, stored_key
from membership.commands.database import migrated_database
from membership.data.lost_key import losses, renew_keys
from membership.store.database import Database
from membership.store.secret_key import checked_vault


def new_keys(settings: ServiceSettings, *, accept: bool) -> list[str]:
    """Return what stops working without the former secret key; with ``accept`` go on without it.

    Then the key of this service, created if there is none, becomes that of the database. Without
    ``accept`` nothing is changed. Empty if the key is the right one. Raises VaultError for an
    invalid key, MigrationError, OSError and SQLAlchemyError.
    """
    with migrated_database(settings) as database:
        if _fits(settings, database):
            return []
        key = stored_key(settings)
        vault = None if key is None else Vault(key)
        if accept:
            vault = open_vault(settings)
        with database.engine.connect() as connection:
            lost = losses(connection, vault)
        if accept and vault is not None:
            with database.writing(SERVICE, system_clock) as (session, now):
                renew_keys(session, vault, now)
        return lost or ["Nothing is stored that needs the former key."]


def _fits(settings: ServiceSettings, database: Database) -> bool:
    """Whether the key is that of the database, or none is needed so far."""
    try:
        with database.engine.connect() as connection:
            checked_vault(settings, connection)
    except VaultError:
        return False
    return True
