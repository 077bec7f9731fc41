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

from api_client.card_schemas import CustomerCards
from api_client.management import ManagementClient
from api_client.management_schemas import (
    CompanyPage,
    CompanyView,
    CustomerProfile,
    CustomerRecord,
    LinkedCustomers,
    PlanPage,
    SignedIn,
)
from api_client.schemas import DeskInfo
from kiosk.failures import Cause, Failure
from kiosk.session import Shown
from kiosk.texts import Texts
from kiosk.views.management.file_page import Allowed
from kiosk.views.management.parts import Action
from kiosk.views.window import KioskWindow

from .cards import CardDesk, CardSheet, issued_card, load_sheet
from .changes import Changes
from .disk import Disk
from .files import company_words, customer_words
from .lists import company_entries, plan_entries
from .words import MembershipLine
from .worker import Credentials, Task

Place = tuple[str, UUID | None]
"""A page and whose it is."""
_HOME: Place = ("home", None)


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
        self.changes = Changes(window, texts, self._today, parent=self)
        self.cards = CardDesk(self._panel.card, texts, self.changes, disk or Disk(), parent=self)
        self._scopes: frozenset[str] = frozenset()
        self._slug, self._zone = "", "UTC"
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
        return bool(self._scopes)

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """The service told whose desk this is."""
        self._slug, self._zone = desk.slug, desk.time_zone
        self.changes.currency = desk.currency or self.changes.currency

    @Slot(object)
    def on_showed(self, shown: Shown) -> None:
        """A verdict took the panel; remember whom it is about."""
        customer = shown.answer.customer if shown.answer else None
        self._on_screen = customer.id if customer else None

    def open_person(self) -> None:
        """Open the file of whom the last verdict was about; without one, the first page."""
        self._open(("customer", self._on_screen) if self._on_screen else _HOME)

    def open_home(self) -> None:
        """Open the first page."""
        self._open(_HOME)

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
        self._scopes = frozenset(started.scopes)
        self._panel.show_who(started.staff.name)
        self._panel.home.allow(
            customers="customers:write" in self._scopes,
            companies="companies:write" in self._scopes,
            plans="plans:write" in self._scopes,
        )
        self._idle.start()
        self._show(self._trail[-1] if self._trail else _HOME)

    @Slot(object)
    def on_sign_in_failed(self, failure: Failure) -> None:
        """Nobody is signed in."""
        sentence = failure.sentence(self._texts)
        if failure.cause is Cause.NOT_ALLOWED:
            sentence = self._texts.say("The email or the password is wrong.")
        self._panel.sign_in.say_fault(sentence)

    def sign_out(self) -> None:
        """Nobody is at the desk any more."""
        self._scopes = frozenset()
        self._trail.clear()
        self._idle.stop()
        self._panel.show_who("")
        self.sign_out_wanted.emit()
        self._window.leave_management()

    @Slot(object, object)
    def on_done(self, task: Task, answer: object) -> None:
        """A task was carried out."""
        if self.changes.took(task, answer) or self.cards.took(task, answer):
            return
        match answer:
            case (CustomerProfile() as profile, CustomerCards() | None as cards):
                self._show_customer(profile, cards)
            case CardSheet():
                self._show_card(answer)
            case (CompanyView() as company, LinkedCustomers() as people):
                self._show_company(company, people)
            case (CompanyPage() as companies, PlanPage() as plans):
                self._show_home(companies, plans)
            case CompanyPage():
                self._panel.home.companies.show_entries(company_entries(answer, self._texts))

    @Slot(object, object)
    def on_failed(self, task: Task, failure: Failure) -> None:
        """A task could not be carried out: say so where it was asked for."""
        sentence = failure.sentence(self._texts)
        if failure.cause is Cause.NOT_ALLOWED:
            sentence = self._texts.say("You may not do this, or your sign-in has ended.")
        if not self.changes.failed(task, sentence) and not self.cards.failed(task, sentence):
            self._say_fault(sentence)

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
        panel.card.acted.connect(lambda _action, _words: self._idle.start())
        panel.company.removed.connect(changes.unlink)
        panel.home.new_customer.connect(changes.new_customer)
        panel.home.new_company.connect(changes.new_company)
        panel.home.new_plan.connect(changes.new_plan)
        panel.home.plan_opened.connect(changes.edit_plan)
        panel.home.company_opened.connect(lambda id_: self._open(("company", id_)))
        panel.home.companies_wanted.connect(self._find_companies)
        changes.task_wanted.connect(self._send)
        self.cards.task_wanted.connect(self.task_wanted)
        changes.changed.connect(self._on_changed)

    @Slot(str, str, str)
    def _on_credentials(self, email: str, password: str, name: str) -> None:
        self.sign_in_wanted.emit(Credentials(self._slug, email, password, name))

    @Slot(object, object)
    def _on_action(self, action: Action, target: object) -> None:
        """A button of a file: open what it leads to, or ask what is to be changed."""
        self._idle.start()
        if action is Action.ISSUE:
            self.cards.issue()
        elif action is Action.OPEN_CARD and isinstance(target, UUID):
            self._open(("card", target))
        elif action is not Action.OPEN:
            self.changes.act(action, target)
        elif isinstance(target, MembershipLine):
            self._open(("company", target.company_id))
        elif isinstance(target, UUID):
            in_company = self._panel.page is self._panel.company
            self._open(("customer" if in_company else "company", target))

    @Slot(object)
    def _on_changed(self, answer: object) -> None:
        """Something was changed: show the page anew, or the file of who is new."""
        if isinstance(answer, CustomerRecord) and self._trail[-1:] == [_HOME]:
            self._open(("customer", answer.customer.id))
        elif isinstance(answer, CompanyView) and self._trail[-1:] == [_HOME]:
            self._open(("company", answer.id))
        elif (card_id := issued_card(answer)) is not None:
            self._open_new_card(card_id)
        elif self._trail and self._window.managing:
            self._show(self._trail[-1])

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

    def _say_fault(self, sentence: str) -> None:
        """Say what could not be done on the page that is open."""
        panel = self._panel
        if panel.page is panel.waiting:
            panel.home.say_fault(sentence)
            panel.show_page(panel.home)
        elif panel.page in {panel.home, panel.customer, panel.company, panel.card}:
            panel.page.say_fault(sentence)

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self._zone)).date()

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
        self.cards.leave()
        self._window.enter_management(self._panel.waiting)
        page, id_ = place
        if page == "customer" and id_ is not None:
            sees_cards = "cards:read" in self._scopes
            self._run("customer", lambda client, _: _file_of(client, id_, cards=sees_cards))
        elif page == "card" and id_ is not None:
            self._run("card", load_sheet(id_))
        elif page == "company" and id_ is not None:
            self._run("company", lambda client, _: (client.company(id_), client.people_of(id_)))
        else:
            self._run("home", lambda client, _: (client.companies(""), client.plans()))

    def _run(self, kind: str, call: Callable[..., object]) -> None:
        self._send(Task(kind, call))

    def _send(self, task: Task) -> None:
        """Send a task off; whoever asks for something is there."""
        self._idle.start()
        self.task_wanted.emit(task)

    def _show_customer(self, profile: CustomerProfile, cards: CustomerCards | None) -> None:
        if not self._is_open("customer", profile.customer.id):
            return
        self.changes.look_at(profile)
        may = self._allowed("customers:write")
        words = customer_words(profile, cards, self._texts, self._zone)
        self._panel.customer.show_file(words, may)
        self._window.enter_management(self._panel.customer)
        if profile.customer.photo_path:
            self.photo_wanted.emit(profile.customer.photo_path)

    def _show_card(self, sheet: CardSheet) -> None:
        if not self._is_open("card", sheet.card.id):
            return
        self.changes.look_at(sheet.profile)
        self._window.enter_management(self._panel.card)
        self.cards.show(sheet, self._zone, may_change="cards:write" in self._scopes)

    def _show_company(self, company: CompanyView, people: LinkedCustomers) -> None:
        if not self._is_open("company", company.id):
            return
        self.changes.look_at(company)
        may = self._allowed("companies:write")
        words = company_words(company, people, self._texts, self._zone)
        self._panel.company.show_file(words, may)
        self._window.enter_management(self._panel.company)

    def _show_home(self, companies: CompanyPage, plans: PlanPage) -> None:
        self.changes.plans = plans.items
        if not self._is_open(*_HOME):
            return
        home = self._panel.home
        home.say_fault("")
        home.companies.show_entries(company_entries(companies, self._texts))
        home.plans.show_entries(plan_entries(plans, self._texts))
        self._window.enter_management(home)

    def _is_open(self, page: str, id_: UUID | None) -> bool:
        """Whether a page is still the one that is wanted: an answer may come late."""
        in_front = self._window.managing and self.signed_in
        return in_front and bool(self._trail) and self._trail[-1] == (page, id_)

    def _allowed(self, editing: str) -> Allowed:
        return Allowed(
            memberships="memberships:write" in self._scopes,
            edit=editing in self._scopes,
            links="companies:write" in self._scopes,
            cards="cards:write" in self._scopes,
        )


def _file_of(
    client: ManagementClient, customer_id: UUID, *, cards: bool
) -> tuple[CustomerProfile, CustomerCards | None]:
    """A customer, with their cards for who may see them."""
    return client.customer(customer_id), client.cards_of(customer_id) if cards else None
