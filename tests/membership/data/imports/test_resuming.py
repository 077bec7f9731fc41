"""Imports that are interrupted: killed, raced for, out of space; nothing is lost or doubled."""

import io
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from membership.accounts.organizations import bootstrap_organization
from membership.base.settings import ServiceSettings
from membership.commands.import_ import run, upload
from membership.data.imports import service
from membership.data.imports.run.worker import ImportWorker
from membership.data.imports.schemas import NewImport
from membership.store.database import Database, open_database
from membership.store.models import (
    Customer,
    CustomerTerm,
    Import,
    ImportKind,
    ImportReport,
    ImportState,
)
from membership.web.access import Tenant
from tests.forkserver import ForkedProcess
from tests.forkserver import run as run_process
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.imports import importer
from tests.membership.support import arranging

pytestmark = pytest.mark.long

LINES = 1500


def now() -> datetime:
    """The time that it is."""
    return datetime.now(UTC)


def club(database: Database) -> Tenant:
    """An organization."""
    with arranging(database) as session:
        return bootstrap_organization(
            session, name="C", slug="c", time_zone="UTC", currency="EUR", now=now()
        )


def customers(count: int) -> io.BytesIO:
    """A file of customers."""
    lines = (f"Person{each},p{each}@example.com,+4930{1000000 + each}\n" for each in range(count))
    return io.BytesIO(("given_name,email,phone\n" + "".join(lines)).encode())


def begun(database: Database, tenant: Tenant, count: int = LINES) -> UUID:
    """An import that was started."""
    new = NewImport(kind=ImportKind.CUSTOMERS)
    return upload(database, tenant, new, customers(count), clock=now)


def arguments(settings: ServiceSettings, tenant: Tenant, import_id: UUID) -> list[str]:
    """The arguments of a process that carries an import out."""
    given = [str(settings.data_dir), str(tenant.id), str(import_id)]
    if settings.database_url is not None:
        given += ["--database-url", settings.database_url]
    return given


def assert_all_there_once(database: Database, import_id: UUID, count: int = LINES) -> None:
    """Each line of the file is a customer, once, and findable by each of their words."""
    with database.readers.begin() as session:
        names = session.scalars(select(Customer.given_name)).all()
        assert sorted(names) == sorted(f"Person{each}" for each in range(count))
        numbers = session.scalars(select(Customer.number).order_by(Customer.number)).all()
        assert list(numbers) == list(range(1, count + 1))
        reports = session.scalars(select(ImportReport).order_by(ImportReport.first_line)).all()
        lines = [line for each in reports for line, *_ in each.outcomes]
        assert lines == list(range(2, count + 2))
        terms = session.execute(
            select(CustomerTerm.customer_id, func.count()).group_by(CustomerTerm.customer_id)
        ).all()
        assert len(terms) == count
        starts = session.scalar(
            select(func.count()).where(CustomerTerm.term.in_(["person0", f"person{count - 1}"]))
        )
        assert starts == 2
        row = session.scalars(select(Import).where(Import.id == import_id)).one()
        assert (row.state, row.counts) == (ImportState.FINISHED, {"created": count})
        assert row.unfiled is None


@pytest.mark.soak
@pytest.mark.parametrize("steps", [1, 3])
def test_killed_and_resumed(database: Database, backend: str, tmp_path: Path, steps: int) -> None:
    """Killed at whatever moment comes after some steps."""
    tenant = club(database)
    import_id = begun(database, tenant)
    given = _given(database, backend, tmp_path, tenant, import_id)
    _kill_after(["step"] * steps, given)
    with database.readers.begin() as session:
        assert service.get_import(session, tenant, import_id).lines_done > 0
    _assert_resumed(database, tenant, import_id, given, LINES)


def test_killed_in_the_middle_of_a_batch_and_resumed(
    database: Database, backend: str, tmp_path: Path
) -> None:
    tenant, lines = club(database), 100
    import_id = begun(database, tenant, lines)
    given = _given(database, backend, tmp_path, tenant, import_id)
    _kill_after(["step", "in the middle"], [*given, "--stop-in", "2"])
    with database.readers.begin() as session:
        assert service.get_import(session, tenant, import_id).lines_done == importer.SIZES[0]
    _assert_resumed(database, tenant, import_id, given, lines)


