"""No line keeps others from being imported, whatever it makes fail; what is stored is found."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DataError, OperationalError

from membership.base.failing import FailingItems
from membership.data.imports.batch import Batch
from membership.data.imports.run.worker import ImportWorker
from membership.data.imports.write.customers import write_customers
from membership.store.models import Customer, ImportKind
from tests.generated import sampled
from tests.membership.data.imports.test_imports import imported, prepare, work_of
from tests.membership.support import Service


def writing(fault: Callable[[Batch], None]) -> ImportWorker:
    """A worker that hits a fault in each batch with a line of somebody called Poison."""

    def write(batch: Batch) -> None:
        write_customers(batch)
        if any((item.values or {}).get("given_name") == "Poison" for item in batch.items):
            fault(batch)

    return ImportWorker(writers={ImportKind.CUSTOMERS: write})


def _bug(_batch: Batch) -> None:
    raise ZeroDivisionError


def _refused_by_the_database(batch: Batch) -> None:
    batch.session.execute(text("UPDATE organizations SET time_zone = NULL"))


def _too_long(_batch: Batch) -> None:
    raise DataError("INSERT", None, Exception("value too long"))


def _no_such_table(batch: Batch) -> None:
    batch.session.execute(text("SELECT nothing FROM nowhere"))


def _no_row(batch: Batch) -> None:
    batch.session.scalars(select(Customer).where(Customer.number == -1)).one()


def _bad_statement(batch: Batch) -> None:
    batch.session.execute(select(Customer).where(Customer.birth_date == bindparam("absent")))


def _too_many(_batch: Batch) -> None:
    error = sqlite3.OperationalError("too many SQL variables")
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR
    raise OperationalError("SELECT", None, error)


FAULTS = {
    "bug": (_bug, "cannot be stored: a fault of this service (ZeroDivisionError)"),
    "no-such-table": (_no_such_table, "cannot be stored: a fault of this service ("),
    "no-row": (_no_row, "cannot be stored: a fault of this service (NoResultFound)"),
    "bad-statement": (_bad_statement, "cannot be stored: a fault of this service (StatementError)"),
    "too-many": (_too_many, "cannot be stored: a fault of this service (OperationalError)"),
    "contradiction": (_refused_by_the_database, "cannot be stored: it contradicts what is there"),
    "too-long": (
        _too_long, "cannot be stored: a value is too long, or of another form than its column"
    ),
}  # fmt: skip


def _on_both(kind: str) -> list[pytest.MarkDecorator]:
    """The mark of a fault after which each database wants something else of a transaction."""
    if kind in ("no-such-table", "contradiction"):
        return [pytest.mark.both_databases(reason="errors of the database")]
    return []


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=kind, marks=_on_both(kind)) for kind in FAULTS]
)
def test_the_line_that_fails_is_refused_and_no_other(service: Service, kind: str) -> None:
    fault, message = FAULTS[kind]
    names = [f"P{each}" for each in range(30)]
    names[7] = names[21] = "Poison"
    import_id = prepare(service, "given_name\n" + "\n".join(names) + "\n")
    service.post(f"/v1/imports/{import_id}/start", status=200)
    worker, work, failing = writing(fault), work_of(service), FailingItems()
    while worker.step(work.database, work.clock, failing=failing):
        pass
    shown = service.get(f"/v1/imports/{import_id}")
    assert (shown["state"], shown["counts"]["created"], shown["counts"]["refused"]) == (
        "finished", 28, 2
    )  # fmt: skip
    refused = service.get(f"/v1/imports/{import_id}/report", outcome="refused")["items"]
    assert [each["line"] for each in refused] == [9, 23]
    assert all(each["message"].startswith(message) for each in refused), refused


def test_a_file_of_faults_fails_and_says_where(service: Service) -> None:
    import_id = prepare(service, "given_name\nA\n" + "Poison\n" * 60)
    service.post(f"/v1/imports/{import_id}/start", status=200)
    worker, work, failing = writing(_bug), work_of(service), FailingItems()
    for _ in range(4):
        while worker.step(work.database, work.clock, failing=failing):
            pass
        service.clock.advance(hours=2)
    shown = service.get(f"/v1/imports/{import_id}")
    assert shown["state"] == "failed"
    assert "ZeroDivisionError" in shown["error"]
    assert 0 < shown["lines_done"] < 61
    # It goes on where it stopped.
    service.post(f"/v1/imports/{import_id}/start", status=200)
    worker = ImportWorker()
    while worker.step(work.database, work.clock):
        pass
    shown = service.get(f"/v1/imports/{import_id}")
    assert (shown["state"], shown["lines_done"]) == ("finished", 61)


def test_a_database_that_is_away_refuses_no_line(service: Service) -> None:
    def away(_batch: Batch) -> None:
        raise OperationalError("INSERT", None, Exception("server closed the connection"))

    import_id = prepare(service, "given_name\nPoison\n")
    service.post(f"/v1/imports/{import_id}/start", status=200)
    work = work_of(service)
    worker = writing(away)
    for _ in range(3):
        with pytest.raises(OperationalError):
            worker.step(work.database, work.clock, failing=FailingItems())
    assert service.get(f"/v1/imports/{import_id}")["lines_done"] == 0
    service.post(f"/v1/imports/{import_id}/cancel", status=200)


def test_an_import_that_the_database_never_takes_keeps_no_other_from_its_end(
    service: Service,
) -> None:
    def busy(_batch: Batch) -> None:
        raise OperationalError("INSERT", None, Exception("could not write"))

    first = prepare(service, "given_name\nPoison\n")
    service.post(f"/v1/imports/{first}/start", status=200)
    service.clock.advance(minutes=1)
    second = prepare(service, "given_name\nAda\n")
    service.post(f"/v1/imports/{second}/start", status=200)
    work, worker, failing, more = work_of(service), writing(busy), FailingItems(), True
    errors = 0
    while more:
        try:
            more = worker.step(work.database, work.clock, failing=failing)
        except OperationalError:
            errors += 1
        assert errors < 10
    assert service.get(f"/v1/imports/{second}")["state"] == "finished"
    # Once the database takes it, it goes on by itself.
    service.clock.advance(hours=2)
    shown = service.get(f"/v1/imports/{first}")
    assert (shown["state"], shown["lines_done"]) == ("running", 0)
    worker = ImportWorker()
    while worker.step(work.database, work.clock, failing=failing):
        pass
    assert service.get(f"/v1/imports/{first}")["counts"]["created"] == 1


@pytest.mark.parametrize("action", sampled(["skip", "update"], both_databases=1))
def test_cells_that_are_too_long_refuse_their_line(service: Service, action: str) -> None:
    duplicates = {"action": action}
    service.customer("Amara", email="a@x.example")
    content = (
        "given_name,email,phone,language\n"
        f"Amara,a@x.example,+4930{'1' * 14},\nBen,,,{'de-' + 'a' * 40}\nCleo,,,\n"
    )
    _, report = imported(service, content, duplicates=duplicates)
    assert [each["outcome"] for each in report] == ["refused", "refused", "created"]
    service.company("North", email_domains=[f"a{each}.example" for each in range(99)])
    domains = " ".join(f"b{each}.example" for each in range(3))
    content = f"name,email_domains\nNorth,{domains}\nSouth,c.example\n"
    _, report = imported(service, content, "companies", duplicates=duplicates)
    expected = {"skip": "skipped", "update": "refused"}[action]
    assert [each["outcome"] for each in report] == [expected, "created"]
    role = "R" * 120
    content = f"company,customer,role\nSouth,C-000001,{role}\nNorth,C-000001,{role}R\n"
    _, report = imported(service, content, "links", duplicates=duplicates)
    assert [each["outcome"] for each in report] == ["created", "refused"]


def test_imported_companies_are_found_by_the_search(service: Service) -> None:
    imported(service, "name\nÜnal & Söhne GmbH\n", "companies")
    for words in ("unal", "sohne gmbh", "ÜNAL"):
        found = service.get("/v1/companies", q=words)["items"]
        assert [each["name"] for each in found] == ["Ünal & Söhne GmbH"], words


def test_the_history_has_what_an_import_changed(service: Service) -> None:
    service.customer("Amara", email="a@x.example")
    service.plan("Gold")
    update = {"action": "update"}
    imported(service, "name,email_domains\nNorth,n.example\n", "companies")
    imported(
        service,
        "given_name,email,state\nAmara,a@x.example,banned\nBen,b@n.example,\n",
        duplicates=update,
    )
    imported(service, "company,customer\nNorth,C-000001\n", "links")
    imported(service, "plan,customer\nGold,C-000002\n", "memberships")
    events = service.get("/v1/events", limit=100)["items"]
    kinds = [each["type"] for each in events]
    for kind, count in {
        "customer.created": 2, "customer.updated": 1, "company.created": 1, "link.created": 2,
        "membership.created": 1, "import.finished": 4,
    }.items():  # fmt: skip
        assert kinds.count(kind) == count, kind
    changed = next(each for each in events if each["type"] == "customer.updated")
    assert changed["data"]["changed"] == ["state"]
