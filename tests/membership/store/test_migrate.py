"""Migrations: the schema they make, what they keep, and databases that must be refused."""

import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, IntervalUnit
from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.members.customers.service import email_key
from membership.members.memberships.entitlements import term_of
from membership.store import migrations
from membership.store.base_model import Base
from membership.store.database import WRITES, Database, open_database
from membership.store.migrate import (
    HEAD,
    REVISIONS,
    DatabaseTooNew,
    ForeignDatabase,
    NotADatabase,
    migrate,
)
from membership.store.models import Customer, IdempotencyKey, Membership, Organization
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import NOON, arranging


def test_migrations_make_the_schema_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == HEAD


def test_known_revisions_are_the_packaged_ones() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [HEAD]
    packaged = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(packaged)) == REVISIONS


def _set_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


@pytest.mark.parametrize("revision", ["0099", "0", "from-the-future"])
def test_newer_database_is_refused_untouched(database: Database, revision: str) -> None:
    _set_revision(database, revision)
    before = _bytes_of(database)
    with pytest.raises(DatabaseTooNew) as caught:
        migrate(database)
    assert caught.value.code == "database_too_new"
    assert (caught.value.found, caught.value.known) == (revision, HEAD)
    for told in (revision, HEAD, database.place):
        assert told in str(caught.value)
    database.engine.dispose()
    assert _bytes_of(database) == before
    with database.engine.connect() as connection:
        left = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert left == revision


def _bytes_of(database: Database) -> bytes | None:
    """Content of a SQLite file, with what its log still holds merged in; None on PostgreSQL."""
    if database.engine.dialect.name != SQLITE:
        return None
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return Path(str(database.engine.url.database)).read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"this is a text file, and not a short one" * 100, b"\x89PNG\r\n\x1a\n" + b"\x00" * 5000],
)
def test_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / SQLITE_FILE_NAME
    path.write_bytes(content)
    database = open_database(ServiceSettings(data_dir=tmp_path))
    with pytest.raises(NotADatabase, match=SQLITE_FILE_NAME):
        migrate(database)
    database.engine.dispose()
    assert path.read_bytes() == content


def test_damaged_database(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    path = tmp_path / SQLITE_FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 2000 + whole[2100:])
    database = open_database(settings)
    with pytest.raises(NotADatabase, match=SQLITE_FILE_NAME):
        migrate(database)
    database.engine.dispose()


def test_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / SQLITE_FILE_NAME
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = path.read_bytes()
    database = open_database(ServiceSettings(data_dir=tmp_path))
    with pytest.raises(ForeignDatabase, match="songs"):
        migrate(database)
    database.engine.dispose()
    assert path.read_bytes() == before


def add_club(session: Session, name: str = "C") -> int:
    """Insert an organization with the columns that every schema has, and return its id.

    By text: an INSERT of the table would fill in the defaults of columns that came later.
    """
    club = {
        "id": 1,
        "slug": "c",
        "name": name,
        "time_zone": "UTC",
        "currency": "EUR",
        "demo": False,
    }
    row = {**club, "expires_soon_days": 14, "next_customer_number": 1, "created_at": NOON}
    columns, values = ", ".join(row), ", ".join(f":{each}" for each in row)
    statement = text(f"INSERT INTO organizations ({columns}) VALUES ({values})")
    typed = bindparam("created_at", type_=Organization.created_at.type)
    session.execute(statement.bindparams(typed), row)
    return 1


