"""Trace of scans for benchmarks and support: one JSON line per event.

``{"event": "verdict_painted", "ns": 1234, "visit": "…", "frame": 7}``: ``ns`` is
``time.monotonic_ns``, which the scanner process shares, so differences are durations. Lines
contain frame numbers and visit ids, never a code or a name.
"""

import json
from pathlib import Path
from threading import Lock
from typing import TextIO


class Trace:
    """Writes events to ``path``, or nowhere if it is None. Thread-safe.

    Raises OSError if the file cannot be created.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        self._file: TextIO | None = path.open("w", 1, encoding="utf-8") if path else None

    def __bool__(self) -> bool:
        """Whether events are written, for callers that would have to collect them first."""
        return self._file is not None

    def event(self, name: str, ns: int, **fields: object) -> None:
        """Write one event at ``ns`` (``time.monotonic_ns``)."""
        if self._file is None:
            return
        line = json.dumps({"event": name, "ns": ns, **fields})
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
