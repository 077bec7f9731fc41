"""Supervisor of the membership service of a single PC: starts, watches and restarts it.

One kiosk owns the service, by a lock on the data folder. A second kiosk reads the owner's
``service.json``, uses the same service, and becomes the owner when the first one exits. The
service stops when its standard input closes, so it never outlives a kiosk that was killed.
"""

import errno
import json
import time
from pathlib import Path

import structlog
from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from .private_file import write_private

log = structlog.get_logger(__name__)

RESTART_DELAYS_MS = (0, 200, 1000, 5000)
_LOOK_MS = 1000
_HEALTHY_S = 10.0
"""After so long a run the failures before it no longer count for the restart delay."""
_TICK_MS = 1000
_SILENT_TICKS = 8
"""A service that was silent for so many ticks hangs. Ticks are counted, and no time: while the PC
sleeps, or this thread is busy, there are none."""
_LOG_BYTES = 5 * 1024 * 1024


class EmbeddedService(QObject):
    """Keeps one service running over ``data_dir``. Lives in the GUI thread.

    ``command`` is the program with its arguments. The service prints one JSON line on standard
    output: ``{"event": "ready", "url": …, "key": …}`` or ``{"event": "failed", "code": …,
    "message": …}``. Once ready it prints ``{"event": "alive"}`` every second; one that stops doing
    so hangs, and is killed and replaced.
    """

    ready = Signal(str, str)
    """URL and key; emitted after every restart."""
    down = Signal(str, str)
    """The service stopped: a stable code and a message, both empty if it is being restarted."""

    def __init__(
        self,
        command: list[str],
        data_dir: Path,
        *,
        tick_ms: int = _TICK_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._address = data_dir / "service.json"
        self._log = data_dir / "service.log"
        self._lock = FileLock(data_dir / "kiosk.lock", thread_local=False)
        self._process: QProcess | None = None
        self._buffer = b""
        self._told: tuple[str, str] | None = None
        self._failures = 0
        self._launched_s = 0.0
        self._said_why = False
        self._lock_failure: tuple[str, str] | None = None
        self._stopping = False
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._try_to_own)
        self._silent_ticks: int | None = None
        """Since the service last said that it is alive; None for one that has never said so."""
        self._watch = QTimer(self)
        self._watch.setInterval(tick_ms)
        self._watch.timeout.connect(self._look_at_it)
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.timeout.connect(self._launch)

    @property
    def process_id(self) -> int | None:
        """Process id of the service that this kiosk owns, or None."""
        return self._process.processId() or None if self._process else None

    def start(self) -> None:
        """Start the service, or use the owner's. Raises OSError if the folder cannot be created."""
        self._address.parent.mkdir(parents=True, exist_ok=True)
        self._try_to_own()
        if not self._lock.is_locked:
            self._look.start()

    def stop(self, wait_ms: int = 5000) -> None:
        """Stop the service if this kiosk owns it, by force after ``wait_ms``; release the lock."""
        self._stopping = True
        self._look.stop()
        self._restart.stop()
        self._watch.stop()
        if self._process is not None:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(wait_ms):
                log.warning("service did not stop in time", pid=self._process.processId())
                self._process.kill()
                self._process.waitForFinished(1000)
            self._process = None
        if self._lock.is_locked:
            self._forget_address()
            self._lock.release()

    def _try_to_own(self) -> None:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            self._lock_failure = None
            self._use_the_owners()
            return
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            self._tell_once("storage_full" if full else "data_dir_not_writable", str(error))
            return
        self._lock_failure = None
        self._look.stop()
        self._forget_address()
        self._launch()

    def _tell_once(self, code: str, why: str) -> None:
        """Say and log why the folder cannot be locked, not again every second."""
        if self._lock_failure != (code, why):
            self._lock_failure = (code, why)
            self._told = None  # the owner's address is to be said again
            log.error("data folder cannot be locked", code=code, error=why)
            self.down.emit(code, why)

    def _forget_address(self) -> None:
        """Remove the address of a service that has stopped."""
        try:
            self._address.unlink(missing_ok=True)
        except OSError as error:
            log.warning("address of the service not removed", error=repr(error))

    def _use_the_owners(self) -> None:
        try:
            address = json.loads(self._address.read_text(encoding="utf-8"))
            found = (str(address["url"]), str(address["key"]))
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("address of the other kiosk's service is unreadable", error=repr(error))
            return
        if found != self._told:
            self._told = found
            self.ready.emit(*found)

    def _launch(self) -> None:
        process = QProcess(self)
        process.setStandardErrorFile(self._log_file(), QProcess.OpenModeFlag.Append)
        self._launched_s = time.monotonic()
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        self._buffer = b""
        self._said_why = False
        self._silent_ticks = None
        process.start(self._command[0], self._command[1:])

    def _log_file(self) -> str:
        """Return the path of the service's log, after rotating one that is too long.

        A log that cannot be written, as on a full disk, is none: Qt would not start the program.
        """
        try:
            if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
                self._log.replace(self._log.with_suffix(".log.1"))
        except OSError as error:
            log.warning("log of the service not rotated", error=repr(error))
        try:
            self._log.open("ab").close()
        except OSError as error:
            log.warning("no log of the service", error=repr(error))
            return QProcess.nullDevice()
        return str(self._log)

    def _look_at_it(self) -> None:
        """Kill a service that hangs; it is then replaced like one that died."""
        if self._silent_ticks is None or self._process is None:
            return
        self._silent_ticks += 1
        if self._silent_ticks >= _SILENT_TICKS:
            log.error("service hangs", pid=self._process.processId())
            self._silent_ticks = None
            self._process.kill()

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
            event = said["event"]
        except (ValueError, KeyError, TypeError):
            log.warning(
                "unexpected output of the service", line=line[:200].decode(errors="replace")
            )
            return
        if event == "ready":
            self.ready.emit(said["url"], said["key"])
            try:
                address = {"url": said["url"], "key": said["key"]}
                write_private(self._address, json.dumps(address))
            except OSError as error:
                log.error("address not published to other kiosks", error=repr(error))
        elif event == "alive":
            self._silent_ticks = 0
            if not self._watch.isActive():
                self._watch.start()
        elif event == "failed":
            self._said_why = True
            log.error("service cannot start", code=said.get("code"), message=said.get("message"))
            self.down.emit(str(said.get("code", "")), str(said.get("message", "")))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._stopping:
            log.error("service program cannot be started", program=self._command[0])
            self.down.emit("program_missing", self._command[0])
            self._schedule_restart()

    def _on_finished(self, exit_code: int, _status: QProcess.ExitStatus) -> None:
        self._read()
        if self._stopping:
            return
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        log.warning("service ended", exit_code=exit_code)
        if not self._said_why:
            self.down.emit("", "")
        if time.monotonic() - self._launched_s > _HEALTHY_S:
            self._failures = 0
        self._schedule_restart()

    def _schedule_restart(self) -> None:
        delay = RESTART_DELAYS_MS[min(self._failures, len(RESTART_DELAYS_MS) - 1)]
        self._failures += 1
        self._restart.start(delay)
