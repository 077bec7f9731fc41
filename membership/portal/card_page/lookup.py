"""Resolves a signed link to the card that it opens."""

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
"""Checked for organizations that do not exist, so that a guess takes the same time."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """The card that a valid link opens; ``good`` is false for a revoked one."""

    tenant: Tenant
    card_id: UUID
    design_key: str
    language: str | None
    good: bool


@dataclass(frozen=True, slots=True)
class Link:
    """The parts of a link, not yet verified."""

    organization: str
    design: str
    customer_id: UUID
    signature: str

    @property
    def path(self) -> str:
        """The path of the page."""
        return install_path(self.organization, self.design, self.customer_id)


def open_link(session: Session, vault: Vault, link: Link) -> OpenedLink:
    """Return the newest valid card of the customer and design that a link names.

    A revoked one is returned if there is no other. Raises NotFound, always the same, for a link
    that is altered, guessed, or points to nothing.
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
    """Return the one error for every invalid link, whatever is wrong with it."""
    return NotFound("link_not_found", "This link opens nothing.")


def _newest(session: Session, tenant: Tenant, link: Link, customer_id: UUID) -> OpenedLink | None:
    """Return a customer's newest card of the design, a valid one before any revoked one."""
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
    return OpenedLink(tenant, row.id, link.design, row.language, row.revoked_at is None)
