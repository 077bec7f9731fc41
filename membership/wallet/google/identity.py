"""The service account that issues an organization's cards in Google Wallet, ready for use.

Its key is parsed, and its access token kept, once in each process.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import IdentityKind, WalletIdentity
from membership.wallet.issuers.google import GoogleAccount
from passes.google.save_link import load_key

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
"""The OAuth scope of the API (discovery document of walletobjects.v1)."""


@dataclass(frozen=True)
class GoogleIdentity:
    """An issuer and its service account."""

    account: GoogleAccount = field(repr=False)

    @property
    def issuer_id(self) -> str:
        """The number of the issuer account."""
        return self.account.issuer_id

    @property
    def key_id(self) -> str | None:
        """Google's id of the key, if the file has it."""
        found = self.account.info.get("private_key_id")
        return None if found is None else str(found)

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The private key. Raises CertificateError for one that cannot be read."""
        return load_key(str(self.account.info["private_key"]))

    @cached_property
    def credentials(self) -> Any:
        """The credentials that fetch access tokens. Raises ValueError for an unreadable key."""
        # Costs a tenth of a second at the start of every process, and is needed by few.
        from google.oauth2.service_account import Credentials  # noqa: PLC0415

        make: Any = Credentials.from_service_account_info
        return make(dict(self.account.info), scopes=[SCOPE])


def google_identity(session: Session, vault: Vault, organization_id: int) -> GoogleIdentity | None:
    """The organization's identity at Google, or None. Raises VaultError."""
    sealed = session.connection().scalar(
        select(WalletIdentity.sealed).where(
            WalletIdentity.organization_id == organization_id,
            WalletIdentity.kind == IdentityKind.GOOGLE,
        )
    )
    return None if sealed is None else _opened(vault, sealed)


@lru_cache(maxsize=256)
def _opened(vault: Vault, sealed: bytes) -> GoogleIdentity:
    """Decrypt an identity, cached for those in use. Raises VaultError."""
    return GoogleIdentity(GoogleAccount(**json.loads(vault.open(sealed))))
