"""Periods of memberships: kept at each renewal, shown, exported, imported, and found anew."""

import re
from datetime import datetime, timedelta
from importlib import import_module
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from membership.store.database import WRITES
from membership.store.models import AuditEntry, Membership, Payment
from tests.generated import examples
from tests.membership.conftest import SQLITE
from tests.membership.data.imports.test_imports import imported
from tests.membership.members.memberships.test_undo import MONTH, sold, undo
from tests.membership.statements import statements
from tests.membership.support import NOON, Service

MIGRATION: Any = import_module("membership.store.migrations.versions.0029_periods")
HEADER = "plan,customer,company,starts_on,last_day,payment_overdue,former_periods"


def days_of(service: Service, membership: str) -> list[tuple[str, str | None]]:
    """First and last days of all periods."""
    periods = service.get(f"/v1/memberships/{membership}")["periods"]
    return [(each["first_day"], each["last_day"]) for each in periods]


def exported(service: Service) -> list[str]:
    """The lines of the export of memberships."""
    return service.call("GET", "/v1/exports/memberships.csv").text.splitlines()


def test_an_early_and_a_late_renewal_add_periods(service: Service) -> None:
    customer = service.customer()
    membership = sold(service, customer_id=customer)
    path = f"/v1/memberships/{membership}"
    assert days_of(service, membership) == [("2027-03-10", "2027-04-09")]
    service.post(f"{path}/renew", status=200)
    service.clock.advance(days=92)
    service.post(f"{path}/renew", status=200)
    periods = [
        ("2027-03-10", "2027-04-09"),
        ("2027-04-10", "2027-05-09"),
        ("2027-06-10", "2027-07-09"),
    ]
    assert days_of(service, membership) == periods
    now = service.get(path)
    assert (now["member_since"], now["starts_at"]) == (
        "2027-03-10T11:00:00Z",
        "2027-06-10T11:00:00Z",
    )
    held = service.get(f"/v1/customers/{customer}")["memberships"][0]
    assert {name: held[name] for name in ("member_since", "periods", "last_change")} == {
        name: now[name] for name in ("member_since", "periods", "last_change")
    }
    # An extension moves the end of the present period; an early end cuts it.
    service.post(f"{path}/extend", {"days": 5}, status=200)
    assert days_of(service, membership) == [*periods[:2], ("2027-06-10", "2027-07-14")]
    service.post(f"{path}/end", {"at": "2027-06-20T22:00:00Z"}, status=200)
    assert days_of(service, membership) == [*periods[:2], ("2027-06-10", "2027-06-20")]
    assert exported(service) == [
        HEADER,
        "Gold,C-000001,,2027-06-10,2027-06-20,no,2027-03-10/2027-04-09 2027-04-10/2027-05-09",
    ]
    personal = service.call("GET", f"/v1/customers/{customer}/personal-data").json()
    (stored,) = personal["sections"]["memberships"]
    assert [each["last_day"] for each in stored["former_periods"]] == ["2027-04-09", "2027-05-09"]


