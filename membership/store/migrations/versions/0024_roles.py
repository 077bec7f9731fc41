"""Roles as long as the API takes them, and words by which imported companies are found."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.add_column(
            "company_links",
            sa.Column("longer_role", sa.String(length=120), server_default="", nullable=False),
        )
        op.execute("UPDATE company_links SET longer_role = role")
        op.drop_column("company_links", "role")
        op.execute("ALTER TABLE company_links RENAME COLUMN longer_role TO role")
    else:
        op.alter_column("company_links", "role", type_=sa.String(length=120))
    _file_companies(connection)


def _file_companies(connection: sa.Connection) -> None:
    """Store the words of the names of companies that have none."""
    companies = sa.table(
        "companies",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.String()),
        sa.column("search_text", sa.Text()),
    )
    found = connection.execute(
        sa.select(companies.c.organization_id, companies.c.id, companies.c.name).where(
            companies.c.search_text == ""
        )
    ).all()
    rows = [
        {"here": row.organization_id, "company": row.id, "words": _words(row.name)} for row in found
    ]
    if rows:
        connection.execute(
            companies.update()
            .where(
                companies.c.organization_id == sa.bindparam("here"),
                companies.c.id == sa.bindparam("company"),
            )
            .values(search_text=sa.bindparam("words")),
            rows,
        )


def _words(name: str) -> str:
    """The folded words of a name, as the service stores them."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    folded = bare.translate(_LETTERS).casefold()
    return " ".join("".join(each if each.isalnum() else " " for each in folded).split())
