"""Whose pass a phone asks for, and whether it shows the token that belongs to it."""

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
class AskedPass:
    """A pass as a request names it: nothing of it is known to be true."""

    organization: str
    pass_type_id: str
    serial: str
    token: str


@dataclass(frozen=True, slots=True)
class KnownPass:
    """A pass whose token was shown. ``update_seq`` and ``changed_at`` are of its last change."""

    tenant: Tenant
    card_id: UUID
    customer_id: UUID
    pass_type_id: str
    update_seq: int
    changed_at: datetime | None


def is_plain(text: str) -> bool:
    """Whether a text could be an identifier: printable ASCII, at most 255 characters."""
    return _PLAIN.fullmatch(text) is not None


def authenticate(session: Session, vault: Vault, asked: AskedPass) -> KnownPass:
    """Find the pass that a request names and shows the token of.

    Raises Unauthorized, after the same work and with the same words, for a wrong token, another
    pass type, another organization, and a pass that there is not.
    """
    row = session.execute(
        select(Organization, CardWallet, Card.customer_id)
        .join(CardWallet, CardWallet.organization_id == Organization.id)
        .join(
            Card,
            CARD_OF_WALLET,
        )
        .where(
            Organization.slug == (asked.organization if is_plain(asked.organization) else ""),
            CardWallet.card_id == _card_id(asked.serial),
        )
    ).first()
    sealed = _nobodys_token(vault) if row is None else row.CardWallet.apple_token
    shown = asked.token.encode("utf-8", "replace")
    good = hmac.compare_digest(vault.open(sealed), shown)
    if row is None or not good:
        raise _unauthorized()
    tenant, wallet = tenant_of(row.Organization), row.CardWallet
    return KnownPass(
        tenant,
        wallet.card_id,
        row.customer_id,
        asked.pass_type_id,
        wallet.update_seq,
        wallet.changed_at,
    )


def check_pass_type(session: Session, known: KnownPass) -> None:
    """Refuse a pass type that the organization does not sign cards of. Raises Unauthorized."""
    if known.pass_type_id != apple_names(session, known.tenant)[0]:
        raise _unauthorized()


def _unauthorized() -> Unauthorized:
    detail = "The pass, or the token that belongs to it, is wrong."
    return Unauthorized("pass_unauthorized", detail, headers=_CHALLENGE)


def _card_id(serial: str) -> UUID:
    """The id in a serial number; for what is none, one that nobody has."""
    try:
        card_id = UUID(serial)
    except ValueError:
        return uuid4()
    # A pass has one serial number, and UUID reads many forms of it.
    return card_id if str(card_id) == serial else uuid4()


@functools.lru_cache(maxsize=8)
def _nobodys_token(vault: Vault) -> bytes:
    """A sealed token that is nobody's, to be opened where there is none."""
    return vault.seal(secrets.token_urlsafe(24).encode())
