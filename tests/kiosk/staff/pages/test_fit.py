"""The pages of the management on a small screen and a large one: nothing is cut, all is reached.

In a window of 1000 pixels a page has 580 of them, in one of 1400 it has 970.
"""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.billing import InvoiceStatus
from kiosk.application import load_fonts
from kiosk.staff.pages.api_keys import ApiKeysPage
from kiosk.staff.pages.checkout import CheckoutPage
from kiosk.staff.pages.code_formats import CodeFormatsPage
from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.customer import CustomerPage
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.lines import ButtonRows, WholeText
from kiosk.staff.pages.profile import Allowed
from kiosk.staff.pages.signup import SignupPage
from kiosk.staff.pages.subscription import SubscriptionPage
from kiosk.staff.presenter import StaffPresenter
from kiosk.staff.words.api_keys import api_key_lines
from kiosk.staff.words.checkout import checkout_words
from kiosk.staff.words.code_formats import read_line
from kiosk.staff.words.profile import customer_words
from kiosk.staff.words.signup import places_of, settings_of
from kiosk.staff.words.site_keys import key_lines
from kiosk.staff.words.subscription import subscription_words
from kiosk.style import LIGHT, stylesheet
from kiosk.texts import Texts
from kiosk.views.qr import modules_of
from kiosk.views.window import KioskWindow
from resources.catalogue import LANGUAGES
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.billing_messages import (
    URL,
    invoice,
    invoices,
    link,
    opened,
    order,
)
from tests.kiosk.staff.card_messages import cards
from tests.kiosk.staff.controllers.test_api_keys import KEYS, SECRET
from tests.kiosk.staff.desk_messages import keys, signup
from tests.kiosk.staff.messages import profile
from tests.scanner.pictures import code

ALL = Allowed(memberships=True, edit=True, links=True, cards=True, payments=True, online=True)
_LENGTH_AT_STRIPE = 470
_LEAST_STEP = 4
"""Pixels of a module that phones read with ease."""


@pytest.fixture
def styled(qapp: QApplication) -> None:
    """The looks of the kiosk."""
    load_fonts()
    qapp.setStyleSheet(stylesheet(LIGHT))


def cut(page: QWidget) -> list[int]:
    """How many pixels wider than their room scrolled parts of a page are."""
    over = []
    for area in page.findChildren(QScrollArea):
        inside = area.widget()
        assert inside is not None
        over.append(inside.width() - area.viewport().width())
    return [pixels for pixels in over if pixels > 0]


def fits(page: QWidget) -> bool:
    """Whether nothing is cut, once everything has found its place."""
    return cut(page) == []


@pytest.mark.usefixtures("styled")
@pytest.mark.parametrize("width", [580, 970])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_cut_at_the_right(qtbot: QtBot, language: str, width: int) -> None:
    texts = Texts(language)
    file, join = CustomerPage(texts), SignupPage(texts)
    person = profile(phone="+4930231251001234", desk_note="Prefers the lockers on the left")
    file.show_profile(customer_words(person, cards(), texts, "UTC"), ALL)
    join.show_settings(settings_of(signup()), places_of(signup(), texts))
    join.keys.show_keys(key_lines(keys(None), texts, "UTC"))
    formats = CodeFormatsPage(texts)
    formats.show_formats(("QRCode",), can_save=True)
    formats.show_reads([read_line(code("x" * 90, "Code39"), (), texts)] * 5)
    made = ApiKeysPage(texts)
    made.show_keys(api_key_lines(KEYS, texts, "UTC", NOON))
    made.show_made(SECRET)
    for page in (file, join, formats, made):
        qtbot.addWidget(page)
        page.resize(width, 560)
        page.show()
        qtbot.waitUntil(partial(fits, page))
    assert join.keys.paste_button.isVisible()
    assert join.keys.file_button.isVisible()


@pytest.mark.usefixtures("styled")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_what_is_paid_online_fit_a_small_screen(qtbot: QtBot, language: str) -> None:
    texts = Texts(language)
    page, checkout = SubscriptionPage(texts), CheckoutPage(texts)
    bills = invoices(invoice(status=InvoiceStatus.OPEN), invoice(refunded_minor=1, disputed=True))
    words = subscription_words(order(), "Amara Okafor", bills, texts, "UTC")
    page.show_words(words, may_change=True)
    long = link(url=URL.ljust(_LENGTH_AT_STRIPE, "x"))
    checkout.show_words(checkout_words(opened(), long, "Amara Okafor", texts, "UTC"))
    checkout.show_failure(texts.say("Stripe does not answer just now. Try again in a moment."))
    for shown in (page, checkout):
        qtbot.addWidget(shown)
        shown.resize(580, 560)
        shown.show()
        qtbot.waitUntil(partial(fits, shown))
        for button in shown.findChildren(QPushButton):
            assert button.isHidden() or button.width() >= button.sizeHint().width()
    assert checkout.qr.text == long.url
    across = min(checkout.qr.width(), checkout.qr.height())
    assert across // len(modules_of(long.url)) >= _LEAST_STEP


