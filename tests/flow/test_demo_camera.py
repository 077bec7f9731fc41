"""The demo camera never stands in the way of staff, and never plays into a real club."""

import json
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import main
from kiosk.app import Kiosk, ServiceAddress
from kiosk.settings import KioskSettings
from scanner.demo_camera import GAP_S, SHOWN_S
from scanner.settings import ScannerSettings
from tests.demo_club import RunningService, stop_service
from tests.forkserver import ForkedProcess

from .desk import desk
from .hands import Hands

A_CARD_MS = round((GAP_S + SHOWN_S) * 1000) + 1000


def test_a_page_of_staff_pauses_the_demo(
    qtbot: QtBot, demo_service: RunningService, tmp_path: Path
) -> None:
    deck = demo_service.data_dir / "demo-deck.json"
    address = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, f"demo:{deck}", address, loop=True) as at:
        at.wait_for(1)
        at.kiosk.management.open_home()
        assert at.window.managing
        shown = len(at.shown)
        qtbot.wait(A_CARD_MS)
        assert at.window.managing, "no verdict covered the sign-in"
        assert len(at.shown) == shown
        assert at.window.side.preview.ribbon == "DEMO CAMERA · paused"
        at.kiosk.management.back()
        at.wait_for(shown + 1)


def test_a_real_club_is_never_shown_invented_cards(
    qtbot: QtBot, demo_service: RunningService, tmp_path: Path
) -> None:
    deck = demo_service.data_dir / "demo-deck.json"
    process = ForkedProcess(
        main.run, "serve", "--embedded", "--port", "0", "--data-dir", tmp_path / "real"
    )
    event = json.loads(process.stdout.readline())
    real = RunningService(process, event["url"], event["key"], tmp_path / "real")
    with desk(qtbot, f"demo:{deck}", ServiceAddress(real.url, real.key), loop=True) as at:
        at.wait_until(lambda: at.kiosk.camera.is_demo and at.kiosk.desk.demo_club is False)
        at.kiosk.management.go_to_desk()  # from the set-up of a new club
        began = time.monotonic()
        at.wait_until(lambda: time.monotonic() - began > A_CARD_MS / 1000)
        assert at.shown == []
        assert at.window.side.preview.ribbon == "DEMO CAMERA · not read: a real club"
    stop_service(real)


@pytest.mark.parametrize(
    ("camera", "invented", "source"),
    [
        (None, True, "auto:/data/deck.json"),
        (None, False, "auto:"),
        ("demo", True, "demo:/data/deck.json"),
        ("demo", False, "demo:/data/deck.json"),
        ("0", True, "0"),
        ("rtsp://cam", False, "rtsp://cam"),
    ],
)
def test_the_demo_stands_in_for_a_camera_only_where_the_club_may_be_invented(
    camera: str | None, invented: bool, source: str
) -> None:
    assert main.camera_source(camera, Path("/data/deck.json"), invented=invented) == source


def test_a_verdict_over_a_page_of_staff_does_not_let_the_demo_go_on(
    qtbot: QtBot, demo_service: RunningService
) -> None:
    deck = demo_service.data_dir / "demo-deck.json"
    address = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, f"demo:{deck}", address, loop=True) as at:
        at.wait_for(1)
        at.kiosk.management.open_home()
        Hands(at).scan(demo_service.deck()["Viktor Petrov"])
        at.wait_until(lambda: at.window.showing_verdict)
        shown = len(at.shown)
        qtbot.wait(A_CARD_MS)
        assert len(at.shown) == shown, "an invented card came before the page came back"
        at.kiosk.session.clear()
        assert at.window.managing


def test_the_demo_waits_while_a_scanner_is_taught(qtbot: QtBot) -> None:
    settings, scanner = KioskSettings(mute=True), ScannerSettings(source="demo:none")
    kiosk = Kiosk(settings, scanner, ServiceAddress("http://127.0.0.1:9", "mk_live_x"))
    qtbot.addWidget(kiosk.window)
    kiosk.camera.is_demo, kiosk.desk.demo_club = True, True
    assert kiosk.frames.demo_waits() == ""
    kiosk.hand_scanner.open()
    assert kiosk.frames.demo_waits() == "paused"
    kiosk.hand_scanner.cancel()
    assert kiosk.frames.demo_waits() == ""
    kiosk.stop()
