"""Trace of scans for benchmarks and support: one JSON line per event.

``{"event": "verdict_painted", "ns": 1234, "visit": "…", "frame": 7}``: ``ns`` is
``time.monotonic_ns``, which the scanner process shares, so differences are durations. Lines
contain frame numbers and visit ids, never a code or a name.
"""

import json
from pathlib import Path
from threading import Lock
from typing import TextIO

import structlog

from scanner.events import FrameRead

log = structlog.get_logger(__name__)


class Trace:
    """Writes events to ``path``, or nowhere if it is None. Thread-safe.

    Raises OSError if the file cannot be created. Once it cannot be written, such as on a full
    disk, that is logged and the trace ends: it must not cost a scan.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        self._file: TextIO | None = path.open("w", 1, encoding="utf-8") if path else None

    def __bool__(self) -> bool:
        """Whether events are written, for callers that would have to collect them first."""
        return self._file is not None

    def event(self, name: str, ns: int, **fields: object) -> None:
        """Write one event at ``ns`` (``time.monotonic_ns``)."""
        if not self:
            return
        line = json.dumps({"event": name, "ns": ns, **fields})
        with self._lock:
            if self._file is None:
                return
            try:
                self._file.write(line + "\n")
            except OSError as error:
                log.error("trace ended", error=repr(error))
                self._abandon()

    def read(self, frame: FrameRead, visit: str) -> None:
        """Write when a frame was captured and decoded from which a visit was read."""
        self.event("frame_captured", frame.captured_ns, frame=frame.number, visit=visit)
        self.event("decoded", frame.decoded_ns, frame=frame.number, visit=visit)

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            if self._file is not None:
                self._abandon()

    def _abandon(self) -> None:
        """Close the file; what it still buffers may not be written."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                log.error("end of the trace lost", error=repr(error))