def test_halves_are_beside_each_other_where_there_is_room(qtbot: QtBot, qapp: QApplication) -> None:
    left, right = QVBoxLayout(), QVBoxLayout()
    one, other = QPushButton("one"), QPushButton("other")
    left.addWidget(one)
    right.addWidget(other)
    around = QScrollArea()
    around.setWidgetResizable(True)
    around.setWidget(Columns(left, right, spacing=10, shares=(1, 1), least=200))
    qtbot.addWidget(around)
    around.resize(600, 300)
    around.show()
    qapp.processEvents()
    assert one.y() == other.y()
    around.resize(300, 300)
    qapp.processEvents()
    assert one.x() == other.x()


@pytest.mark.usefixtures("styled")
def test_buttons_share_rows_evenly(qtbot: QtBot, qapp: QApplication) -> None:
    buttons = [QPushButton(f"Button {number}") for number in range(4)]
    rows = ButtonRows(buttons)
    qtbot.addWidget(rows)
    rows.show()

    def heights(width: int) -> list[int]:
        rows.resize(width, 200)
        qapp.processEvents()
        shown = [button for button in buttons if button.isVisible()]
        return sorted({button.y() for button in shown})

    wide = 4 * buttons[0].sizeHint().width() + 60
    assert len(heights(wide)) == 1
    assert len(heights(wide * 3 // 4)) == 2
    assert len(heights(20)) == 4
    rows.show_only(buttons[1:2])
    assert len(heights(wide)) == 1
    assert not buttons[0].isVisible()


def test_a_text_to_be_copied_is_shown_whole(qtbot: QtBot, qapp: QApplication) -> None:
    text = WholeText()
    qtbot.addWidget(text)
    text.setPlainText("https://members.example.com/join/club " * 6)
    text.show()
    text.resize(900, 50)
    qapp.processEvents()
    wide = text.height()
    text.resize(250, 50)
    qapp.processEvents()
    assert text.height() > wide
    assert text.verticalScrollBar().maximum() == 0


def test_a_form_begins_in_its_first_field_and_ends_at_its_button(
    qtbot: QtBot, qapp: QApplication
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    form = Form(Texts("en"), "Title", "Save", topic="a")
    form.setParent(parent)
    first = form.add_line("one", "One")
    second = form.add_line("two", "Two")
    parent.show()
    qtbot.waitUntil(lambda: form.focusWidget() is first)
    passed: list[QWidget] = []
    stop = first.nextInFocusChain()
    while stop is not None and stop is not first:
        if stop.focusPolicy() & Qt.FocusPolicy.TabFocus and stop.isVisible():
            passed.append(stop)
        stop = stop.nextInFocusChain()
    assert passed == [second, form.cancel, form.submit]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("first", [False, True])
def test_the_fields_of_the_sign_in_are_as_high_as_their_text(
    qtbot: QtBot, qapp: QApplication, language: str, first: bool
) -> None:
    load_fonts()
    window = KioskWindow(Texts(language), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(window)
    window.resize(1024, 768)
    staff = StaffPresenter(window, Texts(language), idle_s=300, parent=window)
    window.show()
    staff.open_home()
    page = staff.panel.sign_in
    page.ask(first=first, failure="The email or the password is wrong. " * 3)
    qtbot.waitUntil(lambda: page.failure.height() >= page.failure.heightForWidth(330))
    for line in (page.email, page.password, *((page.name,) if first else ())):
        assert line.height() >= line.sizeHint().height()


@pytest.mark.usefixtures("styled")
@pytest.mark.parametrize("width", [580, 780, 930])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["Bo", "Maximiliane Freifrau von und zu Hohenstein " * 3, "عبد الرحمن"]
)
def test_the_head_of_a_profile_shows_its_buttons_whole(
    qtbot: QtBot, language: str, width: int, name: str
) -> None:
    texts = Texts(language)
    page = CustomerPage(texts)
    qtbot.addWidget(page)
    person = profile(customer=AMARA.model_copy(update={"name": name.strip()[:120]}),
                     desk_note="Locker 7\n" * 9)  # fmt: skip
    page.show_profile(customer_words(person, cards(), texts, "UTC"), ALL)
    page.note.show_note(person.desk_note or "")
    page.resize(width, 600)
    page.show()
    for button in (page.primary, page.edit, page.photo_button, page.more):
        qtbot.waitUntil(partial(is_whole, button))
    assert page.title.height() >= page.title.heightForWidth(page.title.width())
    # At least a third of the page is left for what the tab in front shows.
    assert page.tabs.mapTo(page, page.tabs.rect().bottomLeft()).y() < page.height() * 2 // 3


def is_whole(button: QPushButton) -> bool:
    """Whether a button is as wide as its text needs."""
    return button.isVisible() and button.width() >= button.sizeHint().width()