def test_an_end_before_the_last_renewal_began(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    service.post(f"{path}/renew", status=200)
    service.post(f"{path}/end", {"at": "2027-03-20T22:00:00Z"}, status=200)
    assert days_of(service, membership) == [("2027-03-10", "2027-03-20")]
    assert exported(service)[1] == "Gold,C-000001,,2027-03-10,2027-03-20,no,"


def test_a_company_has_periods_too(service: Service) -> None:
    company, customer = service.company(), service.customer()
    service.link(company, customer)
    membership = sold(service, customer_id=None, company_id=company)
    service.post(f"/v1/memberships/{membership}/renew", status=200)
    shown = service.get(f"/v1/companies/{company}")["memberships"][0]
    assert len(shown["periods"]) == 2
    assert shown["last_change"]["action"] == "membership.renewed"
    inherited = service.get(f"/v1/customers/{customer}")["memberships"][0]
    assert len(inherited["periods"]) == 2
    assert inherited["last_change"] is None  # it is changed at the company


def test_former_periods_are_imported(service: Service) -> None:
    service.plan("Gold", length=MONTH)
    service.customer()
    _, report = imported(
        service,
        f"{HEADER}\n"
        "Gold,C-000001,,2027-03-01,,,2025-01-01/2025-12-31 2026-03-01/2026-12-31\n"
        "Gold,C-000001,,2027-03-02,,,2025-01-01/2025-13-31\n"
        "Gold,C-000001,,2027-03-03,,,2025-01-01\n"
        "Gold,C-000001,,2027-03-04,,,2026-01-01/2026-12-31 2025-01-01/2025-12-31\n"
        "Gold,C-000001,,2027-03-05,,,0001-01-01/9999-12-31\n",
        "memberships",
    )
    assert [each["outcome"] for each in report] == ["created", *["refused"] * 4]
    assert all("former_periods: " in each["message"] for each in report[1:])
    shown = service.get(f"/v1/memberships/{report[0]['id']}")
    assert shown["member_since"] == "2024-12-31T23:00:00Z"
    assert days_of(service, report[0]["id"])[:2] == [
        ("2025-01-01", "2025-12-31"),
        ("2026-03-01", "2026-12-31"),
    ]


def grace(service: Service, membership: str, days: int = 7) -> None:
    """Days of grace in the end of a membership, which a subscription that is over leaves."""
    with service.database.engine.execution_options(**{WRITES: True}).begin() as connection:
        here = Membership.id == UUID(membership)
        ends_at = connection.execute(select(Membership.ends_at).where(here)).scalar_one()
        assert ends_at is not None
        later = ends_at + timedelta(days=days)
        connection.execute(update(Membership).where(here).values(ends_at=later))


def stored_before(service: Service) -> None:
    """Take the former periods from what undoes renewals, as earlier versions stored it."""
    with service.database.engine.execution_options(**{WRITES: True}).begin() as connection:
        for table, name in ((Membership, "last_change"), (Payment, "granted")):
            column = getattr(table, name)
            for row in connection.execute(select(table.id, column)).all():
                if row[1] is not None:
                    kept = {key: row[1][key] for key in row[1] if key != "former_periods"}
                    connection.execute(update(table).where(table.id == row.id).values({name: kept}))


@pytest.mark.parametrize("late", [False, True], ids=["in the grace", "after it"])
@pytest.mark.parametrize("older", [False, True], ids=["new", "stored by an earlier version"])
@pytest.mark.parametrize("way", ["undo", "void"])
def test_a_renewal_after_grace_leaves_no_period(
    service: Service, way: str, older: bool, late: bool
) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    service.post(f"{path}/renew", status=200)
    grace(service, membership)
    before = service.get(path)["periods"]
    service.clock.advance(days=90 if late else 64)
    if way == "undo":
        service.post(f"{path}/renew", status=200)
    else:
        body = {"method": "cash", "amount_minor": 100, "renew": True}
        paid = service.post(f"{path}/payments", body)
    assert len(service.get(path)["periods"]) == 3
    if older:
        stored_before(service)
    service.clock.advance(seconds=1)
    if way == "undo":
        assert undo(service, membership).status_code == 200
    else:
        voided = service.post(f"/v1/payments/{paid['id']}/void", {"why": "x"}, status=200)
        assert voided["renewal"] == "taken_back"
    assert service.get(path)["periods"] == before
    found_anew(service)
    assert service.get(path)["periods"] == before


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["renew", "renew", "extend", "undo", "end", "pay", "void", "grace"]),
        st.integers(0, 45),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=examples(50, few=6),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_ACTS)
def test_periods_in_order_whatever_was_done(service: Service, acts: list[tuple[str, int]]) -> None:
    """In order, without overlap, the first where it began; and the migration finds the same."""
    service.clock.now = NOON
    membership = sold(service)
    path, paid = f"/v1/memberships/{membership}", ""
    began = service.get(path)["member_since"]
    for act, days in acts:
        service.clock.advance(days=days, seconds=1)
        paid = _do(service, path, act, paid)
        shown = service.get(path)
        periods = shown["periods"]
        assert shown["member_since"] == began
        assert all(each["starts_at"] < each["ends_at"] for each in periods)
        pairs = list(pairwise(periods))
        assert all(one["ends_at"] <= other["starts_at"] for one, other in pairs)
        if shown["ended_early_at"] is None:
            assert periods[0]["starts_at"] == began
            assert periods[-1]["ends_at"] == shown["ends_at"]
            assert periods[-1]["last_day"] == shown["last_day"]
    before = service.get(path)["periods"]
    found_anew(service)
    assert service.get(path)["periods"] == before


def found_anew(service: Service) -> None:
    """Let the migration find all former periods in the history."""
    engine = service.database.engine.execution_options(**{WRITES: True})
    with engine.begin() as connection:
        connection.execute(update(Membership).values(former_periods=[]))
        MIGRATION._fill(connection)


