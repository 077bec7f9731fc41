"""The issuer of an organization's cards in Google Wallet: a service account of an issuer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import IdentityKind
from membership.wallet.issuers.storage import find_identity, put_identity
from membership.web.access import Tenant
from membership.web.errors import Invalid


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """An issuer, and the key file of its service account in Google's format."""

    issuer_id: str
    info: Mapping[str, Any] = field(repr=False)

    @property
    def email(self) -> str:
        """The address of the service account."""
        return str(self.info["client_email"])


def check_account(account: GoogleAccount) -> None:
    """Raise Invalid if the key cannot be read. Does not ask Google whether it is valid."""
    # Costs a tenth of a second at the start of every process, and is needed by few.
    from google.oauth2.service_account import Credentials  # noqa: PLC0415

    try:
        Credentials.from_service_account_info(account.info)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, KeyError) as error:
        detail = "The private key of the service account cannot be read."
        raise Invalid(
            "service_account_invalid", "body.service_account.private_key", detail
        ) from error


def store_google(
    session: Session, vault: Vault, tenant: Tenant, account: GoogleAccount, *, now: datetime
) -> None:
    """Store the service account that issues the organization's cards from now on."""
    secret = {"issuer_id": account.issuer_id, "info": dict(account.info)}
    put_identity(
        session,
        vault,
        tenant,
        IdentityKind.GOOGLE,
        facts=_facts(account),
        secret=json.dumps(secret).encode(),
        not_after=None,
        now=now,
    )


def google_facts(session: Session, tenant: Tenant) -> dict[str, Any] | None:
    """``issuer_id``, ``account``, ``project_id`` and ``private_key_id``, or None."""
    row = find_identity(session, tenant, IdentityKind.GOOGLE)
    return None if row is None else row.facts


def _facts(account: GoogleAccount) -> dict[str, Any]:
    """The public facts of an account."""
    return {
        "issuer_id": account.issuer_id,
        "account": account.email,
        "project_id": account.info.get("project_id"),
        "private_key_id": account.info.get("private_key_id"),
    }
