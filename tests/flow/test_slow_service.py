"""A service that is slow: every scan ends on screen and in the record, and Esc clears."""

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from api_client.client import MembershipClient
from kiosk.app import ServiceAddress
from kiosk.style import Tone
from tests.demo_club import RunningService
from tests.fakes.odd_service import held, odd_service, scanned
from tests.kiosk.answers import answer

from .desk import desk
from .films import cards
from .hands import Hands
from .proxy import Fault, proxy

NAMES = ("Viktor Petrov", "Marek Nowak", "Jonas Brandt", "Amara Okafor")


def test_four_hand_scans_in_a_second_are_all_shown_and_recorded(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    deck = demo_service.deck()
    with (
        proxy(demo_service.url) as net,
        desk(qtbot, film, ServiceAddress(net.url, demo_service.key), patience_s=20) as at,
    ):
        at.wait_until(lambda: bool(at.window.bar.club.text))
        hands = Hands(at)
        net.fail_next(Fault.LATE, lambda _method, path: path == "/v1/scans")
        for name in NAMES:
            hands.scan(deck[name])
        at.wait_until(net.held.is_set)
        qtbot.wait(300)
        net.let_go()
        at.wait_for(len(NAMES))
        people = [shown.verdict.person for shown in at.shown]
        assert [person.name for person in people if person] == list(NAMES)
        ids = {shown.scan.request.visit_id for shown in at.shown}
    client = MembershipClient(demo_service.url, demo_service.key)
    assert ids <= {visit.id for visit in client.recent_visits().items}
    client.close()


def test_escape_while_it_is_checked_leaves_the_desk_ready(qtbot: QtBot, tmp_path: Path) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    good, let_go = scanned(answer().model_dump_json().encode()), threading.Event()
    with (
        odd_service(held(let_go, good)) as service,
        desk(qtbot, film, ServiceAddress(service.url, "k"), poll_s=600, patience_s=50) as at,
    ):
        with qtbot.waitActive(at.window):
            at.window.activateWindow()
        at.wait_until(lambda: at.window.ready.headline.text == "The service is away")
        hands = Hands(at)
        for after_ms in (50, 250):
            hands.scan("CARD-1")
            qtbot.wait(after_ms)
            hands.press(Qt.Key.Key_Escape)
            let_go.set()
            for _ in range(8):
                qtbot.wait(100)
                assert at.window.ready.headline.text != "Checking …"
            let_go.clear()
            assert at.shown == []


def test_a_scan_after_one_that_was_left_is_shown(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    deck = demo_service.deck()
    with (
        proxy(demo_service.url) as net,
        desk(qtbot, film, ServiceAddress(net.url, demo_service.key)) as at,
    ):
        with qtbot.waitActive(at.window):
            at.window.activateWindow()
        at.wait_until(lambda: bool(at.window.bar.club.text))
        hands = Hands(at)
        net.fail_next(Fault.LATE, lambda _method, path: path == "/v1/scans")
        hands.scan(deck["Viktor Petrov"])
        at.wait_until(net.held.is_set)
        hands.press(Qt.Key.Key_Escape)
        hands.scan(deck["Marek Nowak"])
        net.let_go()
        shown = at.wait_for_tone(Tone.BLOCKED)
        assert shown.verdict.person is not None
        assert shown.verdict.person.name == "Marek Nowak"
