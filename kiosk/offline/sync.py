"""Loads the list and hands in visits, step by step, in a thread in which nothing else waits."""

import sqlite3
from collections.abc import Callable
from threading import Event, Thread

import structlog

from api_client.desk_sync import DeskSyncClient
from api_client.errors import ApiError, BadAnswer, NotAllowed, Refused, Unreachable
from api_client.messages.visit_batch import BatchItem, BatchState
from kiosk.poll import AGAIN_S

from .queue import QueuedVisit, VisitState
from .sealing import Unreadable
from .stock import Stock

log = structlog.get_logger(__name__)

BATCH = 50
"""Visits that are handed in at once."""
_ROUND_S = 30.0
_PAGE_PAUSE_S = 0.01
_ANOTHER_EPOCH = "roster_epoch"
_NO_CURSOR = 422
_NO_ROUTE = frozenset({404, 405})
_GONE = "visit_not_found"


class Sync:
    """One desk's exchange with its service. ``handed_in`` takes the number of visits at the end."""

    def __init__(
        self,
        stock: Stock,
        client: DeskSyncClient,
        handed_in: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self._stock, self._client, self._handed_in = stock, client, handed_in
        self._failures = 0
        self._sent = 0

    def step(self) -> float:
        """Do what is due next. Returns the seconds after which to come again."""
        try:
            pause_s = self._exchange()
        except ApiError as error:
            pause_s = AGAIN_S[min(self._failures, len(AGAIN_S) - 1)] or AGAIN_S[1]
            if self._failures == 0:
                log.info("nothing exchanged with the service", error=repr(error))
            self._failures += 1
            return pause_s
        self._failures = 0
        return pause_s

    def _exchange(self) -> float:
        if self._stock.link.away_since is not None:
            self._measure()
        self._stock.queue.write_again()
        due = self._stock.queue.due(BATCH)
        if due and self._hand_in(due):
            return 0.0
        if self._sent:
            self._handed_in(self._sent)
            self._sent = 0
        return self._load()

    def _measure(self) -> None:
        """Ask for the desk's state: whether the service answers, and what time it is there."""
        link = self._stock.link
        sent = link.local()
        try:
            desk = self._client.desk()
        except Unreachable:
            link.gone()
            raise
        except NotAllowed as error:
            if error.ours:  # it answers, and no list may answer for a key that it does not accept
                link.back()
            raise
        link.measured(desk.server_time, sent, link.local())
        link.back()

    def _hand_in(self, due: tuple[QueuedVisit, ...]) -> bool:
        """Hand visits in, and settle each. Returns False if the service has no such route.

        Where the service declines all of them because of one, they are handed in one by one.
        """
        try:
            answer = self._client.hand_in([each.visit for each in due])
        except Refused as error:
            if error.problem.status in _NO_ROUTE:
                return False
            if len(due) > 1:
                return all(self._hand_in((each,)) for each in due)
            self._stock.queue.refuse(due[0].visit.visit_id, str(error))
            return True
        items = {item.visit_id: item for item in answer.items}
        for each in due:
            item = items.get(each.visit.visit_id)
            if item is None:
                raise BadAnswer("The service left out a visit that was handed in.")
            self._settle(each, item)
        return True

    def _settle(self, queued: QueuedVisit, item: BatchItem) -> None:
        queue, visit_id = self._stock.queue, item.visit_id
        if item.state is BatchState.REFUSED:
            queue.refuse(visit_id, item.detail or item.code or "refused")
            return
        if queued.state is VisitState.UNDONE:
            try:
                self._client.undo_visit(visit_id)
            except Refused as error:
                if error.problem.code != _GONE:
                    queue.refuse(visit_id, str(error))
                    return
        queue.settle(visit_id)
        self._sent += 1

    def _load(self) -> float:
        """Load a page of the list. Returns the seconds after which the next one is due."""
        roster = self._stock.roster
        if roster.loading is None:
            self._measure()
        try:
            page = self._client.roster_page(roster.cursor)
        except Refused as error:
            if error.problem.status in _NO_ROUTE:  # a service of a version before it
                return _ROUND_S
            if error.problem.code == _ANOTHER_EPOCH or error.problem.status == _NO_CURSOR:
                asked_anew = not roster.cursor
                roster.begin_anew()
                return _ROUND_S if asked_anew else 0.0
            raise
        roster.put(page)
        return _ROUND_S if page.complete else _PAGE_PAUSE_S


class SyncThread:
    """Runs the steps of a ``Sync`` until it is stopped."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self, url: str, key: str, handed_in: Callable[[int], None]) -> None:
        """Begin, or go on with another address."""
        self.stop()
        self._stopped.clear()
        self._thread = Thread(target=self._run, args=(url, key, handed_in), name="offline-sync")
        self._thread.start()

    def stop(self) -> None:
        """End after the present step, and wait for that."""
        self._stopped.set()
        self._stock.link.changed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, url: str, key: str, handed_in: Callable[[int], None]) -> None:
        client = DeskSyncClient(url, key, deadline_s=3.0)
        sync, changed = Sync(self._stock, client, handed_in), self._stock.link.changed
        try:
            while True:
                changed.clear()  # before the look at what sets it, so that none is lost
                if self._stopped.is_set():
                    break
                changed.wait(self._step(sync))
        finally:
            client.close()

    def _step(self, sync: Sync) -> float:
        try:
            return sync.step()
        except (sqlite3.Error, OSError, Unreadable, ValueError):
            log.exception("list or visits of this desk cannot be stored")
            return _ROUND_S
