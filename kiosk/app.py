"""The only wiring of the kiosk: creates the objects, connects their signals, starts and stops them.

The order of a start: the window is shown; the scanner process starts and sends its pictures; the
service, if this kiosk runs it, starts and reports its address. From then on a code that the
scanner reads goes to the session, from there to the look-up thread, and the answer back to the
session, which emits the verdict to be shown. When the window closes, everything is stopped in
reverse order.
"""

import time
from collections.abc import Callable
from pathlib import Path

import structlog
from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from api_client.messages.management import SignedIn
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.staff.disk import Disk
from kiosk.staff.dropped import DroppedFiles
from kiosk.staff.finder import Finder
from kiosk.staff.page import SETTINGS
from kiosk.staff.presenter import StaffPresenter
from kiosk.staff.worker import Credentials, StaffWorker
from resources.catalogue import LANGUAGES
from scanner.process import ScannerSupervisor
from scanner.settings import ScannerSettings

from .acts import Acts
from .application import theme_of
from .desk_token import DeskTokenStore
from .door.openers import openers_of
from .door.presenter import DoorPresenter
from .door.worker import DoorWorker
from .embedded import EmbeddedService
from .failures import Cause, Failure
from .frames import Frames
from .language import SYSTEM, LanguageStore, language_of
from .lookup import Lookup, OnlineLookup
from .poll import Poll
from .presenters.camera import CameraPresenter
from .presenters.desk import DeskPresenter
from .presenters.formats import FormatsPresenter
from .presenters.hand_scanner import HandScannerPresenter
from .presenters.offline import OfflinePresenter, stock_for
from .presenters.verdicts import VerdictPresenter
from .profile_store import ProfileStore
from .report import Report
from .serial_scanner import SerialScanner
from .services import OwnService, ServiceAddress
from .session import ScanSession
from .settings import KioskSettings
from .sounds import Sounds
from .texts import Texts
from .trace import Trace
from .unhandled import UnhandledErrors
from .verdict import verdict_of_failure
from .views.window import Command, KioskWindow
from .workers import DeskWorker, LookupWorker, ScannerWorker, WorkerThread

__all__ = ["Kiosk", "OwnService", "ServiceAddress"]

log = structlog.get_logger(__name__)

_HERE = Qt.ConnectionType.DirectConnection
"""Called in the thread of the signal, not in that of the worker, which is busy."""

_LINGER_MS = 1500
"""How long the last verdict stays on screen when the kiosk ends with its source."""


