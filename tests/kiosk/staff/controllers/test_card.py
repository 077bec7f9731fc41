"""Cards at the desk, without a service: what is sent, shown, saved and printed."""

from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.cards import InWallet, WalletKind
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.card import CardSheet
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.disk import Disk
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.pdf_sheet import PdfSheet
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.card import card_words
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.qr import QrView
from scanner.decode import decode_still
from tests.kiosk.answers import AMARA, NOON, answer
from tests.kiosk.staff.card_messages import (
    CARD,
    DESIGN,
    LINK,
    cards,
    designs,
    issued,
    record,
    wallets,
)
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.pdfs import a_pdf
from tests.kiosk.staff.staff_desk import Staff

SCOPES = ("cards:read", "cards:write", "memberships:write")


class Drawer(Disk):
    """A disk of one folder; ``opens`` tells whether a program takes what is printed."""

    def __init__(self, folder: Path, *, opens: bool = True) -> None:
        super().__init__()
        self.folder, self.opens = folder, opens
        self.opened: list[bytes] = []

    def choose(self, window: QWidget, name: str, kinds: str) -> Path | None:
        assert window is not None
        assert name.rpartition(".")[2] in kinds
        return self.folder / name

    def open(self, path: Path) -> bool:
        self.opened.append(path.read_bytes())
        return self.opens


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    return Drawer(tmp_path)


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication, drawer: Drawer) -> Staff:
    load_fonts()
    return Staff(qtbot, disk=drawer)


def open_card(staff: Staff, *, scopes: tuple[str, ...] = SCOPES) -> None:
    """Open Amara's card from her file."""
    staff.window.show()
    staff.sign_in(*scopes)
    staff.presenter.bring_up()
    staff.presenter.open(Place("customer", AMARA.id))
    assert staff.asked() == [("customer", (AMARA.id,)), ("cards_of", (AMARA.id,))]
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), cards()))
    staff.pages.customer.page.card_lines[0].open_button.click()
    staff.presenter.on_done(staff.tasks[-1], CardSheet(record(), profile(), wallets()))


def test_the_card_of_a_customer_is_shown_with_a_code_for_their_phone(staff: Staff) -> None:
    open_card(staff)
    page = staff.pages.card.page
    assert staff.panel.page is page
    assert page.holder.text() == "Amara Okafor · C-000123"
    assert page.qr.text == LINK
    assert staff.tasks[-1].name == "card_picture"
    picture = QImage(300, 400, QImage.Format.Format_RGB32)
    picture.fill(QColor("#123456"))
    apple = staff.tasks[-1]
    page.wallets[WalletKind.GOOGLE].click()
    google = staff.tasks[-1]
    assert (apple.name, google.name) == ("card_picture", "card_picture")
    assert staff.asked() == [("card_preview", (CARD, WalletKind.GOOGLE, "en"))]
    staff.presenter.on_done(apple, picture)
    assert page.picture.pixmap().isNull(), "a picture of the other wallet is none of this"
    staff.presenter.on_done(google, picture)
    assert not page.picture.pixmap().isNull()


def test_the_whole_code_is_on_the_smallest_screen(staff: Staff, qapp: QApplication) -> None:
    staff.window.resize(1024, 768)
    open_card(staff)
    page = staff.pages.card.page
    qapp.processEvents()
    assert page.qr.visibleRegion().boundingRect() == page.qr.rect()
    page.more.click()
    assert page.menu.isVisible()
    shown = [each for each in page.buttons if page.menu.isAncestorOf(page.buttons[each])]
    assert shown == [
        Action.NEW_LINK, Action.SAVE_PASS, Action.SAVE_PRINT, Action.REVOKE,
    ]  # fmt: skip
    page.buttons[Action.REVOKE].click()
    assert not page.menu.isVisible()
    assert staff.presenter.changes.form is not None


def test_a_phone_reads_the_code_off_the_screen(qtbot: QtBot) -> None:
    view = QrView(220)
    qtbot.addWidget(view)
    view.resize(260, 240)
    view.show_text(LINK)
    picture = view.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(-1, picture.bytesPerLine())
    grey = rows[:, : picture.width()].copy()
    assert [code.text for code in decode_still(grey)] == [LINK]
    view.show_text("")
    assert view.isHidden()


def test_a_card_is_issued_in_a_design_that_is_not_archived_and_then_opened(staff: Staff) -> None:
    staff.sign_in(*SCOPES)
    staff.presenter.open(Place("customer", AMARA.id))
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), cards()))
    assert staff.pages.customer.page.issue_button is not None
    staff.pages.customer.page.issue_button.click()
    assert staff.asked() == [("designs", ())]
    staff.presenter.on_done(staff.tasks[-1], designs(False, True))
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    ((name, given),) = staff.asked()
    assert (name, given) == ("issue_card", (AMARA.id, DESIGN, staff.tasks[-1].once))
    staff.presenter.on_done(staff.tasks[-1], issued())
    assert staff.asked()[0] == ("card", (CARD,))


def test_without_a_design_nothing_can_be_issued_and_it_is_said(staff: Staff) -> None:
    staff.sign_in(*SCOPES)
    staff.presenter.open(Place("customer", AMARA.id))
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), cards()))
    staff.pages.customer.act(Action.ISSUE, None)
    staff.presenter.on_done(staff.tasks[-1], designs(True))
    form = staff.presenter.changes.form
    assert form is not None
    assert not form.submit.isEnabled()


