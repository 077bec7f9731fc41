"""The staff side of the desk: sign-in, the page in front, and the way back.

A scan comes first: its verdict takes the panel whatever page was open. Every change is a form that
stays until the service has carried it out, so that a failure loses nothing that was typed.
"""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from api_client.messages.management import SignedIn
from api_client.messages.scan import DeskInfo
from kiosk.failures import Cause, Failure
from kiosk.session import DisplayedScan
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.controllers.receipt import Receipts
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Notices, sentence_of
from kiosk.staff.page import HOME, Page, Place
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.router import Router
from kiosk.staff.session import StaffSession
from kiosk.staff.worker import Credentials, Task
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class StaffPresenter(QObject):
    """The ``Navigation`` of the staff side. Lives in the GUI thread.

    Staff are signed out when nobody has done anything for ``idle_s`` seconds. ``disk`` is where
    files are saved and printed, by default the PC's.
    """

    sign_in_wanted = Signal(object)
    """Credentials."""
    sign_out_wanted = Signal()
    task_wanted = Signal(object)
    """Task."""
    photo_wanted = Signal(str)
    """Path of a photo."""

    def __init__(
        self,
        window: KioskWindow,
        texts: Texts,
        *,
        idle_s: float,
        parent: QObject,
        disk: Disk | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._texts = window, texts
        self.panel = StaffPanel(texts)
        window.add_management(self.panel)
        self.session = StaffSession()
        self._slug = ""
        self._trail: list[Place] = []
        self._on_screen: UUID | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(int(idle_s * 1000))
        self._idle.timeout.connect(self._on_idle)
        self._notices = Notices(window, self.panel, texts)
        self.changes = Changes(
            self, self._notices, self.task_wanted.emit, self._idle.start, parent=self
        )
        self.pages = Router(self.panel, self._context(disk or Disk()))
        self.panel.back.connect(self.back)
        self.panel.locked.connect(self.sign_out)
        self.panel.sign_in.submitted.connect(self._on_credentials)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """Keep the club's short name, time zone and currency."""
        self._slug, self.session.zone = desk.slug, desk.time_zone
        self.session.currency = desk.currency or self.session.currency

    @Slot(object)
    def on_showed(self, shown: DisplayedScan) -> None:
        """Keep the customer of the verdict on screen."""
        customer = shown.answer.customer if shown.answer else None
        self._on_screen = customer.id if customer else None

    def open_person(self) -> None:
        """Go to the profile of the customer of the last verdict, or to the first page."""
        self.open(Place(CUSTOMER, self._on_screen) if self._on_screen else HOME)

    def open_home(self) -> None:
        """Go to the first page."""
        self.open(HOME)

    def open(self, place: Place) -> None:
        """Go to a page, by way of the sign-in if nobody is signed in."""
        if self._trail[-1:] != [place]:
            self._trail.append(place)
        if self.signed_in:
            self.show(place)
        else:
            self.panel.sign_in.ask()
            self._bring_up(self.panel.sign_in)

    def open_created(self, place: Place) -> None:
        """Go to what was created on the first page; from any other page, reload that page."""
        if self._trail[-1:] == [HOME]:
            self.open(place)
        else:
            self.reload()

    def open_instead(self, place: Place) -> None:
        """Go to a page in place of the one in front, if both have the same name."""
        if self._trail and self._trail[-1].name == place.name:
            self._trail.pop()
        self.open(place)

    def show(self, place: Place) -> None:
        """Load a page and show it, if it is still wanted then."""
        page = self.pages.open(place)
        self._idle.start()
        self.pages.leave()
        self._bring_up(self.panel.waiting)
        self.task_wanted.emit(
            Task(place.name, lambda client, _: page.load(client), partial(self._on_loaded, page))
        )

    def reload(self) -> None:
        """Load the page in front again. Does nothing while no page is in front."""
        if self._trail and self._window.managing:
            self.show(self._trail[-1])

    def back(self) -> None:
        """Return to the page before, and from the first page to the desk."""
        if self._trail:
            self._trail.pop()
        if self._trail and self.signed_in:
            self.show(self._trail[-1])
        else:
            self._trail.clear()
            self._window.leave_management()

    @Slot(object)
    def on_signed_in(self, started: SignedIn) -> None:
        """Somebody signed in: go to the page they wanted."""
        self.session.start(frozenset(started.scopes))
        self.pages.start_session()
        self.panel.show_who(started.staff.name)
        self.show(self._trail[-1] if self._trail else HOME)

    @Slot(object)
    def on_sign_in_failed(self, failure: Failure) -> None:
        """Show why nobody is signed in."""
        sentence = failure.sentence(self._texts)
        if failure.cause is Cause.NOT_ALLOWED:
            sentence = self._texts.say("The email or the password is wrong.")
        self.panel.sign_in.show_failure(sentence)

    @Slot()
    def sign_out(self) -> None:
        """Sign out and return to the desk."""
        self.session.end()
        self.pages.end_session()
        self._trail.clear()
        self._notices.clear()
        self._idle.stop()
        self.panel.show_who("")
        self.sign_out_wanted.emit()
        self._window.leave_management()

    @Slot(object, object)
    def on_done(self, task: Task[Any], answer: object) -> None:
        """Pass the answer of a task to its handler."""
        task.handle_result(answer)

    @Slot(object, object)
    def on_failed(self, task: Task[Any], failure: Failure) -> None:
        """Pass the failure of a task to its handler, or show it on the page in front."""
        handle_error = task.handle_error or self._notices.show
        handle_error(sentence_of(failure, self._texts))

    @Slot(str, QImage)
    def on_photo(self, path: str, image: QImage) -> None:
        """A photo was loaded."""
        self.pages.customer.show_photo(path, image)

    @Slot(str, str, str)
    def _on_credentials(self, email: str, password: str, name: str) -> None:
        self.sign_in_wanted.emit(Credentials(self._slug, email, password, name))

    def _context(self, disk: Disk) -> Context:
        send = self.task_wanted.emit
        return Context(
            window=self._window,
            texts=self._texts,
            disk=disk,
            session=self.session,
            notices=self._notices,
            navigation=self,
            changes=self.changes,
            receipts=Receipts(self._texts, disk, self._notices, send),
            send=send,
            in_use=self._idle.start,
            fetch_photo=self.photo_wanted.emit,
            parent=self,
        )

    def _on_loaded(self, page: Page[Any], answer: object) -> None:
        """Show a page, unless staff have gone elsewhere while it was loading."""
        in_front = self._window.managing and self.signed_in
        if in_front and self._trail[-1:] == [page.place]:
            self.pages.show(page, answer)
            self._notices.show_kept()

    def _on_idle(self) -> None:
        """Sign out after a while without use, but not while a form is being filled in."""
        if self.changes.asking:
            self._idle.start()
        elif self.signed_in:
            self.sign_out()

    def _bring_up(self, page: QWidget) -> None:
        self.panel.show_page(page)
        self._window.enter_management()
