"""Join conditions between the tables of cards, including the organization."""

from sqlalchemy import and_

from membership.store.models import Card, CardDesign, CardDesignVersion, CardWallet, Customer

CARD_OF_WALLET = and_(
    Card.organization_id == CardWallet.organization_id, Card.id == CardWallet.card_id
)
"""A card and its state in the wallets."""

HOLDER_OF_CARD = and_(
    Customer.organization_id == Card.organization_id, Customer.id == Card.customer_id
)
"""A card and its customer."""

DESIGN_OF_WALLET = and_(
    CardDesign.organization_id == CardWallet.organization_id,
    CardDesign.id == CardWallet.design_id,
)
"""A card's state in the wallets and its design."""

VERSIONS_OF_DESIGN = and_(
    CardDesignVersion.organization_id == CardDesign.organization_id,
    CardDesignVersion.design_id == CardDesign.id,
)
"""A design and all of its versions."""

CURRENT_VERSION = and_(VERSIONS_OF_DESIGN, CardDesignVersion.version == CardDesign.version)
"""A design and its current version."""
