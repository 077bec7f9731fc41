"""In which order transactions lock the counts of attempts: two orders are a deadlock in waiting."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) throttles\b")
_NAME = re.compile(r"[0-9a-f]{64}\Z")


class LockOrder:
    """The pairs of counts that one transaction locked one after the other."""

    def __init__(self) -> None:
        self.pairs: set[tuple[str, str]] = set()
        self._held: defaultdict[int, list[str]] = defaultdict(list)

    def lock(self, connection: int, name: str) -> None:
        """A transaction locks a count, unless it holds it already."""
        held = self._held[connection]
        if name not in held:
            self.pairs |= {(before, name) for before in held}
            held.append(name)

    def end(self, connection: int) -> None:
        """A transaction releases all that it holds."""
        self._held.pop(connection, None)

    @property
    def both_ways(self) -> set[tuple[str, str]]:
        """Pairs that were locked in both orders."""
        return {pair for pair in self.pairs if pair[::-1] in self.pairs}


def _dbapi(connection: Any) -> int:
    return id(connection.connection.dbapi_connection)


@contextmanager
def lock_order(engine: Engine) -> Iterator[LockOrder]:
    """Record the order within the block."""
    order = LockOrder()

    def execute(connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if _WRITES.match(statement):
            values = given.values() if isinstance(given, dict) else given
            for value in values:
                if isinstance(value, str) and _NAME.match(value):
                    order.lock(_dbapi(connection), value)

    def end(connection: Any) -> None:
        order.end(_dbapi(connection))

    listeners = (("before_cursor_execute", execute), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield order
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
