"""A scan on its way: ready, checking, showing, with a clock that the test moves."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, ScanMethod, ScanRequest
from kiosk.session import State
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.kiosk.answers import AMARA, answer
from tests.kiosk.session_desk import Desk


@pytest.fixture
def desk(qapp: QApplication) -> Desk:
    return Desk()


def test_a_card_is_looked_up_and_shown(desk: Desk) -> None:
    assert desk.state() is State.READY
    desk.see("CARD")
    assert desk.state() is State.CHECKING
    assert (desk.asked[0].text, desk.asked[0].desk) == ("CARD", "Door")
    assert desk.asked[0].method is ScanMethod.CAMERA
    desk.reply()
    assert desk.state() is State.SHOWING
    assert desk.shown[0].verdict.tone is Tone.ACTIVE
    desk.session.clear()
    assert desk.state() is State.READY
    assert desk.cleared == 1


def test_what_is_not_read_removes_an_old_verdict_and_no_scan(desk: Desk) -> None:
    checked: list[object] = []
    desk.session.checking.connect(checked.append)
    desk.session.on_unread()
    assert desk.cleared == 0
    desk.session.on_hand_scanned(Reading("ONE", ""))
    desk.reply()
    desk.session.on_hand_scanned(Reading("TWO", ""))
    assert (len(checked), desk.state()) == (2, State.CHECKING)
    desk.session.on_unread()
    assert (desk.cleared, desk.state(), len(checked)) == (1, State.CHECKING, 3)
    desk.reply()
    assert desk.shown[-1].scan.request.text == "TWO"
    desk.session.on_unread()
    assert (desk.cleared, desk.state()) == (2, State.READY)
    desk.session.on_hand_scanned(Reading("TWO", ""))
    assert [request.text for request in desk.asked] == ["ONE", "TWO", "TWO"]


def test_a_card_held_still_is_one_scan(desk: Desk) -> None:
    for _ in range(30):
        desk.see("CARD")
        desk.now_s += 0.033
        if desk.session.state is State.CHECKING:
            desk.reply()
    assert len(desk.asked) == 1


def test_a_held_card_is_not_new_after_a_slow_answer(desk: Desk) -> None:
    for _ in range(90):
        desk.see("CARD")
        desk.now_s += 0.033
    desk.reply()
    desk.see("CARD")
    assert len(desk.asked) == 1


def test_the_same_card_after_it_left_is_a_new_visit(desk: Desk) -> None:
    desk.see("CARD")
    desk.reply()
    desk.now_s += 5
    desk.see("CARD")
    assert len(desk.asked) == 2
    assert desk.asked[0].visit_id != desk.asked[1].visit_id


def test_two_cards_in_view_are_each_looked_up_once_and_not_mixed_up(desk: Desk) -> None:
    desk.see("ONE", "TWO")
    assert [request.text for request in desk.asked] == ["ONE"]
    first = desk.asked[0].visit_id
    desk.reply()
    assert [request.text for request in desk.asked] == ["ONE", "TWO"]
    desk.session.on_answered(first, answer(Outcome.EXPIRED))
    assert desk.session.state is State.CHECKING, "the answer of another scan is not taken"
    desk.reply()
    desk.see("TWO", "ONE")
    assert len(desk.asked) == 2


def test_a_waiting_card_that_is_long_gone_is_looked_up_all_the_same(desk: Desk) -> None:
    desk.see("ONE", "TWO")
    desk.now_s += 10
    desk.reply()
    assert [request.text for request in desk.asked] == ["ONE", "TWO"]


def test_hand_scans_of_a_second_are_all_looked_up_and_shown_in_their_order(desk: Desk) -> None:
    codes = [f"CARD-{number}" for number in range(20)]
    for code in codes:
        desk.now_s += 0.05
        desk.session.on_hand_scanned(Reading(code, ""))
    for _ in codes:
        desk.now_s += 1.9
        desk.reply()
    assert [request.text for request in desk.asked] == codes
    assert [shown.scan.request.text for shown in desk.shown] == codes


def test_a_card_that_waited_too_long_but_is_still_held_is_looked_up(desk: Desk) -> None:
    desk.see("ONE")
    for _ in range(150):
        desk.now_s += 0.033
        desk.see("TWO")
    desk.reply()
    desk.see("TWO")
    assert [request.text for request in desk.asked] == ["ONE", "TWO"]


def test_more_cards_in_view_than_can_wait_are_each_looked_up_in_the_end(desk: Desk) -> None:
    cards = ("A", "B", "C", "D", "E", "F", "G")
    for _ in range(20):
        desk.see(*cards)
        desk.now_s += 0.033
        if desk.state() is State.CHECKING:
            desk.reply()
    assert sorted(request.text for request in desk.asked) == sorted(cards)


def test_escape_during_a_check_stops_waiting_for_it(desk: Desk) -> None:
    desk.see("CARD")
    desk.session.clear()
    assert desk.state() is State.READY
    desk.reply()
    assert desk.shown == []


def test_before_the_service_is_known_it_is_called_starting(qtbot: QtBot) -> None:
    desk = Desk(patience_s=0.02)
    desk.see("CARD")
    qtbot.waitUntil(lambda: len(desk.shown) == 1)
    assert desk.shown[0].verdict.detail == "The membership service is still starting."


def test_an_answer_that_cannot_be_shown_is_a_failure_of_ours(desk: Desk) -> None:
    desk.see("CARD")
    nowhere = answer().model_copy(update={"time_zone": "Nowhere/Land"})
    desk.session.on_answered(desk.asked[0].visit_id, nowhere)
    assert desk.shown[0].verdict.detail == "The kiosk itself failed. Its log tells why."


def test_a_verdict_stays_long_enough_to_be_seen(qtbot: QtBot) -> None:
    desk = Desk(min_show_s=0.05)
    desk.see("ONE", "TWO")
    desk.reply()
    assert len(desk.asked) == 1
    desk.now_s += 0.06
    qtbot.waitUntil(lambda: len(desk.asked) == 2)


def test_one_dimensional_codes_need_two_frames(desk: Desk) -> None:
    desk.see("C-000123", format="Code128")
    assert desk.asked == []
    desk.now_s += 0.03
    desk.see("C-000123", format="Code128")
    assert len(desk.asked) == 1


def test_a_hand_scanner_triggered_twice_is_one_scan(desk: Desk) -> None:
    desk.session.on_hand_scanned(Reading("Zßà", "Y-0"))
    desk.reply()
    desk.now_s += 0.3
    desk.session.on_hand_scanned(Reading("Zßà", "Y-0"))
    assert len(desk.asked) == 1
    assert desk.asked[0].alternatives == ("Y-0",)
    assert desk.asked[0].method is ScanMethod.WEDGE


def test_a_failure_is_shown_and_checked_again_as_the_same_visit(desk: Desk) -> None:
    desk.see("CARD")
    desk.fail()
    assert desk.tone() is Tone.COULD_NOT_CHECK
    desk.session.recheck()
    assert desk.asked[0] == desk.asked[1]
    desk.reply()
    assert desk.tone() is Tone.ACTIVE


def test_what_could_not_be_checked_is_checked_when_the_service_is_back(desk: Desk) -> None:
    desk.see("CARD")
    desk.fail()
    desk.session.on_service_back()
    assert len(desk.asked) == 2
    desk.reply()
    desk.session.on_service_back()
    assert len(desk.asked) == 2, "a verdict that stands is not asked again"


def test_a_service_that_comes_back_during_the_check_is_asked_once_more(desk: Desk) -> None:
    desk.see("CARD")
    desk.session.on_service_back()
    desk.fail()
    assert desk.shown == []
    assert [request.visit_id for request in desk.asked] == [desk.asked[0].visit_id] * 2
    desk.fail()
    assert desk.tone() is Tone.COULD_NOT_CHECK


def test_a_late_answer_replaces_could_not_check(desk: Desk) -> None:
    desk.see("CARD")
    desk.fail()
    desk.reply(Outcome.EXPIRED)
    assert desk.tone() is Tone.EXPIRED


def test_a_late_answer_to_a_cleared_scan_is_not_shown(desk: Desk) -> None:
    desk.see("CARD")
    desk.fail()
    desk.session.clear()
    desk.reply()
    assert desk.session.state is State.READY
    assert len(desk.shown) == 1


def test_a_network_thread_that_hangs_does_not_hang_the_desk(qtbot: QtBot) -> None:
    desk = Desk(patience_s=0.05)
    desk.see("CARD")
    qtbot.waitUntil(lambda: len(desk.shown) == 1)
    assert desk.shown[0].verdict.tone is Tone.COULD_NOT_CHECK
    desk.see("NEXT")
    desk.reply()
    assert desk.tone() is Tone.ACTIVE


@pytest.mark.parametrize("text", ["", " ", "\x00", "a\x00b", "\ufffd", "x" * 4096, "ü" * 7089])
def test_any_text_is_passed_on_unread(desk: Desk, text: str) -> None:
    desk.see(text)
    assert desk.asked[0].text == text
    assert ScanRequest.model_validate_json(desk.asked[0].model_dump_json()).text == text


START_FAILED = "The data was written by a newer version of this program."


def test_why_the_service_cannot_start_is_shown_for_every_scan_at_once(desk: Desk) -> None:
    session = desk.session
    session.on_hand_scanned(Reading("ONE", ""))
    assert desk.shown == []
    session.on_service_down("database_too_new", "club.sqlite3")
    session.on_hand_scanned(Reading("TWO", ""))
    session.on_picked(str(AMARA.id))
    session.recheck()
    assert [shown.verdict.detail for shown in desk.shown] == [START_FAILED] * 4
    assert {shown.verdict.tone for shown in desk.shown} == {Tone.COULD_NOT_CHECK}
    assert [request.text for request in desk.asked] == ["ONE", "TWO"], "to be recorded later"
    session.clear()
    session.on_connecting()
    session.on_service_back()
    session.on_hand_scanned(Reading("THREE", ""))
    desk.reply()
    assert desk.tone() is Tone.ACTIVE
    assert [request.text for request in desk.asked] == ["ONE", "TWO", "ONE", "TWO", "THREE"]


def test_a_restart_is_waited_for(qtbot: QtBot) -> None:
    desk = Desk(patience_s=0.2)
    desk.session.on_connecting()
    desk.session.on_service_down("", "")
    desk.session.on_hand_scanned(Reading("ONE", ""))
    assert desk.state() is State.CHECKING
    qtbot.waitUntil(lambda: bool(desk.shown))
    assert desk.shown[0].verdict.detail == "The membership service is still starting."
