"""Looks up scans at the service, and in the desk's own list when the service does not answer."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import datetime
from functools import partial

import structlog

from api_client.errors import ApiError, NotAllowed, Refused
from api_client.messages.scan import ScanAnswer, ScanRequest
from kiosk.lookup import Lookup
from kiosk.roster_answer import RosterAnswer

from .answer import Desk, Found, answer_of, found_in, readings_of
from .sealing import Unreadable
from .stock import Stock
from .store import RosterState

log = structlog.get_logger(__name__)

Late = Callable[[RosterAnswer, ScanAnswer], None]
"""Takes the list's answer and that of the service, which came after it; called from any thread."""


class OfflineLookup:
    """A ``Lookup`` around that of the service, ``online``.

    A scan is answered by the service within the deadline of ``stock``, else by the list; while the
    service is away, by the list at once. Its visit is on the disk before any answer of the list.
    Without a list, all is left to ``online``.
    """

    def __init__(self, online: Lookup, stock: Stock, late: Late) -> None:
        self._online, self._stock, self._late = online, stock, late
        self._sender = ThreadPoolExecutor(1, "online-scan")

    def prepare(self) -> None:
        """Open the connection that scans use. Raises ``ApiError``."""
        self._sender.submit(self._online.prepare).result()

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        """Return the answer of the service, or else of the list. Raises ``ApiError``."""
        state = self._stock.roster.state
        if state is None:
            return self._online.look_up(scan)
        link, queue, at = self._stock.link, self._stock.queue, self._stock.link.now
        if link.away_since is not None:
            return self._by_roster(scan, at, state)
        end = time.monotonic() + self._stock.deadline_s
        asked = self._sender.submit(self._online.look_up, scan)
        queue.begin(scan, at)
        try:
            answer = asked.result(max(0.0, end - time.monotonic()))
        except FutureTimeout:
            link.gone()
        except ApiError as error:
            if _is_final(error):
                queue.forget(scan.visit_id)
                raise
            log.info("list of this desk answers", error=repr(error))
            link.gone()
        else:
            queue.forget(scan.visit_id)
            return answer
        found = self._by_roster(scan, at, state)
        asked.add_done_callback(partial(self._on_late, found))
        return found

    def interrupt(self) -> None:
        """Let a look-up that retries fail now."""
        self._online.interrupt()

    def close(self) -> None:
        """Close connections, after a request that is under way."""
        self._online.interrupt()
        self._sender.shutdown()
        self._online.close()

    def _by_roster(self, scan: ScanRequest, at: datetime, state: RosterState) -> RosterAnswer:
        """Answer by the list, and write the visit. Raises Unreadable or sqlite3.Error."""
        desk = Desk(state, max(at, state.as_of), self._stock.oldest)
        answer = answer_of(scan, self._found(scan), desk)
        self._stock.queue.decide(scan, at, answer)
        return answer

    def _found(self, scan: ScanRequest) -> tuple[Found, ...]:
        for reading in readings_of(scan):
            for text in reading.texts:
                try:
                    found = found_in(self._stock.roster.find(text), text, reading.code)
                except (Unreadable, sqlite3.Error) as error:
                    log.error("list of this desk cannot be read", error=repr(error))
                    continue
                if found:
                    return found
        return ()

    def _on_late(self, found: RosterAnswer, asked: Future[ScanAnswer]) -> None:
        """Pass on what the service answered after its deadline, and remove its visit."""
        if asked.cancelled() or asked.exception() is not None:
            return
        answer = asked.result()
        self._stock.queue.forget(answer.visit_id)
        self._late(found, answer)


def _is_final(error: ApiError) -> bool:
    """Return whether the service itself declined: then no list may answer in its place."""
    if isinstance(error, NotAllowed):
        return error.ours
    return isinstance(error, Refused)
