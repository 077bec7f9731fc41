"""Whether the secret key of this service is the one that the database was used with.

The database holds a check value: a known text, encrypted with its key. A database of a version
without one is checked by the first secret that is stored in it, and gets one at the next start.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from membership.base.actors import SERVICE
from membership.base.settings import ServiceSettings
from membership.base.vault import (
    KEY_FILE,
    KEY_SETTING,
    KeyMissing,
    Vault,
    VaultError,
    WrongKey,
    key_place,
    open_vault,
    stored_key,
)
from membership.store.database import Database
from membership.store.models import (
    CardWallet,
    OutgoingMail,
    SecretKeyCheck,
    StaffFactor,
    StripeAccount,
    WalletIdentity,
    WalletState,
    WebhookEndpoint,
)
from membership.store.upsert import insert_into

SEALED: tuple[InstrumentedAttribute[Any], ...] = (
    WalletState.link_key,
    WalletState.code_key,
    CardWallet.apple_token,
    CardWallet.rotating_key,
    WalletIdentity.sealed,
    StripeAccount.sealed,
    WebhookEndpoint.secret,
    WebhookEndpoint.former_secret,
    StaffFactor.sealed,
    OutgoingMail.body,
)
"""Every column that is encrypted with the secret key; those whose loss is worst come first."""

LOST_KEY_COMMAND = "wallets new-keys"
"""The command that goes on without a key that is lost."""

_CHECK_ID = 1
_CHECK_TEXT = b"walletdesk secret key"


def open_checked_vault(settings: ServiceSettings, database: Database, now: datetime) -> Vault:
    """Return the vault of this service; its key is the one that the database was used with.

    Creates the key and the check value for a database that was used with none. Raises KeyMissing
    or WrongKey; VaultError for an invalid key; OSError if its file cannot be read or written;
    sqlalchemy.exc.SQLAlchemyError.
    """
    with database.engine.connect() as connection:
        has_check = _check_value(connection) is not None
        vault = checked_vault(settings, connection)
    if vault is None:
        vault = open_vault(settings)
    if not has_check:
        with database.writing(SERVICE, now, audited=False) as (session, _):
            store_check_value(session.connection(), vault, now)
            _require_fits(settings, vault, _check_value(session.connection()))
    return vault


def checked_vault(settings: ServiceSettings, connection: Connection) -> Vault | None:
    """Return the vault if there is a key, having compared it with the database; creates nothing.

    None if there is no key, and the database was used with none. Raises as
    ``open_checked_vault`` does.
    """
    key, known = stored_key(settings), known_secret(connection)
    if key is None:
        if known is None:
            return None
        raise KeyMissing(
            f"The secret key of this database is missing: there is no {key_place(settings)}, and "
            f"{KEY_SETTING} is not set. {_way_out(settings)}"
        )
    vault = Vault(key)
    _require_fits(settings, vault, known)
    return vault


def known_secret(connection: Connection) -> bytes | None:
    """Return something that the database's key opens: the check value, or a stored secret.

    None if nothing was encrypted so far.
    """
    check = _check_value(connection)
    if check is not None:
        return check
    for column in SEALED:
        keys = column.class_.__table__.primary_key.columns
        query = select(column).where(column.is_not(None)).order_by(*keys).limit(1)
        found: bytes | None = connection.scalar(query)
        if found is not None:
            return bytes(found)
    return None


def store_check_value(
    connection: Connection, vault: Vault, now: datetime, *, replace: bool = False
) -> None:
    """Store the check value of a key; one that is there stays, unless ``replace``."""
    if replace:
        connection.execute(delete(SecretKeyCheck))
    connection.execute(
        insert_into(connection, SecretKeyCheck).on_conflict_do_nothing(),
        {"id": _CHECK_ID, "sealed": vault.seal(_CHECK_TEXT), "created_at": now},
    )


def opens(vault: Vault, sealed: bytes) -> bool:
    """Whether a vault can decrypt a secret."""
    try:
        vault.open(sealed)
    except VaultError:
        return False
    return True


def _check_value(connection: Connection) -> bytes | None:
    """Return the stored check value."""
    query = select(SecretKeyCheck.sealed).order_by(SecretKeyCheck.id).limit(1)
    found: bytes | None = connection.scalar(query)
    return None if found is None else bytes(found)


def _require_fits(settings: ServiceSettings, vault: Vault, known: bytes | None) -> None:
    """Raise WrongKey unless the vault opens a secret of the database."""
    if known is not None and not opens(vault, known):
        raise WrongKey(
            f"The secret key in {key_place(settings)} is not the one that this database was used "
            f"with. {_way_out(settings)}"
        )


def _way_out(settings: ServiceSettings) -> str:
    """Return what to do without the right key."""
    return (
        f"Bring back {KEY_FILE} of the machine that used this database before, as "
        f"{settings.data_dir / KEY_FILE}, or set {KEY_SETTING} to it. If it is lost for good, "
        f"'{LOST_KEY_COMMAND}' says what then stops working, and goes on with another key."
    )
