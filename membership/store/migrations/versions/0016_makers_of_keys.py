"""Who made an API key, when it was last used, and when it expires."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kinds = ("api_key", "staff", "customer", "service")
    kind = sa.Enum(*kinds, name="actorkind", native_enum=False, length=20)
    op.add_column("api_keys", sa.Column("maker_kind", kind, nullable=True))
    op.add_column("api_keys", sa.Column("maker_id", sa.Uuid(), nullable=True))
    op.add_column("api_keys", sa.Column("maker_name", sa.String(length=120), nullable=True))
    for name in ("expires_at", "last_used_at"):
        op.add_column("api_keys", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_api_keys_maker", "api_keys", ["organization_id", "maker_id"], unique=False)
