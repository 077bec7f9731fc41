"""The stream of a service's log: it never stops an answer or a start.

A full disk, or a reader that is gone, costs lines of the log and nothing else. A log that is a
file of the data folder is begun anew when it is too long.
"""

import os
from contextlib import suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import TextIO

LOG_FILE = "service.log"
"""Name of the log of a service that a kiosk runs, in its data folder."""

MOST_BYTES = 5 * 1024 * 1024
"""Size at which that file is begun anew; the former one is kept as ``service.log.1``."""

_LOOK_EVERY = 200
"""Lines between two looks at the size."""


class LogStream:
    """Writes to ``stream``; what cannot be written is dropped, and later counted in a line.

    ``folder``: where ``stream`` may be the file ``LOG_FILE``, which is then rotated by size.
    """

    def __init__(
        self, stream: TextIO, folder: Path | None = None, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._stream = stream
        self._file = None if folder is None else folder / LOG_FILE
        self._most_bytes = most_bytes
        self._lost = 0
        self._lines = 0
        self._torn = False

    def write(self, text: str) -> int:
        """Write text, if that is possible. Returns its length."""
        with suppress(OSError, ValueError):
            self._rotate()
        try:
            if self._lost and text.strip():
                self._put(f'{{"event": "log_lines_lost", "count": {self._lost}}}\n')
                self._lost = 0
            self._put(text)
        except (OSError, ValueError):
            self._lost += bool(text.strip())
        return len(text)

    def flush(self) -> None:
        """Nothing waits to be written."""

    def _put(self, text: str) -> None:
        """Write text at once, so that nothing is kept to be tried again. Raises OSError."""
        try:
            number = self._stream.fileno()
        except UnsupportedOperation:  # a stream in memory
            self._stream.write(text)
            return
        # The end of a line that was cut off comes first, so that the next one can be read.
        data = b"\n" * self._torn + text.encode("utf-8", "backslashreplace")
        written = os.write(number, data)
        self._torn = 0 < written < len(data) or (self._torn and not written)
        if written < len(data):
            raise OSError("the disk is full")

    def _rotate(self) -> None:
        """Begin the file anew if it is too long. Raises OSError."""
        self._lines += 1
        if self._file is None or self._lines % _LOOK_EVERY != 1:
            return
        number = self._stream.fileno()
        found = os.fstat(number)
        if found.st_size <= self._most_bytes or not self._is(found):
            return
        # Opened before anything is renamed: where that fails, all stays as it is.
        begun = self._file.with_name(f"{LOG_FILE}.new")
        fresh = os.open(begun, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._file.replace(self._file.with_name(f"{LOG_FILE}.1"))
            begun.replace(self._file)
            os.dup2(fresh, number)
        finally:
            os.close(fresh)

    def _is(self, found: os.stat_result) -> bool:
        """Return whether an open file is the log of the folder."""
        try:
            return self._file is not None and os.path.samestat(found, self._file.stat())
        except FileNotFoundError:
            return False
