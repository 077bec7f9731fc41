"""What a receipt says of the club, of tax, and of the period that was paid for."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, length in (("address", 500), ("tax_number", 60)):
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("organizations", column)
    for table in ("organizations", "plans", "payments"):
        op.add_column(table, sa.Column("tax_millipercent", sa.Integer(), nullable=True))
    for name, kind in (
        ("seller_name", sa.String(length=120)),
        ("seller_address", sa.String(length=500)),
        ("seller_tax_number", sa.String(length=60)),
        ("period_from", sa.Date()),
        ("period_until", sa.Date()),
    ):
        op.add_column("payments", sa.Column(name, kind, nullable=True))
