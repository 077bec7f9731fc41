"""Runs the service in this process: start, serving, graceful stop.

The start ends with one event, ``ready`` or ``failed``, which a callback sends to the parent process
(a shell, or the kiosk over a pipe): the URL, or the error.
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Self

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from membership.accounts.organizations import first_tenant
from membership.app import create_app
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.logs import configure_logging, logger
from membership.base.private_files import keep_private, prepare_data, remove_dead_drafts
from membership.base.scopes import DESK_SCOPES, Scope
from membership.base.settings import ServiceSettings
from membership.base.vault import (
    KeyMissing,
    Vault,
    VaultError,
    WrongKey,
    key_place,
    stored_key,
)
from membership.data.demo.bootstrap import bootstrap_database
from membership.events.audit.recorder import audit_changes
from membership.jobs import JOBS
from membership.rehearsal import rehearse_scan
from membership.store.background import Background, Work
from membership.store.database import Database, open_database
from membership.store.errors import STORAGE_FULL, database_problem
from membership.store.migrate import MigrationError, migrate
from membership.store.presence import note_club, require_present
from membership.store.secret_key import open_checked_vault
from membership.web.access import mint_key, revoke_keys_named
from membership.web.server import GRACE_SECONDS, uvicorn_config

Announce = Callable[[Mapping[str, str]], None]

START_FAILED = 3
"""Exit code of a service that could not start."""

EMBEDDED_DESK = "Embedded desk"
"""Name of the API keys that are created at each start of an embedded service."""

ALIVE: Mapping[str, str] = {"event": "alive"}
"""Announced every second to a kiosk, which replaces a service that no longer does."""

_TICKS_A_SECOND = 10

_JOBS_AFTER_SECONDS = 1.0
"""The jobs begin after the first scans of a desk that waited for this start."""

_STDIN = 0


class StartError(Exception):
    """The service cannot start. ``code`` is stable; the text names the file or port."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def run_service(
    settings: ServiceSettings,
    *,
    announce: Announce,
    stop_on_stdin_eof: bool = False,
    demo: bool = False,
    desk_key: bool = False,
) -> int:
    """Serve until stopped. Returns the exit code: 0, or 3 if the service could not start.

    ``announce`` is called with ``{"event": "ready", "url": ...}`` (and ``"key"`` with
    ``desk_key``) or ``{"event": "failed", "code": ..., "message": ...}``; with ``desk_key`` then
    with ``ALIVE`` every second. The service stops on
    SIGTERM, SIGINT, and with ``stop_on_stdin_eof`` when standard input is closed, as it is
    when the parent dies. ``demo`` fills a new database with the demo club.
    """
    keep_private(group_reads=settings.group_reads)
    configure_logging(settings.log_level, settings.data_dir)
    stop = threading.Event()
    with _stopping_on_signals(stop):
        if stop_on_stdin_eof:
            threading.Thread(target=_await_stdin_eof, args=(stop,), daemon=True).start()
        try:
            listeners, database, vault, key = _start(settings, demo=demo, desk_key=desk_key)
        except StartError as error:
            logger().error("start_failed", code=error.code, message=str(error))
            announce({"event": "failed", "code": error.code, "message": str(error)})
            return START_FAILED
        with listeners:
            work = Work(settings, database, vault, system_clock)
            background = Background(work, JOBS)
            app = create_app(settings, database, vault=vault, background=background)

            app.state.metrics_address = listeners.metrics_address

            def on_ready() -> None:
                urls = listeners.urls()
                logger().info("ready", database=database.place, **urls)
                announce({"event": "ready"} | urls | ({"key": key} if key else {}))
                background.start(after_seconds=_JOBS_AFTER_SECONDS)

            alive = (lambda: _say_alive(announce)) if desk_key else None
            _Server(uvicorn_config(app), stop, app, on_ready, alive).run(listeners.sockets)
            background.stop(GRACE_SECONDS)
        database.engine.dispose()
    logger().info("stopped")
    return 0


