"""Shows the club, today's count, recent visits, search results and the service's state."""

from datetime import UTC, datetime
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from api_client.messages.scan import CustomerHits, DeskInfo, ScanAnswer, VisitPage, VisitView
from kiosk.failures import Cause, Failure, start_failure
from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.status import Health, Status
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow
from kiosk.workers import DeskWorker
from passes.codes.foreign import foreign_code

from .rows_of import hit_row, visit_row

_VISITS_SHOWN = 12


class DeskPresenter(QObject):
    """Connects the desk worker to the window. Lives in the GUI thread."""

    service_back = Signal()
    """The service answered, for the first time or after it was away."""
    refresh_wanted = Signal()
    undo_wanted = Signal(object)
    """Visit id."""
    visit_opened = Signal(object)
    """VisitView of a row of the list that staff opened."""

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
        self._own: VisitView | None = None
        self._window = window
        self._idle_panel = idle_panel
        self._texts = texts
        self._visits: list[VisitView] = []
        self._zone = "UTC"
        self._count = 0
        self._service_up = False
        self._offline: Status | None = None
        self._version = ""
        self._disk_full = False
        """Whether the service could not record the last scan, as its disk is full."""
        self._on_screen: UUID | None = None
        self._opened: VisitView | None = None
        """The visit by which the customer on screen was looked up."""
        self.demo_club: bool | None = None
        """Whether the club is invented; None until the service has said so."""
        starting = texts.say("The service is starting.")
        window.bar.service.say(Health.WARN, texts.say("Service …"), starting)
        window.side.visit_opened.connect(self._on_visit_opened)
        self._clock = QTimer(window)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_clock)
        self._clock.start()
        self._show_clock()

    def connect_worker(self, worker: DeskWorker) -> None:
        """Show what the worker loads, and send it what is wanted here."""
        worker.desk.connect(self.on_desk)
        worker.visits.connect(self.on_visits)
        worker.hits.connect(self.on_hits)
        worker.search_failed.connect(self.on_search_failed)
        worker.unreachable.connect(self.on_unreachable)
        worker.undone.connect(self.on_undone)
        worker.undo_failed.connect(self.on_undo_failed)
        self.refresh_wanted.connect(worker.refresh)

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """Show the club and the service's state."""
        came_back = not self._service_up
        self.demo_club = desk.demo
        self._service_up = True
        self._zone = desk.time_zone
        self._count = desk.visits_today
        club = desk.organization
        self._window.bar.show_club(f"{club} · Demo" if desk.demo else club)
        self._window.bar.show_count(self._count)
        self._version = desk.version
        self._show_health()
        self._show_clock()
        if came_back:
            self._idle_panel.service_is_back()
            self.service_back.emit()

    @Slot(object)
    def on_offline(self, status: Status | None) -> None:
        """Show that this desk's list answers in the place of the service; None: it does not."""
        ended, self._offline = self._offline is not None and status is None, status
        self._idle_panel.works_offline("" if status is None else status.sentence)
        if status is not None or (ended and self._service_up):
            self._show_health()

    def _show_health(self) -> None:
        """Show that the service answers, and whether its disk is full: then it only reads."""
        service, say = self._window.bar.service, self._texts.say
        if self._offline is not None:
            service.show_status(self._offline)
        elif self._disk_full:
            full = say("The disk of the membership service is full.")
            service.say(Health.WARN, say("Disk full"), full)
        else:
            service.say(Health.GOOD, say("Service"), self._version)

    @Slot(object)
    def on_unreachable(self, failure: Failure) -> None:
        """Show that the service did not answer as it should."""
        self.on_service_down(failure.sentence(self._texts))

    @Slot(object, object)
    def on_scan_failed(self, _visit_id: UUID, failure: Failure) -> None:
        """Load the desk's state after a failed look-up; show it if the service did not answer."""
        if failure.cause in {Cause.UNREACHABLE, Cause.TOO_SLOW, Cause.GATEWAY}:
            self.on_unreachable(failure)
        self._disk_full = self._disk_full or failure.cause is Cause.STORAGE_FULL
        self.refresh_wanted.emit()

    @Slot(str, str)
    def on_embedded_down(self, code: str, detail: str) -> None:
        """Show why the service of this PC stopped; without a code it is being restarted."""
        sentence = start_failure(code, self._texts)
        self.on_service_down(f"{sentence}\n{detail}".strip())

    def on_service_down(self, sentence: str) -> None:
        """Show that the service is away."""
        self._service_up = False
        if self._offline is not None:
            self._show_health()
            return
        self._window.bar.service.say(Health.BAD, self._texts.say("No service"), sentence)
        self._idle_panel.service_is_away(sentence)

    @Slot(object)
    def on_answer(self, answer: ScanAnswer) -> None:
        """Show the visit of a scan at once; the next refresh loads the full list."""
        if answer.customer is None:  # nothing was stored
            return
        if self._disk_full:
            self._disk_full = False
            self.refresh_wanted.emit()
        listed = next((each for each in self._visits if each.id == answer.visit_id), None)
        if listed is not None:
            # The list was faster than the answer, or the scan was checked once more.
            self._own = listed
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
        self._own = visit
        self._visits = [visit, *self._visits][:_VISITS_SHOWN]
        self._count += 1
        self._zone = answer.time_zone
        self._window.bar.show_count(self._count)
        self._show_visits()

    @Slot(object)
    def on_visits(self, page: VisitPage) -> None:
        """Show recent visits, and the last one of this desk also if the list is older than it."""
        own, items = self._own, list(page.items)
        known = own is None or any(visit.id == own.id for visit in items)
        if own is not None and not known and (not items or items[0].at <= own.at):
            items = [own, *items][:_VISITS_SHOWN]
        self._visits = items
        self._show_visits()

    @Slot(str, object)
    def on_hits(self, text: str, hits: CustomerHits) -> None:
        """Show the results of a search, and whether there are more."""
        rows = [hit_row(hit, self._texts) for hit in hits.items]
        self._window.side.show_hits(text, rows, more=hits.next_cursor is not None)

    @Slot(str, object)
    def on_search_failed(self, text: str, failure: Failure) -> None:
        """Show why a search failed."""
        self._window.side.show_search_failure(text, failure.sentence(self._texts))

    @Slot()
    def on_aside(self) -> None:
        """Say that another code in view names nobody."""
        self._window.side.show_notice(self._texts.say("Another code in view belongs to nobody."))

    @Slot()
    def undo(self) -> None:
        """Undo the visit on screen: that of the verdict, else the last one of this desk.

        A verdict without a person, a scan that is being checked, somebody who was looked up and the
        pages of staff have no visit to undo; neither has a desk whose last visit is no longer in
        the list. A visit that was opened in the list is on screen.
        """
        own, say = self._own if self._opened is None else self._opened, self._texts.say
        if self._window.managing:
            return
        on_screen = [each.id for each in self._visits]
        if self._on_screen is not None:
            on_screen = [self._on_screen]
        if own is None or own.id not in on_screen:
            self._window.side.show_notice(say("There is no visit on screen to undo."))
        elif own.undone_at is None:
            self._window.side.show_notice(say("Undoing the visit of {name} …", name=own.name))
            self._window.verdict.buttons.show_undo(say("Undoing …"), enabled=False)
            self.undo_wanted.emit(own.id)
        else:
            self._window.side.show_notice(say("The visit of {name} is undone.", name=own.name))

    @Slot(str)
    def _on_visit_opened(self, visit_id: str) -> None:
        visit = next((each for each in self._visits if str(each.id) == visit_id), None)
        if visit is not None:
            self.visit_opened.emit(visit)

    @Slot(object)
    def on_checking(self, scan: PendingScan) -> None:
        """Keep which visit is being checked: the one before is no longer what is looked at."""
        self._on_screen = scan.request.visit_id
        self._opened = None

    @Slot(object)
    def on_showed(self, shown: DisplayedScan) -> None:
        """Keep which visit the verdict on screen is about; show whom staff have to choose from."""
        self._opened = shown.scan.of_visit if shown.scan.preview else None
        self._on_screen = shown.scan.request.visit_id if self._opened is None else self._opened.id
        side, choices = self._window.side, () if shown.recorded is None else shown.recorded.choices
        if choices:
            number = foreign_code(shown.scan.request.text)
            side.offer(number, [hit_row(hit, self._texts) for hit in choices])
        else:
            side.withdraw()

    @Slot()
    def on_cleared(self) -> None:
        """No verdict is on screen."""
        self._on_screen = self._opened = None
        self._window.side.withdraw()

    @Slot(object)
    def on_undone(self, visit: VisitView) -> None:
        """Say whose visit was undone, and load list and count again."""
        if self._own is not None and self._own.id == visit.id:
            self._own = visit
        if self._opened is not None and self._opened.id == visit.id:
            self._opened = visit
        if self._on_screen == visit.id:
            self._window.verdict.buttons.show_undo(self._texts.say("Visit undone"), enabled=False)
        self._window.side.show_notice(
            self._texts.say("The visit of {name} is undone.", name=visit.name)
        )
        self.refresh_wanted.emit()

    def on_undone_here(self, visit_id: UUID) -> None:
        """Say whose visit was undone before the service knew of it."""
        known = (self._own, self._opened, *self._visits)
        visit = next((each for each in known if each is not None and each.id == visit_id), None)
        if visit is not None:
            self.on_undone(visit.model_copy(update={"undone_at": datetime.now(UTC)}))

    @Slot(object, object)
    def on_undo_failed(self, visit_id: UUID, failure: Failure) -> None:
        """Say whose visit could not be undone, and why."""
        say, why = self._texts.say, failure.sentence(self._texts)
        known = (self._opened, self._own)
        own = next((each for each in known if each is not None and each.id == visit_id), None)
        if self._on_screen == visit_id:
            self._window.verdict.buttons.show_undo(say("Undo visit"), enabled=True)
        name = own.name if own is not None else str(visit_id)
        self._window.side.show_notice(
            say("The visit of {name} is not undone: {why}", name=name, why=why)
        )

    def _show_visits(self) -> None:
        self._window.side.show_visits(
            [visit_row(visit, self._texts, self._zone) for visit in self._visits]
        )

    def _show_clock(self) -> None:
        self._window.bar.clock.setText(self._texts.clock(datetime.now(UTC), self._zone))
