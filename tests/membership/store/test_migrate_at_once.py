"""Several processes start at once on a database that is new."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from membership.base.settings import ServiceSettings
from membership.store.database import Database, open_database
from membership.store.migrate import HEAD, migrate, use_wal
from tests.membership.conftest import SQLITE, Databases


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_migrating_at_once(databases: Databases, tmp_path: Path, kind: str) -> None:
    url = None if kind == SQLITE else databases.empty_postgres()
    settings = ServiceSettings(data_dir=tmp_path, database_url=url, busy_timeout_seconds=30)
    opened = [open_database(settings) for _ in range(4)]
    start = threading.Barrier(len(opened))
    failures: list[BaseException] = []

    def run(database: Database) -> None:
        start.wait()
        try:
            migrate(database)
        except Exception as error:  # noqa: BLE001 - any failure of a thread fails the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(database,)) for database in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened[0].engine.connect() as connection:
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
        assert [tuple(row) for row in revisions] == [(HEAD,)]
    for database in opened:
        database.engine.dispose()


def test_switching_the_journal_at_once(tmp_path: Path) -> None:
    """SQLite refuses some of those that switch at once without waiting, about one round in 50."""
    for number in range(60):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = ServiceSettings(data_dir=folder, busy_timeout_seconds=30)
        opened = [open_database(settings) for _ in range(6)]
        start = threading.Barrier(len(opened))

        def switch(database: Database, start: threading.Barrier = start) -> None:
            start.wait()
            use_wal(database)

        with ThreadPoolExecutor(len(opened)) as pool:
            list(pool.map(switch, opened))
        with opened[0].engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        for database in opened:
            database.engine.dispose()
