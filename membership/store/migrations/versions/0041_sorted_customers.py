"""Names by which lists of customers are sorted, and indexes of the list of members."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)
_LONGEST = 120
_AT_ONCE = 5000
_DECIDING = ("starts_at", "ends_at", "ended_early_at", "payment_overdue_since", "ended_for_good")


def upgrade() -> None:
    connection = op.get_bind()
    collated = sa.String(_LONGEST).with_variant(sa.String(_LONGEST, collation="C"), "postgresql")
    op.add_column("customers", sa.Column("sort_name", collated, server_default="", nullable=False))
    _file_customers(connection)
    for name, columns in (("listed", ["number"]), ("sorted", ["sort_name", "number"])):
        op.create_index(
            f"ix_customers_{name}",
            "customers",
            ["organization_id", *columns],
            sqlite_where=sa.text("erased_at IS NULL"),
            postgresql_where=sa.text("erased_at IS NULL"),
        )
    op.drop_index("ix_memberships_customer", "memberships")
    op.create_index(
        "ix_memberships_customer", "memberships", ["organization_id", "customer_id", *_DECIDING]
    )


def _file_customers(connection: sa.Connection) -> None:
    """Store the folded names of all customers but erased ones."""
    customers = sa.table(
        "customers",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        sa.column("given_name", sa.String()),
        sa.column("family_name", sa.String()),
        sa.column("sort_name", sa.String()),
        sa.column("erased_at", sa.DateTime()),
    )
    columns = customers.c
    key = sa.tuple_(columns.organization_id, columns.id)
    wanted = (
        sa.select(columns.organization_id, columns.id, columns.given_name, columns.family_name)
        .where(columns.erased_at.is_(None))
        .order_by(columns.organization_id, columns.id)
        .limit(_AT_ONCE)
    )
    store = (
        customers.update()
        .where(
            columns.organization_id == sa.bindparam("here"), columns.id == sa.bindparam("customer")
        )
        .values(sort_name=sa.bindparam("words"))
    )
    rows = connection.execute(wanted).all()
    while rows:
        connection.execute(
            store,
            [
                {
                    "here": row.organization_id,
                    "customer": row.id,
                    "words": _words(row.given_name, row.family_name),
                }
                for row in rows
            ],
        )
        last = (rows[-1].organization_id, rows[-1].id)
        rows = connection.execute(wanted.where(key > sa.tuple_(*last, types=key.type.types))).all()


def _words(given_name: str, family_name: str) -> str:
    """The folded words of a name, the family name first, as the service stores them."""
    decomposed = unicodedata.normalize("NFKD", f"{family_name} {given_name}".casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    folded = bare.translate(_LETTERS).casefold()
    words = "".join(each if each.isalnum() else " " for each in folded).split()
    return " ".join(words)[:_LONGEST]
