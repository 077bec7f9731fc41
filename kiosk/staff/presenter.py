"""Between staff, the service and the pages: who is signed in, which file is open, what is asked.

A scan always comes first: its verdict takes the panel, whatever was open. Every change is a
form that stays until the service has carried it out; a failure loses nothing that was typed.
"""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from api_client.messages.billing import CheckoutLink
from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    CustomerRecord,
    PlanPage,
    SignedIn,
)
from api_client.messages.payments import PaymentView
from api_client.messages.scan import DeskInfo
from api_client.messages.signup import EmbedKeyList
from kiosk.failures import Cause, Failure
from kiosk.session import Shown
from kiosk.staff.controllers.card import issued_card
from kiosk.staff.controllers.design import created_design
from kiosk.staff.controllers.desks import Desks
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Faults, sentence_of
from kiosk.staff.pages.parts import Action
from kiosk.staff.router import (
    DESIGNS,
    HOME,
    PAYMENTS,
    SIGNUP,
    STRIPE,
    Pages,
    Place,
    leads_to,
)
from kiosk.staff.words.home import company_entries
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.worker import Credentials, Task
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class ManagementPresenter(QObject):
    """Lives in the GUI thread. ``idle_s``: after so long without anybody, staff are signed out."""

    sign_in_wanted = Signal(object)
    """Credentials."""
    sign_out_wanted = Signal()
    task_wanted = Signal(object)
    """Task."""
    photo_wanted = Signal(str)

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
        self._panel = window.management
        self._faults = Faults(window, texts)
        desks = self._desks = Desks(
            window, texts, disk or Disk(), self._today, self._faults.keep, parent=self
        )
        self.changes, self.cards, self.designs = desks.changes, desks.cards, desks.designs
        self.payments, self.receipts = desks.payments, desks.receipts
        self._pages = Pages(window, texts, desks)
        self._slug = ""
        self._trail: list[Place] = []
        self._on_screen: UUID | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(int(idle_s * 1000))
        self._idle.timeout.connect(self._on_idle)
        self._connect()

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self._pages.scopes)

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """The service told whose desk this is."""
        self._slug, self._pages.zone = desk.slug, desk.time_zone
        self.changes.currency = desk.currency or self.changes.currency

    @Slot(object)
    def on_showed(self, shown: Shown) -> None:
        """A verdict took the panel; remember whom it is about."""
        customer = shown.answer.customer if shown.answer else None
        self._on_screen = customer.id if customer else None

    def open_person(self) -> None:
        """Open the file of whom the last verdict was about; without one, the first page."""
        self._open(("customer", self._on_screen) if self._on_screen else HOME)

    def open_home(self) -> None:
        """Open the first page."""
        self._open(HOME)

    def go_back(self) -> None:
        """Leave the page for the one before, and the first one for the desk."""
        if self._trail:
            self._trail.pop()
        if self._trail and self.signed_in:
            self._show(self._trail[-1])
        else:
            self._trail.clear()
            self._window.leave_management()

    @Slot(object)
    def on_signed_in(self, started: SignedIn) -> None:
        """Somebody signed in: go where they wanted to."""
        self._pages.let_in(frozenset(started.scopes))
        self._panel.show_who(started.staff.name)
        self._panel.home.allow(self._pages.scopes)
        self._idle.start()
        self._show(self._trail[-1] if self._trail else HOME)

    @Slot(object)
    def on_sign_in_failed(self, failure: Failure) -> None:
        """Nobody is signed in."""
        sentence = failure.sentence(self._texts)
        if failure.cause is Cause.NOT_ALLOWED:
            sentence = self._texts.say("The email or the password is wrong.")
        self._panel.sign_in.say_fault(sentence)

    def sign_out(self) -> None:
        """Nobody is at the desk any more."""
        self._pages.let_in(frozenset())
        self._trail.clear()
        self._faults.forget()
        self._idle.stop()
        self._panel.show_who("")
        self.sign_out_wanted.emit()
        self._window.leave_management()

    @Slot(object, object)
    def on_done(self, task: Task, answer: object) -> None:
        """A task was carried out."""
        if self._desks.took(task, answer):
            return
        match answer:
            case CompanyPage():
                self._panel.home.companies.show_entries(company_entries(answer, self._texts))
            case (CompanyPage(), PlanPage() as plans):
                self.changes.plans = plans.items
        place = self._pages.place_of(answer)
        if place is not None and self._is_open(place):
            self._pages.paint(answer)
            self._faults.painted()
            profile = self.changes.profile if place[0] == "customer" else None
            if profile is not None and profile.customer.photo_path:
                self.photo_wanted.emit(profile.customer.photo_path)

    @Slot(object, object)
    def on_failed(self, task: Task, failure: Failure) -> None:
        """A task could not be carried out: say so where it was asked for."""
        sentence = sentence_of(failure, self._texts)
        if not self._desks.failed(task, sentence):
            self._faults.say(sentence)

    @Slot(str, QImage)
    def on_photo(self, path: str, image: QImage) -> None:
        """A photo came; show it if its owner's file is open."""
        profile = self.changes.profile
        if profile is not None and profile.customer.photo_path == path:
            self._panel.customer.show_photo(QPixmap.fromImage(image))

    def _connect(self) -> None:
        panel, changes = self._panel, self.changes
        panel.back.connect(self.go_back)
        panel.locked.connect(self.sign_out)
        panel.sign_in.submitted.connect(self._on_credentials)
        for page in (panel.customer, panel.company):
            page.acted.connect(self._on_action)
        for acting in (panel.card, panel.subscription):
            acting.acted.connect(lambda _action, _words: self._idle.start())
        panel.checkout.left.connect(self.go_back)
        panel.company.removed.connect(changes.unlink)
        panel.home.new_customer.connect(changes.new_customer)
        panel.home.new_company.connect(changes.new_company)
        panel.home.new_plan.connect(changes.new_plan)
        panel.home.plan_opened.connect(changes.edit_plan)
        panel.home.company_opened.connect(lambda id_: self._open(("company", id_)))
        panel.home.companies_wanted.connect(self._find_companies)
        changes.task_wanted.connect(self._send)
        self._desks.task_wanted.connect(self.task_wanted)
        self.designs.opened.connect(lambda id_: self._show(("designs", id_)))
        panel.home.designs_wanted.connect(lambda: self._open(DESIGNS))
        panel.home.signup_wanted.connect(lambda: self._open(SIGNUP))
        panel.home.stripe_wanted.connect(lambda: self._open(STRIPE))
        panel.home.payments_wanted.connect(lambda: self._open_payments(None))
        for edited in (panel.designs.edited, panel.signup.edited, panel.payments.days_chosen):
            edited.connect(lambda *_: self._idle.start())
        changes.changed.connect(self._on_changed)

    @Slot(str, str, str)
    def _on_credentials(self, email: str, password: str, name: str) -> None:
        self.sign_in_wanted.emit(Credentials(self._slug, email, password, name))

    @Slot(object, object)
    def _on_action(self, action: Action, target: object) -> None:
        """A button of a file: open what it leads to, or ask what is to be changed."""
        self._idle.start()
        in_company = self._panel.page is self._panel.company
        place = leads_to(action, target, in_company=in_company)
        if place is not None:
            self._open(place)
        elif action is Action.ISSUE:
            self.cards.issue()
        elif action is Action.PAYMENTS and isinstance(target, MembershipLine):
            self._open_payments(target)
        else:
            self.changes.act(action, target)

    @Slot(object)
    def _on_changed(self, answer: object) -> None:
        """Something was changed: show the page anew, or the file of who is new.

        A receipt comes also if a scan has taken the panel meanwhile.
        """
        if isinstance(answer, PaymentView):
            self.receipts.noted(answer)
        if isinstance(answer, EmbedKeyList):
            self._desks.signup.show_keys(answer)
        elif isinstance(answer, CustomerRecord) and self._trail[-1:] == [HOME]:
            self._open(("customer", answer.customer.id))
        elif isinstance(answer, CompanyView) and self._trail[-1:] == [HOME]:
            self._open(("company", answer.id))
        elif isinstance(answer, CheckoutLink):
            self._open(("checkout", self._desks.checkout.begin(answer)))
        elif (card_id := issued_card(answer)) is not None:
            self._open_new_card(card_id)
        elif (design_id := created_design(answer)) is not None:
            self._show(("designs", design_id))
        elif self._trail and self._window.managing:
            self._show(self._trail[-1])

    def _open_payments(self, line: MembershipLine | None) -> None:
        """Open the payments of a membership, or those of today."""
        self.payments.begin(line)
        self._open(PAYMENTS if line is None else ("payments", line.id))

    def _open_new_card(self, card_id: UUID) -> None:
        """Open the card that was just issued, in place of one that it replaces."""
        if self._trail and self._trail[-1][0] == "card":
            self._trail.pop()
        self._open(("card", card_id))

    def _find_companies(self, text: str) -> None:
        self._run("companies", lambda client, _: client.companies(text))

    def _on_idle(self) -> None:
        """Nobody has done anything for a while; who is filling in a form is not disturbed."""
        if self.changes.asking:
            self._idle.start()
        elif self.signed_in:
            self.sign_out()

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self._pages.zone)).date()

    def _open(self, place: Place) -> None:
        """Go to a page, by way of the sign-in if nobody is signed in."""
        if not self._trail or self._trail[-1] != place:
            self._trail.append(place)
        if self.signed_in:
            self._show(place)
        else:
            self._panel.sign_in.ask()
            self._window.enter_management(self._panel.sign_in)

    def _show(self, place: Place) -> None:
        """Load what a page shows."""
        self._idle.start()
        self._pages.leave()
        self._window.enter_management(self._panel.waiting)
        self._run(place[0], self._pages.request(place))

    def _run(self, kind: str, call: Callable[..., object]) -> None:
        self._send(Task(kind, call))

    def _send(self, task: Task) -> None:
        """Send a task off; whoever asks for something is there."""
        self._idle.start()
        self.task_wanted.emit(task)

    def _is_open(self, place: Place) -> bool:
        """Whether a page is still the one that is wanted: an answer may come late."""
        in_front = self._window.managing and self.signed_in
        return in_front and self._trail[-1:] == [place]
