"""Codes that change, and codes beside a card: which scans are visits, and what covers what."""

import pytest
from PySide6.QtWidgets import QApplication

from api_client.messages.scan import Outcome
from bench.photos import SAMPLES
from kiosk.failures import Cause, Failure
from kiosk.same_code import card_key
from kiosk.session import State
from kiosk.style import Tone
from kiosk.wedge import Reading
from scanner.decode import LiveDecoder
from scanner.events import FrameRead
from scanner.formats import DEFAULT_FORMATS, KNOWN_FORMATS
from scanner.picture import load_picture
from tests.kiosk.answers import answer
from tests.kiosk.session_desk import Desk
from tests.kiosk.streams import CARD, SIGNED
from tests.scanner.pictures import code as code_of

BOTTLE = SAMPLES.parent / "faults" / "desk" / "member-qr-and-bottle-ean.jpg"
CARD_IN_PICTURE, BOTTLE_IN_PICTURE = "MC13EYBFJXPFRHDK03CK796JNEZM9", "4006381333931"


@pytest.fixture
def desk(qapp: QApplication) -> Desk:
    return Desk()


ROTATING = "MC36G3ARP3S6HZZ4X89D554NQW021-{}-{:08}"


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


@pytest.mark.parametrize("layout", ["qwertz", "azerty", "caps lock", "camera first"])
def test_a_changing_code_is_the_same_visit_on_any_layout(desk: Desk, layout: str) -> None:
    other = {"qwertz": ("-YZ", "ßZY"), "azerty": ("1234567890-AQWZ", "&é\"'(-è_çà)QAZW")}
    typed = rotating(0).translate(str.maketrans(*other.get(layout, ("", ""))))
    reading = Reading(typed.lower() if layout == "caps lock" else typed, rotating(0))
    if layout == "camera first":
        desk.see(rotating(0))
    else:
        desk.session.on_hand_scanned(reading)
    desk.reply()
    desk.now_s += 9
    desk.session.on_hand_scanned(reading)
    assert len({request.visit_id for request in desk.asked}) == 1
    assert len(desk.asked) == 2


def test_a_trigger_pulled_twice_over_the_change_of_a_code_is_one_scan(desk: Desk) -> None:
    for number, layout in enumerate((("", ""), ("-YZ", "ßZY"), ("", ""))):
        code = rotating(number)
        typed = code.translate(str.maketrans(*layout))
        desk.session.on_hand_scanned(Reading(typed, code))
        desk.now_s += 0.4
    assert len(desk.asked) == 1
    desk.session.on_hand_scanned(Reading("C-000123", ""))
    desk.reply()
    assert len(desk.asked) == 2


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
    assert card_key(SIGNED) == card_key(CARD) == CARD
    assert card_key(rotating(0)) == card_key(rotating(5)) == "MC36G3ARP3S6HZZ4X89D554NQW021"
    old_form = [rotating(step).replace("MC3", "MC2") for step in (0, 5)]
    assert {card_key(text) for text in old_form} == {"MC26G3ARP3S6HZZ4X89D554NQW021"}
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


@pytest.mark.skipif(not BOTTLE.is_file(), reason=f"the picture is not at {BOTTLE}")
@pytest.mark.parametrize("formats", [DEFAULT_FORMATS, KNOWN_FORMATS])
def test_a_bottle_beside_a_card_covers_no_verdict_whatever_is_looked_for(
    desk: Desk, formats: tuple[str, ...]
) -> None:
    picture, decoder = load_picture(BOTTLE), LiveDecoder(formats)
    asides: list[bool] = []
    desk.session.aside.connect(lambda: asides.append(True))
    for number in range(decoder.plan_length):
        desk.now_s += 0.033
        desk.session.on_scanned(
            FrameRead(number + 1, 0, 0, 1280, 720, decoder.decode(picture), None)
        )
        if desk.state() is State.CHECKING:
            known = desk.asked[-1].text.startswith("MC1")
            desk.reply(Outcome.ACTIVE if known else Outcome.UNKNOWN_CODE)
    assert [request.text for request in desk.asked] == [CARD_IN_PICTURE, BOTTLE_IN_PICTURE]
    assert desk.tone() is Tone.ACTIVE
    assert asides == [True]
    # The bottle alone, once the card has left.
    desk.now_s += 2.5
    for number in range(3):
        desk.now_s += 0.033
        bottle = code_of(BOTTLE_IN_PICTURE, "EAN13")
        desk.session.on_scanned(FrameRead(100 + number, 0, 0, 1280, 720, (bottle,), None))
    desk.reply(Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.UNKNOWN_CODE


@pytest.mark.parametrize("name", ["EAN8", "Code39", "Codabar", "ITF", "DataMatrix"])
def test_an_unknown_code_of_any_format_takes_the_screen_once_the_card_has_left(
    desk: Desk, name: str
) -> None:
    desk.see("CARD")
    desk.reply()
    for _ in range(10):
        desk.now_s += 0.033
        desk.see("12345678", format=name)
    assert desk.asked[-1].text == "12345678"
    desk.reply(Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.ACTIVE, "it came before the card had left"
    desk.now_s += 2.5
    for _ in range(10):
        desk.now_s += 0.033
        desk.see("12345678", format=name)
    desk.reply(Outcome.UNKNOWN_CODE)
    assert desk.tone() is Tone.UNKNOWN_CODE


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


@pytest.mark.parametrize("answered", ["by the service", "by a failure", "never"])
def test_a_scan_left_with_escape_is_recorded_when_the_service_is_back(
    desk: Desk, answered: str
) -> None:
    desk.session.on_hand_scanned(Reading("ONE", ""))
    visit = desk.asked[0].visit_id
    desk.session.clear()
    if answered == "by the service":
        desk.session.on_answered(visit, answer(visit_id=visit))
    elif answered == "by a failure":
        desk.session.on_failed(visit, Failure(Cause.UNREACHABLE, ""))
    desk.session.on_service_back()
    expected = [] if answered == "by the service" else [visit]
    assert [request.visit_id for request in desk.asked[1:]] == expected
    desk.session.on_answered(visit, answer(visit_id=visit))
    assert desk.shown == [], "a scan that was left is recorded, not shown"


def test_a_second_member_beside_the_first_is_shown(desk: Desk) -> None:
    desk.see("ONE", "TWO")
    desk.reply()
    desk.reply(Outcome.EXPIRED)
    assert [shown.scan.request.text for shown in desk.shown] == ["ONE", "TWO"]
