"""A staff side without a service: tests see its tasks and answer them."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.billing import OrderPage
from api_client.messages.cards import CustomerCards
from api_client.messages.management import CompanyPage, LinkedCustomers, PermissionPage
from api_client.messages.members import MemberCount, MemberPage
from api_client.messages.payments import PaymentPage
from api_client.messages.scan import CustomerHits, DeskInfo, VisitPage
from kiosk.application import load_fonts
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.disk import Disk
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.sale import SaleForm
from kiosk.staff.presenter import StaffPresenter
from kiosk.staff.worker import Credentials, Task
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.views.window import Command, KioskWindow
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.billing_messages import order
from tests.kiosk.staff.card_messages import designs, record
from tests.kiosk.staff.desk_messages import stripe
from tests.kiosk.staff.messages import (
    plans,
    preview,
    profile,
    sale_view,
    session,
)

_ANSWERS: dict[str, Any] = {
    "designs": designs(False),
    "card": record(),
    "card_preview": b"",
    "card_pass": b"",
    "card_print": b"",
    "receipt": b"",
    "payments_of": PaymentPage(items=()),
    "stripe_setup": stripe(),
    "orders_of": OrderPage(items=()),
    "order": order(),
    "refresh_order": order(),
    "customer": profile(),
    "companies": CompanyPage(items=()),
    "customers": CustomerHits(items=()),
    "members": MemberPage(items=()),
    "count_members": MemberCount(total=0),
    "plans": plans(),
    "visits": VisitPage(items=()),
    "permissions": PermissionPage(items=()),
    "preview_sale": preview(),
    "sell": sale_view(),
    "cards_of": CustomerCards(items=()),
    "people_of": LinkedCustomers(items=()),
}
"""What a client answers where the request goes on with it."""


class Recorder:
    """A client that keeps what it is asked, by the names of its methods."""

    def __init__(self, **answers: Any) -> None:
        self._answers = _ANSWERS | answers
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*given: Any, **named: Any) -> Any:
            self.asked.append((name, (*given, *named.values())))
            return self._answers.get(name)

        return ask


class Staff:
    """A window with its presenter, and the tasks that were sent."""

    def __init__(self, qtbot: QtBot, disk: Disk | None = None) -> None:
        self.window = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
        qtbot.addWidget(self.window)
        self.presenter = StaffPresenter(
            self.window, Texts("en"), idle_s=300, parent=self.window, disk=disk
        )
        self.presenter.on_desk(
            DeskInfo(organization="Club", slug="club", time_zone="Europe/Berlin", demo=False,
                     visits_today=0, server_time=NOON, version="1")
        )  # fmt: skip
        self.panel, self.pages = self.presenter.panel, self.presenter.pages
        self.tasks: list[Task[Any]] = []
        self.presenter.task_wanted.connect(self.tasks.append)

    def sign_in(self, *scopes: str) -> None:
        """Greta signs in."""
        typed = Credentials(self.presenter.attempt, "club", "g@club.example", "four quiet herons")
        self.presenter.on_signed_in(typed, session(*scopes))

    def open_customer(self) -> None:
        """Open Amara's file."""
        self.presenter.open(Place("customer", AMARA.id))
        self.presenter.bring_up()
        self.presenter.on_done(self.tasks[-1], CustomerSheet(profile()))

    def page(self) -> QWidget | None:
        """The page on screen."""
        return self.panel.page

    def task(self, name: str) -> Task[Any]:
        """The newest task of this name."""
        return next(task for task in reversed(self.tasks) if task.name == name)

    def answer(self, name: str, **answers: Any) -> None:
        """Carry out the newest task of this name with a client that gives these answers."""
        task = self.task(name)
        client: Any = Recorder(**answers)
        self.presenter.on_done(task, task.call(client, task.once))

    def sheet(self, action: Action, **answers: Any) -> SaleForm:
        """Press the button of a sale in the profile, and return the sheet that opens."""
        cards = self.pages.customer.page.cards
        if action is Action.ASSIGN:
            self.pages.customer.act(action, None)
        else:
            cards[0].buttons[action].click()
        self.answer("sale", **answers)
        form = self.presenter.changes.form
        assert isinstance(form, SaleForm)
        return form

    def asked(self, name: str = "") -> list[tuple[str, tuple[Any, ...]]]:
        """What the newest task asks a client, or the newest one of this name."""
        recorder = Recorder()
        task = self.task(name) if name else self.tasks[-1]
        task.call(recorder, task.once)  # type: ignore[arg-type]
        return recorder.asked


def in_focus(qtbot: QtBot) -> Staff:
    """Amara's file in a window that has the focus, with Greta signed in."""
    load_fonts()
    made = Staff(qtbot)
    back = {Command.BACK: made.presenter.back, Command.MANAGE: made.presenter.open_home}
    made.window.commanded.connect(lambda command: back.get(command, lambda: None)())
    with qtbot.waitActive(made.window):
        made.window.show()
        made.window.activateWindow()
    made.presenter.open_home()
    made.sign_in()
    made.open_customer()
    return made
