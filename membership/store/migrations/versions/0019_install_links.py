"""Numbers of install links, and which card a link of before opens."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPENED_BY_OLD_LINKS = """
UPDATE card_wallets SET old_link_of = (
    SELECT customer_id FROM cards
    WHERE cards.organization_id = card_wallets.organization_id AND cards.id = card_wallets.card_id
)
WHERE card_id IN (
    SELECT id FROM (
        SELECT cards.id, ROW_NUMBER() OVER (
            PARTITION BY cards.organization_id, cards.customer_id, wallets.design_id
            ORDER BY CASE WHEN cards.revoked_at IS NULL THEN 0 ELSE 1 END,
                cards.issued_at DESC, cards.id
        ) AS place
        FROM cards JOIN card_wallets AS wallets
        ON wallets.organization_id = cards.organization_id AND wallets.card_id = cards.id
    ) AS ranked
    WHERE place = 1
)
"""


def upgrade() -> None:
    op.add_column(
        "card_wallets",
        sa.Column("link_number", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column("card_wallets", sa.Column("old_link_of", sa.Uuid(), nullable=True))
    op.execute(_OPENED_BY_OLD_LINKS)
    op.create_index("ix_card_wallets_old_link", "card_wallets", ["organization_id", "old_link_of"])
