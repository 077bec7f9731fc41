"""Supervisor of the scanner process: starts, watches, kills and restarts it.

A camera driver may hang in ``read``, a decoder may abort, a cable may be pulled. None of that
affects the caller: a separate process does the work, and ``ScannerSupervisor`` detects a failure
within three seconds, reports it as a ``SourceChanged``, and restarts the process.

This module imports neither OpenCV nor a decoder; only the scanner process does.
"""

import contextlib
import multiprocessing
import time
from collections import deque
from dataclasses import dataclass, replace
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess

from scanner.events import Event, FrameRead, PreviewRef, SourceChanged, SourceState, Still
from scanner.formats import format_named
from scanner.messages import Failed, Heartbeat, LookFor, Phase, TakeStill
from scanner.preview import Picture, PreviewRing
from scanner.settings import ScannerSettings
from scanner.stall import StallLimit

SILENT_S = 2.5
"""Seconds without a message after which a process is considered dead."""

START_S = 20.0
"""Seconds until the first message of a new process; a virus scanner may check it first."""

TICK_S = 0.1
"""Interval of the watchdog in seconds."""

OPEN_SLACK_S = 2.0
"""Extra seconds for an attempt to open that ends by its own timeout, to report that itself."""

HEALTHY_S = 10.0
"""Seconds of running after which earlier crashes no longer count for the restart delay."""

RESTART_DELAYS_S = (0.0, 0.3, 1.0, 2.0)
"""Pauses before the first, second, third and every further restart in a row."""

STOP_S = 1.5
"""Seconds that ``stop`` waits for the process to exit, and again after killing it."""


def _run_child(
    settings: ScannerSettings, pipe: connection.Connection, ring_name: str, generation: int
) -> None:
    """Entry point of the scanner process."""
    from scanner.worker import run  # noqa: PLC0415 - loads OpenCV, which only the child needs

    run(settings, pipe, ring_name, generation)


@dataclass(frozen=True, slots=True)
class _Child:
    """One scanner process, our end of its pipe, and when it was started (monotonic seconds)."""

    process: BaseProcess
    pipe: connection.Connection
    started_s: float


