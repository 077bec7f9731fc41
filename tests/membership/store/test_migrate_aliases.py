"""Cards of before there were aliases: each gets one, and keeps what was handed out of it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select, text

from membership.store.migrate import migrate
from membership.store.models import Card, CardWallet
from passes.codes.barcode import CardAlias
from tests.membership.conftest import SQLITE, Databases
from tests.membership.store.test_migrate import _upgraded_to
from tests.membership.support import NOON


def insert(connection: Connection, table: str, **row: Any) -> None:
    """Add a row of the first organization in the words of an older version."""
    sqlite = connection.dialect.name == SQLITE
    for name, value in row.items():
        if isinstance(value, UUID):
            row[name] = value.hex
        elif isinstance(value, datetime) and sqlite:
            row[name] = value.strftime("%Y-%m-%d %H:%M:%S.%f")
    row = {"organization_id": 1, **row}
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)


def add_organization(connection: Connection) -> None:
    """Add the first organization."""
    at = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if connection.dialect.name == SQLITE else NOON
    connection.execute(
        text(
            "INSERT INTO organizations (id, slug, name, time_zone, currency, country, demo,"
            " expires_soon_days, next_customer_number, created_at) VALUES"
            " (1, 'club', 'Club', 'UTC', 'EUR', 'DE', false, 14, 2, :at)"
        ),
        {"at": at},
    )


OWNER = uuid4()


def add_card(
    connection: Connection, design: UUID | None, *, google: bool = False, **more: Any
) -> UUID:
    """Add a card, in a wallet if it has a design."""
    card = uuid4()
    code = f"MC1{card.hex.upper()}"
    of = {"id": card, "customer_id": OWNER, "code": code, "label": "", "issued_at": NOON, **more}
    insert(connection, "cards", **of)
    if design is not None:
        insert(
            connection, "card_wallets", card_id=card, design_id=design, apple_token=b"",
            code_signature=b"", update_seq=0, marks=0, google_saved=google, google_seq=0,
            google_attempts=3, google_created_at=NOON if google else None,
        )  # fmt: skip
    return card


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_cards_get_aliases_and_google_is_told(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    database, connection = _upgraded_to(databases, tmp_path, kind, "0010")
    still, changing = uuid4(), uuid4()
    with connection, connection.begin():
        add_organization(connection)
        insert(
            connection, "customers", id=OWNER, number=1, given_name="A", family_name="",
            state="active", search_text="", created_at=NOON,
        )  # fmt: skip
        for design, form in ((still, "card"), (changing, "rotating")):
            insert(
                connection, "card_designs", id=design, key=form, name=form, version=1,
                created_at=NOON, changed_at=NOON,
            )  # fmt: skip
            content = json.dumps({"code": form})
            insert(
                connection, "card_design_versions", design_id=design, version=1,
                content=content, created_at=NOON,
            )  # fmt: skip
        cards = {
            "plastic": add_card(connection, None),
            "still": add_card(connection, still, google=True),
            "changing": add_card(connection, changing, google=True),
            "on an iPhone": add_card(connection, changing),
        }
        lost = add_card(connection, still, revoked_at=NOON.replace(year=2028))
        insert(
            connection, "apple_registrations", card_id=cards["on an iPhone"], device_id="d",
            pass_type_id="p", push_token="t", registered_at=NOON, registered_seq=0,
            fetched_seq=0, pushed_seq=0, push_attempts=0,
        )  # fmt: skip
    migrate(database)
    with database.readers.begin() as session:
        given = {row.id: row.static_since for row in session.scalars(select(Card))}
        wallets = {row.card_id: row for row in session.scalars(select(CardWallet))}
    database.engine.dispose()
    assert given == {
        cards["plastic"]: NOON,
        cards["still"]: NOON,
        cards["changing"]: None,
        cards["on an iPhone"]: NOON,
        lost: NOON,
    }
    assert len({CardAlias(row.alias or "").text for row in wallets.values()}) == len(wallets) == 4
    assert all(row.alias_since is not None for row in wallets.values())
    for name in ("still", "changing"):
        row = wallets[cards[name]]
        assert (row.google_next_attempt_at, row.google_attempts) == (row.alias_since, 0)
    assert wallets[cards["on an iPhone"]].google_next_attempt_at is None
    opened_by_old_links = {card for card, row in wallets.items() if row.old_link_of == OWNER}
    newest = min(cards["changing"], cards["on an iPhone"])  # of one instant: by their ids
    assert opened_by_old_links == {cards["still"], newest}
    assert {row.link_number for row in wallets.values()} == {0}
