"""Does what the buttons of a verdict are for."""

from uuid import UUID

from PySide6.QtCore import QObject, Slot

from .offers import FITTING, Act, Offer
from .pending_scan import DisplayedScan
from .presenters.desk import DeskPresenter
from .session import ScanSession
from .staff.presenter import StaffPresenter
from .views.window import Command, KioskWindow
from .workers import DeskWorker

_OF_BUTTONS = frozenset({Command.UNDO, Command.OPEN_PROFILE, Command.GIVE})


class Acts(QObject):
    """Connects the buttons of a verdict and of a look-up to the actions that they start.

    A verdict with a button that was pressed stays on screen. Lives in the GUI thread.
    """

    def __init__(
        self,
        window: KioskWindow,
        session: ScanSession,
        desk: DeskPresenter,
        management: StaffPresenter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._desk, self._management = session, desk, management
        self._customer: UUID | None = None
        window.verdict.acted.connect(self.on_act)
        window.commanded.connect(self._on_command)
        window.side.picked.connect(session.on_picked)
        desk.visit_opened.connect(session.on_visit_opened)
        session.showed.connect(self._on_showed)

    def connect_worker(self, worker: DeskWorker) -> None:
        """Let the worker look people up."""
        session = self._session
        session.preview_requested.connect(worker.preview)
        worker.previewed.connect(session.on_previewed)
        worker.preview_failed.connect(session.on_preview_failed)
        worker.preview_failed.connect(self._desk.on_scan_failed)

    @Slot(object)
    def on_act(self, offer: Offer) -> None:
        """Do what a button is for."""
        self._session.hold()
        match offer.act:
            case Act.CHECK_IN:
                self._session.check_in()
            case Act.GIVE:
                self._management.open_give()
            case Act.RECHECK:
                self._session.recheck()
            case Act.PROFILE:
                self._management.open_person()
            case Act.UNDO:
                self._desk.undo()
            case act if act in FITTING and self._customer is not None:
                self._management.open_person()
                self._management.pages.customer.expect(self._customer, offer)

    @Slot(object)
    def _on_command(self, command: Command) -> None:
        """Keep the verdict on screen after the key of a button, too."""
        if command in _OF_BUTTONS:
            self._session.hold()

    @Slot(object)
    def _on_showed(self, shown: DisplayedScan) -> None:
        customer = shown.answer.customer if shown.answer else None
        self._customer = customer.id if customer else None
