"""Decoders that fail on command, built inside the scanner process by these factories."""

import ctypes
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scanner.decode import LiveDecoder
from scanner.events import Code
from scanner.picture import Image
from scanner.settings import Decoder, ScannerSettings

Factory = Callable[[ScannerSettings], Decoder]


class _FailsOnce:
    """Calls ``fail`` on its first frame unless ``marker`` exists; otherwise decodes."""

    def __init__(self, marker: Path, fail: Callable[[], object]) -> None:
        self._marker = marker
        self._fail = fail
        self._decoder = LiveDecoder()

    def decode(self, frame: Image) -> tuple[Code, ...]:
        """Fail, once, or decode."""
        if not self._marker.exists():
            self._marker.touch()
            self._fail()
        return self._decoder.decode(frame)


def _build(marker: Path, fail: Callable[[], object], settings: ScannerSettings) -> Decoder:
    return _FailsOnce(marker, fail)


def _raise() -> None:
    raise RuntimeError("the table of symbols is empty")


def _sleep_with_interpreter_locked() -> None:
    # PyDLL keeps the interpreter lock, as a native decoder that loops for ever may do.
    ctypes.PyDLL(None).sleep(60)


def aborting(marker: Path) -> Factory:
    """A decoder whose native code aborts on the first frame ever."""
    return partial(_build, marker, os.abort)


def raising(marker: Path) -> Factory:
    """A decoder that raises on the first frame ever."""
    return partial(_build, marker, _raise)


def hanging(marker: Path) -> Factory:
    """A decoder that hangs on the first frame ever."""
    return partial(_build, marker, partial(time.sleep, 60))


def locking_up(marker: Path) -> Factory:
    """A decoder that hangs on the first frame ever and takes the whole interpreter with it."""
    return partial(_build, marker, _sleep_with_interpreter_locked)
