"""Encryption of secrets that must be read again, and so cannot be stored as a hash.

The key is ``WALLETDESK_SECRET_KEY``, or a file in the data folder that is created on first
use. Several processes on one PostgreSQL database need the same key.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from membership.base.settings import ServiceSettings

KEY_FILE = "secret.key"
KEY_SETTING = "WALLETDESK_SECRET_KEY"


class VaultError(Exception):
    """A secret cannot be decrypted: it was encrypted with another key, or is damaged."""


class KeyMissing(VaultError):
    """The database was used with a secret key, and there is none here."""


class WrongKey(VaultError):
    """The secret key is not the one that the database was used with."""


class Vault:
    """Encrypts and decrypts with one key (Fernet: AES-128-CBC and HMAC-SHA-256)."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise VaultError(
                "The secret key is not 32 bytes in URL-safe base64 (44 characters)."
            ) from error

    def seal(self, secret: bytes) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt a secret. Raises VaultError."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultError(
                "A stored secret was encrypted with another key: "
                f"set WALLETDESK_SECRET_KEY, or bring back {KEY_FILE}."
            ) from error


def open_vault(settings: ServiceSettings) -> Vault:
    """Return the vault of this service; creates its key if there is none.

    Raises VaultError for an invalid key; OSError if the file cannot be read or written.
    """
    key = stored_key(settings)
    return Vault(_make_key(settings.data_dir / KEY_FILE) if key is None else key)


def stored_key(settings: ServiceSettings) -> str | None:
    """Return the secret key of this service, which may be invalid; None if there is none yet.

    Raises OSError if the file cannot be read.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    try:
        return (settings.data_dir / KEY_FILE).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None


def key_place(settings: ServiceSettings) -> str:
    """Return where the secret key of this service is: the name of a setting, or of a file."""
    if settings.secret_key is not None:
        return KEY_SETTING
    return str(settings.data_dir / KEY_FILE)


def _make_key(file: Path) -> str:
    """Create a key in a file and return it; concurrent processes get the same one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)  # a link that somebody put there is not written through
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(Fernet.generate_key())
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, file)  # raises if another process was first; a rename would replace its key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text(encoding="ascii").strip()
