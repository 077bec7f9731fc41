"""From an install link to the card that it installs."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.base.vault import Vault
from membership.members.customers.aliases import resolve
from membership.store.models import Card, CardDesign, CardWallet, Customer
from membership.store.wallet_joins import CARD_OF_WALLET, DESIGN_OF_WALLET, HOLDER_OF_CARD
from membership.wallet.links import install_path, is_signed
from membership.wallet.state import wallet_keys
from membership.web.access import Tenant
from membership.web.errors import NotFound

_NOBODYS_KEY = secrets.token_bytes(32)
"""Signs for organizations that there are not: a guess there takes as long as elsewhere."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link leads to. Without ``good`` the customer's card was revoked."""

    tenant: Tenant
    card_id: UUID
    design_key: str
    language: str | None
    good: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was opened: its three parts and its signature."""

    organization: str
    design: str
    customer_id: UUID
    signature: str

    @property
    def path(self) -> str:
        """The path of the page."""
        return install_path(self.organization, self.design, self.customer_id)


def open_link(session: Session, vault: Vault, link: Link) -> Opened:
    """Find the customer's newest good card of the design that a link names.

    Raises NotFound, always the same, for a link that is altered, guessed, or leads to nothing.
    """
    tenant = tenant_by_slug(session, link.organization)
    keys = None if tenant is None else wallet_keys(session, vault, tenant.id)
    key = _NOBODYS_KEY if keys is None else keys.link_key
    if not is_signed(key, link.path, link.signature) or tenant is None:
        raise no_such_link()
    opened = _newest(session, tenant, link, link.customer_id)
    if opened is None:
        stayed = resolve(session, tenant.id, link.customer_id)
        opened = None if stayed is None else _newest(session, tenant, link, stayed)
    if opened is None:
        raise no_such_link()
    return opened


def no_such_link() -> NotFound:
    """The error for every link that opens nothing, whatever is wrong with it."""
    return NotFound("link_not_found", "This link opens nothing.")


def _newest(session: Session, tenant: Tenant, link: Link, customer_id: UUID) -> Opened | None:
    """The newest card of a customer in the design, a good one before any that was revoked."""
    row = (
        session.connection()
        .execute(
            select(Card.id, Card.revoked_at, Customer.language)
            .join(
                CardWallet,
                CARD_OF_WALLET,
            )
            .join(
                CardDesign,
                DESIGN_OF_WALLET,
            )
            .join(
                Customer,
                HOLDER_OF_CARD,
            )
            .where(
                Card.organization_id == tenant.id,
                Card.customer_id == customer_id,
                CardDesign.key == link.design,
            )
            .order_by(Card.revoked_at.is_not(None), Card.issued_at.desc(), Card.id)
            .limit(1)
        )
        .first()
    )
    if row is None:
        return None
    return Opened(tenant, row.id, link.design, row.language, row.revoked_at is None)
