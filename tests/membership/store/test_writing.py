"""Writing transactions: when their clock is read, and what their sessions know of the actor."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from api_client.messages.management import ActorKind
from membership.base.actors import ATTRIBUTION, SERVICE, Actor, Attribution
from membership.store.database import WRITES, Database, open_database
from membership.store.models import Organization
from tests.membership.conftest import SQLITE, Databases
from tests.membership.rows import organization_row
from tests.membership.support import NOON, Clock

ADA = Actor(ActorKind.STAFF, "Ada")


def slugs(database: Database) -> list[str]:
    """The organizations that are stored."""
    with database.readers.begin() as session:
        return [each.slug for each in session.query(Organization).order_by(Organization.slug)]


def test_the_session_knows_the_actor_the_time_and_the_request(database: Database) -> None:
    clock = Clock()
    with database.writing(ADA, clock) as (session, now):
        assert session.info[ATTRIBUTION] == Attribution(ADA, NOON, None)
        session.add(organization_row(created_at=now))
    clock.advance(hours=1)
    with bound_contextvars(request_id="r1"), database.writing(SERVICE, clock) as (session, now):
        assert session.info[ATTRIBUTION] == Attribution(SERVICE, NOON + timedelta(hours=1), "r1")
        assert session.get_one(Organization, 1).created_at == NOON < now


def test_an_instant_is_taken_as_it_is(database: Database) -> None:
    with database.writing(SERVICE, NOON) as (session, now):
        assert session.info[ATTRIBUTION].now is now is NOON


def test_what_raises_is_rolled_back(database: Database) -> None:
    def write() -> None:
        with database.writing(SERVICE, NOON) as (session, _):
            session.add(organization_row())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert slugs(database) == []


def test_on_a_connection_of_ones_own(database: Database) -> None:
    with database.engine.connect().execution_options(**{WRITES: True}) as connection:
        for slug in ("one", "two"):
            writing = database.writing(SERVICE, NOON, connection=connection)
            with writing as (session, _):
                assert session.connection() is connection
                session.add(organization_row(slug=slug))
            assert not connection.in_transaction()
    assert slugs(database) == ["one", "two"]


# On PostgreSQL transactions write side by side, and commit in any order.
def test_the_clock_is_read_after_the_lock_is_had(databases: Databases, tmp_path: Path) -> None:
    database = open_database(databases.new(SQLITE, tmp_path))
    begun, read = threading.Event(), threading.Event()

    def clock() -> datetime:
        read.set()
        return NOON

    def write() -> None:
        begun.set()
        with database.writing(SERVICE, clock) as (session, _):
            session.add(organization_row(slug="second"))

    with database.writing(SERVICE, NOON) as (session, _):
        session.add(organization_row(slug="first"))
        waiting = threading.Thread(target=write)
        waiting.start()
        assert begun.wait(10)
        assert not read.wait(0.3), "the clock was read while another transaction held the lock"
    waiting.join()
    assert read.is_set()
    assert slugs(database) == ["first", "second"]
    database.engine.dispose()
