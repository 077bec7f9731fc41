"""How the tables of cards hang together: conditions of joins, the organization included."""

from sqlalchemy import and_

from membership.store.models import Card, CardDesign, CardDesignVersion, CardWallet, Customer

CARD_OF_WALLET = and_(
    Card.organization_id == CardWallet.organization_id, Card.id == CardWallet.card_id
)
"""A card, and what the wallets know of it."""

HOLDER_OF_CARD = and_(
    Customer.organization_id == Card.organization_id, Customer.id == Card.customer_id
)
"""A card, and whose it is."""

DESIGN_OF_WALLET = and_(
    CardDesign.organization_id == CardWallet.organization_id,
    CardDesign.id == CardWallet.design_id,
)
"""What the wallets know of a card, and its design."""

CURRENT_VERSION = and_(
    CardDesignVersion.organization_id == CardDesign.organization_id,
    CardDesignVersion.design_id == CardDesign.id,
    CardDesignVersion.version == CardDesign.version,
)
"""A design, and its version that cards show."""
