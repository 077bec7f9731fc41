"""What named the customer of a visit, and whether a number counts like a card."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    named_by = sa.Enum(
        "card",
        "signed_card",
        "rotating_card",
        "foreign_card",
        "number",
        "customer_id",
        "install_link",
        name="namedby",
        native_enum=False,
        length=20,
    )
    op.add_column("visits", sa.Column("named_by", named_by, nullable=True))
    op.add_column(
        "organizations",
        sa.Column("numbers_prove", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
