"""Former addresses without the number of a merged customer, as an import stores them."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite changes no column: the table, which nothing refers to, is written anew.
    with op.batch_alter_table("customer_aliases") as table:
        table.alter_column("old_number", existing_type=sa.BigInteger(), nullable=True)
