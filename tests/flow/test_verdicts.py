"""Every verdict, from a film of the card to the painted window."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.style import TONES, Tone
from tests.demo_club import RunningService, start_service, stop_service

from .desk import desk
from .films import cards

EXPECTED = {
    "Amara Okafor": Tone.ACTIVE,
    "Viktor Petrov": Tone.EXPIRED,
    "Sofia Marchetti": Tone.ATTENTION,
    "Grace Liu": Tone.NO_MEMBERSHIP,
    "Emil Sørensen": Tone.NOT_YET_STARTED,
    "Marek Nowak": Tone.BLOCKED,
    "Hanna Koskinen": Tone.CARD_REVOKED,
    "Guest of another club": Tone.UNKNOWN_CODE,
}


@pytest.fixture
def service(demo_data: Path) -> RunningService:
    """A service of its own: visits of other tests would turn ACTIVE into a NOTE."""
    return start_service(demo_data)


def test_every_verdict_reaches_the_screen(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    codes = service.deck()
    film = cards(tmp_path / "cards.avi", *(codes[name] for name in EXPECTED))
    trace = tmp_path / "trace.jsonl"
    pictures: list[tuple[str, Tone, str]] = []
    with desk(qtbot, film, ServiceAddress(service.url, service.key), trace=trace) as at:
        at.kiosk.session.showed.connect(
            lambda shown: pictures.append(
                (
                    QColor(at.window.verdict.grab().toImage().pixel(16, 300)).name(),
                    shown.verdict.tone,
                    at.window.verdict.headline.text,
                )
            )
        )
        at.wait_for(len(EXPECTED))
        assert at.tones == list(EXPECTED.values())
        people = [s.verdict.person.name if s.verdict.person else None for s in at.shown]
        assert people == [*list(EXPECTED)[:-1], None]
        at.wait_until(lambda: len(at.window.side.visits.rows()) == len(EXPECTED) - 1)
        assert at.window.bar.club.text == "Lakeside Club · Demo"
        stop_service(service)
        at.kiosk.session.on_picked("C-000001")
        failed = at.wait_for_tone(Tone.COULD_NOT_CHECK)
        assert failed.verdict.detail == "The membership service cannot be reached."
    for colour, tone, headline in pictures:
        assert colour == TONES[tone].fill, "the panel is filled with the colour of its verdict"
        assert headline
    _check_trace(trace, len(EXPECTED))


def _check_trace(path: Path, scans: int) -> None:
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    by_visit: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for event in sorted(events, key=lambda e: e["ns"]):
        if "visit" in event:
            by_visit.setdefault(event["visit"], []).append(event["event"])
            assert event["ns"] >= last.get(event["visit"], 0)
            last[event["visit"]] = event["ns"]
    whole = ["frame_captured", "decoded", "lookup_start", "lookup_end", "verdict_painted"]
    assert list(by_visit.values())[:scans] == [whole] * scans


def test_search_finds_and_shows_someone(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "empty.avi", seen_s=0.1, gap_s=0.2)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.window.side.begin_search()
        qtbot.keyClicks(at.window.side.search, "marek")
        at.wait_until(lambda: bool(at.window.side.hits.rows()))
        hits = [row.name for row in at.window.side.hits.rows()]
        assert hits == ["Marek Nowak"]
        qtbot.keyClick(at.window.side.search, Qt.Key.Key_Down)
        qtbot.keyClick(at.window.side.search, Qt.Key.Key_Return)
        shown = at.wait_for_tone(Tone.BLOCKED)
        assert shown.verdict.person is not None
        assert shown.verdict.person.name == "Marek Nowak"
        at.wait_until(lambda: at.window.verdict.person.photo.has_photo)
        qtbot.keyClicks(at.window.side.search, "zzzz")
        at.wait_until(lambda: "Nobody" in at.window.side.message.text())
        qtbot.keyClick(at.window, Qt.Key.Key_Escape)
        assert at.window.side.search.text() == ""
        assert at.window.showing_verdict
        qtbot.keyClick(at.window, Qt.Key.Key_Escape)
        assert not at.window.showing_verdict


def test_undo_takes_the_last_visit_back(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "one.avi", demo_service.deck()["Jonas Brandt"])
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(1)
        at.wait_until(lambda: bool(at.window.side.visits.rows()))
        at.kiosk.desk.undo()
        at.wait_until(lambda: at.window.side.visits.rows()[0].struck)
