"""What the line of an endpoint reads does not grow with what is set aside."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from membership.events.types import EventType
from membership.events.webhooks.delivery_queue import lease_endpoint
from membership.events.webhooks.line import leave_line, next_seq
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint
from tests.membership.conftest import SQLITE
from tests.membership.events.conftest import Club
from tests.membership.statements import Sent, statements
from tests.membership.support import arranging

pytestmark = pytest.mark.both_databases("query plans")
IN_LINE = 60
FEW, MANY = 300, 3000


def test_what_is_read_does_not_grow_with_what_is_set_aside(club: Club) -> None:
    read = {count: _rows_read(club, count) for count in (FEW, MANY)}
    assert set(read[FEW]) == set(read[MANY]) >= {"next", "aside_first", "leave", "lease"}
    for step, few in read[FEW].items():
        assert read[MANY][step] < 2 * few + 50, (step, read)


def _rows_read(club: Club, count: int) -> dict[str, int]:
    """What finding the next delivery reads, with ``count`` set aside: rows, or steps on SQLite."""
    endpoint_id = _endpoint_with(club, count)
    now = club.clock()
    found: dict[str, int] = {}

    def next_of(session: Session, endpoint: WebhookEndpoint) -> None:
        # Behind what is set aside wait all but the last of those in line.
        assert next_seq(session, endpoint, now, aside_first=False) is not None

    def aside(session: Session, endpoint: WebhookEndpoint) -> None:
        assert next_seq(session, endpoint, now, aside_first=True) is not None

    def leave(session: Session, endpoint: WebhookEndpoint) -> None:
        leave_line(session, delivered)

    with arranging(club.database) as session:
        endpoint = session.get_one(WebhookEndpoint, (club.tenant.id, endpoint_id))
        own = WebhookDelivery.endpoint_id == endpoint_id
        delivered = session.scalars(select(WebhookDelivery).where(own).limit(1)).one()
        for name, step in (("next", next_of), ("aside_first", aside), ("leave", leave)):
            with statements(club.database) as sent, session.begin_nested() as undone:
                step(session, endpoint)
                undone.rollback()
            found[name] = sum(_work(session.connection(), each) for each in _queries(sent))
    with statements(club.database) as sent:
        attempt = lease_endpoint(club.work)
    assert attempt is not None
    with arranging(club.database) as session:
        reads = [each for each in _queries(sent) if each.sql.startswith("SELECT")]
        found["lease"] = sum(_work(session.connection(), each) for each in reads)
    club.set(endpoint_id, disabled_at=now)
    return found


def _queries(sent: list[Sent]) -> Iterator[Sent]:
    """Those of the statements that read or change rows."""
    return (each for each in sent if each.sql.split()[0] in ("SELECT", "UPDATE"))


def _work(connection: Connection, statement: Sent) -> int:
    """Rows that a statement reads on PostgreSQL; steps of SQLite's machine, in tens."""
    if connection.dialect.name == SQLITE:
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        raw: Any = connection.connection.driver_connection
        with _undone(connection):
            raw.set_progress_handler(count, 10)
            connection.exec_driver_sql(statement.sql, statement.values).close()
            raw.set_progress_handler(None, 0)
        return steps
    with _undone(connection):
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}", statement.values
        ).scalar_one()
    return int(_rows_of(plan[0]["Plan"]))


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    """A savepoint that is taken back."""
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def _rows_of(node: dict[str, Any]) -> float:
    """The rows that all parts of a plan read, those included that a condition left out."""
    own = float(node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    loops = float(node["Actual Loops"])
    return own * loops + sum(_rows_of(each) for each in node.get("Plans", ()))


def _endpoint_with(club: Club, count: int) -> UUID:
    """An endpoint with ``count`` deliveries set aside, and some in line behind them.

    A third of those set aside wait for their retry, the others behind one of the same subject.
    Each subject has events that were delivered long before.
    """
    endpoint_id, _ = club.endpoint("http://127.0.0.1:1/hook")
    now = club.clock()
    later = now + timedelta(hours=1)
    subjects = [str(uuid4()) for _ in range(count // 3)]
    rows: list[tuple[str, dict[str, Any]]] = [
        (each, {"state": DeliveryState.DELIVERED, "delivered_at": now})
        for each in subjects
        for _ in range(2)
    ]
    own = {"set_aside_at": now, "attempts": 3}
    rows += [(each, own | {"retry_at": later}) for each in subjects]
    rows += [(each, {"set_aside_at": now, "behind_seq": 0}) for each in subjects * 2]
    rows += [(each, {}) for each in subjects[: IN_LINE - 1]] + [(str(uuid4()), {})]
    with arranging(club.database) as session:
        first = 1 + (session.scalar(select(Event.seq).order_by(Event.seq.desc()).limit(1)) or 0)
        ahead = {each: first + 2 * len(subjects) + place for place, each in enumerate(subjects)}
        events, deliveries = [], []
        for seq, (subject, values) in enumerate(rows, start=first):
            organization = {"organization_id": club.tenant.id}
            events.append(
                organization
                | {"id": uuid4(), "seq": seq, "type": EventType.PLAN_CREATED.value}
                | {"subject_id": subject, "data": {}, "occurred_at": now, "created_at": now}
            )
            chosen = {"state": DeliveryState.PENDING, "attempts": 0, **values}
            empty = dict.fromkeys(("set_aside_at", "retry_at", "behind_seq", "delivered_at"))
            if "behind_seq" in values:
                chosen["behind_seq"] = ahead[subject]
            deliveries.append(
                organization | {"endpoint_id": endpoint_id, "event_seq": seq} | empty | chosen
            )
        session.execute(insert(Event), events)
        session.execute(insert(WebhookDelivery), deliveries)
    if club.database.engine.dialect.name != SQLITE:
        with club.database.engine.connect() as connection:
            for table in ("events", "webhook_deliveries"):
                connection.exec_driver_sql(f"ANALYZE {table}")
            connection.commit()
    return endpoint_id
