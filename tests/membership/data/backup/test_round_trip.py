"""What is backed up comes back exactly: every row of every table, on either database."""

import contextlib
import gc
import json
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text

from membership.accounts.organizations import first_tenant
from membership.base.vault import KEY_FILE, open_vault
from membership.data.backup.archive import ArchiveWriter, Manifest
from membership.data.backup.create import create_backup
from membership.data.backup.restore import restore_backup, verify_backup
from membership.data.backup.rows import Kind
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.migrate import HEAD
from membership.store.models import Customer, Event, Membership, Organization
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.data.backup.club import DIRECTIONS, contents, empty_settings, fill, opened
from tests.membership.rows import organization_row
from tests.membership.support import NOON, arranging

pytestmark = pytest.mark.long

AUDIT = "audit_entries"
"""The table in which a restore adds an entry."""

database_of = contextlib.contextmanager(opened)


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_every_row_of_every_table(
    databases: Databases, source: str, target: str, tmp_path: Path
) -> None:
    settings = databases.new(source, tmp_path)
    with database_of(settings) as database:
        with arranging(database) as session:
            fill(session)
        before = contents(database)
    assert all(len(rows) == 3 for rows in before.values())
    file = tmp_path / "club.zip"
    made = create_backup(settings, file, now=NOON)
    assert (made.schema_revision, made.created_at, made.source) == (HEAD, NOON, source)
    assert verify_backup(file) == made
    other = empty_settings(databases, target, tmp_path / "other")
    assert restore_backup(other, file) == made
    with database_of(other) as restored:
        assert contents(restored) == before
    again = tmp_path / "again.zip"
    second = create_backup(other, again, now=NOON)
    assert [(each.name, each.content) for each in second.tables if each.name != AUDIT] == [
        (each.name, each.content) for each in made.tables if each.name != AUDIT
    ]


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_a_restored_club_goes_on(
    databases: Databases, source: str, target: str, tmp_path: Path
) -> None:
    settings = databases.new(source, tmp_path)
    with database_of(settings) as database, arranging(database) as session:
        club = organization_row()
        session.add(club)
        session.flush()
        for _ in range(3):
            emit(session, club.id, EventType.CUSTOMER_CREATED, "x", {}, now=NOON)
    file = tmp_path / "club.zip"
    create_backup(settings, file, now=NOON)
    other = empty_settings(databases, target, tmp_path / "other")
    restore_backup(other, file)
    with database_of(other) as database, arranging(database) as session:
        tenant = first_tenant(session)
        assert tenant is not None
        emit(session, tenant.id, EventType.CUSTOMER_CREATED, "x", {}, now=NOON)
        session.add(organization_row(slug="second"))
        session.flush()
        assert session.scalars(select(Event.seq).order_by(Event.seq)).all() == [1, 2, 3, 4]
        assert session.scalar(select(func.count()).select_from(Organization)) == 2


