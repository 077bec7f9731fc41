"""The database: engines for SQLite and PostgreSQL, column types and sessions.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that was acknowledged survives a
power cut. Writing transactions take the write lock when they begin (``BEGIN IMMEDIATE``), so that
two of them wait for each other instead of failing half-way.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, DateTime, Dialect, Engine, Row, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from membership.base.actors import ATTRIBUTION, Actor, Attribution
from membership.base.logs import current_request_id
from membership.base.settings import ServiceSettings

AnyRow = Row[*tuple[Any, ...]]
"""A row of any columns."""

WRITES = "walletdesk_writes"
"""Execution option of connections whose transactions write."""

PUBLIC_MAIL_DOMAINS = "public_mail_domains"
"""Key of the info of sessions: the setting of that name, a tuple of domains."""

_USED_AT = "walletdesk_used_at"
_IDLE_SECONDS = 1.0

_SINGLE = "walletdesk_single"
"""Execution option of SQLite connections that begin no transaction by themselves."""


class UtcDateTime(TypeDecorator[datetime]):
    """Column type of instants: takes aware datetimes of any zone, returns them in UTC.

    Raises ValueError for a naive datetime, whose instant is not known.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; for SQLite, which stores no zone, drop it afterwards."""
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError(f"datetime without a time zone: {value.isoformat()}")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """Return the instant with the zone UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Database:
    """An engine, and its two kinds of sessions: ``readers`` and those of ``writing``.

    On ``single``, each statement is a transaction of its own: it sees what is stored when it
    begins, and what it stores is committed when it ends.

    ``writers`` makes the sessions of ``writing``; what listens to every write listens to it.
    """

    engine: Engine
    single: Engine
    readers: sessionmaker[Session]
    writers: sessionmaker[Session]

    @property
    def place(self) -> str:
        """The location of the data for messages: a file, or a server's URL without its password."""
        return place_of(self.engine.url)

    @contextmanager
    def writing(
        self,
        actor: Actor,
        now: datetime | Callable[[], datetime],
        *,
        connection: Connection | None = None,
        audited: bool = True,
    ) -> Iterator[tuple[Session, datetime]]:
        """Open a writing transaction in which ``actor`` acts: the only way to open one.

        Yields its session and the time at which it takes place. Commits when the block ends and
        rolls back when it raises. The actor, the time and the id of the current request are set
        as the session's ``Attribution``.

        A clock as ``now`` is read after the transaction has begun: on SQLite, which has one
        writer at a time, times are then in the order of the commits. Pass an instant where the
        time is fixed already. ``connection`` is one to use instead of one of the pool. Without
        ``audited`` nothing is recorded: only for the contents of a new database.

        Raises sqlalchemy.exc.SQLAlchemyError, which ``membership.store.errors`` explains.
        """
        made = self.writers() if connection is None else self.writers(bind=connection)
        with made as session, session.begin():
            session.connection()  # begins the transaction, before the clock is read
            at = now if isinstance(now, datetime) else now()
            session.info[ATTRIBUTION] = Attribution(actor, at, current_request_id(), audited)
            yield session, at


def connection_of(bind: Session | Connection) -> Connection:
    """Return the connection of a session, or the connection itself."""
    return bind.connection() if isinstance(bind, Session) else bind


@contextmanager
def as_one(connection: Connection) -> Iterator[None]:
    """Run a block on a connection of ``single`` in one transaction, committed at its end.

    On any other connection the block is part of the open transaction.
    """
    options = connection.get_execution_options()
    if not options.get(_SINGLE) and options.get("isolation_level") != "AUTOCOMMIT":
        yield
        return
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def place_of(url: URL) -> str:
    """Return the file of a SQLite URL, or a server's URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def open_database(
    settings: ServiceSettings, clock: Callable[[], float] = time.monotonic
) -> Database:
    """Create the engine; no connection is opened yet. ``clock`` tells how long one was idle, in s.

    Raises ValueError for an invalid URL or a database other than SQLite and PostgreSQL.
    """
    url = settings.url()
    backend = url.get_backend_name()
    if backend == "sqlite":
        engine = _sqlite_engine(url, settings)
    elif backend == "postgresql":
        engine = _postgresql_engine(url, settings, clock)
    else:
        raise ValueError(f"database_url: {backend!r} is not supported, use sqlite or postgresql")
    writing = engine.execution_options(**{WRITES: True})
    info = {PUBLIC_MAIL_DOMAINS: settings.public_mail_domains}
    return Database(
        engine=engine,
        single=_single(engine),
        readers=sessionmaker(engine, expire_on_commit=False, info=info),
        writers=sessionmaker(writing, expire_on_commit=False, info=info),
    )


def _single(engine: Engine) -> Engine:
    """Return an engine on the same pool whose connections begin no transaction."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_SINGLE: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _sqlite_engine(url: URL, settings: ServiceSettings) -> Engine:
    """Create the engine of a SQLite file; every connection sets its pragmas."""
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": settings.busy_timeout_seconds},
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.busy_timeout_seconds,
        hide_parameters=True,
    )

    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        sqlite = cast(sqlite3.Connection, connection)
        sqlite.isolation_level = None
        sqlite.execute("PRAGMA foreign_keys = ON")
        sqlite.execute("PRAGMA synchronous = FULL")
        # Deleted content is overwritten, so that an erased customer is not left in the file.
        sqlite.execute("PRAGMA secure_delete = ON")
        sqlite.execute("PRAGMA cache_size = -16000")
        if settings.sqlite_max_pages is not None:
            sqlite.execute(f"PRAGMA max_page_count = {settings.sqlite_max_pages:d}")

    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get(_SINGLE, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _postgresql_engine(url: URL, settings: ServiceSettings, clock: Callable[[], float]) -> Engine:
    """Create the engine of a PostgreSQL server, by psycopg 3."""
    milliseconds = int(settings.busy_timeout_seconds * 1000)
    options: dict[str, Any] = {
        "connect_timeout": max(2, round(settings.busy_timeout_seconds)),
        "options": f"-c timezone=UTC -c lock_timeout={milliseconds}",
    }
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=options,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.busy_timeout_seconds,
        hide_parameters=True,
        pool_use_lifo=True,
    )
    _ping_idle(engine, clock)
    return engine


def _ping_idle(engine: Engine, clock: Callable[[], float]) -> None:
    """Ping pooled connections before use, if they were idle for a second.

    One that the server closed is replaced. ``pool_pre_ping`` would ping before each use, which
    costs every request of a busy service a round trip.
    """

    def on_checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = clock()

    def on_checkout(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        dialect, used_at = engine.dialect, entry.info.get(_USED_AT)
        if used_at is None or clock() - used_at < _IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            # The pool discards all idle connections, which are stale as well, and opens a new one.
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)