class ScannerSupervisor:
    """Runs one scanner process and keeps it running. Use it from one thread.

    After ``start``, call ``next_event`` repeatedly: it also runs the watchdog.
    """

    def __init__(self, settings: ScannerSettings, *, forked: bool = False) -> None:
        """Take the settings; nothing is started yet.

        Processes are spawned; with ``forked`` they come from multiprocessing's fork server.
        """
        self._settings = settings
        self._process_class: type[BaseProcess] = SpawnProcess
        if forked:
            self._process_class = multiprocessing.get_context("forkserver").Process
        self._ring: PreviewRing | None = None
        self._child: _Child | None = None
        self._dying: list[BaseProcess] = []
        self._pending: deque[Event] = deque()
        self._last_state: SourceChanged | None = None
        self._stall_limit = StallLimit(settings.stall_after_s)
        self._generation = 0
        self._failures = 0
        self._failure_detail: str | None = None
        self._heard_s: float | None = None
        self._restart_at_s: float | None = None

    def __enter__(self) -> "ScannerSupervisor":
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id of the scanner process, or None while there is none."""
        return None if self._child is None else self._child.process.pid

    @property
    def ring_name(self) -> str | None:
        """Name of the shared memory of the previews, or None while there is none."""
        return None if self._ring is None else self._ring.name

    def start(self) -> None:
        """Start the scanner process.

        Raises RuntimeError if it was started before, OSError if no process can be started; its
        shared memory is freed then.
        """
        if self._ring is not None:
            raise RuntimeError("this scanner has been started already")
        opening = f"Opening {self._settings.label}."
        self._ring = PreviewRing.create(self._settings.preview_width)
        self._report(SourceState.OPENING, opening)
        try:
            self._spawn(self._ring)
        except BaseException:
            self.stop()
            raise

    def next_event(self, timeout_s: float) -> Event | None:
        """Return the next event, or None if there is none within ``timeout_s`` seconds."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            if self._pending:
                return self._pending.popleft()
            wait_s = deadline_s - time.monotonic()
            self._pump(max(0.0, min(wait_s, TICK_S)))
            if not self._pending and time.monotonic() >= deadline_s:
                return None

    def look_for(self, formats: tuple[str, ...]) -> None:
        """Look for ``formats`` from the next frame on, and after every restart.

        The source stays open. Raises ValueError for an unknown format.
        """
        wanted = tuple(format_named(name) for name in formats)
        if wanted == self._settings.formats:
            return
        self._settings = replace(self._settings, formats=wanted)
        if self._child is not None:
            with contextlib.suppress(OSError):  # The watchdog sees that the process is gone.
                self._child.pipe.send(LookFor(wanted))

    def take_still(self) -> None:
        """Order the next frame in its full size; it arrives as a ``Still`` event.

        None arrives if the source shows no further frame or the process ends before.
        """
        if self._child is not None:
            with contextlib.suppress(OSError):  # The watchdog sees that the process is gone.
                self._child.pipe.send(TakeStill())

    def preview(self, ref: PreviewRef) -> Picture | None:
        """Return a BGR copy of a frame's preview, or None if it was overwritten."""
        return None if self._ring is None else self._ring.read(ref)

    def stop(self) -> None:
        """End the process, by force if necessary, and free the shared memory.

        Returns within about three seconds. Calling it again does nothing.
        """
        self._restart_at_s = None
        child, self._child = self._child, None
        if child is not None:
            child.pipe.close()
            child.process.join(STOP_S)
            self._kill(child.process)
        deadline_s = time.monotonic() + STOP_S
        for dying in self._dying:
            dying.join(max(0.0, deadline_s - time.monotonic()))
        self._reap()
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def _spawn(self, ring: PreviewRing) -> None:
        self._generation += 1
        ours, theirs = multiprocessing.Pipe(duplex=True)
        process = self._process_class(
            target=_run_child,
            args=(self._settings, theirs, ring.name, self._generation),
            name="walletdesk-scanner",
            daemon=True,
        )
        process.start()
        theirs.close()
        self._child = _Child(process, ours, time.monotonic())
        self._heard_s = None
        self._failure_detail = None
        self._restart_at_s = None
        self._stall_limit.restarted()

    def _pump(self, wait_s: float) -> None:
        """Handle one message if one arrives within ``wait_s``; otherwise run the watchdog."""
        self._reap()
        child = self._child
        if child is None:
            self._restart_when_due(wait_s)
            return
        try:
            if child.pipe.poll(wait_s):
                self._take(child, child.pipe.recv())
            else:
                self._watch(child)
        except (EOFError, OSError):
            self._on_death(child)

    def _restart_when_due(self, wait_s: float) -> None:
        left_s = float("inf")
        if self._restart_at_s is not None:
            left_s = max(0.0, self._restart_at_s - time.monotonic())
        time.sleep(min(left_s, wait_s))
        if left_s <= wait_s and self._ring is not None:
            self._spawn(self._ring)

    def _take(self, child: _Child, message: object) -> None:
        self._heard_s = time.monotonic()
        if isinstance(message, Heartbeat):
            self._judge(child, message)
        elif isinstance(message, Failed):
            self._failure_detail = message.detail
        elif isinstance(message, SourceChanged):
            self._report(message.state, message.detail, message.demo)
            if message.state is SourceState.RUNNING and not message.demo:
                self._settings = self._settings.without_demo()
            if message.state is SourceState.ENDED:
                self._part_from(child)
        elif isinstance(message, FrameRead):
            self._stall_limit.frame(message.captured_ns)
            self._pending.append(message)
        elif isinstance(message, Still):
            self._pending.append(message)
        else:
            raise TypeError(f"unexpected message from the scanner process: {message!r}")

    def _report(self, state: SourceState, detail: str, demo: bool = False) -> None:
        """Queue a change of state, unless it equals the last one."""
        change = SourceChanged(state, detail[:1].upper() + detail[1:], demo)
        if change != self._last_state:
            self._last_state = change
            self._pending.append(change)

    def _judge(self, child: _Child, beat: Heartbeat) -> None:
        """Restart a process whose camera or decoder hangs."""
        label, settings = self._settings.label, self._settings
        if beat.phase is Phase.OPENING and beat.phase_s > settings.open_timeout_s + OPEN_SLACK_S:
            self._restart(child, SourceState.STALLED, f"{label} does not open; trying again.")
        elif beat.phase is Phase.READING and beat.phase_s > self._stall_limit.seconds:
            self._stall_limit.stalled()
            self._restart(child, SourceState.STALLED, f"{label} sends no pictures; restarting it.")
        elif beat.decoding_s > settings.stall_after_s:
            self._restart(child, SourceState.CRASHED, "The decoder hangs; restarting it.")

    def _watch(self, child: _Child) -> None:
        """Restart a process that sends no messages."""
        now_s = time.monotonic()
        if self._heard_s is None:
            silent = now_s - child.started_s > START_S
        else:
            silent = now_s - self._heard_s > SILENT_S
        if silent:
            detail = "The scanner does not answer; restarting it."
            self._restart(child, SourceState.CRASHED, detail)

    def _on_death(self, child: _Child) -> None:
        """Restart after the pipe broke: the process has ended or is ending."""
        child.process.join(TICK_S)
        code = child.process.exitcode
        why = self._failure_detail or (
            "it closed its pipe" if code is None else f"exit code {code}"
        )
        self._restart(child, SourceState.CRASHED, f"The scanner stopped ({why}); restarting it.")

    def _restart(self, child: _Child, state: SourceState, detail: str) -> None:
        self._part_from(child)
        self._kill(child.process)
        now_s = time.monotonic()
        if now_s - child.started_s > HEALTHY_S:
            self._failures = 0
        delay_s = RESTART_DELAYS_S[min(self._failures, len(RESTART_DELAYS_S) - 1)]
        self._failures += 1
        self._restart_at_s = now_s + delay_s
        self._report(state, detail)

    def _part_from(self, child: _Child) -> None:
        """Close the pipe, upon which the process exits if it can; it is joined later."""
        child.pipe.close()
        self._child = None
        self._dying.append(child.process)

    def _kill(self, process: BaseProcess) -> None:
        """Send the kill signal without waiting; ``_reap`` joins the process later."""
        if process.is_alive():
            process.kill()
        if process not in self._dying:
            self._dying.append(process)

    def _reap(self) -> None:
        for process in list(self._dying):
            if not process.is_alive():
                process.join()
                process.close()
                self._dying.remove(process)
