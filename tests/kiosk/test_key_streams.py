"""Streams of keys as scanners and people send them, over simulated time.

Of a scan nothing reaches a field, no form is sent, no shortcut fired, and it is read or said to be
unread. Of typing nothing is lost or reordered, all is visible soon, and Enter does what it says.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from kiosk.scanner_profile import ScannerProfile
from kiosk.wedge import Field, KeyKind, KeyPress, Step, WedgeDecoder

from .streams import CARD, ENTER, GS, LF, ROTATING, SIGNED, TAB, at_pace, play

PACES_MS = (5, 10, 20, 30, 45, 50, 55, 60, 80, 100, 120)
ENDS = (ENTER, TAB, "", GS, GS + ENTER, ENTER + LF, "\x1e\x04")


@pytest.mark.parametrize("pace_ms", PACES_MS)
@pytest.mark.parametrize("into", list(Field))
def test_a_card_is_read_at_any_pace_and_nothing_of_it_leaks(pace_ms: int, into: Field) -> None:
    texts = (CARD, ROTATING, SIGNED) if pace_ms in {5, 80} else (CARD, ROTATING)
    for text, end, jitter in product(texts, ENDS, (0.0, 0.3)):
        outcome = play(at_pace(text + end, pace_ms / 1000, jitter), into)
        assert outcome.readings == [text], (text[:8], repr(end), jitter)
        assert (outcome.text, outcome.unread) == ("", 0), repr(end)


@pytest.mark.parametrize("late_ms", [70, 100, 120])
@pytest.mark.parametrize("place", [5, 12, 28])
def test_one_late_key_does_not_tear_a_scan_apart(late_ms: int, place: int) -> None:
    for text, into in product((CARD, "4006381333931" * 3), (Field.NOWHERE, Field.SEARCH)):
        keys = [
            (at_s + (late_ms / 1000 if number >= place else 0), key)
            for number, (at_s, key) in enumerate(at_pace(text + ENTER, 0.005))
        ]
        assert play(keys, into).readings == [text]


@pytest.mark.parametrize("pace_ms", [5, 20, 30])
@pytest.mark.parametrize("end", [ENTER, TAB, GS + ENTER, ENTER + LF])
@pytest.mark.parametrize("text", ["4006381333931", "00123456", "AB-7731", "C-000123", "K7-0099/2"])
def test_any_code_is_read_where_nobody_types(text: str, end: str, pace_ms: int) -> None:
    for into in (Field.NOWHERE, Field.SEARCH):
        outcome = play(at_pace(text + end, pace_ms / 1000, 0.2), into)
        assert (outcome.readings, outcome.text, outcome.unread) == ([text], "", 0)


@pytest.mark.parametrize("text", ["4006381333931", "greta@club.example", "00123456"])
def test_what_a_machine_types_into_a_field_stays_there_without_its_enter(text: str) -> None:
    outcome = play(at_pace(text + ENTER, 0.005), Field.TEXT)
    assert (outcome.readings, outcome.text, outcome.unread) == ([], text, 1)
    secret = play(at_pace(text + ENTER, 0.005), Field.PASSWORD)
    assert (secret.readings, secret.text, secret.unread) == ([], text, 0)


def test_the_shape_of_a_code_is_learnt_where_nobody_types() -> None:
    decoder: WedgeDecoder[str] = WedgeDecoder()
    assert play(at_pace("AB-7731\r", 0.01), Field.NOWHERE, decoder).readings == ["AB-7731"]
    later = at_pace("CD-0042\r", 0.01, start_s=20.0)
    assert play(later, Field.TEXT, decoder).readings == ["CD-0042"]
    secret = at_pace("EF-1234\r", 0.01, start_s=30.0)
    assert play(secret, Field.PASSWORD, decoder).readings == []
    other = at_pace("EFG-1234\r", 0.01, start_s=40.0)
    assert play(other, Field.TEXT, decoder).text == "EFG-1234"


@pytest.mark.parametrize("length", [5, 12, 20, 28])
@pytest.mark.parametrize("pace_ms", [5, 60, 110])
@pytest.mark.parametrize("into", list(Field))
def test_half_a_card_is_said_to_be_unread(length: int, pace_ms: int, into: Field) -> None:
    for end, gap_ms in (("", pace_ms), (ENTER, pace_ms), (ENTER, 80)):
        outcome = play(at_pace(CARD[:length] + end, gap_ms / 1000), into)
        fast = gap_ms == 5 and into is not Field.PASSWORD
        stays = into is Field.PASSWORD or (length == 5 and into is not Field.NOWHERE)
        text = CARD[:length] if stays and not fast else ""
        assert (outcome.readings, outcome.text, outcome.unread) == ([], text, 1), (end, gap_ms)


@pytest.mark.parametrize("pause_ms", [60, 140, 250, 1000])
@pytest.mark.parametrize("pace_ms", [5, 30, 60])
def test_two_scans_right_after_each_other(pace_ms: int, pause_ms: int) -> None:
    first = at_pace(CARD + ENTER, pace_ms / 1000)
    start_s = first[-1][0] + pause_ms / 1000
    second = at_pace(ROTATING + ENTER, pace_ms / 1000, start_s=start_s)
    outcome = play([*first, *second], Field.TEXT)
    assert outcome.readings == [CARD, ROTATING]
    assert outcome.text == ""


@pytest.mark.parametrize(("prefix", "suffix"), [("~", ""), ("", "*"), ("*", ";"), ("]C0", "")])
def test_what_a_scanner_is_set_to_add_is_removed(prefix: str, suffix: str) -> None:
    for text in (CARD, "4006381333931"):
        decoder: WedgeDecoder[str] = WedgeDecoder(prefix=prefix, suffix=suffix)
        keys = at_pace(prefix + text + suffix + ENTER, 0.008)
        assert play(keys, Field.NOWHERE, decoder).readings == [text]


@pytest.mark.parametrize("control", "\x14\x1a\r\t\x06\x0f\x02\x03\x1c")
def test_a_control_character_in_a_scan_is_no_shortcut(control: str) -> None:
    for place in (2, 10, len(CARD)):
        decoder: WedgeDecoder[str] = WedgeDecoder()
        keys = at_pace(CARD[:place], 0.006)
        for at_s, key in keys:
            decoder.press(KeyPress(KeyKind.CHARACTER, at_s, key, typed=key, us=key))
        now_s = keys[-1][0] + 0.006
        assert decoder.takes_control(now_s)
        assert decoder.press(KeyPress(KeyKind.CONTROL, now_s, control)) == Step(swallow=True)
        rest = at_pace(CARD[place:] + ENTER, 0.006, start_s=now_s + 0.006)
        assert play(rest, Field.NOWHERE, decoder).readings == [CARD]


def test_a_shortcut_after_typing_is_one() -> None:
    decoder: WedgeDecoder[str] = WedgeDecoder()
    play(at_pace("amara", 0.1), Field.SEARCH, decoder)
    assert not decoder.takes_control(10.6)
    decoder.press(KeyPress(KeyKind.CHARACTER, 11.0, "a", typed="a", into=Field.TEXT))
    assert not decoder.takes_control(11.04)


TYPED: Sequence[str] = (
    "amara okafor", "Marek", "McCarthy", "MC Hammer", "M", "Mc", "Müller", "C-000004", "MC-1",
    "0171 2345678", "+49 30 901820", "4006381333931", "aaaaaaaa", "four quiet herons",
    "P@ssw0rd!x", "31.12.2027", "12,50", "x", "Zoë", "greta@club.example",
)  # fmt: skip
NO_HAND_TYPES = {"4006381333931", "C-000004"}
"""Digits in a row: no hand types them faster than 130 ms a key."""


FIELDS = (Field.TEXT, Field.SEARCH, Field.PASSWORD, Field.CHOICE)


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("gap_ms", [60, 90, 130, 180, 250])
def test_typing_arrives_in_order_with_its_enter(text: str, gap_ms: int) -> None:
    for into, jitter, end in product(FIELDS, (0.0, 0.3), (ENTER, "")):
        keys = at_pace(text + end, max(gap_ms / 1000, 0.06 / (1 - jitter)), jitter, seed=len(text))
        outcome = play(keys, into)
        assert outcome.readings == []
        if text in NO_HAND_TYPES and gap_ms < 180 and into is not Field.SEARCH and outcome.unread:
            assert (outcome.text, end) == (text, ENTER)
        else:
            assert (outcome.text, outcome.unread) == (text + end, 0)


@pytest.mark.parametrize("pace_ms", [40, 55, 90, 120])
@pytest.mark.parametrize("text", ["4006381333931", "AB-7731", "00123456", "K7-0099/2", "C-000004"])
@pytest.mark.parametrize("end", [ENTER, TAB])
def test_a_slow_scanner_that_nobody_taught_sends_no_form(text: str, end: str, pace_ms: int) -> None:
    for into, jitter in product((Field.TEXT, Field.PASSWORD, Field.CHOICE), (0.0, 0.2)):
        decoder: WedgeDecoder[str] = WedgeDecoder()
        outcome = play(at_pace(text + end, pace_ms / 1000, jitter), into, decoder)
        assert outcome.text == ("" if outcome.readings else text)
        assert outcome.unread == (not outcome.readings)
        deliberate = KeyPress(KeyKind.TERMINATOR, 20.0, end, into=into)
        assert decoder.press(deliberate) == Step()
    outcome = play(at_pace(text + end, pace_ms / 1000, 0.2), Field.NOWHERE)
    assert (outcome.readings, outcome.text, outcome.unread) == ([text], "", 0)


def taught(pace_ms: float, **more: Any) -> WedgeDecoder[str]:
    """A decoder that knows the pace of its scanner."""
    return WedgeDecoder(profile=ScannerProfile(taught=True, pace_ms=pace_ms, **more))


FOREIGN = (
    "4006381333931", "42191605", "AB-7731", "K7-0099/2", "00123456", "2/4-8/16-32",
    "https://fob.example/a?id=77", "WIFI:T:WPA;S:Club;P:x;;", "A40156-B",
)  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN)
@pytest.mark.parametrize("end", [ENTER, TAB, GS + ENTER, ENTER + LF])
def test_a_taught_scanner_is_read_everywhere(text: str, end: str) -> None:
    fields = (Field.NOWHERE, Field.SEARCH, Field.TEXT, Field.CHOICE)
    for into, jitter, pace_ms in product(fields, (0, 0.2), (10, 40, 60, 80, 100, 120)):
        kind: Any = "tab" if end == TAB else "enter"
        outcome = play(at_pace(text + end, pace_ms / 1000, jitter), into, taught(pace_ms, end=kind))
        assert (outcome.readings, outcome.text, outcome.unread) == ([text], "", 0), (into, jitter)


@pytest.mark.parametrize("text", ["4006381333931", "42191605", "K7-0099/2"])
@pytest.mark.parametrize("pace_ms", [10, 60, 120])
def test_a_taught_scanner_without_a_terminator_is_read_after_a_pause(
    text: str, pace_ms: int
) -> None:
    for into in (Field.NOWHERE, Field.SEARCH, Field.TEXT):
        outcome = play(at_pace(text, pace_ms / 1000, 0.2), into, taught(pace_ms, end="none"))
        assert (outcome.readings, outcome.text) == ([text], "")


@pytest.mark.parametrize("pace_ms", [10, 60, 100])
def test_half_a_code_of_a_scanner_that_ends_with_enter_is_unread(pace_ms: int) -> None:
    for into in (Field.NOWHERE, Field.SEARCH):
        outcome = play(at_pace("40063813", pace_ms / 1000), into, taught(pace_ms, end="enter"))
        if into is Field.NOWHERE or pace_ms == 10:
            assert (outcome.readings, outcome.text, outcome.unread) == ([], "", 1)
        else:
            assert (outcome.readings, outcome.text) == ([], "40063813")


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("gap_ms", [60, 90, 130, 180, 250])
def test_a_taught_scanner_leaves_words_alone(text: str, gap_ms: int) -> None:
    if text in NO_HAND_TYPES and gap_ms < 180:
        return
    for into, pace_ms in product((Field.TEXT, Field.SEARCH), (20, 60, 90, 120)):
        outcome = play(at_pace(text + ENTER, gap_ms / 1000, 0.1), into, taught(pace_ms))
        assert (outcome.readings, outcome.text) == ([], text + ENTER), pace_ms


def test_the_pace_of_a_scanner_is_learnt_from_three_cards_of_ours() -> None:
    learnt: list[ScannerProfile] = []
    decoder: WedgeDecoder[str] = WedgeDecoder(learnt=learnt.append)
    for number in range(3):
        assert learnt == []
        play(at_pace(CARD + ENTER, 0.08, 0.2, start_s=10.0 * number), Field.TEXT, decoder)
    assert [70 < (each.pace_ms or 0) < 90 for each in learnt] == [True]
    outcome = play(at_pace("4006381333931" + ENTER, 0.08, 0.2, start_s=99.0), Field.TEXT, decoder)
    assert (outcome.readings, outcome.text) == (["4006381333931"], "")


@pytest.mark.parametrize("around", [("~", ""), ("", "*"), ("*", ";"), ("]C0", ""), ("#", "$;")])
def test_what_no_setting_names_around_a_card_is_left_out(around: tuple[str, str]) -> None:
    for text, known, pace_ms, into in product((CARD, ROTATING), (False, True), (5, 60, 110), Field):
        prefix, suffix = around if known else ("", "")
        decoder: WedgeDecoder[str] = WedgeDecoder(prefix=prefix, suffix=suffix)
        keys = at_pace(around[0] + text + around[1] + ENTER, pace_ms / 1000)
        outcome = play(keys, into, decoder)
        assert (outcome.readings, outcome.text) == ([text], ""), known


@pytest.mark.parametrize("pace_ms", [20, 60, 110])
@pytest.mark.parametrize("into", list(Field))
@pytest.mark.parametrize("prefix", ["ID", "CARD:"])
def test_a_prefix_of_letters_is_known_by_its_setting(
    prefix: str, into: Field, pace_ms: int
) -> None:
    decoder: WedgeDecoder[str] = WedgeDecoder(prefix=prefix, suffix="XY")
    outcome = play(at_pace(f"{prefix}{CARD}XY{ENTER}", pace_ms / 1000, 0.2), into, decoder)
    assert (outcome.readings, outcome.text) == ([CARD], "")


LAYOUTS = {
    "azerty": ("1234567890-AQWZM;", "&é\"'(-è_çà)QAZWM?"),
    "qwertz": ("-YZ/", "ßZY-"),
    "caps lock": ("ABCDEFGHJKMNPQRSTVWXYZ", "abcdefghjkmnpqrstvwxyz"),
}


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_a_layout_that_the_scanner_does_not_know_changes_nothing(layout: str) -> None:
    typed_as = str.maketrans(*LAYOUTS[layout])
    for text, into, pace_ms in product((CARD, ROTATING), Field, (5, 60, 110)):
        keys = at_pace(text + ENTER, pace_ms / 1000, 0.2)
        outcome = play(keys, into, typed_as=typed_as)
        assert text in (*outcome.readings, *outcome.others)
        assert (len(outcome.readings), outcome.text) == (1, "")
    for into, pace_ms in product((Field.NOWHERE, Field.SEARCH, Field.TEXT), (5, 60, 110)):
        decoder = taught(pace_ms, us_layout=True)
        keys = at_pace("K7-0099/2" + ENTER, pace_ms / 1000, 0.2)
        outcome = play(keys, into, decoder, typed_as=typed_as)
        assert (outcome.readings, outcome.text) == (["K7-0099/2"], "")


@pytest.mark.parametrize("code", range(1, 32))
def test_no_control_character_of_a_scan_is_a_shortcut(code: int) -> None:
    control = chr(code)
    texts, fields = (CARD, "4006381333931"), (Field.NOWHERE, Field.TEXT, Field.SEARCH)
    for text, pace_ms, place, into in product(texts, (6, 60, 110), (5, 9, 99), fields):
        keys = at_pace(text[:place] + control + text[place:] + ENTER, pace_ms / 1000)
        outcome = play(keys, into, taught(pace_ms))
        if control not in {ENTER, TAB} or place == 99:
            assert (outcome.readings, outcome.text) == ([text], ""), (place, into)
        else:
            assert into is Field.SEARCH or not set(outcome.text) & {ENTER, TAB}, (text, place, into)
            assert outcome.readings or outcome.unread


@pytest.mark.parametrize("text", ["greta@club.example", "four quiet herons", "4006381333931"])
def test_a_password_manager_fills_in_and_moves_on(text: str) -> None:
    outcome = play(at_pace(text + TAB, 0.005), Field.TEXT)
    moved = text + TAB if "@" in text else text
    assert (outcome.readings, outcome.text) == ([], moved)


@pytest.mark.parametrize("pace_ms", [50, 70, 100, 125])
def test_words_that_a_machine_types_nowhere_press_no_button(pace_ms: int) -> None:
    outcome = play(at_pace("fob anna seven" + ENTER, pace_ms / 1000), Field.NOWHERE)
    assert (outcome.readings, outcome.text, outcome.unread) == ([], "", 1)


def test_a_click_or_a_dead_key_does_not_reorder_what_is_held() -> None:
    decoder: WedgeDecoder[str] = WedgeDecoder()
    for number, letter in enumerate("Mc"):
        decoder.press(KeyPress(KeyKind.CHARACTER, 5 + number / 10, letter, letter, letter))
    assert decoder.release() == Step(release=("M", "c"))
    assert decoder.due_s is None
