"""Storage: column types, what constraints catch, how queries are planned."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from membership.accounts.organizations import bootstrap_organization
from membership.base.settings import ServiceSettings
from membership.store.base_model import Base
from membership.store.database import Database, open_database
from membership.store.models import Card, Customer, Membership, MembershipSource, Organization
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.rows import customer_row, organization_row
from tests.membership.statements import statements
from tests.membership.support import NOON, running_service


def test_instants_come_back_in_utc(database: Database) -> None:
    plus = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2027, 3, 10, 4, 30, 15, 123456, tzinfo=plus)
    with database.writers.begin() as session:
        session.add(organization_row(created_at=at))
    with database.readers.begin() as session:
        stored = session.query(Organization).one().created_at
    assert stored == at
    assert stored.tzinfo is UTC


def test_naive_datetimes_are_refused(database: Database) -> None:
    with (
        pytest.raises(StatementError, match="datetime without a time zone: 2027-03-10"),
        database.writers.begin() as session,
    ):
        session.add(organization_row(created_at=datetime(2027, 3, 10)))  # noqa: DTZ001
    with database.readers.begin() as session:
        assert session.query(Organization).count() == 0


def test_naive_datetimes_are_refused_in_queries(database: Database) -> None:
    naive = datetime(2027, 3, 10)  # noqa: DTZ001
    with (
        pytest.raises(StatementError, match="without a time zone"),
        database.readers.begin() as session,
    ):
        session.query(Organization).filter(Organization.created_at < naive).all()


def _membership(customer: Customer | None, **fields: Any) -> Membership:
    return Membership(
        id=uuid4(),
        organization_id=1 if customer is None else customer.organization_id,
        customer_id=None if customer is None else customer.id,
        plan_name="P",
        price_minor=0,
        currency="EUR",
        permissions=[],
        starts_at=NOON,
        time_zone="UTC",
        source=MembershipSource.API,
        created_at=NOON,
        **fields,
    )


def _card(organization_id: int, customer: Customer) -> Card:
    return Card(
        organization_id=organization_id,
        id=uuid4(),
        customer_id=customer.id,
        code="code",
        label="",
        issued_at=NOON,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda mine, _theirs: _card(mine.organization_id + 1, mine),
        lambda mine, theirs: _card(mine.organization_id, theirs),
        lambda mine, _theirs: _membership(mine, plan_id=uuid4()),
        lambda _mine, _theirs: _membership(None, plan_id=uuid4()),
        lambda mine, _theirs: customer_row(mine.organization_id, mine.number),
    ],
    ids=["card-elsewhere", "card-of-theirs", "no-such-plan", "no-owner", "number-twice"],
)
def test_the_database_itself_refuses(
    database: Database, wrong: Callable[[Customer, Customer], Base]
) -> None:
    with database.writers.begin() as session:
        first, second = organization_row(slug="one"), organization_row(slug="two")
        session.add_all([first, second])
        session.flush()
        mine, theirs = customer_row(first.id, 1), customer_row(second.id, 2)
        session.add_all([mine, theirs])
    with pytest.raises(IntegrityError), database.writers.begin() as session:
        session.add(wrong(mine, theirs))


def test_owner_and_period_are_checked(database: Database) -> None:
    plan, owner = uuid4(), uuid4()
    insert = text(
        "INSERT INTO memberships (organization_id, id, customer_id, company_id, plan_id, plan_name,"
        " price_minor, currency, permissions, starts_at, ends_at, last_day, time_zone, source,"
        " created_at) VALUES (1, :id, :customer, :company, :plan, 'P', 0, 'EUR', '[]', :starts,"
        " :ends, :last_day, 'UTC', 'api', :starts)"
    )
    starts, earlier = datetime(2027, 3, 10, tzinfo=UTC), datetime(2027, 3, 9, tzinfo=UTC)
    as_text = database.engine.dialect.name == SQLITE
    for customer, company, ends, last_day, name in (
        (owner, owner, None, None, "one_owner"),
        (None, None, None, None, "one_owner"),
        (owner, None, earlier, date(2027, 3, 9), "period"),
        (owner, None, None, date(2027, 3, 9), "last_day"),
    ):
        values: dict[str, Any] = {
            "id": uuid4(),
            "customer": customer,
            "company": company,
            "plan": plan,
            "starts": starts,
            "ends": ends,
            "last_day": last_day,
        }
        if as_text:
            values = {key: value if value is None else str(value) for key, value in values.items()}
        with pytest.raises(IntegrityError, match=name), database.engine.begin() as connection:
            connection.execute(insert, values)


def test_password_of_the_database_is_not_told() -> None:
    url = "postgresql://club:s3cret@127.0.0.1:1/club"
    database = open_database(ServiceSettings(database_url=url))
    assert "s3cret" not in database.place
    assert "127.0.0.1" in database.place


def test_other_databases_are_not_supported() -> None:
    with pytest.raises(ValueError, match="mysql"):
        open_database(ServiceSettings(database_url="mysql://127.0.0.1/club"))


def test_no_query_of_the_desk_reads_a_whole_organization_row(
    databases: Databases, tmp_path: Path
) -> None:
    """SQLite searches every table by more than the organization, whatever its planner thinks."""
    with running_service(databases.new(SQLITE, tmp_path)) as service:
        customer, company = service.customer("Amara"), service.company(seat_cap=5)
        service.link(company, customer)
        service.member(service.plan(), company_id=company)
        code = service.card(customer)["code"]
        with statements(service.database) as sent:
            for text_on_card in (code, customer, "C-000001"):
                service.scan(text_on_card)
            service.get("/v1/customers", q="am")
            service.get("/v1/customers", q="ama c")
            service.get(f"/v1/customers/{customer}")
        steps = []
        with service.database.engine.connect() as connection:
            for statement, values in [each for each in sent if each.sql.startswith("SELECT")]:
                once = tuple(values) if isinstance(values, list) else values
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", once)
                steps += [str(row[3]) for row in plan]
    searched = [step for step in steps if step.startswith(("SEARCH", "SCAN"))]
    assert len(searched) > 20
    # What a query found in a subquery of its own, named anon, is read once and wholly.
    bad = [
        step
        for step in searched
        if (step.startswith("SCAN") and not step.startswith("SCAN anon_"))
        or step.endswith("(organization_id=?)")
    ]
    assert bad == []


def test_sqlite_is_durable(databases: Databases, tmp_path: Path) -> None:
    database = open_database(databases.new(SQLITE, tmp_path))
    with database.engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_connections_that_the_server_closed_while_idle_are_replaced(
    databases: Databases, tmp_path: Path
) -> None:
    times_s = [100.0]
    database = open_database(databases.new(POSTGRESQL, tmp_path), lambda: times_s[-1])
    whose = text("SELECT pg_backend_pid()")
    with database.single.connect() as first, database.engine.connect() as second:
        closed = {first.execute(whose).scalar_one(), second.execute(whose).scalar_one()}
    other = open_database(
        ServiceSettings(data_dir=tmp_path, database_url=databases.url("postgres"))
    )
    with other.single.connect() as connection:
        for process in closed:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})
    times_s.append(101.1)  # one that was used a moment ago is not tried
    with database.single.connect() as first, database.engine.connect() as second:
        opened = {first.execute(whose).scalar_one(), second.execute(whose).scalar_one()}
    assert not closed & opened
    for each in (database, other):
        each.engine.dispose()


@pytest.mark.parametrize("name", [SQLITE, POSTGRESQL])
def test_single_statements_are_stored_at_once(
    databases: Databases, tmp_path: Path, name: str
) -> None:
    database = open_database(databases.new(name, tmp_path))
    with database.single.connect() as writing, database.single.connect() as reading:
        writing.execute(insert(Organization), {"slug": "c", **_NEEDED})
        assert reading.execute(select(Organization.slug)).scalars().all() == ["c"]
    with database.readers.begin() as session:
        assert session.scalars(select(Organization.slug)).all() == ["c"]
    database.engine.dispose()


_NEEDED = {"name": "C", "time_zone": "UTC", "currency": "EUR", "created_at": NOON}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"slug": "My Club"}, "slug"),
        ({"slug": "-"}, "slug"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"currency": "euro"}, "currency"),
        ({"country": "Germany"}, "country"),
    ],
)
def test_organizations_of_the_wrong_form(
    database: Database, wrong: dict[str, str], told: str
) -> None:
    right = {"name": "C", "slug": "c", "time_zone": "UTC", "currency": "EUR"}
    with database.writers.begin() as session, pytest.raises(ValueError, match=told):
        bootstrap_organization(session, now=NOON, **{**right, **wrong})  # type: ignore[arg-type]
