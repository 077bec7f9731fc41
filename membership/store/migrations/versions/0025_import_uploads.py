"""The upload that the file of an import is of."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("upload_id", sa.Uuid(), nullable=True))
