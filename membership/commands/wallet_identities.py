"""Commands on the issuers of wallet cards: import and show them."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api_client.messages.cards import WalletsReady
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.database import find_organization, migrated_database
from membership.store.secret_key import open_checked_vault
from membership.wallet.cards.new_links import withdraw_all_links
from membership.wallet.issuers import service
from membership.wallet.issuers.schemas import NewAppleIdentity, NewGoogleIdentity
from membership.wallet.issuers.service import IssuerContext
from passes.apple.key_file import MAX_BYTES

_MOST_BYTES = MAX_BYTES
_PEM = b"-----BEGIN "


@dataclass(frozen=True)
class IssuerCommands:
    """The organization whose issuers are managed, and the settings of its database.

    Every method raises LookupError for an unknown organization, ``ApiError`` for what the API
    rejects as well, ValueError for a file of another format, and MigrationError,
    VaultError, OSError and SQLAlchemyError where the data cannot be used.
    """

    settings: ServiceSettings
    organization: str

    def take_apple(
        self,
        files: list[Path],
        *,
        password: str | None,
        wwdr: Path | None,
        replace_pass_type: bool = False,
    ) -> WalletsReady:
        """Import a certificate: a ``.p12`` file, or PEM files that together hold all of it."""
        new = NewAppleIdentity.model_validate(
            {
                "certificate": _encoded(_joined(files)),
                "password": password,
                "wwdr": None if wwdr is None else _encoded(_read(wwdr)),
                "replace_pass_type": replace_pass_type,
            }
        )
        identity = service.load_apple(new)
        with self._place(writes=True) as place:
            return service.put_apple(place, identity, replace_pass_type=replace_pass_type)

    def take_google(self, file: Path, issuer_id: str) -> WalletsReady:
        """Import the key file of a service account."""
        try:
            account = json.loads(_read(file))
        except ValueError as error:
            raise ValueError(f"{file} is not JSON") from error
        given = {"issuer_id": issuer_id, "service_account": account}
        new = NewGoogleIdentity.model_validate(given)
        checked = service.load_google(new)
        with self._place(writes=True) as place:
            return service.put_google(place, checked)

    def show(self) -> WalletsReady:
        """Return the state of both wallets."""
        with self._place(writes=False) as place:
            return service.show(place)

    def withdraw_links(self) -> int:
        """End all install links of the organization; returns how many good cards it has."""
        with self._place(writes=True) as place:
            return withdraw_all_links(place.session, place.vault, place.tenant.id, place.now)

    @contextmanager
    def _place(self, *, writes: bool) -> Iterator[IssuerContext]:
        """Open a transaction, reading or writing; the actor is the service."""
        with migrated_database(self.settings) as database:
            tenant = find_organization(database, self.organization)
            vault = open_checked_vault(self.settings, database, system_clock())
            public_url = self.settings.public_url
            if writes:
                with database.writing(SERVICE, system_clock) as (session, now):
                    yield IssuerContext(session, vault, tenant, public_url, now)
            else:
                with database.readers.begin() as session:
                    yield IssuerContext(session, vault, tenant, public_url, system_clock())


def _joined(files: list[Path]) -> bytes:
    """Return one file, or several PEM files joined. Raises ValueError, OSError."""
    parts = [_read(file) for file in files]
    if len(parts) > 1:
        for file, part in zip(files, parts, strict=True):
            if _PEM not in part:
                raise ValueError(f"{file} is not PEM; of .p12 files give just one")
    return b"\n".join(parts)


def _read(file: Path) -> bytes:
    """Return the content of a small file. Raises ValueError for a large one; OSError."""
    with file.open("rb") as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{file} has more than {_MOST_BYTES} bytes")
    return content


def _encoded(content: bytes) -> str:
    """Return bytes in base64, as messages contain them."""
    return base64.b64encode(content).decode("ascii")
