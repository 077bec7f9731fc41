"""What an import guesses of its file."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("guesses", sa.JSON(), nullable=True))
