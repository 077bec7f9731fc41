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


@pytest.mark.parametrize(
    ("table", "values", "field"),
    [
        pytest.param(Customer, {"phone": "+" + "1" * 39},
                     "phone has 40 characters, of at most 16", id="too-long"),
        pytest.param(Customer, {"given_name": "A\0B"},
                     "given_name has a NUL character", id="nul"),
        pytest.param(Organization, {"expires_soon_days": 2**40},
                     f"expires_soon_days is too large: {2**40}", id="too-large"),
    ],
)  # fmt: skip
def test_the_row_that_does_not_fit_is_named(
    databases: Databases, tmp_path: Path, table: type, values: dict[str, object], field: str
) -> None:
    settings = databases.new(SQLITE, tmp_path)
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
        bad = update(table).values(**values)
        session.connection().execute(
            bad if table is Organization else bad.where(Customer.id == last.scalar_subquery())
        )
    database.engine.dispose()
    file = tmp_path / "club.zip"
    create_backup(settings, file, now=NOON)
    # The same kind of database takes it back.
    restore_backup(empty_settings(databases, SQLITE, tmp_path / "same"), file)
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