@contextlib.contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` on SIGTERM and SIGINT; signals reach only a process's main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _await_stdin_eof(stop: threading.Event) -> None:
    """Set ``stop`` once standard input is closed at the other end.

    Reads the descriptor itself: a thread that blocks inside ``sys.stdin`` holds its lock,
    which the interpreter wants when it ends.
    """
    try:
        while os.read(_STDIN, 4096):
            pass
    except OSError:
        logger().warning("stdin_unreadable")
    stop.set()


def _start(
    settings: ServiceSettings, *, demo: bool, desk_key: bool
) -> tuple["_Listeners", Database, Vault, str | None]:
    """Bind the ports, open and migrate the database, fill it if new. Raises StartError."""
    listeners = _Listeners(settings)
    try:
        _prepare_data_dir(settings)
        _require_valid_key(settings)
        database = _open_database(settings)
        vault, key = _prepare_database(settings, database, demo=demo, desk_key=desk_key)
    except BaseException:
        listeners.close()
        raise
    return listeners, database, vault, key


class _Listeners:
    """The bound sockets: the service's, and that of the metrics if it has one of its own.

    Raises StartError if one cannot be bound.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.sockets = [_bind(settings.host, settings.port)]
        if settings.metrics_port is not None:
            try:
                self.sockets.append(_bind(settings.metrics_host, settings.metrics_port))
            except StartError:
                self.close()
                raise

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Host and port of the listener of the metrics."""
        return None if len(self.sockets) == 1 else self.sockets[1].getsockname()[:2]

    def urls(self) -> dict[str, str]:
        """Return the URL of the service, and that of the metrics' listener."""
        return dict(zip(("url", "metrics_url"), map(_url, self.sockets), strict=False))

    def close(self) -> None:
        """Close the sockets."""
        for each in self.sockets:
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _bind(host: str, port: int) -> socket.socket:
    """Bind the port, first of all, so that no other process can. Raises StartError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.ExitStack() as undo:
        try:
            # The protocol must be explicit: asyncio disables Nagle's algorithm (40 ms a response)
            # only on sockets whose protocol is TCP, and accepted ones have that of the listener.
            listener = undo.enter_context(
                socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            )
            if sys.platform != "win32":
                # On Windows this option would let two processes share the port.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except OSError as error:
            message = f"Cannot listen on {host}, port {port}: {error.strerror or error}."
            raise StartError(_binding_code(error), message) from error
        undo.pop_all()
    return listener


def _binding_code(error: OSError) -> str:
    """Return the error code of a failed bind."""
    if isinstance(error, socket.gaierror):
        return "address_not_available"
    codes = {
        errno.EADDRINUSE: "port_taken",
        errno.EADDRNOTAVAIL: "address_not_available",
        errno.EAFNOSUPPORT: "address_not_available",
        errno.EACCES: "port_not_allowed",
    }
    return codes.get(error.errno or 0, "cannot_listen")


def _prepare_data_dir(settings: ServiceSettings) -> None:
    """Create the data folder for its owner only, and check that it can be written.

    Raises StartError.
    """
    probe = settings.data_dir / f".write-test-{os.getpid()}"
    try:
        left = prepare_data(settings)
        probe.unlink(missing_ok=True)
        probe.touch(exist_ok=False)
        probe.unlink()
        dead = remove_dead_drafts(settings.data_dir)
    except OSError as error:
        message = (
            f"The data folder {settings.data_dir} cannot be written: {error.strerror or error}."
        )
        raise StartError(_writing_code(error), message) from error
    if dead:
        logger().info("drafts_removed", files=[str(each) for each in dead])
    if left:
        logger().warning("readable_by_others", files=left[:10], count=len(left))


def _writing_code(error: OSError) -> str:
    """Return the error code of a failed write: full disk, or not writable."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return STORAGE_FULL.code if full else "data_dir_not_writable"


def _require_valid_key(settings: ServiceSettings) -> None:
    """Raise StartError for a secret key that is none, before the database is touched."""
    try:
        key = stored_key(settings)
        if key is not None:
            Vault(key)
    except VaultError as error:
        raise StartError("secret_key_invalid", f"{key_place(settings)}: {error}") from error
    except OSError as error:
        where = error.filename or settings.data_dir
        message = f"Cannot use {where}: {error.strerror or error}."
        raise StartError(_writing_code(error), message) from error


def _open_database(settings: ServiceSettings) -> Database:
    """Create the engine. Raises StartError for an invalid URL."""
    try:
        return open_database(settings)
    except ValueError as error:
        raise StartError("database_url_invalid", f"{error}.") from error


def _prepare_database(
    settings: ServiceSettings, database: Database, *, demo: bool, desk_key: bool
) -> tuple[Vault, str | None]:
    """Migrate, check the secret key, fill a new database; returns the vault, and a new desk key if
    requested. Raises StartError.
    """
    try:
        require_present(settings)
        migrate(database)
        audit_changes(database.writers)
        vault = open_checked_vault(settings, database, system_clock())
        bootstrap_database(settings, database, system_clock(), demo=demo)
        note_club(settings)
        return vault, _fresh_desk_key(database) if desk_key else None
    except VaultError as error:
        raise StartError(_key_code(error), str(error)) from error
    except MigrationError as error:
        raise StartError(error.code, str(error)) from error
    except SQLAlchemyError as error:
        raise _database_start_error(error, database) from error
    except OSError as error:
        where = error.filename or settings.data_dir
        message = f"Cannot write {where}: {error.strerror or error}."
        raise StartError(_writing_code(error), message) from error


def _key_code(error: VaultError) -> str:
    """Return the error code of a secret key that cannot be used."""
    if isinstance(error, KeyMissing):
        return "secret_key_missing"
    return "secret_key_wrong" if isinstance(error, WrongKey) else "secret_key_invalid"


def _database_start_error(error: SQLAlchemyError, database: Database) -> StartError:
    """Return the StartError for a database error; logs one without a mapping."""
    problem = database_problem(error)
    if problem is not None:
        return StartError(problem.code, f"{problem.detail} ({database.place})")
    logger().error("database_failed", kind=type(error).__name__, cause=str(error))
    cause = getattr(error, "orig", None) or type(error).__name__
    return StartError("database_failed", f"{database.place} cannot be used: {cause}.")


def _fresh_desk_key(database: Database) -> str:
    """Return a new API key for the kiosk; revokes those of former starts."""
    with database.writing(SERVICE, system_clock) as (session, now):
        tenant = first_tenant(session)
        if tenant is None:
            raise RuntimeError("a database was prepared without an organization")
        revoke_keys_named(session, tenant.id, EMBEDDED_DESK, now)
        _, key = mint_key(session, tenant.id, EMBEDDED_DESK, DESK_SCOPES | {Scope.STAFF_SETUP}, now)
    return key


def _say_alive(announce: Announce) -> None:
    """Announce that the service is alive, to a parent that watches it."""
    with contextlib.suppress(OSError):  # the parent is gone, which standard input tells
        announce(ALIVE)


class _Server(uvicorn.Server):
    """uvicorn with a stop event and a callback when ready; signals stay with the caller."""

    def __init__(
        self,
        config: uvicorn.Config,
        stop: threading.Event,
        app: FastAPI,
        on_ready: Callable[[], None],
        on_alive: Callable[[], None] | None,
    ) -> None:
        super().__init__(config)
        self._stop, self._app, self._on_ready = stop, app, on_ready
        self._on_alive = on_alive
        self._saying: asyncio.Future[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handlers: uvicorn would raise the signals again after a graceful stop."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, build what scans need, then report that it is ready."""
        await super().startup(sockets)
        await rehearse_scan(self._app)
        self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        """Check the stop event several times a second, and say once a second that it is alive."""
        if self._stop.is_set():
            self.should_exit = True
        said = self._saying is None or self._saying.done()
        if self._on_alive and said and counter % _TICKS_A_SECOND == 0:
            # In a thread: a parent that reads nothing must not stop the service.
            self._saying = asyncio.get_running_loop().run_in_executor(None, self._on_alive)
        return await super().on_tick(counter)


def _url(listener: socket.socket) -> str:
    """Return the URL of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