def test_numbers_given_before_are_not_given_again(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(POSTGRESQL, tmp_path)
    with database_of(settings) as database, arranging(database) as session:
        club = organization_row()
        session.add(club)
        session.flush()
        for _ in range(5):
            emit(session, club.id, EventType.CUSTOMER_CREATED, "x", {}, now=NOON)
        session.execute(text("DELETE FROM events"))
    file = tmp_path / "club.zip"
    create_backup(settings, file, now=NOON)
    other = empty_settings(databases, POSTGRESQL, tmp_path / "other")
    restore_backup(other, file)
    with database_of(other) as database, arranging(database) as session:
        emit(session, club.id, EventType.CUSTOMER_CREATED, "x", {}, now=NOON)
        assert session.scalars(select(Event.seq)).all() == [6]


def test_an_older_schema_is_restored_and_then_migrated(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    """A file of revision 0003, as written before there was a length of memberships."""
    file, owner, plan = tmp_path / "old.zip", uuid4(), uuid4()
    sold = uuid4()
    tables = {
        "organizations": {
            "id": (Kind.INTEGER, 7),
            "slug": (Kind.TEXT, "c"),
            "name": (Kind.TEXT, "C"),
            "time_zone": (Kind.TEXT, "UTC"),
            "currency": (Kind.TEXT, "EUR"),
            "country": (Kind.TEXT, None),
            "demo": (Kind.BOOLEAN, False),
            "expires_soon_days": (Kind.INTEGER, 14),
            "next_customer_number": (Kind.INTEGER, 2),
            "created_at": (Kind.INSTANT, NOON),
        },
        "customers": {
            "organization_id": (Kind.INTEGER, 7),
            "id": (Kind.UUID, owner),
            "number": (Kind.INTEGER, 1),
            "given_name": (Kind.TEXT, "Amara"),
            "family_name": (Kind.TEXT, "Okafor"),
            "email": (Kind.TEXT, "Amara@Example.com"),
            "state": (Kind.TEXT, "active"),
            "search_text": (Kind.TEXT, ""),
            "created_at": (Kind.INSTANT, NOON),
        },
        "plans": {
            "organization_id": (Kind.INTEGER, 7),
            "id": (Kind.UUID, plan),
            "name": (Kind.TEXT, "Gold"),
            "description": (Kind.TEXT, ""),
            "price_minor": (Kind.INTEGER, 0),
            "currency": (Kind.TEXT, "EUR"),
            "public": (Kind.BOOLEAN, True),
            "length_unit": (Kind.TEXT, "month"),
            "length_count": (Kind.INTEGER, 3),
            "created_at": (Kind.INSTANT, NOON),
        },
        "memberships": {
            "organization_id": (Kind.INTEGER, 7),
            "id": (Kind.UUID, sold),
            "customer_id": (Kind.UUID, owner),
            "plan_id": (Kind.UUID, plan),
            "plan_name": (Kind.TEXT, "Gold"),
            "price_minor": (Kind.INTEGER, 0),
            "currency": (Kind.TEXT, "EUR"),
            "permissions": (Kind.JSON, [["area.pool", "Pool"]]),
            "starts_at": (Kind.INSTANT, NOON),
            "time_zone": (Kind.TEXT, "UTC"),
            "anchor_day": (Kind.DAY, date(2027, 3, 10)),
            "period_number": (Kind.INTEGER, 1),
            "source": (Kind.TEXT, "api"),
            "created_at": (Kind.INSTANT, NOON),
        },
    }
    with file.open("wb") as stream, ArchiveWriter(stream) as archive:
        entries = [
            archive.add_table(
                name,
                [(column, kind) for column, (kind, _) in row.items()],
                [[value for _, value in row.values()]],
            )
            for name, row in tables.items()
        ]
        archive.finish(
            Manifest(
                program_version="0.0.1",
                schema_revision="0003",
                created_at=NOON,
                source="sqlite",
                tables=entries,
                sequences=[],
            )
        )
    settings = empty_settings(databases, backend, tmp_path / "new")
    restore_backup(settings, file)
    with database_of(settings) as database, database.readers.begin() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        customer = session.get(Customer, (7, owner))
        assert customer is not None
        assert (customer.given_name, customer.email_key) == ("Amara", "amara@example.com")
        membership = session.get(Membership, (7, sold))
        assert membership is not None
        assert (membership.length_unit, membership.length_count) == ("month", 3)
        assert membership.permissions == [["area.pool", "Pool"]]


def test_the_secret_key_only_when_asked_for(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    sealed = open_vault(settings).seal(b"whsec")
    key = (tmp_path / KEY_FILE).read_text().strip()
    without, with_key = tmp_path / "without.zip", tmp_path / "with.zip"
    create_backup(settings, without, now=NOON)
    create_backup(settings, with_key, now=NOON, with_key=True)
    with zipfile.ZipFile(without) as archive:
        assert all(key.encode() not in archive.read(name) for name in archive.namelist())
        assert KEY_FILE not in archive.namelist()
    other = empty_settings(databases, SQLITE, tmp_path / "other")
    restore_backup(other, with_key)
    assert open_vault(other).open(sealed) == b"whsec"
    assert (other.data_dir / KEY_FILE).stat().st_mode & 0o077 == 0
    assert with_key.stat().st_mode & 0o077 == 0


@pytest.mark.soak  # half a minute, most of it in the tracing
def test_memory_does_not_grow_with_the_club(databases: Databases, tmp_path: Path) -> None:
    """Twelve times the rows must not need more than a little more memory at once."""
    settings = databases.new(SQLITE, tmp_path)
    peaks = []
    with database_of(settings) as database:
        with arranging(database) as session:
            session.add(club := organization_row())
            session.flush()
            club_id = club.id
        for number, more in enumerate((500, 5_500)):
            with arranging(database) as session:
                session.execute(insert(Event), [_event(club_id) for _ in range(more)])
            file = tmp_path / f"{number}.zip"
            other = empty_settings(databases, SQLITE, tmp_path / str(number))
            gc.collect()  # else the peak depends on when garbage happens to be collected
            tracemalloc.start()
            create_backup(settings, file, now=NOON)
            restore_backup(other, file)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # Held in memory, the rows that came on top would need five times as much.
    assert peaks[1] < peaks[0] + 1_000_000, peaks


def _event(organization_id: int) -> dict[str, object]:
    """An event of about 2,300 bytes."""
    return {
        "organization_id": organization_id,
        "id": uuid4(),
        "type": "customer.created",
        "subject_id": str(uuid4()),
        "data": {"filler": "x" * 2000},
        "occurred_at": NOON,
        "created_at": NOON,
    }


def test_lines_are_plain_json(databases: Databases, tmp_path: Path) -> None:
    """Whoever has the file can read it without this program."""
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database, arranging(database) as session:
        session.add(organization_row(name="Zoë's", created_at=datetime(2027, 1, 1, tzinfo=UTC)))
    file = tmp_path / "club.zip"
    create_backup(settings, file, now=NOON)
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        (entry,) = [each for each in manifest["tables"] if each["name"] == "organizations"]
        names = [name for name, _ in entry["columns"]]
        row = dict(zip(names, json.loads(archive.read("tables/organizations.jsonl")), strict=True))
    assert (row["name"], row["created_at"]) == ("Zoë's", "2027-01-01T00:00:00+00:00")
