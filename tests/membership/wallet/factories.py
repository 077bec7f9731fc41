"""Cards with designs for the tests of wallets, made without routes."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

from membership.base.vault import Vault, open_vault
from membership.store.models import Card, CardDesign, CardWallet
from membership.wallet.designs.service import create_design
from membership.wallet.designs.standard import standard_design
from membership.wallet.holders import add_wallet
from membership.wallet.static_codes import shows_static
from membership.web.access import Tenant
from passes.codes.barcode import new_card_code
from passes.design import Design
from tests.membership.support import NOON, Service, arranging


@dataclass(frozen=True)
class WalletCard:
    """A card that wallets can hold, and the design it is of."""

    card_id: UUID
    customer_id: UUID
    code: str
    design_id: UUID


def vault_of(service: Service) -> Vault:
    """The vault that the service uses."""
    return open_vault(service.settings)


def new_design(service: Service, design: Design | None = None, key: str = "member") -> UUID:
    """Add a design to the service's organization."""
    with arranging(service.database) as session:
        row = create_design(
            session, service.tenant, key=key, name=key.title(),
            design=design or standard_design(), now=NOON,
        )  # fmt: skip
        return row.id


def wallet_card(service: Service, customer_id: str, design_id: UUID) -> WalletCard:
    """Issue a card of a design to a customer, as staff do."""
    with arranging(service.database) as session:
        tenant: Tenant = service.tenant
        design = session.get_one(CardDesign, (tenant.id, design_id))
        card = Card(
            organization_id=tenant.id,
            id=uuid4(),
            customer_id=UUID(customer_id),
            code=new_card_code().text,
            label="Member card",
            issued_at=NOON,
            revoked_at=None,
            static_since=NOON if shows_static(session, design) else None,
        )
        session.add(card)
        session.flush()
        add_wallet(session, vault_of(service), card, design, now=NOON)
        return WalletCard(card.id, card.customer_id, card.code, design_id)


def wallet_of(service: Service, card: WalletCard) -> CardWallet:
    """What is stored of a card's part in the wallets."""
    with service.database.readers.begin() as session:
        return session.scalars(
            select(CardWallet).where(
                CardWallet.organization_id == service.tenant.id,
                CardWallet.card_id == card.card_id,
            )
        ).one()
