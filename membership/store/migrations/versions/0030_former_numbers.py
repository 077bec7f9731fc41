"""Former numbers of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("former_numbers", sa.Text(), nullable=True))
    op.create_table(
        "former_numbers",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name=op.f("fk_former_numbers_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_former_numbers_organizations")
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "key", "customer_id", name=op.f("pk_former_numbers")
        ),
    )
    op.create_index(
        "ix_former_numbers_customer", "former_numbers", ["organization_id", "customer_id"]
    )
