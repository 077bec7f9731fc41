"""Shows the club, today's count, recent visits, search results and the service's state."""

from datetime import UTC, datetime
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from api_client.messages.scan import CustomerHits, DeskInfo, ScanAnswer, VisitPage, VisitView
from kiosk.failures import Cause, Failure
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.status import Health, start_failure
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow

from .rows_of import hit_row, visit_row

_VISITS_SHOWN = 12


class DeskPresenter(QObject):
    """Connects the desk worker to the window. Lives in the GUI thread."""

    service_back = Signal()
    """The service answered, for the first time or after it was away."""
    refresh_wanted = Signal()
    undo_wanted = Signal(object)
    """Visit id."""

    def __init__(
        self,
        window: KioskWindow,
        idle_panel: IdlePanel,
        texts: Texts,
        *,
        desk: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = window
        self._idle_panel = idle_panel
        self._texts = texts
        self._visits: list[VisitView] = []
        self._zone = "UTC"
        self._count = 0
        self._service_up = False
        starting = texts.say("The service is starting.")
        window.bar.service.say(Health.WARN, texts.say("Service …"), starting)
        self._clock = QTimer(window)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_clock)
        self._clock.start()
        self._show_clock()

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """Show the club and the service's state."""
        came_back = not self._service_up
        self._service_up = True
        self._zone = desk.time_zone
        self._count = desk.visits_today
        club = desk.organization
        self._window.bar.show_club(f"{club} · Demo" if desk.demo else club)
        self._window.bar.show_count(self._count)
        self._window.bar.service.say(Health.GOOD, self._texts.say("Service"), desk.version)
        self._show_clock()
        if came_back:
            self._idle_panel.service_is_back()
            self.service_back.emit()

    @Slot(object)
    def on_unreachable(self, failure: Failure) -> None:
        """Show that the service did not answer as it should."""
        self.on_service_down(failure.sentence(self._texts))

    @Slot(object, object)
    def on_scan_failed(self, _visit_id: UUID, failure: Failure) -> None:
        """Load the desk's state after a failed look-up; show it if the service did not answer."""
        if failure.cause in {Cause.UNREACHABLE, Cause.TOO_SLOW}:
            self.on_unreachable(failure)
        self.refresh_wanted.emit()

    @Slot(str, str)
    def on_embedded_down(self, code: str, detail: str) -> None:
        """Show why the service of this PC stopped; without a code it is being restarted."""
        sentence = start_failure(code, self._texts)
        self.on_service_down(f"{sentence}\n{detail}".strip())

    def on_service_down(self, sentence: str) -> None:
        """Show that the service is away."""
        self._service_up = False
        self._window.bar.service.say(Health.BAD, self._texts.say("No service"), sentence)
        self._idle_panel.service_is_away(sentence)

    @Slot(object)
    def on_answer(self, answer: ScanAnswer) -> None:
        """Show the visit of a scan at once; the next refresh loads the full list."""
        if answer.customer is None or any(v.id == answer.visit_id for v in self._visits):
            return
        visit = VisitView(
            id=answer.visit_id,
            at=answer.server_time,
            customer_id=answer.customer.id,
            name=answer.customer.name,
            number=answer.customer.number,
            outcome=answer.outcome,
            desk=self._desk,
        )
        self._visits = [visit, *self._visits][:_VISITS_SHOWN]
        self._count += 1
        self._zone = answer.time_zone
        self._window.bar.show_count(self._count)
        self._show_visits()

    @Slot(object)
    def on_visits(self, page: VisitPage) -> None:
        """Show recent visits."""
        self._visits = list(page.items)
        self._show_visits()

    @Slot(str, object)
    def on_hits(self, text: str, hits: CustomerHits) -> None:
        """Show the results of a search."""
        self._window.side.show_hits(text, [hit_row(hit, self._texts) for hit in hits.items])

    @Slot(str, object)
    def on_search_failed(self, text: str, failure: Failure) -> None:
        """Show why a search failed."""
        self._window.side.show_search_failure(text, failure.sentence(self._texts))

    @Slot()
    def undo_last(self) -> None:
        """Undo the newest visit of this desk that is not undone yet."""
        for visit in self._visits:
            if visit.undone_at is None and visit.desk == self._desk:
                self.undo_wanted.emit(visit.id)
                return

    @Slot(object)
    def on_undone(self, _visit: VisitView) -> None:
        """Load list and count again after a visit was undone."""
        self.refresh_wanted.emit()

    @Slot(object, object)
    def on_undo_failed(self, _visit_id: UUID, failure: Failure) -> None:
        """Show in the top bar why a visit could not be undone."""
        sentence = failure.sentence(self._texts)
        self._window.bar.service.say(Health.BAD, self._texts.say("Not undone"), sentence)

    def _show_visits(self) -> None:
        self._window.side.show_visits(
            [visit_row(visit, self._texts, self._zone) for visit in self._visits]
        )

    def _show_clock(self) -> None:
        self._window.bar.clock.setText(self._texts.clock(datetime.now(UTC), self._zone))
