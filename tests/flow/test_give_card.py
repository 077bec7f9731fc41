"""A card of another maker is given to a member at the desk, by keys and by mouse, and undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.offers import Act
from kiosk.staff.pages.parts import Action
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService

from .desk import Desk, desk
from .films import cards
from .hands import Hands, said
from .test_management import AtWork, service

__all__ = ["service"]

AMARA, JONAS = "Amara Okafor", "Jonas Brandt"
FOB, BOTTLE = "FOB-77120", "4006381333931"


def give_button(at: Desk) -> QWidget:
    """The button of the verdict that gives its code away; one that is not on screen if none is."""
    return at.window.verdict.buttons.button_of(Act.GIVE) or QWidget()


class Giving:
    """A desk at which cards are given."""

    def __init__(self, at: Desk) -> None:
        self.at, self.hands, self.work = at, Hands(at), AtWork(at)
        self.page = at.kiosk.management.pages.give.page
        self.changes = at.kiosk.management.changes

    def scan(self, code: str, tone: Tone | None = None) -> str:
        """Scan by hand, wait for the verdict, and return whose it is; empty for nobody's."""
        seen = len(self.at.shown)
        self.at.kiosk.session.on_hand_scanned(Reading(code, ""))
        self.at.wait_until(lambda: len(self.at.shown) > seen)
        verdict = self.at.shown[-1].verdict
        assert tone is None or verdict.tone is tone
        return verdict.person.name if verdict.person else ""

    def key(self, key: Qt.Key) -> None:
        """Press Ctrl and a key in the window."""
        handle = self.at.window.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key, Qt.KeyboardModifier.ControlModifier)

    def wait_for_page(self) -> None:
        """Wait until the page asks for a member."""
        self.at.wait_until(lambda: self.work.panel.page is self.page)

    def choose(self, name: str) -> None:
        """Type a name and press Enter before the answer is there."""
        self.hands.type_over(self.page.search, name)
        self.hands.press(Qt.Key.Key_Return)
        self.at.wait_until(lambda: self.changes.form is not None)


@pytest.fixture
def giving(qtbot: QtBot, tmp_path: Path, service: RunningService) -> Iterator[Giving]:
    """A desk with the demo club; nobody is signed in."""
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    address = ServiceAddress(service.url, service.key)
    # Scans by hand follow each other here faster than a hand pulls a trigger twice.
    with desk(qtbot, film, address, hand_scanner_pause_s=0.001) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        yield Giving(at)


def test_by_keys_from_the_verdict_to_the_member_and_back(giving: Giving) -> None:
    at, page = giving.at, giving.page
    assert giving.scan(FOB, Tone.UNKNOWN_CODE) == ""
    assert give_button(at).isVisible()
    giving.key(Qt.Key.Key_G)
    sign_in = giving.work.panel.sign_in
    assert giving.work.panel.page is sign_in
    sign_in.ask(first=True)
    for field, text in (("name", "Greta"), ("email", "g@club.example")):
        getattr(sign_in, field).setText(text)
    sign_in.password.setText("four quiet herons of the lake")
    sign_in.submit.click()
    giving.wait_for_page()
    assert FOB in page.code.text()

    giving.choose(AMARA)
    form = giving.hands.form()
    assert form.about == f"{AMARA} · C-000001"
    giving.hands.press(Qt.Key.Key_Return)
    at.wait_until(page.undo_button.isVisible)
    assert AMARA in page.done.text()
    assert giving.scan(FOB) == AMARA
    assert at.shown[-1].verdict.tone in {Tone.ACTIVE, Tone.ATTENTION}
    assert not give_button(at).isVisible()

    at.kiosk.session.clear()
    at.wait_until(page.undo_button.isVisible)
    giving.hands.click(page.undo_button)
    at.wait_until(lambda: "taken back" in page.done.text())
    assert giving.scan(FOB, Tone.UNKNOWN_CODE) == ""


def test_by_mouse_a_products_code_and_one_that_is_taken(giving: Giving) -> None:
    at, page, hands = giving.at, giving.page, giving.hands
    giving.work.make_first_account()
    assert giving.scan(BOTTLE, Tone.UNKNOWN_CODE) == ""
    hands.click(give_button(at))
    giving.wait_for_page()
    hands.type_over(page.search, "an")
    at.wait_until(lambda: len(page.choose_buttons) > 1)
    hands.type_over(page.search, AMARA)
    at.wait_until(lambda: len(page.choose_buttons) == 1)
    hands.click(page.choose_buttons[0])
    form = hands.form()
    hands.click(form.submit)
    at.wait_until(lambda: "product" in said(form))
    hands.click(form.field("product"))
    hands.click(form.submit)
    at.wait_until(page.undo_button.isVisible)

    # A second desk that showed it as unknown all this time, and chooses somebody else.
    assert giving.scan(BOTTLE) == AMARA
    controller = at.kiosk.management.pages.give
    at.kiosk.session.clear()
    at.wait_until(page.undo_button.isVisible)
    controller.show(None)
    giving.choose(JONAS)
    form = hands.form()
    hands.click(form.field("product"))
    hands.click(form.submit)
    at.wait_until(lambda: f"{AMARA} · C-000001" in said(form))
    hands.click(form.cancel)

    # From the profile of the member it is taken back as well.
    assert giving.scan(BOTTLE) == AMARA
    giving.key(Qt.Key.Key_I)
    profile, card = giving.work.pages.customer.page, giving.work.pages.card.page
    at.wait_until(lambda: giving.work.panel.page is profile)
    line = next(each for each in profile.card_lines if "code ends in 3931" in each.entry.below)
    line.open_button.click()
    at.wait_until(lambda: giving.work.panel.page is card)
    hands.click(card.buttons[Action.TAKE_BACK])
    hands.click(hands.form().submit)
    at.wait_until(lambda: giving.work.panel.page is profile)
    assert giving.scan(BOTTLE, Tone.UNKNOWN_CODE) == ""


def test_what_names_nobody_and_is_ours_is_not_offered(giving: Giving) -> None:
    for code in ("C-000999", "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"):
        assert giving.scan(code, Tone.UNKNOWN_CODE) == ""
        assert not give_button(giving.at).isVisible()
        giving.key(Qt.Key.Key_G)
        assert not giving.at.window.managing
