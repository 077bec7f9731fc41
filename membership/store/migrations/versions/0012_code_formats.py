"""Which formats of codes the cameras of a club look for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organizations", sa.Column("code_formats", sa.JSON(), nullable=True))
