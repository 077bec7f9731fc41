"""Codes that read like words, of a slow scanner, and what people type in capitals."""

import random
from itertools import product

import pytest

from kiosk.code_shapes import capital_word
from kiosk.scanner_profile import ScannerProfile
from kiosk.wedge import Field, KeyKind, KeyPress, Step, WedgeDecoder

from .streams import CARD, ENTER, GS, TAB, at_pace, play

CODES = ("AMARA1", "CLUBCARD", "GOLD-ANNA", "MEMBER_OKAFOR", "VIP.MARTA", "CLUB/GOLD/7", "KARTE2B")
FIELDS = (Field.TEXT, Field.PASSWORD, Field.CHOICE)
KNOWN = {"nothing": None, "pace": 0, "taught": 1}


def profile(known: int | None, pace_ms: int) -> ScannerProfile | None:
    return None if known is None else ScannerProfile(taught=bool(known), pace_ms=pace_ms)


@pytest.mark.parametrize("pace_ms", [52, 90, 130])
@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_they_send_no_form_at_any_pace(pace_ms: int, known: int | None) -> None:
    ends = (ENTER, TAB, GS + ENTER)
    for text, end, jitter in product(CODES, ends, (0.0, 0.2)):
        keys = at_pace(text + end, pace_ms / 1000, min(jitter, 140 / pace_ms - 1), seed=len(text))
        told = (text, end, jitter)
        for into in FIELDS:
            decoder: WedgeDecoder[str] = WedgeDecoder(profile=profile(known, pace_ms))
            outcome = play(keys, into, decoder)
            assert (outcome.readings, outcome.unread) == ([], 1), (told, into)
            assert outcome.text == text or (into is Field.CHOICE and not outcome.text), told
            deliberate = KeyPress(KeyKind.TERMINATOR, 20.0, ENTER, into=into)
            assert decoder.press(deliberate) == Step(), "it is sent by the next one"
        outcome = play(keys, Field.NOWHERE, WedgeDecoder(profile=profile(known, pace_ms)))
        assert (outcome.text, outcome.readings, outcome.unread) == ("", [text], 0), told
        outcome = play(keys, Field.SEARCH, WedgeDecoder(profile=profile(known, pace_ms)))
        assert outcome.readings or outcome.doubts or outcome.unread, told


@pytest.mark.parametrize("late_ms", [50, 200])
def test_one_late_key_changes_nothing(late_ms: int) -> None:
    for text, pace_ms in product(CODES[:3], (60, 120)):
        for place in range(1, len(text)):
            keys = [
                (at_s + (late_ms / 1000 if number >= place else 0), key)
                for number, (at_s, key) in enumerate(at_pace(text + ENTER, pace_ms / 1000))
            ]
            for into in FIELDS:
                outcome = play(keys, into)
                assert (outcome.text, outcome.unread) == (text, 1), (text, pace_ms, place)


@pytest.mark.parametrize("late_ms", [50, 100, 200])
def test_a_late_enter_of_a_known_scanner_is_its_own(late_ms: int) -> None:
    for text, pace_ms, known in product(CODES[:3], (60, 120), (0, 1)):
        keys = at_pace(text, pace_ms / 1000)
        keys.append((keys[-1][0] + (pace_ms + late_ms) / 1000, ENTER))
        for into in FIELDS:
            outcome = play(keys, into, WedgeDecoder(profile=profile(known, pace_ms)))
            assert (outcome.text, outcome.unread) == (text, 1), (text, pace_ms)


PEOPLE = ("MC", "VIP", "ANNA", "SEPA", "MC100", "SW1A 1AA", "AMARA OKAFOR", "MÜLLER", "Okafor",
          "amara1", "clubcard", "McCarthy", "GRETA@CLUB.EXAMPLE", "GEB. IN HH")  # fmt: skip
"""Too short, with a blank, with small or other letters: words."""


@pytest.mark.parametrize("gap_ms", [60, 90, 130, 180, 250])
def test_other_words_are_sent_by_their_enter_however_evenly_they_are_typed(gap_ms: int) -> None:
    for text, into, end in product(PEOPLE, FIELDS, (ENTER, TAB, "")):
        outcome = play(at_pace(text + end, gap_ms / 1000), into)
        told = (text, into)
        assert (outcome.text, outcome.readings, outcome.unread) == (text + end, [], 0), told


@pytest.mark.parametrize("gap_ms", [60, 90, 130, 180, 250])
@pytest.mark.parametrize("text", ["OKAFOR", "CLUBCARD", "GOLD-ANNA", "HAMBURG20"])
def test_capitals_of_a_person_are_sent_by_an_enter_that_comes_later(text: str, gap_ms: int) -> None:
    for into in FIELDS:
        keys = at_pace(text, gap_ms / 1000)
        keys.append((keys[-1][0] + 2.2 * gap_ms / 1000, ENTER))
        outcome = play(keys, into)
        assert (outcome.text, outcome.readings, outcome.unread) == (text + ENTER, [], 0), into


@pytest.mark.parametrize("gap_ms", [100, 120, 140])
@pytest.mark.parametrize("text", ["OKAFOR", "CLUBCARD", "GOLD-ANNA", "HAMBURG20"])
def test_capitals_that_are_typed_unevenly_are_sent(text: str, gap_ms: int) -> None:
    for seed, into in product(range(10), FIELDS):
        chance, now_s, keys = random.Random(seed), 10.0, []
        uneven = [0.55, 1.9] * len(text)
        chance.shuffle(uneven)
        for key, factor in zip(text + ENTER, [0.55, 1.9, 0.55, 1.9, *uneven], strict=False):
            keys.append((now_s, key))
            now_s += factor * gap_ms / 1000
        outcome = play(keys, into)
        assert (outcome.text, outcome.readings, outcome.unread) == (text + ENTER, [], 0), seed


@pytest.mark.parametrize("pace_ms", [60, 90, 120])
def test_a_torn_word_names_nobody_where_nobody_types(pace_ms: int) -> None:
    for text, late_s in product(CODES[:4], (0.21, 0.45)):
        for place in range(1, len(text)):
            keys = at_pace(text[:place], pace_ms / 1000)
            start_s = keys[-1][0] + late_s
            keys += at_pace(text[place:] + ENTER, pace_ms / 1000, start_s=start_s)
            outcome = play(keys, Field.NOWHERE)
            assert outcome.readings == [], (text, late_s, place)


def test_what_is_one_word_of_capitals() -> None:
    around = [f"{before}CLUBCARD{after}" for before, after in (("~", ""), ("]C1", ""), ("*", ";"))]
    assert all(capital_word(text) for text in (*CODES, *around, CARD))
    for text in (*PEOPLE, "", "123456", "12-34-56", "A" * 5, "CLUB  CARD", "CLUB--CARD", "/-/-/-"):
        assert not capital_word(text), text
