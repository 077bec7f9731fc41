"""Aliases for changing codes, and whether a card's static code was handed out."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHUNK = 1000


def upgrade() -> None:
    op.add_column("cards", sa.Column("static_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("card_wallets", sa.Column("alias", sa.String(length=29), nullable=True))
    op.add_column("card_wallets", sa.Column("alias_since", sa.DateTime(timezone=True)))
    _fill(op.get_bind())
    op.create_index(
        "ix_card_wallets_alias", "card_wallets", ["organization_id", "alias"], unique=True
    )


def _fill(connection: sa.Connection) -> None:
    """Give each card in a wallet an alias, make Google's copies due, and mark static codes.

    The static code of a card was handed out, unless its design shows changing codes and no
    iPhone has registered it.
    """
    now = datetime.now(UTC)
    # SQLite keeps instants in UTC, without saying so.
    moment = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    wallets = sa.table(
        "card_wallets",
        sa.column("organization_id", sa.Integer()),
        *(sa.column(name, sa.Uuid()) for name in ("card_id", "design_id")),
        sa.column("alias", sa.String()),
        sa.column("google_attempts", sa.Integer()),
        *(
            sa.column(name, sa.DateTime(timezone=True))
            for name in ("alias_since", "google_created_at", "google_next_attempt_at")
        ),
    )
    found = connection.execute(sa.select(wallets.c.organization_id, wallets.c.card_id)).all()
    naming = (
        wallets.update()
        .where(
            wallets.c.organization_id == sa.bindparam("of_organization"),
            wallets.c.card_id == sa.bindparam("of_card"),
        )
        .values(alias=sa.bindparam("name"), alias_since=moment)
    )
    for start in range(0, len(found), _CHUNK):
        rows = [
            {"of_organization": row.organization_id, "of_card": row.card_id, "name": _alias()}
            for row in found[start : start + _CHUNK]
        ]
        connection.execute(naming, rows)
    connection.execute(
        wallets.update()
        .where(wallets.c.google_created_at.is_not(None))
        .values(google_next_attempt_at=moment, google_attempts=0)
    )
    _mark_static(connection, wallets)


def _mark_static(connection: sa.Connection, wallets: sa.TableClause) -> None:
    """Mark the cards whose static code was handed out, as of their issue."""
    cards = sa.table(
        "cards",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("issued_at", "static_since")),
    )
    phones = sa.table(
        "apple_registrations",
        sa.column("organization_id", sa.Integer()),
        sa.column("card_id", sa.Uuid()),
    )
    only_changing = sa.and_(
        sa.exists().where(
            wallets.c.organization_id == cards.c.organization_id,
            wallets.c.card_id == cards.c.id,
            wallets.c.design_id.in_(_rotating_designs(connection)),
        ),
        ~sa.exists().where(
            phones.c.organization_id == cards.c.organization_id, phones.c.card_id == cards.c.id
        ),
    )
    connection.execute(cards.update().where(~only_changing).values(static_since=cards.c.issued_at))


def _rotating_designs(connection: sa.Connection) -> list[UUID]:
    """Designs whose current version shows changing codes."""
    designs = sa.table(
        "card_designs",
        *(sa.column(name, sa.Integer()) for name in ("organization_id", "version")),
        sa.column("id", sa.Uuid()),
    )
    versions = sa.table(
        "card_design_versions",
        *(sa.column(name, sa.Integer()) for name in ("organization_id", "version")),
        sa.column("design_id", sa.Uuid()),
        sa.column("content", sa.JSON()),
    )
    rows = connection.execute(
        sa.select(designs.c.id, versions.c.content).where(
            versions.c.organization_id == designs.c.organization_id,
            versions.c.design_id == designs.c.id,
            versions.c.version == designs.c.version,
        )
    )
    return [row.id for row in rows if row.content.get("code") == "rotating"]


def _alias() -> str:
    """A new alias: MC3 and 128 random bits in 26 characters."""
    bits = secrets.randbits(128)
    return "MC3" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(125, -1, -5))