def _given(
    database: Database, backend: str, folder: Path, tenant: Tenant, import_id: UUID
) -> list[str]:
    """The arguments of a process that works on the database of a test."""
    url = database.engine.url
    settings = ServiceSettings(
        data_dir=folder,
        database_url=None if backend == SQLITE else url.render_as_string(hide_password=False),
    )
    return arguments(settings, tenant, import_id)


def _kill_after(printed: list[str], given: list[str]) -> None:
    """Start a process, and kill it once it has printed some lines."""
    killed = ForkedProcess(importer.main, *given)
    for line in printed:
        assert killed.stdout.readline() == f"{line}\n"
    killed.kill()
    killed.communicate(timeout=30)


def _assert_resumed(
    database: Database, tenant: Tenant, import_id: UUID, given: list[str], count: int
) -> None:
    """What a killed process has stored is whole, and another process stores the rest."""
    with database.readers.begin() as session:
        row = service.get_import(session, tenant, import_id)
        stored = session.scalar(select(func.count()).select_from(Customer))
        assert row.lines_done == stored
        assert row.state is not ImportState.FINISHED
    # Too early, the killed process is believed to be at it still.
    assert not ImportWorker().step(database, now, only=(tenant.id, import_id))
    run_process(importer.main, *given, "--later").check_returncode()
    assert_all_there_once(database, import_id, count)


def test_two_workers_race_for_one_import(database: Database) -> None:
    tenant = club(database)
    import_id = begun(database, tenant, 200)
    start = threading.Barrier(2)
    steps: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        worker, done = ImportWorker(sizes=importer.SIZES), 0
        start.wait()
        try:
            while worker.step(database, now, only=(tenant.id, import_id)):
                done += 1
        except Exception as error:  # noqa: BLE001 - any failure of a thread fails the test
            failures.append(error)
        steps.append(done)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert min(steps) == 0
    assert_all_there_once(database, import_id, 200)


def test_a_clock_set_back_frees_an_import(database: Database) -> None:
    tenant = club(database)
    import_id = begun(database, tenant, 300)
    only = (tenant.id, import_id)
    ahead = datetime(2090, 1, 1, tzinfo=UTC)
    assert ImportWorker().step(database, lambda: ahead, only=only)
    ended = run(database, tenant, import_id, clock=now, progress=lambda _shown: None)
    assert ended.state is ImportState.FINISHED
    assert_all_there_once(database, import_id, 300)


def test_out_of_space_and_resumed(databases: Databases, tmp_path: Path) -> None:
    roomy = databases.new(SQLITE, tmp_path)
    database = open_database(roomy)
    tenant = club(database)
    import_id = begun(database, tenant)
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    tight = open_database(roomy.model_copy(update={"sqlite_max_pages": pages + 150}))
    ended = run(tight, tenant, import_id, clock=now, progress=lambda _shown: None)
    assert ended.state is ImportState.FAILED
    assert ended.error is not None
    assert "disk is full" in ended.error
    assert 0 < ended.lines_done <= LINES
    tight.engine.dispose()
    with arranging(database) as session:
        service.start(session, tenant, import_id, now())
    ended = run(database, tenant, import_id, clock=now, progress=lambda _shown: None)
    assert ended.state is ImportState.FINISHED
    assert_all_there_once(database, import_id)
    database.engine.dispose()


def test_whoever_changes_before_being_indexed_is_found_as_they_are(database: Database) -> None:
    tenant = club(database)
    import_id = begun(database, tenant, 50)
    worker = ImportWorker()
    only = (tenant.id, import_id)
    changed = False
    while worker.step(database, now, only=only):
        with arranging(database) as session:
            row = service.get_import(session, tenant, import_id)
            if row.state is ImportState.INDEXING and not changed:
                changed = True
                customer = session.scalars(
                    select(Customer).where(Customer.given_name == "Person7")
                ).one()
                customer.given_name, customer.search_text = "", ""
    assert changed
    with database.readers.begin() as session:
        left = session.scalar(select(func.count()).where(CustomerTerm.customer_id == customer.id))
        assert left == 0
