"""From nothing to the first member with a card, in a real window and without a manual."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import main
from kiosk.app import ServiceAddress
from kiosk.staff.pages.form_field import Field
from kiosk.staff.pages.today import TodayPage
from kiosk.style import Tone
from tests.demo_club import RunningService, stop_service
from tests.forkserver import ForkedProcess
from tests.keys import type_text

from .desk import Desk, desk
from .films import cards
from .hands import Hands

MOST_ACTIONS = 14
"""A field that is filled in, a button or Enter that is pressed: an action each."""


class Newcomer:
    """Somebody who opens the kiosk for the first time; counts what they do."""

    def __init__(self, at: Desk) -> None:
        self.at, self.hands, self.actions = at, Hands(at), 0
        self.work = at.kiosk.management

    def expect(self, title: str) -> None:
        """Wait for a form."""
        changes = self.work.changes
        self.at.wait_until(lambda: changes.form is not None and changes.form.title == title)
        self.at.wait_until(changes.form.isVisible)  # type: ignore[union-attr]

    def type(self, text: str, *, go_on: bool = False) -> None:
        """Type into the field with the focus, after a Tab to ``go_on`` to the next one."""
        if go_on:
            self.hands.press(Qt.Key.Key_Tab)
        type_text(self.hands.focused(), text)
        self.actions += 1

    def enter(self) -> None:
        """Press Enter."""
        self.hands.press(Qt.Key.Key_Return)
        self.actions += 1

    def fill(self, widget: QWidget, text: str) -> None:
        """Click a field and type."""
        self.hands.type_over(widget, text)
        self.actions += 1

    def click(self, widget: QWidget) -> None:
        """Click a button."""
        self.hands.click(widget)
        self.actions += 1

    def refused(self) -> list[str]:
        """Return what is shown as wrong."""
        window = self.at.window
        fields = [each.error.text() for each in window.findChildren(Field) if each.wrong]
        form = self.work.changes.form
        said = [self.work.panel.sign_in.failure, *([form.failure] if form is not None else [])]
        return fields + [each.text() for each in said if each.isVisible() and each.text()]


@pytest.fixture
def new_club(tmp_path: Path) -> Iterator[RunningService]:
    """The service of a PC on which nothing was done yet, started with ``--no-demo``."""
    process = ForkedProcess(
        main.run, "serve", "--embedded", "--port", "0", "--data-dir", tmp_path / "new"
    )
    event = json.loads(process.stdout.readline())
    running = RunningService(process, event["url"], event["key"], tmp_path / "new")
    yield running
    stop_service(running)


@pytest.fixture
def newcomer(qtbot: QtBot, tmp_path: Path, new_club: RunningService) -> Iterator[Newcomer]:
    """The kiosk as it opens."""
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    address = ServiceAddress(new_club.url, new_club.key)
    with desk(qtbot, film, address, hand_scanner_pause_s=0.001) as at:
        yield Newcomer(at)


def today_page(who: Newcomer) -> TodayPage:
    """Wait until the page is shown anew, and return it."""
    page = who.work.pages.today.page
    who.at.wait_until(page.isVisible)
    return page


def shows_steps(who: Newcomer) -> bool:
    """Return whether the button of the next step is on screen."""
    return who.work.pages.today.page.buttons[0].isVisible()


def scan_card(who: Newcomer) -> str:
    """Scan the card of the only member, and return the name on screen."""
    client = who.at.kiosk.staff_worker._client
    assert client is not None
    customer = client.search_customers("C-000001").items[0].customer
    card = client.customer(customer.id).cards[0]
    assert card.revoked_at is None
    who.hands.scan("C-000001")
    shown = who.at.wait_for_tone(Tone.ATTENTION)
    assert shown.verdict.person is not None
    return shown.verdict.person.name


def test_by_keys_alone_without_a_refusal(newcomer: Newcomer) -> None:
    who, sign_in = newcomer, newcomer.work.panel.sign_in
    who.at.wait_until(sign_in.isVisible)
    assert sign_in.title.text() == "Set up this club"
    who.at.wait_until(lambda: who.hands.focused() is sign_in.name)
    who.type("Greta Sommer")
    who.type("greta@club.example", go_on=True)
    who.type("four quiet herons of the lake", go_on=True)
    who.enter()
    who.expect("Your club")
    who.type("Riverside Sports Club")
    who.enter()
    who.expect("First plan")
    who.type("Gold")
    who.type("49", go_on=True)
    who.enter()
    who.expect("First member with a card")
    who.type("Amara")
    who.type("Okafor", go_on=True)
    who.enter()
    assert who.refused() == []
    page = who.work.pages.card.page
    who.at.wait_until(page.isVisible)
    assert who.actions <= MOST_ACTIONS
    who.at.wait_until(lambda: who.at.window.bar.club.text == "Riverside Sports Club")
    assert scan_card(who) == "Amara Okafor"


def test_by_mouse_with_every_step_left_and_taken_up_again(newcomer: Newcomer) -> None:
    who, work = newcomer, newcomer.work
    sign_in, changes = work.panel.sign_in, work.changes
    who.at.wait_until(sign_in.isVisible)
    who.hands.press(Qt.Key.Key_Escape)
    who.at.wait_until(lambda: not who.at.window.managing)
    who.click(who.at.window.rail.buttons["today"])
    assert sign_in.title.text() == "Set up this club"
    for line, text in (
        (sign_in.name, "Greta Sommer"),
        (sign_in.email, "greta@club.example"),
        (sign_in.password, "four quiet herons of the lake"),
    ):
        who.fill(line, text)
    who.click(sign_in.submit)
    steps = (
        ("Your club", {"name": "Riverside"}),
        ("First plan", {"name": "Gold", "price": "49"}),
        ("First member with a card", {"given_name": "Amara", "family_name": "Okafor"}),
    )
    for title, values in steps:
        who.expect(title)
        form = changes.form
        assert form is not None
        who.click(form.cancel)
        who.click(who.at.window.rail.buttons["desk"])
        who.click(who.at.window.rail.buttons["today"])
        who.at.wait_until(partial(shows_steps, who))
        assert not changes.asking
        who.click(today_page(who).buttons[0])
        who.expect(title)
        form = changes.form
        assert form is not None
        for key, value in values.items():
            who.fill(form.field(key), value)
        who.click(form.submit)
        assert who.refused() == []
    who.at.wait_until(work.pages.card.page.isVisible)
    who.click(who.at.window.rail.buttons["today"])
    who.at.wait_until(work.pages.today.page.isVisible)
    assert today_page(who).buttons == []
