"""Cards in the order of their issue."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index that the list of all cards is read from."""
    op.create_index("ix_cards_issued", "cards", ["organization_id", "issued_at", "id"])
