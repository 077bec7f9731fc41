"""Resolves a signed link to the card that it opens."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.accounts.organizations import tenant_by_slug
from membership.base.vault import Vault
from membership.members.customers.aliases import resolve
from membership.store.database import AnyRow
from membership.store.models import Card, CardDesign, CardWallet, Customer
from membership.store.wallet_joins import CARD_OF_WALLET, DESIGN_OF_WALLET, HOLDER_OF_CARD
from membership.wallet.links import LinkOfCard, install_path, is_signed_old, opened_link
from membership.wallet.state import wallet_keys
from membership.web.access import Tenant
from membership.web.errors import NotFound

_NOBODYS_KEY = secrets.token_bytes(32)
"""Checked for organizations that do not exist, so that a guess takes the same time."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """The card that a valid link opens; ``good`` is false for a revoked one.

    ``banned`` is whether its holder is: nothing is handed out or shown then. ``static_out`` is
    whether the card's static code was handed out before.
    """

    tenant: Tenant
    card_id: UUID
    design_key: str
    language: str | None
    good: bool
    banned: bool
    static_out: bool


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
    """Return the card that a link opens, also if it was revoked since.

    Raises NotFound, always the same, for a link that is altered, guessed, withdrawn, or points to
    nothing. The signature is verified before anything of the customer is looked up.
    """
    tenant = tenant_by_slug(session, link.organization)
    keys = None if tenant is None else wallet_keys(session, vault, tenant.id)
    key = _NOBODYS_KEY if keys is None else keys.link_key
    names = opened_link(key, link.path, link.signature)
    is_old = is_signed_old(key, link.path, link.signature)
    opened = None
    if tenant is not None and names is not None:
        opened = _of_card(session, tenant, link, names)
    elif tenant is not None and is_old:
        opened = _of_old_link(session, tenant, link)
    if opened is None:
        raise no_such_link()
    return opened


def no_such_link() -> NotFound:
    """Return the one error for every invalid link, whatever is wrong with it."""
    return NotFound("link_not_found", "This link opens nothing.")


def _of_card(session: Session, tenant: Tenant, link: Link, names: LinkOfCard) -> OpenedLink | None:
    """Return the card that a link names, if the link is its present one.

    After a merge the card belongs to whom the customer of the link was merged into.
    """
    row = _row(session, tenant, link, CardWallet.card_id == names.card_id)
    if row is None or row.link_number != names.number:
        return None
    if row.customer_id != link.customer_id:
        stayed = resolve(session, tenant.id, link.customer_id)
        if stayed != row.customer_id:
            return None
    return _opened(tenant, link, row)


def _of_old_link(session: Session, tenant: Tenant, link: Link) -> OpenedLink | None:
    """Return the card that a link of before opened when links came to name cards."""
    row = _row(session, tenant, link, CardWallet.old_link_of == link.customer_id)
    if row is None:
        stayed = resolve(session, tenant.id, link.customer_id)
        row = (
            None
            if stayed is None
            else _row(session, tenant, link, CardWallet.old_link_of == stayed)
        )
    return None if row is None else _opened(tenant, link, row)


def _row(session: Session, tenant: Tenant, link: Link, which: ColumnElement[bool]) -> AnyRow | None:
    """Return a card of the link's design, with what an ``OpenedLink`` says of it."""
    query = (
        select(
            Card.id,
            Card.customer_id,
            Card.revoked_at,
            Card.static_since,
            Customer.language,
            Customer.state,
            CardWallet.link_number,
        )
        .join(CardWallet, CARD_OF_WALLET)
        .join(CardDesign, DESIGN_OF_WALLET)
        .join(Customer, HOLDER_OF_CARD)
        .where(Card.organization_id == tenant.id, CardDesign.key == link.design, which)
        .limit(1)
    )
    return session.connection().execute(query).first()


def _opened(tenant: Tenant, link: Link, row: AnyRow) -> OpenedLink:
    """Return what a row of ``_row`` says of a link."""
    return OpenedLink(
        tenant,
        row.id,
        link.design,
        row.language,
        good=row.revoked_at is None,
        banned=row.state == CustomerState.BANNED,
        static_out=row.static_since is not None,
    )
