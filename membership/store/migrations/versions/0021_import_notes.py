"""Notes of imports, and the people who share an address in a dry run."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("notes", sa.JSON(), nullable=True))
    op.add_column("import_keys", sa.Column("people", sa.JSON(), nullable=True))
