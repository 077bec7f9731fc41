"""What became of a dispute, and whether a refunded membership ends."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_DISPUTES = ("open", "won", "lost")
_ANSWERS = ("ended", "kept")


def upgrade() -> None:
    for name, kind, values in (
        ("dispute", "disputestate", _DISPUTES),
        ("refund_answer", "refundanswer", _ANSWERS),
    ):
        column = sa.Enum(*values, name=kind, native_enum=False, length=20)
        op.add_column("billing_invoices", sa.Column(name, column, nullable=True))
