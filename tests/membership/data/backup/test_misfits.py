"""What SQLite stores and PostgreSQL does not hold is named: table, row, field."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, inspect, select, update

from membership.accounts.organizations import bootstrap_organization
from membership.data.backup.create import create_backup
from membership.data.backup.errors import NotRestorable
from membership.data.backup.restore import restore_backup
from membership.store.database import open_database
from membership.store.models import Customer, Organization
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.data.backup.club import empty_settings
from tests.membership.support import NOON, arranging

pytestmark = pytest.mark.long

_ROWS = 620


Change = tuple[type, dict[str, object]]
CHANGES: dict[str, Change] = {
    "too-long": (Customer, {"phone": "+" + "1" * 39}),
    "nul": (Customer, {"given_name": "A\0B"}),
    "too-large": (Organization, {"expires_soon_days": 2**40}),
}
"""What is stored in the last row of a table."""


def _backup(databases: Databases, folder: Path, *changes: Change) -> Path:
    """A backup of a club on SQLite, with what PostgreSQL does not hold."""
    settings = databases.new(SQLITE, folder)
    database = open_database(settings)
    with arranging(database) as session:
        tenant = bootstrap_organization(
            session, name="C", slug="c", time_zone="UTC", currency="EUR", now=NOON
        )
        rows = [
            {"organization_id": tenant.id, "id": UUID(int=each), "number": each,
             "given_name": "A", "family_name": "B", "created_at": NOON}
            for each in range(1, _ROWS)
        ]  # fmt: skip
        session.execute(insert(Customer), rows)
        last = select(Customer.id).order_by(Customer.number.desc()).limit(1)
        for table, values in changes:
            bad = update(table).values(**values)
            session.connection().execute(
                bad if table is Organization else bad.where(Customer.id == last.scalar_subquery())
            )
    database.engine.dispose()
    create_backup(settings, folder / "club.zip", now=NOON)
    return folder / "club.zip"


def test_the_same_kind_of_database_takes_them_back(databases: Databases, tmp_path: Path) -> None:
    file = _backup(databases, tmp_path, *CHANGES.values())
    same = empty_settings(databases, SQLITE, tmp_path / "same")
    restore_backup(same, file)
    database = open_database(same)
    with database.readers.begin() as session:
        row = session.scalars(select(Customer).where(Customer.number == _ROWS - 1)).one()
        assert {"phone": row.phone} == CHANGES["too-long"][1]
        assert {"given_name": row.given_name} == CHANGES["nul"][1]
        days = session.scalars(select(Organization.expires_soon_days)).one()
        assert {"expires_soon_days": days} == CHANGES["too-large"][1]
    database.engine.dispose()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("too-long", "phone has 40 characters, of at most 16"),
        ("nul", "given_name has a NUL character"),
        ("too-large", f"expires_soon_days is too large: {2**40}"),
    ],
    ids=list(CHANGES),
)
def test_the_row_that_does_not_fit_is_named(
    databases: Databases, tmp_path: Path, change: str, field: str
) -> None:
    table, _ = CHANGES[change]
    file = _backup(databases, tmp_path, CHANGES[change])
    other = empty_settings(databases, POSTGRESQL, tmp_path / "other")
    with pytest.raises(NotRestorable) as raised:
        restore_backup(other, file)
    said = str(raised.value)
    assert said.startswith(f"{table.__tablename__}, row ")  # type: ignore[attr-defined]
    assert field in said
    if table is Customer:
        assert f"row {_ROWS - 1} of the backup" in said
        assert f"id {UUID(int=_ROWS - 1)}" in said
    empty = open_database(other)
    assert inspect(empty.engine).get_table_names() == []
    empty.engine.dispose()
