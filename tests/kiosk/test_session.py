"""A scan on its way: ready, checking, showing, with a clock that the test moves."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, ScanMethod, ScanRequest
from kiosk.failures import Cause, Failure
from kiosk.same_code import card_key
from kiosk.session import DisplayedScan, ScanSession, State
from kiosk.settings import KioskSettings
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.wedge import Reading
from scanner.events import Code, FrameRead

from .answers import answer

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def frame(*texts: str, number: int, format: str = "QRCode") -> FrameRead:
    codes = tuple(Code(text, format, SQUARE, text.encode()) for text in texts)
    return FrameRead(number, 1_000, 2_000, 1280, 720, codes, None)


class Desk:
    """A session with what it asked for and what it showed."""

    def __init__(self, **settings: float) -> None:
        self.now_s = 50.0
        self.asked: list[ScanRequest] = []
        self.shown: list[DisplayedScan] = []
        self.cleared = 0
        self.session = ScanSession(
            KioskSettings(desk="Door", **({"min_show_s": 0.0} | settings)),  # type: ignore[arg-type]
            Texts("en"),
            Trace(None),
            clock=lambda: self.now_s,
        )
        self.session.lookup_requested.connect(self.asked.append)
        self.session.showed.connect(self.shown.append)
        self.session.cleared.connect(self._count)

    def _count(self) -> None:
        self.cleared += 1

    def see(self, *texts: str, format: str = "QRCode") -> None:
        """A frame of a camera with 30 frames a second that shows these codes."""
        number = round(self.now_s * 30)
        self.session.on_scanned(frame(*texts, number=number, format=format))

    def state(self) -> State:
        return self.session.state

    def tone(self) -> Tone:
        """The kind of the newest verdict."""
        return self.shown[-1].verdict.tone

    def reply(self, outcome: Outcome = Outcome.ACTIVE) -> None:
        self.session.on_answered(self.asked[-1].visit_id, answer(outcome))

    def fail(self) -> None:
        self.session.on_failed(self.asked[-1].visit_id, Failure(Cause.UNREACHABLE, "away"))


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


ROTATING = "MC26G3ARP3S6HZZ4X89D554NQW021-{}-{:08}"


def rotating(step: int) -> str:
    """The changing code of one card in one of its steps."""
    return ROTATING.format(1795900000 + 30 * step, 12345678 + step)


def test_a_changing_code_whose_answer_was_lost_is_the_same_visit(desk: Desk) -> None:
    desk.session.on_hand_scanned(Reading(rotating(0), ""))
    desk.session.on_failed(desk.asked[0].visit_id, Failure(Cause.TOO_SLOW, ""))
    desk.now_s += 9
    desk.session.on_hand_scanned(Reading(rotating(0), ""))
    assert [request.visit_id for request in desk.asked] == [desk.asked[0].visit_id] * 2
    desk.reply()
    assert desk.shown[-1].verdict.notes[0] == "same code as 9 seconds ago"
    desk.now_s += 30
    desk.session.on_hand_scanned(Reading(rotating(1), ""))
    assert desk.asked[2].visit_id != desk.asked[0].visit_id
    desk.reply()
    assert not any("same code" in note for note in desk.shown[-1].verdict.notes)


def test_a_changing_code_that_left_and_came_back_covers_no_verdict(desk: Desk) -> None:
    desk.see(rotating(0))
    desk.reply()
    desk.now_s += 1.3
    desk.see()
    desk.now_s += 1.3
    desk.see(rotating(0))
    assert len({request.visit_id for request in desk.asked}) == 1
    desk.reply()
    assert desk.tone() is Tone.ACTIVE


def test_a_phone_held_still_over_the_change_of_its_code_is_one_visit(desk: Desk) -> None:
    for number in range(120):
        desk.now_s += 0.033
        desk.see(rotating(number // 60))
        if desk.state() is State.CHECKING:
            desk.reply()
    assert len(desk.asked) == 1


def test_a_signed_code_and_the_code_of_its_card_are_one_card() -> None:
    card = "MC16G3ARP3S6HZZ4X89D554NQW021"
    assert card_key(f"{card}.{'3' + '7' * 102}") == card_key(card) == card
    assert card_key(rotating(0)) == card_key(rotating(5)) == "MC26G3ARP3S6HZZ4X89D554NQW021"
    assert card_key("4006381333931") == "4006381333931"


def test_a_fixed_code_that_comes_back_is_another_visit(desk: Desk) -> None:
    for _ in range(2):
        desk.session.on_hand_scanned(Reading("C-000123", ""))
        desk.reply()
        desk.now_s += 9
    assert desk.asked[0].visit_id != desk.asked[1].visit_id


@pytest.mark.parametrize("poster_first", [False, True])
def test_a_code_that_names_nobody_beside_a_card_covers_no_verdict(
    desk: Desk, poster_first: bool
) -> None:
    asides: list[bool] = []
    desk.session.aside.connect(lambda: asides.append(True))
    if poster_first:
        desk.see("POSTER")
        desk.reply(Outcome.UNKNOWN_CODE)
        assert desk.tone() is Tone.UNKNOWN_CODE
        desk.now_s += 0.5
    for _ in range(40):
        desk.now_s += 0.033
        desk.see("CARD", "POSTER", "BOTTLE")
        if desk.state() is State.CHECKING:
            known = desk.asked[-1].text == "CARD"
            desk.reply(Outcome.ACTIVE if known else Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.ACTIVE
    assert len(asides) == (1 if poster_first else 2)
    assert sorted(request.text for request in desk.asked) == ["BOTTLE", "CARD", "POSTER"]
    for _ in range(60):
        desk.now_s += 0.033
        desk.see("POSTER")
    assert desk.tone() is Tone.ACTIVE


def test_a_code_that_names_nobody_takes_the_screen_after_the_card_has_left(desk: Desk) -> None:
    desk.see("CARD")
    desk.reply()
    desk.now_s += 2.5
    desk.see("WRONG")
    desk.reply(Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.UNKNOWN_CODE


def test_an_unknown_code_of_a_hand_scanner_takes_the_screen_at_once(desk: Desk) -> None:
    desk.see("CARD")
    desk.reply()
    desk.session.on_hand_scanned(Reading("WRONG", ""))
    desk.reply(Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.UNKNOWN_CODE


def test_scans_that_could_not_be_checked_are_all_recorded_when_the_service_is_back(
    desk: Desk,
) -> None:
    for code in ("ONE", "TWO", "THREE"):
        desk.session.on_hand_scanned(Reading(code, ""))
        desk.fail()
        desk.now_s += 3
    failed = {request.text: request.visit_id for request in desk.asked}
    desk.session.on_service_back()
    again = desk.asked[3:]
    assert sorted(request.text for request in again) == ["ONE", "THREE", "TWO"]
    assert {request.text: request.visit_id for request in again} == failed
    for request in again:
        desk.session.on_answered(request.visit_id, answer(visit_id=request.visit_id))
    assert desk.shown[-1].scan.request.text == "THREE"
    assert [shown.verdict.tone for shown in desk.shown[:3]] == [Tone.COULD_NOT_CHECK] * 3
    desk.session.on_service_back()
    assert len(desk.asked) == 6, "what was recorded is not sent again"


def test_a_second_member_beside_the_first_is_shown(desk: Desk) -> None:
    desk.see("ONE", "TWO")
    desk.reply()
    desk.reply(Outcome.EXPIRED)
    assert [shown.scan.request.text for shown in desk.shown] == ["ONE", "TWO"]


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


def test_someone_picked_from_the_search(desk: Desk) -> None:
    desk.session.on_picked("6f1c0d8e-0000-4000-8000-000000000001")
    assert desk.asked[0].method is ScanMethod.SEARCH


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
