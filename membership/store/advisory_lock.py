"""Advisory locks of PostgreSQL: work that only one process does at a time, until it commits.

Each lock ends with the transaction that took it, also when its process is killed. On SQLite none
is needed: a writing transaction holds the database's only write lock, so functions here return
as if the lock were free.
"""

from enum import IntEnum

from sqlalchemy import Connection, text

_POSTGRESQL = "postgresql"


class Lock(IntEnum):
    """What is locked. The numbers are shared with other versions of the service: never change."""

    SETUP = 7_162_530_411
    """Migrating and setting up the database."""

    EXPIRY_SWEEPER = 7_162_530_412
    ROLLOUTS = 7_162_530_413
    CARD_REFRESH = 7_162_530_414


def hold(connection: Connection, lock: Lock) -> None:
    """Take a lock until the transaction ends, waiting for the process that has it."""
    if connection.dialect.name == _POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock.value})


def try_hold(connection: Connection, lock: Lock) -> bool:
    """Take a lock until the transaction ends; False, at once, if another process has it."""
    if connection.dialect.name != _POSTGRESQL:
        return True
    statement = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(connection.scalar(statement, {"lock": lock.value}))


class SequenceWatermark:
    """The number of a sequence before which no open transaction can still add rows.

    On PostgreSQL, numbers are taken before transactions commit: number 8 can be visible while 7
    is still to come, and a reader that remembers a position would never see 7. So each
    writing transaction takes a shared advisory lock on the next number (``hold``), and readers
    stop before the least number that is locked (``read``). On SQLite there is one writer, whose
    numbers become visible in their order.

    ``namespace`` distinguishes these locks from others: it is the upper 16 bits of their keys,
    the number is the lower 48.
    """

    def __init__(self, sequence: str, namespace: int) -> None:
        upcoming = "(CASE WHEN is_called THEN last_value + 1 ELSE last_value END)"
        self._namespace = namespace << 48
        self._hold = text(
            f"SELECT pg_advisory_xact_lock_shared({self._namespace} + {upcoming})"  # noqa: S608
            f" FROM {sequence}"
        )
        self._upcoming = text(f"SELECT {upcoming} FROM {sequence}")  # noqa: S608

    def hold(self, connection: Connection) -> None:
        """Keep readers before the numbers that this transaction takes from now on.

        A savepoint that is rolled back gives up the locks taken in it.
        """
        if connection.dialect.name == _POSTGRESQL:
            connection.execute(self._hold)

    def read(self, connection: Connection) -> int | None:
        """The number before which no row can still appear; None where that cannot happen.

        To be called in a transaction of isolation READ COMMITTED, before the rows are read.
        """
        if connection.dialect.name != _POSTGRESQL:
            return None
        # In this order: who takes a number after the first statement takes one beyond it.
        upcoming = int(connection.scalar(self._upcoming) or 1)
        least = connection.scalar(_LEAST_HELD, {"namespace": self._namespace})
        return upcoming if least is None else min(upcoming, int(least))


_LEAST_HELD = text(
    "SELECT min(((classid::bigint << 32) | objid::bigint) - :namespace) FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint >> 16 = :namespace >> 48"
)
