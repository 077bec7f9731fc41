"""Prepared statements return what SQLAlchemy returns, and fail as its statements do."""

from datetime import UTC, date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, event, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from api_client.messages.scan import CustomerState
from membership.base.settings import ServiceSettings
from membership.store.database import Database, open_database
from membership.store.models import Customer, Membership, MembershipSource, Organization, Plan
from membership.store.prepared import Prepared
from tests.membership.conftest import POSTGRESQL, Databases
from tests.membership.rows import FREE, customer_row, organization_row
from tests.membership.support import NOON

_CUSTOMERS = Customer.metadata.tables[Customer.__tablename__]
_EVERY_TYPE = (
    select(
        Customer.id,
        Customer.number.label("called"),
        Customer.state,
        Customer.birth_date,
        Membership.permissions,
        Membership.starts_at,
        Membership.ends_at,
        Organization.demo,
        func.length(Customer.given_name),
        literal("fixed"),
    )
    .join(Organization, Organization.id == Customer.organization_id)
    .join(Membership, Membership.customer_id == Customer.id)
    .where(Customer.id == bindparam("customer_id", type_=Customer.id.type))
    .where(Membership.starts_at <= bindparam("now", type_=Membership.starts_at.type))
    .where(Customer.id != bindparam("other_id", type_=Customer.id.type))
)


@pytest.fixture
def customer(database: Database) -> UUID:
    """A customer of the only organization, with a membership."""
    with database.writers.begin() as session:
        organization = organization_row()
        session.add(organization)
        session.flush()
        row = customer_row(organization.id, 7)
        row.birth_date = date(1990, 2, 28)
        session.add(row)
        session.flush()
        plan = Plan(organization_id=organization.id, id=uuid4(), name="Gold", **FREE)
        session.add(plan)
        session.flush()
        membership = Membership(
            organization_id=organization.id,
            id=uuid4(),
            customer_id=row.id,
            plan_id=plan.id,
            plan_name=plan.name,
            permissions=[["pool", "Pool"]],
            starts_at=NOON,
            time_zone="UTC",
            source=MembershipSource.API,
            **FREE,
        )
        session.add(membership)
        return row.id


def test_rows_are_those_of_sqlalchemy(database: Database, customer: UUID) -> None:
    asked = {"customer_id": customer, "other_id": uuid4(), "now": NOON}
    prepared = Prepared(_EVERY_TYPE)
    with database.single.connect() as connection:
        usual = connection.execute(_EVERY_TYPE, asked).all()
        (row,) = prepared.rows(connection, asked)
        assert tuple(row) == tuple(usual[0])
        assert [type(each) for each in row] == [type(each) for each in usual[0]]
        assert (row.id, row.called, row.state) == (customer, 7, CustomerState.ACTIVE)
        assert row.starts_at.tzinfo is UTC
        # Nothing of one execution is left in the next one.
        assert prepared.rows(connection, {**asked, "customer_id": uuid4()}) == []
        assert prepared.rows(connection, asked) == [row]


def _insert(database: Database) -> Prepared:
    """An insert of a customer that returns the id, in the dialect of the database."""
    postgresql = database.engine.dialect.name == POSTGRESQL
    statement = (postgresql_insert if postgresql else sqlite_insert)(_CUSTOMERS)
    key = ("organization_id", "id")
    returning = statement.on_conflict_do_nothing(index_elements=key).returning(_CUSTOMERS.c.id)
    return Prepared(returning)


def _values(organization_id: int, number: int | None) -> dict[str, Any]:
    row = customer_row(organization_id, 1)
    names = ("organization_id", "id", "given_name", "family_name", "created_at")
    fixed = {"number": number, "state": CustomerState.ACTIVE, "search_text": "", "sort_name": ""}
    return {name: getattr(row, name) for name in names} | fixed


def test_an_insert_is_stored_at_once_and_returns_its_row(
    database: Database, customer: UUID
) -> None:
    insert = _insert(database)
    with database.readers.begin() as session:
        (organization_id,) = session.scalars(select(Organization.id))
    new = _values(organization_id, 8)
    with database.single.connect() as connection:
        assert [tuple(row) for row in insert.rows(connection, new)] == [(new["id"],)]
        assert insert.rows(connection, new) == []
    with database.readers.begin() as session:
        assert set(session.scalars(select(Customer.id))) == {customer, new["id"]}


def test_an_insert_without_a_value_for_a_default_is_refused(database: Database) -> None:
    values = _values(1, 8)
    del values["search_text"]
    with (
        database.single.connect() as connection,
        pytest.raises(ValueError, match="search_text"),
    ):
        _insert(database).rows(connection, values)


def test_what_a_constraint_refuses_is_an_integrity_error(
    database: Database, customer: UUID
) -> None:
    with database.single.connect() as connection:
        with pytest.raises(IntegrityError, match="number") as raised:
            _insert(database).rows(connection, _values(1, None))
        assert str(customer) not in str(raised.value)
        assert "[SQL parameters hidden" in str(raised.value)
        assert connection.execute(select(func.count()).select_from(Customer)).scalar_one() == 1


def test_statements_can_be_listened_to(database: Database, customer: UUID) -> None:
    sent = []

    def note(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.single.connect() as connection:
        asked = {"customer_id": customer, "other_id": uuid4(), "now": NOON}
        Prepared(_EVERY_TYPE).rows(connection, asked)
        ((statement, values),) = sent
        (row,) = connection.exec_driver_sql(
            statement, tuple(values) if isinstance(values, list) else values
        )
    assert row.called == 7


def test_connections_that_were_lost_are_replaced(databases: Databases, tmp_path: Path) -> None:
    # It was used a moment ago, and is not tried before it is used.
    database = open_database(databases.new(POSTGRESQL, tmp_path), lambda: 100.0)
    counted = Prepared(select(func.count(), func.pg_backend_pid()).select_from(Customer))
    with database.single.connect() as first, database.single.connect() as second:
        closed = [counted.rows(each, {})[0][1] for each in (first, second)]
    other = open_database(
        ServiceSettings(data_dir=tmp_path, database_url=databases.url("postgres"))
    )
    with other.single.connect() as connection:
        for process in closed:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})
    with database.single.connect() as connection, pytest.raises(DBAPIError) as raised:
        counted.rows(connection, {})
    assert raised.value.connection_invalidated
    with database.single.connect() as first, database.single.connect() as second:
        opened = [counted.rows(each, {})[0] for each in (first, second)]
    assert not {row[1] for row in opened} & set(closed)
    assert [row[0] for row in opened] == [0, 0]
    for each in (database, other):
        each.engine.dispose()
