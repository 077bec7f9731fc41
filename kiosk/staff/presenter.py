"""The staff side of the desk: sign-in, the page in front, and the way back.

A scan comes first: its verdict covers whatever page or form was open, which is there again when the
verdict is gone. Only what staff press brings the staff side to the front; an answer of the service
changes the page under a verdict and never covers it.
"""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from api_client.messages.management import SignedIn
from api_client.messages.scan import DeskInfo
from kiosk.failures import Cause, Failure
from kiosk.pending_scan import DisplayedScan
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.pdf import PdfFiles
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.controllers.receipt import Receipts
from kiosk.staff.disk import Disk
from kiosk.staff.frame import Frame
from kiosk.staff.loading import Loading
from kiosk.staff.notices import Notices, sentence_of
from kiosk.staff.outcomes import Outcomes
from kiosk.staff.page import ACCOUNT, MEMBERS, TODAY, Page, Place
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.router import Router
from kiosk.staff.session import StaffSession
from kiosk.staff.sign_in import SignIn
from kiosk.staff.unsaved import Unsaved
from kiosk.staff.worker import Credentials, Task
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class StaffPresenter(QObject):
    """The ``Navigation`` of the staff side. Lives in the GUI thread.

    The sign-in is asked for again when nobody has pressed a key or clicked for ``idle_s`` seconds;
    the page and the form in front stay, for the same person. ``disk`` is where files are saved and
    printed, by default the PC's.
    """

    sign_in_wanted = Signal(object)
    """Credentials."""
    sign_out_wanted = Signal(str)
    """Token of the session to end."""
    task_wanted = Signal(object)
    """Task."""
    photo_wanted = Signal(str)
    """Path of a photo."""
    changed = Signal()
    """Who is signed in, the page in front, or whether staff are at work may have changed."""

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
        self._window, self._texts, self.panel = window, texts, StaffPanel(texts)
        window.add_management(self.panel)
        window.page_key.connect(self.panel.press_key)
        self.session = StaffSession()
        self._sign_in = SignIn(self.panel, texts, self)
        self._sign_in.wanted.connect(self.sign_in_wanted)
        self._trail: list[Place] = []
        self._on_screen: UUID | None = None
        self._at_work = self._locked = False
        """Of ``_locked``: whether page and form wait for a new sign-in of the same person."""
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(int(idle_s * 1000))
        self._idle.timeout.connect(self._on_idle)
        self._notices = Notices(window, self.panel, texts)
        self._outcomes = Outcomes(self._notices, texts)
        self._unsaved = Unsaved(self._notices, texts)
        self.changes = Changes(
            self, self.panel, self._notices,
            texts=texts, session=self.session, send=self.task_wanted.emit, parent=self,
        )  # fmt: skip
        self.pages = Router(self.panel, self._context(disk or Disk()))
        self._loading = Loading(self.panel, self.pages, texts, self.reload)
        self.panel.back.connect(self.back)
        self.frame = Frame(window, texts, self.session, self)
        self.frame.wanted.connect(self.go)
        self.frame.desk_wanted.connect(self.go_to_desk)
        window.rail.signed_out.connect(self.ask_sign_out)
        self.changed.connect(self._show_frame)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    @property
    def attempt(self) -> int:
        """Counts sign-ins; an answer to an earlier one no longer counts."""
        return self._sign_in.attempt

    @property
    def at_work(self) -> bool:
        """Whether staff are at work here: a page is in front, or under the verdict of a scan."""
        return self._at_work

    @property
    def front(self) -> Place | None:
        """The page in front, under a form or a verdict too; None at the desk."""
        return self._trail[-1] if self._trail else None

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """Keep the club's short name, time zone and currency; a new club is set up first.

        A page that the service could not be reached for is loaded again: it answers.
        """
        self.session.zone = desk.time_zone
        self.session.currency = desk.currency or self.session.currency
        if self._sign_in.know(desk) and not self._at_work:
            self.go(TODAY)
        else:
            self._loading.on_connected()

    @Slot(object)
    def on_showed(self, shown: DisplayedScan) -> None:
        """Keep the customer of the verdict on screen."""
        customer = shown.answer.customer if shown.answer else None
        self._on_screen = customer.id if customer else None
        self.pages.give.read = shown.foreign

    @Slot()
    def on_cleared(self) -> None:
        """Return to the page or form that a verdict covered; one in front keeps its focus."""
        if self._at_work and not self._window.managing:
            self.bring_up()

    @Slot()
    def on_used(self) -> None:
        """A key was pressed or something was clicked: somebody is there."""
        if self.signed_in:
            self._idle.start()

    def open_person(self) -> None:
        """Go to the profile of the customer of the last verdict, or to the first page."""
        self._enter(Place(CUSTOMER, self._on_screen) if self._on_screen else MEMBERS)

    def open_give(self) -> None:
        """Go to where the card on screen, which names nobody, is given to a member."""
        if self._window.showing_verdict and (place := self.pages.give.begin()):
            self._enter(place)

    def open_home(self) -> None:
        """Go to the first page."""
        self._enter(MEMBERS)

    def go(self, place: Place, *, with_way_back: bool = False) -> None:
        """Go to a page, from which the way back leads to the desk, or to what is in front now."""
        if not self.signed_in and self._holds():
            self._sign_in.ask()
        elif self.may_leave():
            del self._trail[len(self._trail) if with_way_back else 0 :]
            self.open(place)
        self.bring_up()

    def go_to_desk(self) -> None:
        """Return to the desk, unless a form or a page has to be answered for first."""
        if not self.signed_in or self.may_leave():
            self._leave()

    def open(self, place: Place) -> None:
        """Go to a page, by way of the sign-in if nobody is signed in."""
        if self._trail[-1:] != [place]:
            self._trail.append(place)
        if self.signed_in:
            self.show(place)
        else:
            self._sign_in.ask()
        self.changed.emit()

    def open_instead(self, place: Place) -> None:
        """Go to a page in place of the one in front, if both have the same name."""
        if self._trail and self._trail[-1].name == place.name:
            self._trail.pop()
        self.open(place)

    def show(self, place: Place) -> None:
        """Load a page and show it, if it is still wanted then."""
        page = self._loading.begin(place)
        self.task_wanted.emit(
            Task(
                place.name,
                lambda client, _: page.load(client),
                partial(self._on_loaded, page),
                on_failure=partial(self._on_not_loaded, page),
            )
        )

    def reload(self) -> None:
        """Load the page in front again. Does nothing at the desk."""
        if self._trail and self.signed_in:
            self.show(self._trail[-1])

    def back(self) -> None:
        """Close the form, else return to the page before, and from the first page to the desk."""
        if self.changes.asking and self.signed_in:
            self.changes.leave()
            return
        if self._asks_before_leaving():
            return
        if self.signed_in and len(self._trail) > 1:
            self._trail.pop()
            self.show(self._trail[-1])
            self.changed.emit()
        else:
            self._leave()

    @Slot(object, object)
    def on_signed_in(self, typed: Credentials, started: SignedIn) -> None:
        """Somebody signed in: go on where they were, or to the page they wanted.

        A session that comes after its sign-in was left is ended at once.
        """
        if not self._sign_in.succeeded(typed):
            self.sign_out_wanted.emit(started.token)
            return
        same = self.session.start(started)
        if not same:
            self.changes.close()
            self.pages.end_session()
            self._notices.clear()
            if self._locked:
                self._trail.clear()
        kept, self._locked = same and self._holds(), False
        self.pages.start_session()
        self._idle.start()
        front = self.front
        if started.second_factor_missing:
            self._trail.clear()
            self.open(ACCOUNT)
        elif front is not None and kept:
            self.panel.show_page(self.pages.view(front))
            self.panel.focus_page()
            self._notices.show_kept()
            self.changed.emit()
        else:
            self.open(front or MEMBERS)

    @Slot(object, object)
    def on_sign_in_failed(self, typed: Credentials, failure: Failure) -> None:
        """Show why nobody is signed in, unless the sign-in was left."""
        self._sign_in.on_failed(typed, failure)

    @Slot()
    def sign_out(self) -> None:
        """Sign out and return to the desk."""
        self._end_session()
        self._locked = False
        self.session.forget()
        self.changes.close()
        self.pages.end_session()
        self._notices.clear()
        self._leave()

    def lock(self, why: str) -> None:
        """Ask for the sign-in over the page in front; page and form stay for the same person."""
        self._end_session()
        self._locked = True
        self._sign_in.ask(why)

    @Slot(object, object)
    def on_done(self, task: Task[Any], answer: object) -> None:
        """Pass the answer of a task to its handler."""
        self._outcomes.done(task, answer)

    @Slot(object, object)
    def on_failed(self, task: Task[Any], failure: Failure) -> None:
        """Pass the failure of a task to its handler; ask for a session that has ended again."""
        if failure.cause is Cause.SIGNED_OUT and self.signed_in:
            self.lock(sentence_of(failure, self._texts))
        self._outcomes.failed(task, failure)

    @Slot(str, QImage)
    def on_photo(self, path: str, image: QImage) -> None:
        """A photo was loaded."""
        self.pages.show_photo(path, image)

    @Slot()
    def ask_sign_out(self) -> None:
        """Sign out, unless a form or a page has to be answered for first, as on Esc."""
        if self.may_leave():
            self.sign_out()

    def may_leave(self) -> bool:
        """Close a form in which nothing was typed. Returns False if something is asked first.

        The question is brought before a verdict, too.
        """
        form = self.changes.form
        typed = form is not None and (form.sending or form.edited)
        if form is not None and typed:
            form.leave()
        if typed or self._asks_before_leaving():
            if not self._window.managing:
                self.bring_up()
            return False
        self.changes.close()
        return True

    def _context(self, disk: Disk) -> Context:
        send, texts = self.task_wanted.emit, self._texts
        files = PdfFiles(texts, disk, self._notices, self.changes, send)
        return Context(
            window=self._window, texts=texts, disk=disk, session=self.session,
            notices=self._notices, navigation=self, changes=self.changes,
            receipts=Receipts(texts, disk, self._notices, files, send), files=files, send=send,
            fetch_photo=self.photo_wanted.emit, parent=self,
        )  # fmt: skip

    def _on_loaded(self, page: Page[Any], answer: object) -> None:
        """Show a page, unless staff have gone elsewhere while it was loading."""
        if self.signed_in and self._trail[-1:] == [page.place]:
            self.pages.show(page, answer)
            self.changed.emit()
            self._notices.show_kept()

    def _on_not_loaded(self, page: Page[Any], failure: Failure) -> None:
        """Show in its place why a page is not shown, unless staff have gone elsewhere."""
        if self._trail[-1:] == [page.place] and self._loading.under_way:
            self._loading.fail(page.place, failure)
        else:
            self._notices.show(sentence_of(failure, self._texts))

    def _enter(self, place: Place) -> None:
        """Go to a page that was asked for at the desk; what is open and not saved is before it."""
        if self._holds():
            if not self.signed_in:
                self._sign_in.ask()
        elif not self._asks_before_leaving():
            self.open(place)
        self.bring_up()

    def _holds(self) -> bool:
        """Return whether a form, or a page with text that is not saved, waits for its person."""
        front = self.front
        unsaved = front is not None and self.pages.unsaved(front) is not None
        return self.changes.asking or (self._locked and unsaved)

    def _leave(self) -> None:
        """Return to the desk, and drop a sign-in under way. What waits for its person is kept."""
        self._sign_in.leave()
        self._at_work = False
        if not self._holds():
            self._locked = False
            self._trail.clear()
            self.pages.leave()
        self._window.leave_management()
        self.changed.emit()

    def _asks_before_leaving(self) -> bool:
        """Say once that a page has text that is not saved. Returns whether it was said now.

        Text that was typed since then is asked about anew.
        """
        front = self.front
        typed = self.pages.unsaved(front) if front is not None and self.signed_in else None
        return self._unsaved.asks_about(typed)

    def _end_session(self) -> None:
        if self.signed_in:
            self.sign_out_wanted.emit(self.session.token)
        self.session.end()
        self._idle.stop()
        self.changed.emit()

    def _on_idle(self) -> None:
        """Ask for the sign-in after a while without use; at the desk sign out."""
        if self.signed_in and self._at_work:
            self.lock(self._texts.say("Locked, because nobody was here for a while."))
        elif self.signed_in:
            self.sign_out()

    def bring_up(self) -> None:
        """Show the staff side in place of the verdict or the idle panel."""
        self._at_work = True
        self.changed.emit()
        self._window.enter_management()
        self.panel.focus_page()
        self._notices.show_kept()

    def _show_frame(self) -> None:
        heading = self.pages.heading(self.front) if self.front else ""
        self.frame.show(self.front, at_work=self._at_work, heading=heading)
