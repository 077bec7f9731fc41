"""What the top bar and the verdict say of working without the service."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, ScanAnswer
from kiosk.application import load_fonts
from kiosk.door.opening import opens
from kiosk.offers import Act
from kiosk.offline.stock import OfflineState, Stock
from kiosk.presenters.desk import DeskPresenter
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.presenters.offline import OfflinePresenter, stock_for
from kiosk.presenters.offline_words import list_status, offline_status, review_status
from kiosk.roster_answer import RosterAnswer
from kiosk.services import OwnService, ServiceAddress
from kiosk.settings import KioskSettings
from kiosk.status import Health
from kiosk.style import LIGHT, Tone
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import KioskWindow
from tests.kiosk.answers import NOON, answer
from tests.kiosk.offline.desks import stock
from tests.kiosk.offline.rosters import page, row
from tests.kiosk.offline.test_queue import scan
from tests.kiosk.session_desk import Desk

DE = Texts("de")
ONLINE = OfflineState(None, NOON, "Europe/Berlin", None, 0, 0, 0.0)
AWAY = replace(ONLINE, away_since=NOON + timedelta(minutes=3))


def listed(outcome: Outcome = Outcome.ACTIVE, **changes: object) -> RosterAnswer:
    """What the list says of Amara."""
    return RosterAnswer(**(answer(outcome).model_dump() | {"as_of": NOON} | changes))


@pytest.mark.parametrize(
    ("state", "word", "sentence"),
    [
        (AWAY, "Offline seit 12:03", "Die Liste dieses Empfangs von 12:00 antwortet."),
        (
            replace(AWAY, waiting=3),
            "Offline seit 12:03 · 3",
            "Die Liste dieses Empfangs von 12:00 antwortet. 3 Besuche warten.",
        ),
    ],
)
def test_the_top_bar_says_since_when_and_what_waits(
    state: OfflineState, word: str, sentence: str
) -> None:
    status = offline_status(state, DE)
    assert status is not None
    assert (status.word, status.sentence, status.health) == (word, sentence, Health.WARN)


@pytest.mark.parametrize("state", [ONLINE, replace(AWAY, as_of=None)])
def test_without_an_outage_or_a_list_nothing_is_offline(state: OfflineState) -> None:
    assert offline_status(state, DE) is None


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (ONLINE, ""),
        (replace(AWAY, unwritten=1), "Speicher voll"),
        (replace(ONLINE, waiting=1), "1 Besuch wartet"),
        (replace(ONLINE, loading=(500, 1000)), "Offline-Liste 50 %"),
        (replace(ONLINE, loading=(1, 0)), "Offline-Liste 99 %"),
        (replace(ONLINE, skew_s=59.9), ""),
        (replace(ONLINE, skew_s=-60.0), "PC-Uhr falsch"),
    ],
)
def test_what_is_said_while_the_service_answers(state: OfflineState, word: str) -> None:
    status = list_status(state, DE)
    assert (status.word, status.health is Health.GOOD) == (word, not word)


def test_refused_visits_are_counted() -> None:
    assert review_status(ONLINE, DE).health is Health.GOOD
    assert review_status(replace(ONLINE, refused=2), DE).word == "Zu prüfen (2)"


@pytest.mark.parametrize(
    ("changes", "opened"),
    [
        ({}, True),
        ({"proved": False}, False),
        ({"too_old": True}, False),
        ({"listed": False}, False),
    ],
)
def test_no_door_opens_by_a_list_in_doubt(changes: dict[str, bool], opened: bool) -> None:
    assert opens(listed().model_copy(update=changes)) is opened


def test_who_is_not_in_the_list_can_be_asked_for_again() -> None:
    nobody = listed(Outcome.UNKNOWN_CODE, listed=False, customer=None)
    assert [each.act for each in verdict_of(nobody, DE).offers] == [Act.RECHECK]


def shown_by_list(found: RosterAnswer | None = None) -> tuple[Desk, RosterAnswer]:
    """A desk on whose screen is what the list says of a scan."""
    desk = Desk()
    desk.see("CARD-1")
    before = (found or listed()).model_copy(update={"visit_id": desk.asked[-1].visit_id})
    desk.session.on_answered(before.visit_id, before)
    return desk, before


def late(before: RosterAnswer, outcome: Outcome) -> ScanAnswer:
    return answer(outcome, visit_id=before.visit_id)


def test_a_late_answer_that_differs_takes_the_place_of_the_list(qapp: object) -> None:
    desk, before = shown_by_list()
    desk.session.on_corrected(before, late(before, Outcome.BLOCKED))
    assert desk.tone() is Tone.BLOCKED
    assert desk.shown[-1].verdict.notes[0] == "Corrected: the service has answered"


def test_a_late_answer_that_agrees_changes_nothing(qapp: object) -> None:
    desk, before = shown_by_list()
    desk.session.on_corrected(before, late(before, Outcome.ACTIVE))
    assert len(desk.shown) == 1


def test_a_late_answer_proves_what_the_list_could_not(qapp: object) -> None:
    desk, before = shown_by_list(listed(proved=False))
    assert desk.tone() is Tone.ATTENTION
    desk.session.on_corrected(before, late(before, Outcome.ACTIVE))
    assert desk.tone() is Tone.ACTIVE


def test_a_late_answer_for_another_than_is_on_screen_is_said_beside(qapp: object) -> None:
    desk, before = shown_by_list()
    said: list[str] = []
    desk.session.aside_said.connect(said.append)
    desk.session.clear()
    desk.session.on_corrected(before, late(before, Outcome.BLOCKED))
    assert said == ["Amara Okafor: blocked, says the service now."]
    desk.session.on_corrected(before, late(before, Outcome.ACTIVE))
    assert len(said) == 1


def test_only_a_desk_with_a_service_elsewhere_keeps_a_list(tmp_path: Path) -> None:
    elsewhere, settings = ServiceAddress("http://127.0.0.1:9", "k"), KioskSettings()
    assert stock_for(settings, OwnService(["x"], tmp_path), tmp_path) is None
    assert stock_for(settings, elsewhere, None) is None
    assert stock_for(KioskSettings(roster=False), elsewhere, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    kept = stock_for(settings, elsewhere, tmp_path)
    assert kept is not None
    kept.close()


def test_a_folder_that_cannot_be_used_leaves_the_desk_without_a_list(tmp_path: Path) -> None:
    (tmp_path / "offline").write_text("a file where the folder should be")
    elsewhere = ServiceAddress("http://127.0.0.1:9", "k")
    assert stock_for(KioskSettings(), elsewhere, tmp_path) is None


@pytest.fixture
def held(tmp_path: Path) -> Stock:
    held = stock(tmp_path)
    held.roster.put(page([row()]))
    return held


def test_a_visit_that_waits_is_undone_here_and_another_at_the_service(
    qtbot: QtBot, held: Stock
) -> None:
    load_fonts()
    window = KioskWindow(DE, LIGHT, "Door", lambda: None)
    qtbot.addWidget(window)
    desk = DeskPresenter(window, IdlePanel(window, DE), DE, desk="Door", parent=window)
    offline = OfflinePresenter(held, window, DE, desk, window)
    asked: list[UUID] = []
    offline.undo_wanted.connect(asked.append)
    one = scan()
    found = listed(visit_id=one.visit_id)
    held.queue.decide(one, NOON, found)
    desk.on_answer(found)
    offline.undo(one.visit_id)
    assert window.side.notice.text() == "Der Besuch von Amara Okafor ist zurückgenommen."
    offline.undo(UUID(int=5))
    assert asked == [UUID(int=5)]
    offline.stop()
