"""The capture thread: opens the source, keeps the newest frame, reopens after failures.

A call into the driver that never returns is detected by the supervisor, from the phase that is
recorded here; it then kills the process.
"""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from scanner.camera import DEMO_PREFIX, CameraInfo, is_stream, list_cameras, open_source, settle
from scanner.events import SourceChanged, SourceState
from scanner.messages import Phase
from scanner.opening import StreamOpener
from scanner.picture import Image
from scanner.settings import ScannerSettings
from scanner.source import PictureSkipped, Source, SourceEnded, SourceError, SourceLost


class NewestFrame:
    """Holds one frame. Putting another one drops it, so there is no backlog."""

    def __init__(self) -> None:
        """Start empty."""
        self._condition = threading.Condition()
        self._item: tuple[Image, int] | None = None
        self._closed = False

    def put(self, frame: Image, captured_ns: int) -> None:
        """Offer a frame and when it was captured (monotonic ns)."""
        with self._condition:
            self._item = (frame, captured_ns)
            self._condition.notify()

    def close(self) -> None:
        """Announce that no frame follows; one that is held can still be taken."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    def take(self) -> tuple[Image, int] | None:
        """Wait for the newest frame and return it with its time; None once closed and empty."""
        with self._condition:
            self._condition.wait_for(lambda: self._item is not None or self._closed)
            item, self._item = self._item, None
            return item


def same_picture(one: Image, other: Image) -> bool:
    """Return whether two pictures are equal, comparing a few rows first."""
    return np.array_equal(one[::64], other[::64]) and np.array_equal(one, other)


class FrozenCheck:
    """Detects a picture that is repeated byte for byte, which sensor noise never allows."""

    def __init__(self, after_s: float) -> None:
        """Report a picture as frozen after ``after_s`` seconds without a change."""
        self._after_s = after_s
        self._picture: Image | None = None
        self._changed_s = 0.0

    def is_frozen(self, picture: Image, now_s: float) -> bool:
        """Return whether ``picture`` has been the same for too long at ``now_s``."""
        if self._picture is None or not same_picture(picture, self._picture):
            self._picture = picture
            self._changed_s = now_s
        return now_s - self._changed_s >= self._after_s


class Capture:
    """Reads one source until it ends, into ``newest``. ``error`` is what ended it otherwise."""

    def __init__(
        self,
        settings: ScannerSettings,
        report: Callable[[SourceChanged], None],
        enter: Callable[[Phase], None],
        find: Callable[[], Sequence[CameraInfo]] = list_cameras,
        failed_before: bool = False,
    ) -> None:
        """Call ``report`` for changes of state, and ``enter`` for each phase.

        ``find`` returns the cameras of this machine. ``failed_before``: an earlier process has
        read the source until it failed.
        """
        self.newest = NewestFrame()
        self.error: Exception | None = None
        self._settings = self._settled = settings
        self._report = report
        self._enter = enter
        self._find = find
        self._failed_before = failed_before
        self._frozen_check = FrozenCheck(settings.stall_after_s)
        self._state: SourceState | None = None
        self._opener: StreamOpener | None = None
        self._pause_s = settings.retry_after_s

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="capture", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._play():
                self._enter(Phase.WAITING)
                time.sleep(self._pause_s)
        except Exception as error:  # noqa: BLE001 - raised again by the main thread
            self.error = error
        finally:
            self.newest.close()

    def _play(self) -> bool:
        """Open the source and read it. Returns whether to open it again."""
        self._enter(Phase.OPENING)
        began_s = time.monotonic()
        self._pause_s = self._settings.retry_after_s
        try:
            self._settled = settle(self._settings, self._find)
            source = self._open()
        except SourceError as error:
            # An attempt that took so long has been a pause already.
            self._pause_s = max(0.0, self._pause_s - (time.monotonic() - began_s))
            self._change(SourceState.LOST, f"{error}; trying again.")
            return True
        if not self._settled.source.startswith(DEMO_PREFIX):
            self._settings = self._settings.without_demo()
        try:
            self._read_all(source)
        except SourceEnded:
            return False
        except SourceLost as error:
            self._change(SourceState.LOST, f"{error}; waiting for it.")
        finally:
            self._enter(Phase.WAITING)
            source.close()
        return True

    def _open(self) -> Source:
        if not is_stream(self._settled):
            return open_source(self._settled)
        if self._opener is None:
            work = partial(open_source, self._settled)
            self._opener = StreamOpener(
                work,
                self._settled.source.strip(),
                f"stream {self._settings.label}",
                self._settings.open_timeout_s,
                failed_before=self._failed_before,
            )
        return self._opener.open()

    def _read_all(self, source: Source) -> None:
        """Put frames into ``newest`` until the source fails, ends, or stays frozen."""
        opened_s = looked_s = time.monotonic()
        stands_in = self._settled.source.startswith(DEMO_PREFIX) and self._settled != self._settings
        phase = Phase.OPENING if source.live else Phase.WAITING
        while True:
            self._enter(Phase.WAITING)
            time.sleep(max(0.0, source.due_s() - time.monotonic()))
            if stands_in and time.monotonic() - looked_s >= self._settings.look_again_s:
                looked_s = time.monotonic()
                if self._find():
                    return
            self._enter(phase)
            try:
                frame = source.read()
            except PictureSkipped as error:
                self._change(SourceState.RUNNING, f"Skipped: {error}.")
                continue
            captured_ns = time.monotonic_ns()
            now_s = captured_ns / 1e9
            phase = Phase.READING if source.live else Phase.WAITING
            if source.live and self._frozen_check.is_frozen(frame, now_s):
                self._change(SourceState.FROZEN, "The picture stands still; reopening the camera.")
                if now_s - opened_s >= self._settings.stall_after_s:
                    return
                continue
            if self._opener is not None:
                self._opener.running()
            self._change(SourceState.RUNNING, "")
            self.newest.put(frame, captured_ns)

    def _change(self, state: SourceState, detail: str) -> None:
        """Report a change of state; while running, only one with a detail."""
        if state is SourceState.RUNNING and state is self._state and not detail:
            return
        self._state = state
        default = f"{self._settled.label} is running."
        demo = self._settled.source.startswith(DEMO_PREFIX)
        self._report(SourceChanged(state, detail or default, demo))
