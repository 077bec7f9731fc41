"""Working without the service: what the top bar says of it, and undoing a visit that waits."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from kiosk.failures import Cause, Failure
from kiosk.lookup import Lookup
from kiosk.offline.lookup import Late, OfflineLookup
from kiosk.offline.stock import OfflineState, Stock, open_stock
from kiosk.offline.sync import SyncThread
from kiosk.presenters.desk import DeskPresenter
from kiosk.services import OwnService, ServiceAddress
from kiosk.settings import KioskSettings
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow

from .offline_words import list_status, offline_status, review_status

log = structlog.get_logger(__name__)

_LOOK_MS = 500


def stock_for(
    settings: KioskSettings, service: ServiceAddress | OwnService, folder: Path | None
) -> Stock | None:
    """Return what a desk stores for the time without its service; None if it stores nothing.

    The service of this PC has its data on the same disk, and is started again by this kiosk. A
    folder that cannot be used leaves the desk as it is without a list.
    """
    if folder is None or isinstance(service, OwnService) or not settings.roster:
        return None
    try:
        return open_stock(
            folder / "offline",
            deadline_s=settings.roster_after_s,
            oldest=timedelta(hours=settings.roster_hours),
        )
    except (OSError, sqlite3.Error):
        log.exception("nothing can be stored for the time without the service")
        return None


class OfflinePresenter(QObject):
    """Shows the state of ``stock`` in the top bar. Without one it does nothing.

    Lives in the GUI thread; the state is read from memory.
    """

    handed_in = Signal(int)
    """Number of visits that were handed in; emitted by the thread that does it."""
    undo_wanted = Signal(object)
    """Visit id: one that the service has."""

    def __init__(
        self,
        stock: Stock | None,
        window: KioskWindow,
        texts: Texts,
        desk: DeskPresenter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._stock, self._window, self._texts, self._desk = stock, window, texts, desk
        self._sync = SyncThread(stock) if stock is not None else None
        self._said: OfflineState | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.handed_in.connect(self._on_handed_in)

    def around(self, online: Lookup, late: Late) -> Lookup:
        """Return a look-up that falls back on the list, if there is one."""
        return online if self._stock is None else OfflineLookup(online, self._stock, late)

    @Slot(str, str)
    def connect_to(self, url: str, key: str) -> None:
        """Exchange with the service at ``url`` from now on."""
        if self._sync is not None:
            self._sync.start(url, key, self.handed_in.emit)
            self._timer.start()

    def stop(self) -> None:
        """End, once no more scans come."""
        self._timer.stop()
        if self._sync is not None and self._stock is not None:
            self._sync.stop()
            self._stock.close()

    @Slot(object)
    def undo(self, visit_id: UUID) -> None:
        """Undo a visit: here if it waits here, else at the service."""
        if self._stock is not None and self._stock.queue.undo(visit_id):
            self._desk.on_undone_here(visit_id)
        else:
            self.undo_wanted.emit(visit_id)

    @Slot(object)
    def on_unreachable(self, failure: Failure) -> None:
        """Let the list answer the next scan at once: the service did not answer the desk."""
        away = failure.cause in {Cause.UNREACHABLE, Cause.TOO_SLOW, Cause.GATEWAY}
        if away and self._stock is not None and self._stock.roster.state is not None:
            self._stock.link.gone()
            self._look()

    @Slot()
    def _look(self) -> None:
        if self._stock is None:
            return
        state = self._stock.state()
        if state != self._said:
            self._said = state
            self._desk.on_offline(offline_status(state, self._texts))
            bar = self._window.bar
            bar.members_list.show_status(list_status(state, self._texts))
            bar.review.show_status(review_status(state, self._texts))

    @Slot(int)
    def _on_handed_in(self, count: int) -> None:
        self._window.side.show_notice(
            self._texts.say_many("{count} visit handed in", "{count} visits handed in", count)
        )