def test_a_replaced_card_gives_way_to_the_new_one(staff: Staff) -> None:
    open_card(staff)
    staff.pages.card.page.buttons[Action.REPLACE].click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [("replace_card", (CARD, staff.tasks[-1].once))]
    other = UUID(int=90)
    staff.presenter.on_done(staff.tasks[-1], issued(id=other))
    assert staff.asked()[0] == ("card", (other,))
    staff.presenter.back()
    assert staff.asked()[0] == ("customer", (AMARA.id,))


def test_mail_goes_to_the_customers_address_unless_another_is_typed(staff: Staff) -> None:
    open_card(staff)
    staff.pages.card.page.buttons[Action.MAIL].click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [("mail_card", (CARD, "amara@example.com", staff.tasks[-1].once))]
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.UNREACHABLE, ""))
    assert form.failure.text().startswith("The membership service cannot be reached. It is not")


@pytest.mark.parametrize("typed", ["", "new@example.com"])
def test_a_new_link_is_mailed_or_without_an_address_only_made(staff: Staff, typed: str) -> None:
    open_card(staff)
    staff.pages.card.page.buttons[Action.NEW_LINK].click()
    form = staff.presenter.changes.form
    assert form is not None
    line = form.field("email")
    assert isinstance(line, QLineEdit)
    assert line.text() == "amara@example.com"
    line.setText(typed)
    form.submit.click()
    once = staff.tasks[-1].once
    expected = ("mail_card", (CARD, typed, once, True)) if typed else ("new_link", (CARD, once))
    assert staff.asked() == [expected]


def test_a_blocked_customer_has_no_link_and_that_is_said() -> None:
    words = card_words(
        record(install_url=None),
        "Amara",
        wallets(),
        texts=Texts("de"),
        zone="Europe/Berlin",
        now=NOON,
        banned=True,
    )
    assert words.no_link == "Die Person ist gesperrt: Es gibt nichts zu installieren."


def test_it_is_seen_when_the_phone_has_the_card(staff: Staff) -> None:
    open_card(staff)
    page = staff.pages.card.page
    before = len(staff.tasks)
    two = (InWallet(wallet=WalletKind.APPLE, devices=2, pending=False),)
    staff.presenter.bring_up()
    staff.window.show()
    staff.pages.card._reload()
    assert staff.tasks[-1].name == "card_state"
    staff.presenter.on_done(staff.tasks[-1], record(wallets=two))
    assert page.words is not None
    assert ("Apple Wallet", "on 2 devices") in page.words.facts
    assert len(staff.tasks) == before + 1, "the picture is asked for only where it changes"
    staff.presenter.on_done(staff.tasks[-1], record(revoked_at=NOON, changed_at=None))
    assert staff.tasks[-1].name == "card_picture"
    assert page.buttons[Action.REVOKE].isHidden()


def test_who_may_only_see_cards_is_offered_nothing_else(staff: Staff) -> None:
    open_card(staff, scopes=("cards:read",))
    shown = {
        action for action, button in staff.pages.card.page.buttons.items() if not button.isHidden()
    }
    assert shown == {Action.PRINT, Action.SAVE_PRINT}
    assert staff.pages.customer.page.issue_button is None


def test_files_are_saved_whole_and_printed(staff: Staff, drawer: Drawer) -> None:
    open_card(staff)
    page = staff.pages.card.page
    page.buttons[Action.SAVE_PASS].click()
    assert staff.asked() == [("card_pass", (CARD,))]
    name = "Amara Okafor.pkpass"
    staff.presenter.on_done(staff.tasks[-1], b"PK")
    assert (drawer.folder / name).read_bytes() == b"PK"
    page.buttons[Action.PRINT].click()
    staff.answer("pdf", card_print=a_pdf())
    sheet = staff.presenter.changes.form
    assert isinstance(sheet, PdfSheet)
    sheet.submit.click()
    assert drawer.opened == [a_pdf()]
    assert staff.presenter.changes.form is None
    assert page.message.text() == ""


def test_what_cannot_be_written_or_printed_is_said(staff: Staff, drawer: Drawer) -> None:
    open_card(staff)
    page = staff.pages.card.page
    drawer.folder /= "missing"
    page.buttons[Action.SAVE_PRINT].click()
    staff.presenter.on_done(staff.tasks[-1], b"%PDF")
    assert page.message.text().startswith("Amara Okafor.pdf was not written: ")
    drawer.opens = False
    page.buttons[Action.PRINT].click()
    staff.answer("pdf", card_print=a_pdf())
    sheet = staff.presenter.changes.form
    assert isinstance(sheet, PdfSheet)
    sheet.submit.click()
    assert sheet.failure.text() == "No program opened the file for printing: Amara Okafor.pdf"
    sheet.save_button.click()
    assert sheet.failure.text().startswith("Amara Okafor.pdf was not written: ")


@pytest.mark.parametrize("action", [Action.SAVE_PRINT, Action.SAVE_PASS])
@pytest.mark.parametrize("left", ["back", "scan"])
def test_a_file_that_comes_late_opens_nothing_over_what_is_in_front(
    staff: Staff, drawer: Drawer, action: Action, left: str
) -> None:
    open_card(staff)
    staff.pages.card.page.buttons[action].click()
    file = staff.task("card_file")
    if left == "back":
        staff.presenter.back()
        staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), cards()))
    else:
        staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    staff.presenter.on_done(file, b"a file")
    assert (drawer.opened, list(drawer.folder.iterdir())) == ([], [])
    staff.presenter.on_cleared()
    page = staff.panel.page
    assert isinstance(page, PageView)
    assert "was not saved, since its page was left." in page.message.text()
