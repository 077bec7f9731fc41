"""Staff at the desk, from the first account to a sold membership: real window, service, HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from api_client.errors import KeyUnknown
from api_client.management import ManagementClient
from kiosk.app import ServiceAddress
from kiosk.staff.disk import Disk
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.permission_field import PermissionField
from kiosk.staff.pages.sale import SaleForm
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService, start_service, stop_service

from .desk import Desk, desk
from .films import cards
from .hands import said

PASSWORD = "four quiet herons"


@pytest.fixture
def service(demo_data: Path) -> Iterator[RunningService]:
    """A service of its own, with the demo club."""
    running = start_service(demo_data)
    yield running
    stop_service(running)


class Printer(Disk):
    """Keeps what is to be printed."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: list[tuple[str, bytes]] = []

    def print(self, name: str, data: bytes) -> str:
        self.printed.append((name, data))
        return ""


class AtWork:
    """What a member of staff does at the desk, step by step."""

    def __init__(self, at: Desk) -> None:
        self.at = at
        self.management = at.kiosk.management
        self.panel, self.pages = self.management.panel, self.management.pages

    def make_first_account(self) -> None:
        """Make the first account of the club and be signed in with it."""
        self.management.open_home()
        page = self.panel.sign_in
        page.ask(first=True)
        page.name.setText("Greta Sommer")
        page.email.setText("greta@club.example")
        page.password.setText(PASSWORD)
        page.submit.click()
        self.at.wait_until(lambda: self.panel.page is self.pages.members.page)

    def open_settings(self) -> None:
        """Go to the settings."""
        self.go("settings")

    def go(self, place: str) -> None:
        """Go to a place on the rail."""
        self.at.window.rail.buttons[place].click()
        self.at.wait_until(lambda: self.panel.page is getattr(self.pages, place).page)

    def fill(self, **values: str) -> None:
        """Fill in the form that opens, send it, and wait until it was carried out."""
        form = self.send(**values)
        assert not self.management.changes.asking, said(form)
        self.at.wait_until(lambda: self.panel.page is not self.panel.waiting)

    def form(self) -> Form:
        """Wait for the form that opens, and return it."""
        self.at.wait_until(lambda: self.management.changes.form is not None)
        form = self.management.changes.form
        assert isinstance(form, Form)
        return form

    def send(self, **values: str) -> Form:
        """Fill in the form that opens, send it, and wait for what comes of it."""
        form = self.form()
        for key, value in values.items():
            _type(form.field(key), value)
        self.at.wait_until(form.submit.isEnabled)
        form.submit.click()
        self.at.wait_until(lambda: not self.management.changes.asking or bool(said(form).strip()))
        return form

    def statuses(self) -> list[tuple[str, str]]:
        """Plan and status of the memberships in the customer's file."""
        return [(card.line.plan, card.line.status) for card in self.pages.customer.page.cards]

    def act(self, action: Action) -> None:
        """Press a button of the first membership."""
        self.pages.customer.page.cards[0].buttons[action].click()


def _type(widget: object, value: str) -> None:
    match widget:
        case QLineEdit():
            widget.setText(value)
        case QPlainTextEdit():
            widget.setPlainText(value)
        case PermissionField():
            widget.line.setText(value)
        case QComboBox():
            choice: Any = [widget.itemText(i).partition(" · ")[0] for i in range(widget.count())]
            widget.setCurrentIndex(choice.index(value))
        case _:
            raise TypeError(type(widget).__name__)


def test_from_the_first_account_to_a_sold_membership(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    printer = Printer()
    with desk(
        qtbot,
        film,
        ServiceAddress(service.url, service.key),
        disk=printer,
        hand_scanner_pause_s=0.001,
    ) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work = AtWork(at)
        work.make_first_account()
        assert at.window.rail.who.text() == "Greta Sommer"

        work.go("plans")
        work.pages.plans.page.new_button.click()
        work.fill(name="Pool pass", price="12.50", permissions="Pool",
                  length_count="3", length_unit="months")  # fmt: skip
        at.wait_until(
            lambda: "Pool pass" in [line.row.name for line in work.pages.plans.page.plan_lines]
        )

        work.go("members")
        work.pages.members.page.customer_button.click()
        work.fill(given_name="Bela", family_name="Kovács", email="bela@example.com")
        at.wait_until(lambda: work.pages.customer.page.title.text() == "Bela Kovács")
        number = work.pages.customer.page.subtitle.text().partition(" · ")[0]

        work.management.pages.customer.act(Action.ASSIGN, None)
        work.fill(plan_id="Pool pass", method="Later")
        at.wait_until(lambda: work.statuses() == [("Pool pass", "active")])
        until = work.pages.customer.page.cards[0].line.last_day
        assert until is not None

        work.act(Action.RENEW)
        work.fill(method="Card terminal")
        at.wait_until(lambda: work.pages.customer.page.cards[0].line.last_day != until)
        renewed = work.pages.customer.page.cards[0].line.last_day
        assert renewed is not None
        assert renewed > until

        at.wait_until(lambda: bool(printer.printed))
        ((name, receipt),) = printer.printed
        assert name == "R-000001.pdf"
        assert receipt.startswith(b"%PDF-")
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)

        work.act(Action.PAY)
        sheet = work.form()
        assert isinstance(sheet, SaleForm)
        _type(sheet.field("method"), "Cash")
        for given, words, sells in (
            ("a lot", "“a lot” is not a price.", False),
            ("10", "€2.50 is missing", False),
            ("20", "Change: €7.50", True),
        ):
            sheet.line("given").setText(given)
            assert (sheet.change.text(), sheet.submit.isEnabled()) == (words, sells)
        sheet.closed.emit()

        at.kiosk.session.on_hand_scanned(Reading(number, ""))
        assert at.wait_for_tone(Tone.ATTENTION).verdict.permissions == ("Pool",)
        work.management.open_person()
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)
        work.act(Action.END)
        work.fill(why="moved away")
        at.wait_until(lambda: work.statuses() == [("Pool pass", "expired")])
        assert "moved away" in work.pages.customer.page.cards[0].line.note
        at.kiosk.session.on_hand_scanned(Reading(number, ""))
        at.wait_for_tone(Tone.EXPIRED)
        work.management.open_person()
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)
        work.act(Action.UNDO)
        work.fill(why="the wrong person")
        at.wait_until(lambda: work.statuses() == [("Pool pass", "active")])
        assert work.pages.customer.page.cards[0].line.last_day == renewed
        assert work.pages.customer.page.cards[0].line.history[0].endswith("period 2.")


def test_who_is_signed_out_elsewhere_is_told_and_asked_again(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work = AtWork(at)
        work.make_first_account()
        work.management.sign_out_wanted.emit(work.management.session.token)
        work.pages.members.page.wanted.emit()
        page = work.panel.sign_in
        at.wait_until(lambda: work.panel.page is page)
        assert page.failure.text() == "Your sign-in has ended. Sign in again."
        assert page.email.text() == "greta@club.example"
        page.password.setText("wrong password")
        page.submit.click()
        at.wait_until(lambda: page.failure.text() == "The email or the password is wrong.")
        page.password.setText(PASSWORD)
        page.submit.click()
        at.wait_until(lambda: work.panel.page is work.pages.members.page)


def test_a_kiosk_that_ends_leaves_no_session_open(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        AtWork(at).make_first_account()
        token = at.kiosk.management.session.token
    client = ManagementClient(service.url, token)
    with pytest.raises(KeyUnknown):
        client.plans()
    client.close()