def test_an_older_database_is_upgraded_with_its_rows(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    database = open_database(settings)
    config = Config()
    config.set_main_option("script_location", "membership.store:migrations")
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with arranging(database) as session:
        add_club(session, name="Old Club")
    migrate(database)
    with database.readers.begin() as session:
        assert session.query(Organization).one().name == "Old Club"
        assert session.query(IdempotencyKey).count() == 0
    database.engine.dispose()


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_memberships_sold_before_are_anchored_to_their_start(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    url = None if kind == SQLITE else databases.empty_postgres()
    database = open_database(ServiceSettings(data_dir=tmp_path, database_url=url))
    config = Config()
    config.set_main_option("script_location", "membership.store:migrations")
    starts = {
        uuid4(): ("2027-01-30 23:30:00.000000", "Europe/Berlin", date(2027, 1, 31)),
        uuid4(): ("2027-01-30 23:30:00.000000", "UTC", date(2027, 1, 30)),
        uuid4(): ("2027-02-01 05:00:00.000000", "America/New_York", date(2027, 2, 1)),
    }
    owner, plan = uuid4(), uuid4()
    then = "2027-03-10 11:00:00.000000" if kind == SQLITE else NOON
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with arranging(database) as session:
        club_id = add_club(session)
        # In the words of that time: the models know columns that came later.
        session.execute(
            text(
                "INSERT INTO customers (organization_id, id, number, given_name, family_name,"
                " state, search_text, created_at)"
                " VALUES (:club, :id, 1, 'A', 'B', 'active', '', :at)"
            ),
            {"club": club_id, "id": owner.hex, "at": then},
        )
        session.execute(
            text(
                "INSERT INTO plans (organization_id, id, name, description, price_minor, currency,"
                " public, created_at) VALUES (:club, :id, 'P', '', 0, 'EUR', false, :at)"
            ),
            {"club": club_id, "id": plan.hex, "at": then},
        )
        for membership, (at, zone, _) in starts.items():
            session.execute(
                text(
                    "INSERT INTO memberships (organization_id, id, customer_id, plan_id, plan_name,"
                    " price_minor, currency, permissions, starts_at, time_zone, source, created_at)"
                    " VALUES (:club, :id, :owner, :plan, 'P', 0, 'EUR', '[]', :at, :zone, 'api',"
                    " :at)"
                ),
                {
                    "club": club_id,
                    "id": membership.hex,
                    "owner": owner.hex,
                    "plan": plan.hex,
                    "at": at if kind == SQLITE else datetime.fromisoformat(at + "+00:00"),
                    "zone": zone,
                },
            )
    migrate(database)
    with database.readers.begin() as session:
        found = {row.id: (row.anchor_day, row.period_number) for row in session.query(Membership)}
    database.engine.dispose()
    assert found == {membership: (day, 1) for membership, (_, _, day) in starts.items()}


ASCII_ONLY = "postgresql in a locale that knows no letters but those of ASCII"


def _upgraded_to(
    databases: Databases, folder: Path, kind: str, revision: str
) -> tuple[Database, Connection]:
    """A database as an older version left it, and a connection to fill it in that one's words."""
    url = None if kind == SQLITE else databases.empty_postgres()
    if kind == ASCII_ONLY:
        url = databases.url(name := f"t{uuid4().hex}")
        with psycopg.connect(databases.url("postgres"), autocommit=True) as server:
            made = SQL("CREATE DATABASE {} TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
            server.execute(made.format(Identifier(name)))
    database = open_database(ServiceSettings(data_dir=folder, database_url=url))
    config = Config()
    config.set_main_option("script_location", "membership.store:migrations")
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return database, database.engine.execution_options(**{WRITES: True}).connect()


_FILL: dict[str, dict[str, Any]] = {
    "customers": {
        "given_name": "A",
        "family_name": "B",
        "state": "active",
        "search_text": "",
        "number": 1,
    },
    "plans": {
        "name": "P",
        "description": "",
        "price_minor": 0,
        "currency": "EUR",
        "public": False,
    },
    "memberships": {
        "plan_name": "P",
        "price_minor": 0,
        "currency": "EUR",
        "permissions": "[]",
        "time_zone": "UTC",
        "source": "api",
        "starts_at": NOON.replace(year=2020),
    },
}
"""Columns of older tables that could not be left out."""


def _fill(connection: Connection, table: str, **fields: Any) -> UUID:
    """Add a row to an older table of the first organization; returns its id."""
    row_id = uuid4()
    sqlite = connection.dialect.name == SQLITE
    row = {"organization_id": 1, "id": row_id, "created_at": NOON, **_FILL[table], **fields}
    for name, value in row.items():
        if isinstance(value, UUID):
            row[name] = value.hex
        elif isinstance(value, datetime) and sqlite:
            row[name] = value.strftime("%Y-%m-%d %H:%M:%S.%f")
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)
    return row_id


PAST, AGO = NOON.replace(year=2021), NOON.replace(year=2022)
FAR, FARTHER = NOON.replace(year=2900), NOON.replace(year=2950)
_ENDS: dict[str, tuple[dict[str, datetime], datetime | None, bool]] = {
    "open": ({}, None, False),
    "running": ({"ends_at": FAR}, FAR, False),
    "over": ({"ends_at": PAST}, None, False),
    "ended": ({"ended_early_at": PAST}, None, True),
    "ended before its end": ({"ends_at": AGO, "ended_early_at": PAST}, None, True),
    "ended, to have run on": ({"ends_at": FAR, "ended_early_at": PAST}, None, True),
    "ended after its end": ({"ends_at": PAST, "ended_early_at": AGO}, None, False),
    "ends early": ({"ends_at": FARTHER, "ended_early_at": FAR}, FAR, False),
    "open, ends early": ({"ended_early_at": FAR}, FAR, False),
    "ends, earlier than early": ({"ends_at": FAR, "ended_early_at": FARTHER}, FAR, False),
    "to be withdrawn": ({"starts_at": FAR, "ended_early_at": FAR}, None, False),
    "withdrawn": ({"starts_at": FAR, "ended_early_at": PAST}, None, True),
}
"""Terms of older memberships: the end still to be announced, and whether they are over for good."""


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_ends_and_lengths_of_what_was_sold_before(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    database, connection = _upgraded_to(databases, tmp_path, kind, "0006")
    with arranging(database) as session:
        add_club(session)
    with connection, connection.begin():
        owner = _fill(connection, "customers")
        plan = _fill(connection, "plans", length_unit="month", length_count=3)
        open_plan = _fill(connection, "plans")
        ends = {
            name: _fill(
                connection,
                "memberships",
                customer_id=owner,
                plan_id=plan,
                last_day=term["ends_at"].date().isoformat() if "ends_at" in term else None,
                **term,
            )
            for name, (term, _, _) in _ENDS.items()
        }
        of_open = _fill(connection, "memberships", customer_id=owner, plan_id=open_plan)
    migrate(database)
    with database.readers.begin() as session:
        found = {row.id: row for row in session.query(Membership)}
    database.engine.dispose()
    told = {
        name: (found[row_id].expiry_due_at, found[row_id].ended_for_good)
        for name, row_id in ends.items()
    }
    assert told == {name: (due, good) for name, (_, due, good) in _ENDS.items()}
    for row_id in ends.values():
        assert (found[row_id].length_unit, found[row_id].length_count) == (IntervalUnit.MONTH, 3)
        assert term_of(found[row_id]).announced_end in {None, found[row_id].expiry_due_at, PAST}
    assert (found[of_open].length_unit, found[of_open].length_count) == (None, None)
    assert {row.actor_kind for row in found.values()} == {ActorKind.SERVICE}


@pytest.mark.parametrize("kind", [SQLITE, "postgresql", ASCII_ONLY])
def test_addresses_of_before_are_compared_in_lower_case(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    addresses = [
        None,
        "amara@example.com",
        "Amara@Example.COM",
        "ÄRA@Müller.Example",
        "Éva@x.org",
        "İ" * 200 + "@x.org",
    ]
    database, connection = _upgraded_to(databases, tmp_path, kind, "0006")
    with arranging(database) as session:
        add_club(session)
    with connection, connection.begin():
        for number, email in enumerate(addresses):
            _fill(connection, "customers", number=number, email=email)
    migrate(database)
    with database.readers.begin() as session:
        found = session.execute(select(Customer.email, Customer.email_key).order_by("number")).all()
    database.engine.dispose()
    assert [tuple(row) for row in found] == [(email, email_key(email)) for email in addresses]
