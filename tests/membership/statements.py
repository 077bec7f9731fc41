"""The SQL that a service sends while it answers requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event

from membership.store.database import Database


class Sent(NamedTuple):
    """A statement and its parameters."""

    sql: str
    values: Any


@contextmanager
def statements(database: Database) -> Iterator[list[Sent]]:
    """Yield a list to which each statement sent within the block is added, in order.

    What is stored beside the requests, that an API key was used, is left out: when it is sent
    depends on the machine.
    """
    sent: list[Sent] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        if not threading.current_thread().name.startswith("key-uses"):
            sent.append(Sent(sql, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
