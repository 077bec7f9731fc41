"""Every verdict, from a film of the card to the painted window."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from api_client.client import MembershipClient
from kiosk.app import ServiceAddress
from kiosk.offers import Act
from kiosk.pending_scan import DisplayedScan
from kiosk.style import TONES, Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService, start_service, stop_service

from .desk import desk
from .films import cards

EXPECTED = {
    "Amara Okafor": Tone.ACTIVE,
    "Viktor Petrov": Tone.EXPIRED,
    "Omar Haddad": Tone.ATTENTION,
    "Grace Liu": Tone.NO_MEMBERSHIP,
    "Emil Sørensen": Tone.NOT_YET_STARTED,
    "Marek Nowak": Tone.BLOCKED,
    "Hanna Koskinen": Tone.CARD_REVOKED,
    "Guest of another club": Tone.UNKNOWN_CODE,
}
HELD_S = 0.9
"""How long each card is held: on two cores with three tests at once, 0.4 s were missed."""


@pytest.fixture
def service(demo_data: Path) -> RunningService:
    """A service of its own: visits of other tests would turn ACTIVE into a NOTE."""
    return start_service(demo_data)


def test_every_verdict_reaches_the_screen(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    codes = service.deck()
    film = cards(tmp_path / "cards.avi", *(codes[name] for name in EXPECTED), seen_s=HELD_S)
    trace = tmp_path / "trace.jsonl"
    pictures: list[tuple[str, Tone, str]] = []
    relay = tmp_path / "relay"
    relay.write_text(f'#!/bin/sh\necho "$1 $DOOR_DESK $DOOR_VISIT_ID" >> {tmp_path}/opened\n')
    relay.chmod(0o700)
    address, door = ServiceAddress(service.url, service.key), (str(relay), "pulse")
    with desk(qtbot, film, address, trace=trace, door_command=door) as at:
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
        at.kiosk.session.on_hand_scanned(Reading("C-000001", ""))
        failed = at.wait_for_tone(Tone.COULD_NOT_CHECK)
        assert failed.verdict.detail == "The membership service cannot be reached."
    active = [f"pulse Front desk {s.scan.request.visit_id}" for s in at.shown if _lets_in(s)]
    assert len(active) == 2
    assert (tmp_path / "opened").read_text().splitlines() == active
    for colour, tone, headline in pictures:
        assert colour == TONES[tone].fill, "the panel is filled with the colour of its verdict"
        assert headline
    _check_trace(trace, len(EXPECTED))


def _lets_in(shown: DisplayedScan) -> bool:
    return shown.verdict.tone in {Tone.ACTIVE, Tone.ATTENTION}


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


def count_visits(service: RunningService) -> int:
    """Visits of the club, undone ones included."""
    client = MembershipClient(service.url, service.key)
    try:
        return len(client.recent_visits(limit=100).items)
    finally:
        client.close()


def test_search_looks_somebody_up_and_checks_in_only_when_asked(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "empty.avi", seen_s=0.1, gap_s=0.2)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        before = count_visits(demo_service)
        at.window.side.begin_search()
        qtbot.keyClicks(at.window.side.search, "marek")
        at.wait_until(lambda: bool(at.window.side.hits.rows()))
        hits = [row.name for row in at.window.side.hits.rows()]
        assert hits == ["Marek Nowak"]
        qtbot.keyClick(at.window.side.search, Qt.Key.Key_Return)
        shown = at.wait_for_tone(Tone.BLOCKED)
        assert shown.verdict.person is not None
        assert shown.verdict.person.name == "Marek Nowak"
        assert shown.verdict.notes[0] == "Not checked in"
        at.wait_until(lambda: at.window.verdict.person.photo.has_photo)
        at.kiosk.desk.undo()
        assert at.window.side.notice.text() == "There is no visit on screen to undo."
        assert count_visits(demo_service) == before

        qtbot.keyClicks(at.window.side.search, "zzzz")
        at.wait_until(lambda: "Nobody" in at.window.side.message.text())
        qtbot.keyClick(at.window, Qt.Key.Key_Escape)
        assert at.window.side.search.text() == ""
        assert at.window.showing_verdict

        with qtbot.waitActive(at.window):
            at.window.activateWindow()
        qtbot.keyClick(at.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        at.wait_until(lambda: at.shown[-1].recorded is not None)
        assert count_visits(demo_service) == before + 1
        undo = at.window.verdict.buttons.button_of(Act.UNDO)
        assert undo is not None
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
        at.wait_until(lambda: undo.text() == "Visit undone")
        assert not undo.isEnabled()

        # The row of the visit opens, and says what it was.
        at.wait_until(lambda: at.window.side.visits.rows()[0].struck)
        visits = at.window.side.visits
        row = visits.visualRect(visits.model().index(0, 0))
        qtbot.mouseClick(visits.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
        at.wait_until(lambda: at.shown[-1].scan.of_visit is not None)
        assert at.shown[-1].verdict.notes[0].endswith("blocked, undone")
        qtbot.keyClick(at.window, Qt.Key.Key_Escape)
        at.wait_until(lambda: not at.window.showing_verdict)
        assert count_visits(demo_service) == before + 1


def test_undo_takes_the_last_visit_back(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "one.avi", demo_service.deck()["Jonas Brandt"])
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(1)
        at.wait_until(lambda: bool(at.window.side.visits.rows()))
        at.kiosk.desk.undo()
        at.wait_until(lambda: at.window.side.visits.rows()[0].struck)