@pytest.mark.both_databases(reason="the statements of a migration")
def test_the_migration_reads_a_page_at_a_time_and_finds_all(service: Service) -> None:
    """Several pages of memberships, of two clubs, some of them never renewed."""
    before = {}
    for club in (service, service.fresh()):
        plan = club.plan("Gold", length=MONTH)
        for renewals in (1, 0, 2, 1, 0):
            path = f"/v1/memberships/{club.member(plan, customer_id=club.customer())}"
            for _ in range(renewals):
                club.clock.advance(seconds=1)
                club.post(f"{path}/renew", status=200)
            before[path] = club, club.get(path)["periods"]
    assert sorted(len(periods) for _, periods in before.values()) == [1] * 4 + [2] * 4 + [3] * 2
    engine = service.database.engine.execution_options(**{WRITES: True})
    for page in (2, 5, 500):
        with statements(service.database) as sent, engine.begin() as connection:
            connection.execute(update(Membership).values(former_periods=[]))
            MIGRATION._fill(connection, page)
        audit = [each for each in sent if "FROM audit_entries" in each.sql]
        assert all("subject_id IN" in each.sql for each in audit)
        assert len(audit) >= (2 if page > 2 else 6)
        for path, (club, periods) in before.items():
            assert club.get(path)["periods"] == periods, (page, path)


@pytest.mark.both_databases(reason="the statements of a migration")
def test_indexes_serve_the_migration(service: Service) -> None:
    ids = [uuid4() for _ in range(500)]
    service.customer()  # which makes an entry in the audit
    engine = service.database.engine.execution_options(**{WRITES: True})
    with engine.connect() as connection, connection.begin() as transaction:
        sqlite = connection.dialect.name == SQLITE
        if not sqlite:  # of a table with few rows it would read all
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            _many_renewals(connection)
        for query, index, by in (
            (MIGRATION._entries_of(1, ids), "ix_audit_entries_subject", "subject_id"),
            (MIGRATION._memberships_after(1, ids[0], 500), "memberships", "id"),
        ):
            sql = query.compile(connection, compile_kwargs={"literal_binds": True})
            words = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
            plan = "\n".join(row[-1] for row in connection.exec_driver_sql(f"{words} {sql}"))
            assert index in plan
            searched = (
                rf"\(organization_id=\? AND {by}[=>]\?" if sqlite else rf"Index Cond.*\b{by}\b"
            )
            assert re.search(searched, plan), plan
        transaction.rollback()


def _many_renewals(connection: Connection) -> None:
    """Entries of 30,000 memberships in the first club; a planner knows of few rows otherwise."""
    table = AuditEntry.metadata.tables[AuditEntry.__tablename__]
    values = {
        "organization_id": "1",
        "id": "gen_random_uuid()",
        "action": "'membership.renewed'",
        "subject_id": "gen_random_uuid()::text",
    }
    columns = [column.name for column in table.c]
    selected = ", ".join(values.get(name, f"one.{name}") for name in columns)
    connection.exec_driver_sql(
        f"INSERT INTO audit_entries ({', '.join(columns)}) SELECT {selected} "
        "FROM generate_series(1, 30000), (SELECT * FROM audit_entries LIMIT 1) one"
    )
    connection.exec_driver_sql("ANALYZE audit_entries")


def _do(service: Service, path: str, act: str, paid: str) -> str:
    """Do one thing to a membership, as far as it can be done; returns the last payment."""
    last: dict[str, Any] | None = service.get(path)["last_change"]
    match act:
        case "undo" if last is not None:
            undo(service, path.rpartition("/")[2])
        case "void" if paid:
            service.call("POST", f"/v1/payments/{paid}/void", json={"why": "x"})
            return ""
        case "pay":
            body = {"method": "cash", "amount_minor": 100, "renew": True}
            answer = service.call("POST", f"{path}/payments", json=body)
            return str(answer.json()["id"]) if answer.status_code == 201 else paid
        case "renew":
            service.call("POST", f"{path}/renew", json={})
        case "grace":
            grace(service, path.rpartition("/")[2])
        case "extend":
            service.call("POST", f"{path}/extend", json={"days": 3})
        case "end":
            at = service.clock() + timedelta(days=20)
            service.call("POST", f"{path}/end", json={"at": datetime.isoformat(at)})
    return paid