class Kiosk(QObject):
    """All parts of a desk, connected. Created in the GUI thread after the ``QApplication``.

    ``disk`` is where staff save and print files, by default the PC's. ``state_dir`` is where the
    desk keeps what it knows of its hand scanner, and its token for sign-ins; by default the data
    folder of its own service.
    ``languages`` keeps the language that is chosen on screen, by default in ``state_dir``.
    ``signed_in`` is a session that goes on from a kiosk before this one.
    ``supervise`` makes what runs the scanner process.
    """

    connect_to = Signal(str, str)
    """URL and key of the service, for the workers."""
    resume_wanted = Signal(str)
    """Token of a session that goes on."""

    def __init__(
        self,
        settings: KioskSettings,
        scanner: ScannerSettings,
        service: ServiceAddress | OwnService,
        *,
        disk: Disk | None = None,
        state_dir: Path | None = None,
        languages: LanguageStore | None = None,
        signed_in: SignedIn | None = None,
        supervise: Callable[[ScannerSettings], ScannerSupervisor] = ScannerSupervisor,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._service = service
        folder = _state_dir(service, state_dir)
        self.languages = languages or LanguageStore(folder)
        system = QLocale.system().uiLanguages()
        self.texts = Texts(language_of(settings.language, self.languages.load(), system))
        self.switching = False
        """Whether this kiosk ends so that another one begins, in another language."""
        self._signed_in = signed_in
        self.trace = Trace(settings.trace)
        self.report = Report(settings.report) if settings.report else None
        self.sounds = Sounds(muted=settings.mute)
        self.session = ScanSession(settings, self.texts, self.trace, parent=self)
        self.scanner_worker = ScannerWorker(lambda: supervise(scanner))
        self.lookup_worker = LookupWorker(self._make_lookup, self.trace)
        self.desk_worker = DeskWorker()
        self.window = KioskWindow(
            self.texts,
            theme_of(settings.theme),
            settings.desk,
            self.scanner_worker.preview_painted,
        )
        idle_panel = IdlePanel(self.window, self.texts)
        self.verdicts = VerdictPresenter(
            self.window,
            idle_panel,
            self.texts,
            sounds=self.sounds,
            trace=self.trace,
            report=self.report,
            parent=self,
        )
        self.camera = CameraPresenter(
            self.window, idle_panel, self.texts, self.trace, scanner=scanner, parent=self
        )
        self.desk = DeskPresenter(
            self.window, idle_panel, self.texts, desk=settings.desk, parent=self
        )
        stock = stock_for(settings, service, folder)
        self.offline = OfflinePresenter(stock, self.window, self.texts, self.desk, self)
        place = service.url if isinstance(service, ServiceAddress) else ""
        self.staff_worker = StaffWorker(DeskTokenStore(folder, place))
        own = disk or Disk(folder)
        self.management = StaffPresenter(
            self.window, self.texts, idle_s=settings.staff_idle_s, parent=self, disk=own
        )
        self.finder = Finder(self.window, self.texts, self.management, self)
        self.dropped = DroppedFiles(self.window, self.texts, self.management, self)
        self.acts = Acts(self.window, self.session, self.desk, self.management, self)
        self.serial = SerialScanner(settings.scanner_baud)
        self.hand_scanner = HandScannerPresenter(
            self.window,
            self.texts,
            settings,
            ProfileStore(folder, settings.desk),
            self.serial,
            parent=self,
        )
        self.wedge = self.hand_scanner.wedge
        self.embedded: EmbeddedService | None = None
        if isinstance(service, OwnService):
            self.embedded = EmbeddedService(service.command, service.data_dir, parent=self)
        page, look_for = self.management.pages.code_formats, self.scanner_worker.look_for
        self.formats = FormatsPresenter(page.on_codes, page.trying, look_for, self)
        self.frames = Frames(
            camera=self.camera,
            desk=self.desk,
            formats=self.formats,
            hand_scanner=self.hand_scanner,
            staff=self.management,
            texts=self.texts,
            parent=self,
        )
        self.door = DoorPresenter(
            self.window.side.show_notice, self.texts, desk=settings.desk, parent=self
        )
        self.door_worker = DoorWorker(openers_of(settings))
        self._threads = [
            WorkerThread("scanner", self.scanner_worker, self),
            WorkerThread("lookup", self.lookup_worker, self),
            WorkerThread("desk", self.desk_worker, self),
            WorkerThread("staff", self.staff_worker, self),
            WorkerThread("door", self.door_worker, self),
            WorkerThread("serial", self.serial, self),
        ]
        self._unhandled = UnhandledErrors(self)
        self._unhandled.happened.connect(self._on_unhandled)
        self._poll = Poll(settings.poll_s, self)
        self._connect()

    def start(self) -> None:
        """Show the window and start all parts. Raises OSError without a usable data folder."""
        self._unhandled.start()
        QApplication.instance().installEventFilter(self.wedge)  # type: ignore[union-attr]
        if self._settings.full_screen:
            self.window.showFullScreen()
        else:
            self.window.fit_screen()
            self.window.show()
        sample = verdict_of_failure(Failure(Cause.STARTING, ""), self.texts)
        QTimer.singleShot(0, self.window, lambda: self.window.warm_up(sample))
        scanner_thread, *others = self._threads
        if self.embedded is not None:
            self.embedded.start()
        for thread in others:
            thread.start()
        if isinstance(self._service, ServiceAddress):
            self.connect_to.emit(self._service.url, self._service.key)
        if isinstance(self._service, OwnService) and self._service.scan_when_ready:
            self.desk.service_back.connect(scanner_thread.start)
        else:
            scanner_thread.start()
        self._poll.start()

    def stop(self) -> None:
        """Stop all parts that were started, and wait for them."""
        QApplication.instance().removeEventFilter(self.wedge)  # type: ignore[union-attr]
        self._poll.stop()
        # Paint events that still wait must not reach a window that is being taken down.
        self.window.setUpdatesEnabled(False)
        self.window.hide()
        self.scanner_worker.stop()
        self.serial.stop()
        for thread in self._threads:
            if not thread.finish():
                log.error("thread did not end in time", thread=thread.objectName())
        self.lookup_worker.close()
        self.offline.stop()
        self.desk_worker.close()
        if self.management.signed_in and not self.switching:
            self.staff_worker.sign_out(self.management.session.token)
        self.staff_worker.close()
        self.door_worker.close()
        if self.embedded is not None:
            self.embedded.stop()
        self.sounds.close()
        self.trace.close()
        self._unhandled.stop()

    def _make_lookup(self, url: str, key: str) -> Lookup:
        online = OnlineLookup(url, key, deadline_s=self._settings.deadline_s)
        return self.offline.around(online, self.lookup_worker.corrected.emit)

    def _connect(self) -> None:
        self._connect_scanner()
        self._connect_session()
        self._connect_desk()
        self._connect_service()
        self._connect_management()
        self.window.commanded.connect(self._on_command)
        self._connect_languages()

    def _connect_scanner(self) -> None:
        worker = self.scanner_worker
        self._threads[0].started.connect(worker.run)
        self.frames.connect_worker(worker)
        self.frames.counting.connect(self.session.on_scanned)
        eye = self.management.pages.camera
        worker.preview.connect(eye.on_preview)
        worker.still.connect(eye.on_still)
        worker.source_changed.connect(eye.on_source_changed)
        eye.still_wanted.connect(worker.take_still, _HERE)
        eye.painted.connect(worker.preview_painted, _HERE)
        self._threads[-1].started.connect(self.serial.run)
        self.hand_scanner.connect_session(self.session)
        if self._settings.exit_after_source:
            self.camera.ended.connect(self._leave_soon)

    def _connect_session(self) -> None:
        session = self.session
        session.lookup_requested.connect(self.lookup_worker.look_up)
        self.lookup_worker.answered.connect(session.on_answered)
        self.lookup_worker.failed.connect(session.on_failed)
        self.lookup_worker.failed.connect(self.desk.on_scan_failed)
        self.lookup_worker.corrected.connect(session.on_corrected)
        session.aside_said.connect(self.window.side.show_notice)
        session.checking.connect(self.verdicts.on_checking)
        session.checking.connect(self.desk.on_checking)
        session.showed.connect(self.verdicts.on_showed)
        session.cleared.connect(self.verdicts.on_cleared)
        session.cleared.connect(self.management.on_cleared)
        self.verdicts.photo_wanted.connect(self.desk_worker.fetch_photo)
        self.desk_worker.photo.connect(self.verdicts.on_photo)
        self.verdicts.answered.connect(self.desk.on_answer)
        session.showed.connect(self.desk.on_showed)
        session.showed.connect(self.door.on_showed)
        self.door.wanted.connect(self.door_worker.open)
        self.door_worker.failed.connect(self.door.on_failed)
        session.aside.connect(self.desk.on_aside)
        session.cleared.connect(self.desk.on_cleared)

    def _connect_desk(self) -> None:
        worker, desk = self.desk_worker, self.desk
        desk.connect_worker(worker)
        worker.desk.connect(self.formats.on_desk)
        worker.unreachable.connect(self.offline.on_unreachable)
        desk.undo_wanted.connect(self.offline.undo)
        self.offline.undo_wanted.connect(worker.undo_visit)
        desk.service_back.connect(self.session.on_service_back)
        worker.ask_when(self._poll)
        self.window.side.search_wanted.connect(worker.search)
        self.acts.connect_worker(worker)

    def _connect_management(self) -> None:
        worker, staff = self.staff_worker, self.management
        self.connect_to.connect(worker.connect_to)
        staff.sign_in_wanted.connect(worker.sign_in)
        staff.sign_out_wanted.connect(worker.sign_out)
        staff.task_wanted.connect(worker.run)
        worker.signed_in.connect(staff.on_signed_in)
        worker.sign_in_failed.connect(staff.on_sign_in_failed)
        worker.done.connect(staff.on_done)
        worker.failed.connect(staff.on_failed)
        staff.photo_wanted.connect(self.desk_worker.fetch_photo)
        self.desk_worker.photo.connect(staff.on_photo)
        self.desk_worker.desk.connect(staff.on_desk)
        self.session.showed.connect(staff.on_showed)
        self.wedge.used.connect(staff.on_used)
        staff.pages.settings.page.scanner_wanted.connect(self.hand_scanner.open)
        self.finder.members_wanted.connect(self.desk_worker.search)
        self.desk_worker.hits.connect(self.finder.on_hits)
        self.desk_worker.search_failed.connect(self.finder.on_search_failed)
        staff.pages.code_formats.changed.connect(self.desk_worker.refresh)

    def _connect_languages(self) -> None:
        """Offer the languages, unless a setting decides."""
        self.resume_wanted.connect(self.staff_worker.resume)
        self.desk.service_back.connect(self._resume)
        if self._settings.language == SYSTEM:
            page, bar = self.management.pages.settings.page, self.window.bar
            page.offer_languages()
            page.language_wanted.connect(bar.open_languages)
            bar.offer_languages(LANGUAGES, self.texts.locale.language)
            bar.language_chosen.connect(self.switch_language)

    def switch_language(self, language: str) -> None:
        """End this kiosk so that one in another language begins, with nothing typed lost."""
        bar, staff = self.window.bar, self.management
        if language == self.texts.locale.language or (staff.signed_in and not staff.may_leave()):
            bar.offer_languages(LANGUAGES, self.texts.locale.language)
            return
        self.languages.save(language)
        self.switching = True
        QApplication.quit()

    def _resume(self) -> None:
        """Go on with the session of the kiosk before this one, on the settings page."""
        started, self._signed_in = self._signed_in, None
        if started is not None:
            self.resume_wanted.emit(started.token)
            self.management.on_signed_in(Credentials(self.management.attempt, "", "", ""), started)
            self.management.go(SETTINGS)

    def _connect_service(self) -> None:
        self.connect_to.connect(self.lookup_worker.connect_to)
        self.connect_to.connect(self.desk_worker.connect_to)
        self.connect_to.connect(self.session.on_connecting)
        self.connect_to.connect(self.offline.connect_to)
        self.desk.service_back.connect(self._trace_ready)
        if self.embedded is not None:
            self.embedded.ready.connect(self.lookup_worker.moving, _HERE)
            self.embedded.ready.connect(self.connect_to)
            self.embedded.down.connect(self.lookup_worker.moving, _HERE)
            self.embedded.down.connect(self.desk_worker.on_service_down)
            self.embedded.down.connect(self.desk.on_embedded_down)
            self.embedded.down.connect(self.session.on_service_down)

    def _on_command(self, command: Command) -> None:
        {
            Command.CLEAR: self.session.clear,
            Command.RECHECK: self.session.recheck,
            Command.UNDO: self.desk.undo,
            Command.MUTE: self.verdicts.toggle_mute,
            Command.OPEN_PROFILE: self.management.open_person,
            Command.MANAGE: self.management.open_home,
            Command.BACK: self.management.back,
            Command.GIVE: self.management.open_give,
            Command.HAND_SCANNER: self.hand_scanner.open,
            Command.CLOSE_SHEET: self.hand_scanner.cancel,
        }[command]()

    @Slot()
    def _on_unhandled(self) -> None:
        """Say beside the page or verdict that something that was pressed may not have happened."""
        self.window.side.show_notice(Failure(Cause.INTERNAL, "").sentence(self.texts))

    def _trace_ready(self) -> None:
        self.trace.event("service_ready", time.monotonic_ns())

    def _leave_soon(self) -> None:
        """Stop once everything that was read is answered, and the last verdict was painted."""
        leave = self._leave_soon if self.session.has_waiting else QApplication.quit
        QTimer.singleShot(_LINGER_MS, self, leave)


def _state_dir(service: ServiceAddress | OwnService, given: Path | None) -> Path | None:
    """Return where the desk keeps its own state; None keeps none."""
    return given or (service.data_dir if isinstance(service, OwnService) else None)
