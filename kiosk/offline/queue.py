"""Visits that the service has not recorded yet, in a file that survives whatever ends the kiosk.

A visit is written before its verdict is shown, while the service is being asked; if the service
answers, it is removed. What is left is handed in when the service is back, under the same ids, so
that a visit that it recorded after all stays one. Refused ones wait for staff.
"""

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from uuid import UUID

import structlog

from api_client.messages.scan import Outcome, ScanRequest
from api_client.messages.visit_batch import OfflineVisit
from kiosk.roster_answer import RosterAnswer

from .files import open_database
from .sealing import Sealer, Unreadable, parsed

log = structlog.get_logger(__name__)

_ANY_PAGES = 1_073_741_823
_SCHEMA = """
CREATE TABLE IF NOT EXISTS visit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '', sealed BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS visit_state ON visit (state, number);
UPDATE visit SET state = 'waiting' WHERE state = 'asking';
"""


class VisitState(StrEnum):
    """What becomes of a visit. One that the service has taken is no longer in the queue."""

    ASKING = "asking"
    """The service is being asked at this moment."""
    WAITING = "waiting"
    UNDONE = "undone"
    """Staff undid it before it was handed in: it is handed in and undone there."""
    REFUSED = "refused"


@dataclass(frozen=True)
class QueuedVisit:
    """A visit in the queue; ``reason``: why the service refused it."""

    visit: OfflineVisit
    state: VisitState
    reason: str = ""


@dataclass(frozen=True)
class Counts:
    """How many visits wait to be handed in, how many for staff, and how many for a disk."""

    waiting: int = 0
    refused: int = 0
    unwritten: int = 0


class VisitQueue:
    """The queue in ``folder``. Each change is on the disk when its call returns.

    What a full disk does not take stays in memory, in its order, until one is written again: it
    must not cost a verdict. ``most_pages`` bounds the file, of 4 KiB each. May be used by several
    threads. Raises OSError or sqlite3.Error if it cannot be opened.
    """

    def __init__(self, folder: Path, sealer: Sealer, most_pages: int | None = None) -> None:
        self._sealer = sealer
        self._lock = Lock()
        self._unwritten: deque[tuple[str, tuple[object, ...]]] = deque()
        self._file = open_database(folder / "visits.db", _SCHEMA, durable=True)
        self.bound(most_pages)
        self.counts = self._counted()

    def bound(self, most_pages: int | None) -> None:
        """Bound the file to so many pages, or to none."""
        self._file.execute(f"PRAGMA max_page_count = {most_pages or _ANY_PAGES}")

    def write_again(self) -> bool:
        """Try again to write what is in memory only. Returns whether all is on the disk."""
        with self._lock:
            try:
                while self._unwritten:
                    self._file.execute(*self._unwritten[0])
                    self._unwritten.popleft()
            except sqlite3.OperationalError as error:
                log.error("visits cannot be written", error=repr(error), left=len(self._unwritten))
            self.counts = self._counted()
            return not self._unwritten

    def begin(self, scan: ScanRequest, at: datetime) -> None:
        """Write a scan that the service is being asked about; one that is there already stays."""
        visit = OfflineVisit(
            visit_id=scan.visit_id,
            text=scan.text,
            alternatives=scan.alternatives,
            method=scan.method,
            desk=scan.desk,
            occurred_at=at,
            shown=Outcome.UNKNOWN_CODE,
        )
        self._write(
            "INSERT OR IGNORE INTO visit (id, state, sealed) VALUES (?, ?, ?)",
            (scan.visit_id.bytes, VisitState.ASKING, self._sealed(visit)),
        )

    def decide(self, scan: ScanRequest, at: datetime, answer: RosterAnswer) -> None:
        """Write that a scan is answered by the list, and waits to be handed in."""
        visit = OfflineVisit(
            visit_id=scan.visit_id,
            text=scan.text,
            alternatives=scan.alternatives,
            method=scan.method,
            desk=scan.desk,
            occurred_at=at,
            shown=answer.outcome,
            roster_as_of=answer.as_of,
            customer_id=None if answer.customer is None else answer.customer.id,
        )
        self._write(
            "INSERT INTO visit (id, state, sealed) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE "
            "SET sealed = ?3, state = CASE state WHEN 'asking' THEN ?2 ELSE state END",
            (scan.visit_id.bytes, VisitState.WAITING, self._sealed(visit)),
        )

    def forget(self, visit_id: UUID) -> None:
        """Remove a visit that the service has recorded, or has refused to anybody's face.

        One that was undone meanwhile stays: it is still to be undone there.
        """
        self._write("DELETE FROM visit WHERE id = ? AND state <> 'undone'", (visit_id.bytes,))

    def settle(self, visit_id: UUID) -> None:
        """Remove a visit that was handed in, and undone there if it had been here."""
        self._write("DELETE FROM visit WHERE id = ?", (visit_id.bytes,))

    def refuse(self, visit_id: UUID, reason: str) -> None:
        """Let a visit wait for staff, with the service's reason."""
        self._write(
            "UPDATE visit SET state = 'refused', reason = ? WHERE id = ?",
            (reason, visit_id.bytes),
        )

    def undo(self, visit_id: UUID) -> bool:
        """Mark a visit as undone. Returns False if it is not in the queue any more."""
        return self._write(
            "UPDATE visit SET state = 'undone' WHERE id = ? AND state <> 'refused'",
            (visit_id.bytes,),
        )

    def due(self, most: int) -> tuple[QueuedVisit, ...]:
        """Return the oldest visits that are to be handed in, at most ``most``."""
        return self._listed(("waiting", "undone"), most)

    def refused(self, most: int = 100) -> tuple[QueuedVisit, ...]:
        """Return the oldest visits that wait for staff, with the reasons."""
        return self._listed(("refused",), most)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _listed(self, states: Sequence[str], most: int) -> tuple[QueuedVisit, ...]:
        marks = ", ".join("?" * len(states))
        with self._lock:
            rows = self._file.execute(
                f"SELECT id, state, reason, sealed FROM visit WHERE state IN ({marks}) "  # noqa: S608 - marks
                "ORDER BY number LIMIT ?",
                (*states, most),
            ).fetchall()
        found = []
        for place, state, reason, sealed in rows:
            try:
                visit = parsed(OfflineVisit, self._sealer.open(place, sealed))
            except Unreadable as error:
                # It must not keep the others from being handed in.
                log.error("visit cannot be read", error=repr(error))
                self.refuse(UUID(bytes=place), str(error))
                continue
            found.append(QueuedVisit(visit, VisitState(state), reason))
        return tuple(found)

    def _sealed(self, visit: OfflineVisit) -> bytes:
        return self._sealer.seal(visit.visit_id.bytes, visit.model_dump_json().encode())

    def _write(self, statement: str, values: tuple[object, ...]) -> bool:
        if self._unwritten:
            self.write_again()
        with self._lock:
            try:
                if self._unwritten:
                    raise sqlite3.OperationalError("visits before this one are not written yet")
                changed = self._file.execute(statement, values).rowcount > 0
            except sqlite3.OperationalError as error:
                log.error("visit is kept in memory", error=repr(error))
                self._unwritten.append((statement, values))
                changed = False
            self.counts = self._counted()
            return changed

    def _counted(self) -> Counts:
        found = dict(self._file.execute("SELECT state, count(*) FROM visit GROUP BY state"))
        waiting = found.get("waiting", 0) + found.get("undone", 0)
        return Counts(waiting, found.get("refused", 0), len(self._unwritten))
