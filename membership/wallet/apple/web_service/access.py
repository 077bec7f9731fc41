"""Authentication of phones: which pass a request is for, and whether its token is right."""

import functools
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.vault import Vault
from membership.store.models import Card, CardWallet, Organization
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.wallet.issuers.apple import apple_names
from membership.web.access import Tenant
from membership.web.errors import Unauthorized

_CHALLENGE = {"WWW-Authenticate": "ApplePass"}
_PLAIN = re.compile(r"[!-~]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RequestedPass:
    """A pass as a request names it, not verified."""

    organization: str
    pass_type_id: str
    serial: str
    token: str


@dataclass(frozen=True, slots=True)
class AuthenticatedPass:
    """A pass whose token was right. ``update_seq`` and ``changed_at`` are of its last change."""

    tenant: Tenant
    card_id: UUID
    customer_id: UUID
    pass_type_id: str
    update_seq: int
    changed_at: datetime | None


def is_plain(text: str) -> bool:
    """Whether a text can be an identifier: printable ASCII, at most 255 characters."""
    return _PLAIN.fullmatch(text) is not None


def authenticate(session: Session, vault: Vault, requested: RequestedPass) -> AuthenticatedPass:
    """Load the pass of a request and verify its token.

    Raises the same Unauthorized, after the same work, for a wrong token, another organization
    and an unknown pass.
    """
    slug = requested.organization if is_plain(requested.organization) else ""
    row = session.execute(
        select(Organization, CardWallet, Card.customer_id)
        .join(CardWallet, CardWallet.organization_id == Organization.id)
        .join(
            Card,
            CARD_OF_WALLET,
        )
        .where(
            Organization.slug == slug,
            CardWallet.card_id == _card_id(requested.serial),
        )
    ).first()
    sealed = _dummy_token(vault) if row is None else row.CardWallet.apple_token
    given = requested.token.encode("utf-8", "replace")
    is_valid = hmac.compare_digest(vault.open(sealed), given)
    if row is None or not is_valid:
        raise _unauthorized()
    tenant, wallet = tenant_of(row.Organization), row.CardWallet
    return AuthenticatedPass(
        tenant,
        wallet.card_id,
        row.customer_id,
        requested.pass_type_id,
        wallet.update_seq,
        wallet.changed_at,
    )


def check_pass_type(session: Session, known: AuthenticatedPass) -> None:
    """Raise Unauthorized for a pass type that is not the organization's."""
    if known.pass_type_id != apple_names(session, known.tenant)[0]:
        raise _unauthorized()


def _unauthorized() -> Unauthorized:
    detail = "The pass, or the token that belongs to it, is wrong."
    return Unauthorized("pass_unauthorized", detail, headers=_CHALLENGE)


def _card_id(serial: str) -> UUID:
    """The card id in a serial number; for anything else, an id that no card has."""
    try:
        card_id = UUID(serial)
    except ValueError:
        return uuid4()
    # A pass has one serial number, and ``UUID`` parses many forms of it.
    return card_id if str(card_id) == serial else uuid4()


@functools.lru_cache(maxsize=8)
def _dummy_token(vault: Vault) -> bytes:
    """An encrypted token of no card, decrypted for unknown passes to take the same time."""
    return vault.seal(secrets.token_urlsafe(24).encode())
