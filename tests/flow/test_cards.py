"""Wallet cards at the desk, from issuing to revoking: real window, service, HTTP and scanner."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pytestqt.qtbot import QtBot

from api_client.messages.cards import CardRecord
from kiosk.app import ServiceAddress
from kiosk.staff.controllers.card import CardSheet
from kiosk.staff.disk import Disk
from kiosk.staff.pages.parts import Action
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService, start_service, stop_service

from .acts import button
from .desk import Desk, desk
from .films import cards
from .test_management import AtWork

PUBLIC = "https://wallet.club.example"


@pytest.fixture
def service(demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningService]:
    """A service with a public address and the demo club."""
    monkeypatch.setenv("WALLETDESK_PUBLIC_URL", PUBLIC)
    running = start_service(demo_data)
    yield running
    stop_service(running)


class Keeper(Disk):
    """Saves without asking, into one folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def choose(self, _window: object, name: str, _kinds: str) -> Path | None:
        return self.folder / name


class CardWork(AtWork):
    """What a member of staff does with cards."""

    @property
    def sheet(self) -> CardSheet:
        """The card that is open."""
        opened = self.pages.card.sheet
        assert opened is not None
        return opened

    def open_person(self, at: Desk) -> None:
        """Open the file of whom the last verdict was about."""
        self.management.open_person()
        at.wait_until(lambda: self.panel.page is self.pages.customer.page)

    def wait_for_card(self, at: Desk) -> CardRecord:
        """Wait until a card is open, and drawn."""
        page = self.pages.card.page
        at.wait_until(lambda: self.panel.page is page and not page.picture.pixmap().isNull())
        return self.sheet.card


def test_a_card_is_issued_read_replaced_and_revoked(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    keeper = Keeper(tmp_path)
    with desk(
        qtbot,
        film,
        ServiceAddress(service.url, service.key),
        disk=keeper,
        hand_scanner_pause_s=0.001,
    ) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work = CardWork(at)
        work.make_first_account()
        at.kiosk.session.on_hand_scanned(Reading("C-000001", ""))
        at.wait_until(lambda: bool(at.shown))
        work.open_person(at)
        before = len(work.pages.customer.page.card_lines)

        assert work.pages.customer.page.issue_button is not None
        work.pages.customer.page.issue_button.click()
        work.fill()
        first = work.wait_for_card(at)
        page = work.pages.card.page
        assert page.words is not None
        assert "an iPhone refuses this card" in page.words.warnings[0]
        assert page.qr.text == first.install_url
        assert page.qr.text.startswith(f"{PUBLIC}/")

        page.buttons[Action.SAVE_PASS].click()
        at.wait_until(lambda: list(tmp_path.glob("*.pkpass")) != [])
        with zipfile.ZipFile(next(tmp_path.glob("*.pkpass"))) as archive:
            told = json.loads(archive.read("pass.json"))
        assert told["serialNumber"] == str(first.id)
        code = told["barcodes"][0]["message"]
        at.kiosk.session.on_hand_scanned(Reading(code, ""))
        at.wait_for(2)
        answer = at.shown[-1].answer
        assert answer is not None
        assert answer.card is not None
        assert answer.card.id == first.id

        work.open_person(at)
        assert len(work.pages.customer.page.card_lines) == before + 1
        work.pages.customer.page.card_lines[0].open_button.click()
        work.wait_for_card(at)
        page.buttons[Action.REPLACE].click()
        work.fill()
        at.wait_until(lambda: work.panel.page is page and work.sheet.card.id != first.id)
        second = work.sheet.card
        at.kiosk.session.on_hand_scanned(Reading(code, ""))
        at.wait_for_tone(Tone.CARD_REVOKED)

        work.open_person(at)
        work.pages.customer.page.card_lines[0].open_button.click()
        at.wait_until(lambda: work.panel.page is page and work.sheet.card.id == second.id)
        page.buttons[Action.REVOKE].click()
        work.fill()
        at.wait_until(lambda: work.panel.page is page and work.sheet.card.revoked_at is not None)
        assert page.qr.text == ""
        assert page.buttons[Action.REVOKE].isHidden()


def test_an_edited_design_reaches_cards_that_were_issued_before(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work = CardWork(at)
        work.make_first_account()
        at.kiosk.session.on_hand_scanned(Reading("C-000001", ""))
        at.wait_until(lambda: bool(at.shown))
        work.open_person(at)
        assert work.pages.customer.page.issue_button is not None
        work.pages.customer.page.issue_button.click()
        work.fill()
        card = work.wait_for_card(at)
        assert card.install_url is not None
        path = card.install_url.removeprefix(PUBLIC)
        assert "#800000" not in requests.get(service.url + path, timeout=10).text

        work.management.open_home()
        at.wait_until(lambda: work.panel.page is work.pages.members.page)
        at.window.rail.buttons["cards"].click()
        at.wait_until(lambda: work.panel.page is work.pages.cards.page)
        button(work.pages.cards.page, "Edit …").click()
        page = work.pages.design.page
        at.wait_until(lambda: work.panel.page is page and not page.picture.pixmap().isNull())
        page.colours["background"].line.setText("#800000")
        page.save_button.click()
        at.wait_until(
            lambda: page._record is not None and page._record.design["background"] == "#800000"
        )
        assert "#800000" in requests.get(service.url + path, timeout=10).text
        work.management.back()
        at.wait_until(lambda: work.panel.page is work.pages.cards.page)
        work.open_person(at)
        work.pages.customer.page.card_lines[0].open_button.click()
        at.wait_until(lambda: work.panel.page is work.pages.card.page)
        assert work.sheet.card.id == card.id
        at.wait_until(lambda: work.sheet.card.changed_at != card.changed_at)
