"""Shows whose desk this is, today's count, recent visits, search results, the service's state."""

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
    """Lives in the GUI thread between the desk worker and the window."""

    service_back = Signal()
    """The service answers again after it was away, or for the first time."""
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
        """The service answered: show whose desk this is."""
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
        """The service did not answer, or not as it should."""
        self.on_service_down(failure.sentence(self._texts))

    @Slot(object, object)
    def on_scan_failed(self, _visit_id: UUID, failure: Failure) -> None:
        """A scan could not be looked up: where nobody answered, the state shows that as well."""
        if failure.cause in {Cause.UNREACHABLE, Cause.TOO_SLOW}:
            self.on_unreachable(failure)
        self.refresh_wanted.emit()

    @Slot(str, str)
    def on_embedded_down(self, code: str, detail: str) -> None:
        """The service of this PC is not there; no code while it is being restarted."""
        sentence = start_failure(code, self._texts)
        self.on_service_down(f"{sentence}\n{detail}".strip())

    def on_service_down(self, sentence: str) -> None:
        """The service is not there."""
        self._service_up = False
        self._window.bar.service.say(Health.BAD, self._texts.say("No service"), sentence)
        self._idle_panel.service_is_away(sentence)

    @Slot(object)
    def on_answer(self, answer: ScanAnswer) -> None:
        """A scan was answered: show its visit at once, the next refresh brings the full list."""
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
        """Show whom the search found."""
        self._window.side.show_hits(text, [hit_row(hit, self._texts) for hit in hits.items])

    @Slot(str, object)
    def on_search_failed(self, text: str, failure: Failure) -> None:
        """Say why the search brought nothing."""
        self._window.side.show_search_failure(text, failure.sentence(self._texts))

    @Slot()
    def undo_last(self) -> None:
        """Ask for this desk's newest visit that counts to be undone."""
        for visit in self._visits:
            if visit.undone_at is None and visit.desk == self._desk:
                self.undo_wanted.emit(visit.id)
                return

    @Slot(object)
    def on_undone(self, _visit: VisitView) -> None:
        """A visit was undone: the list and the count have changed."""
        self.refresh_wanted.emit()

    @Slot(object, object)
    def on_undo_failed(self, _visit_id: UUID, failure: Failure) -> None:
        """A visit could not be undone: say so where the service's state is shown."""
        sentence = failure.sentence(self._texts)
        self._window.bar.service.say(Health.BAD, self._texts.say("Not undone"), sentence)

    def _show_visits(self) -> None:
        self._window.side.show_visits(
            [visit_row(visit, self._texts, self._zone) for visit in self._visits]
        )

    def _show_clock(self) -> None:
        self._window.bar.clock.setText(self._texts.clock(datetime.now(UTC), self._zone))
