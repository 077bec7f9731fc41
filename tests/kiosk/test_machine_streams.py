"""Random streams of scanners and of people: what holds for all of them, and torn scans by name.

A burst of a machine sends no form and fires no shortcut; a torn scan names nobody; what a person
types arrives with its Enter; a scan is read, or it is said that it was not.
"""

import random
from dataclasses import dataclass
from itertools import product

import pytest

from kiosk.code_shapes import names_somebody
from kiosk.scanner_profile import ScannerProfile
from kiosk.wedge import Field, WedgeDecoder

from .streams import CARD, ENTER, GS, LF, ROTATING, SIGNED, TAB, Key, Outcome, at_pace, play

UUID = "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"
OURS = (CARD, ROTATING, SIGNED, CARD.lower())
OTHERS = (
    "4006381333931", "42191605", "AB-7731", "00123456", "C-12345678", "C-000012", UUID,
    f"https://club.example/club/gold/{UUID}", "11111111", "A1B2C3D4E5", "a4f3e9b2c1d0",
    "K7-0099/2", "LOC-0012",
)  # fmt: skip
CAPITALS = ("GOLD-ANNA", "AMARA1", "CLUBCARD")
"""Codes that read like words."""
FAST_ONLY = ("anna seven",)
"""At the pace of people these are words."""
ENDS = (ENTER, TAB, "", GS, GS + ENTER, ENTER + LF, "\x1e\x04", LF)
AROUND = (("", ""), ("~", ""), ("", "*"), ("*", ";"), ("]C1", ""))
LAYOUTS = {
    "us": ("", ""),
    "azerty": ("1234567890-AQWZM;", "&é\"'(-è_çà)QAZWM?"),
    "qwertz": ("-YZ/", "ßZY-"),
}
LATE_S = (0.0, 0.0, 0.05, 0.07, 0.1, 0.14, 0.18, 0.21, 0.24)
ENDINGS = {ENTER: "enter", TAB: "tab", "": "none"}
FORBIDDEN = {ENTER, *ENDS, "\x1e", "\x04"} - {""}


@dataclass(frozen=True)
class Stream:
    """A scan: what is on the card, the keys, and how its scanner is set."""

    text: str
    around: tuple[str, str]
    end: str
    layout: str
    keys: tuple[Key, ...]
    profile: ScannerProfile | None

    def played(self, into: Field) -> Outcome:
        typed_as = str.maketrans(*LAYOUTS[self.layout])
        return play(self.keys, into, WedgeDecoder(profile=self.profile), typed_as=typed_as)

    def names_no_other(self, read: str) -> bool:
        """Whether a reading is the whole code, with or without what is around it.

        Of a signed code its card's code alone, with or without the dot, is the same card.
        """
        before, after = self.around
        whole = {p + self.text + s for p in ("", before) for s in ("", after)}
        if self.text == SIGNED:
            whole |= {p + CARD + dot for p in ("", before) for dot in ("", ".")}
        typed_as = str.maketrans(*LAYOUTS[self.layout])
        return read in whole | {text.translate(typed_as) for text in whole} | {self.text.upper()}


def scan(chance: random.Random) -> Stream:
    """A scan at any pace of a scanner, with jitter and at most one late key."""
    pace_ms = chance.choice((5, 8, 10, 20, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 110, 120))
    late_s = chance.choice(LATE_S)
    words = FAST_ONLY if pace_ms <= 30 and not late_s else ()
    text, end = chance.choice((*OURS, *OTHERS, *CAPITALS, *words)), chance.choice(ENDS)
    before, after = around = chance.choice(AROUND)
    # Beyond that, the pace of some scans at 120 ms is slower than that of any scanner.
    jitter = chance.choice((0.0, 0.05, 0.1, 0.15 if pace_ms > 110 else 0.3))
    if text in CAPITALS:  # people type words as unevenly as that
        jitter = min(jitter, 0.25)
    keys = at_pace(
        before + text + after + end, pace_ms / 1000, jitter, seed=chance.randrange(10**6)
    )
    # Of two keys after a code the second one comes in time, and after words people pause as well.
    place = chance.randrange(1, len(keys) - len(end if text in CAPITALS else end[1:]))
    late = [
        (at_s + (late_s if number >= place else 0), key) for number, (at_s, key) in enumerate(keys)
    ]
    profile = None
    if chance.random() < 0.25:
        known = ENDINGS.get(end[:1], "control")
        symbology = before == "]C1"
        profile = ScannerProfile(
            taught=True, pace_ms=pace_ms, end=known, suffix=after, symbology=symbology,
            prefix="" if symbology else before,
        )  # fmt: skip
    return Stream(text, around, end, chance.choice(list(LAYOUTS)), tuple(late), profile)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(more, marks=pytest.mark.soak) for more in (2, 3))]
)
@pytest.mark.parametrize("into", list(Field), ids=[each.name for each in Field])
def test_no_scan_sends_a_form_names_another_or_goes_unsaid(into: Field, seed: int) -> None:
    hundreds(into, seed, 250)


@pytest.mark.soak
@pytest.mark.parametrize("into", list(Field), ids=[each.name for each in Field])
def test_no_scan_of_thousands_does(into: Field) -> None:
    hundreds(into, 99, 20_000)


def hundreds(into: Field, seed: int, count: int) -> None:
    chance = random.Random(seed)
    for number in range(count):
        made = scan(chance)
        if into is Field.PASSWORD and made.text in {"a4f3e9b2c1d0", UUID}:
            continue  # small letters and digits are a password
        outcome = made.played(into)
        told = (number, made, outcome.readings, outcome.text)
        if into is not Field.SEARCH:
            assert not set(outcome.text) & FORBIDDEN, told
        by_pause = made.profile is not None and made.profile.end == "none"
        for read in (*outcome.readings, *outcome.others):
            # A scanner that was taught to send no end is believed after a pause, but for names.
            nobody = by_pause and not names_somebody(read)
            assert made.names_no_other(read) or nobody, told
        if into is not Field.PASSWORD:
            assert outcome.readings or outcome.unread or outcome.doubts, told


WORDS = (
    "amara okafor", "Marek", "McCarthy", "MC Hammer", "M", "mc", "Müller", "MC-1", "MC100", "mc100",
    "MC1", "mc16", "0171 2345678", "+49 30 901820", "aaaaaaaa", "four quiet herons", "P@ssw0rd!x",
    "31.12.2027", "12,50", "x", "Zoë", "greta@club.example", "ok", "C-12", "12a", "Straße 12b",
    "SW1A 1AA", "iPhone12", "www.club.de", "https://club.example", "s3cr3tP4ss", "Tr0ub4dor&3",
)  # fmt: skip
NUMBERS = ("C-000004", "4006381333931", "123456", "AB-7731", "MC10000", "MC16G3ARP3S6")
"""No hand types these faster than 150 ms a key."""


@pytest.mark.parametrize("seed", range(4))
def test_what_a_person_types_arrives_with_its_enter(seed: int) -> None:
    chance = random.Random(seed)
    fields = (Field.TEXT, Field.SEARCH, Field.PASSWORD, Field.CHOICE)
    for number in range(300):
        digits = chance.random() < 0.2
        gap_ms = chance.choice((160, 180, 220, 250) if digits else (60, 75, 90, 110, 130, 180, 250))
        spread = chance.choice((0.0, 0.2, 0.35))
        text = chance.choice(NUMBERS if digits else WORDS) + chance.choice((ENTER, TAB, ""))
        now_s, keys = 10.0, []
        for key in text:
            keys.append((now_s, key))
            least_s = 0.15 if digits else 0.06
            now_s += max(least_s, gap_ms / 1000 * chance.lognormvariate(0, spread))
        into = chance.choice(fields)
        outcome = play(keys, into)
        told = (number, keys, into)
        assert (outcome.text, outcome.readings, outcome.unread) == (text, [], 0), told


@pytest.mark.parametrize("tear_ms", [80, 140, 220, 300, 450])
@pytest.mark.parametrize("into", list(Field), ids=[each.name for each in Field])
def test_a_torn_fast_scan_names_nobody(into: Field, tear_ms: int) -> None:
    torn = [("LO", "C-0012"), ("C-123456", "78"), ("C-12", "345678"), ("40063813", "33931"),
            ("000", "C-000012"), (UUID[:-1], UUID[-1])]  # fmt: skip
    for (first, rest), end in product(torn, (ENTER, TAB, GS + ENTER)):
        keys = at_pace(first, 0.006)
        keys += at_pace(rest + end, 0.006, start_s=keys[-1][0] + tear_ms / 1000)
        outcome = play(keys, into)
        assert set(outcome.readings) <= {first + rest}, (first, end)
        assert not set(outcome.text) & FORBIDDEN, (first, end)
        if into is not Field.PASSWORD:
            assert outcome.readings or outcome.unread, (first, end)


@pytest.mark.parametrize("pace_ms", [5, 30, 60, 110])
def test_the_rest_of_a_torn_card_is_swallowed(pace_ms: int) -> None:
    for into, place, text in product(list(Field), (12, 20, 28), (CARD, ROTATING)):
        keys = at_pace(text + ENTER, pace_ms / 1000)
        late = [
            (at_s + (0.3 if number >= place else 0), key) for number, (at_s, key) in enumerate(keys)
        ]
        outcome = play(late, into)
        secret = into is Field.PASSWORD
        if secret and pace_ms > 100:
            continue  # 0.4 s after a key, a password is typed on
        told = (into, place)
        assert (outcome.readings, outcome.text) == ([], text if secret else ""), told
        assert outcome.unread, told


@pytest.mark.parametrize("text", ["11111111", "12", "777", "A1", "0000"])
@pytest.mark.parametrize("pace_ms", [5, 20, 33])
def test_short_and_even_bursts_are_a_machines(text: str, pace_ms: int) -> None:
    for into, end in product(list(Field), (ENTER, TAB)):
        outcome = play(at_pace(text + end, pace_ms / 1000), into)
        stays = into in {Field.TEXT, Field.SEARCH, Field.PASSWORD}
        assert (outcome.text, outcome.readings) == (text if stays else "", []), (into, end)
        assert outcome.unread or into is Field.PASSWORD


@pytest.mark.parametrize("after_ms", [100, 150, 200, 240])
@pytest.mark.parametrize("pace_ms", [5, 45, 60, 90])
def test_an_enter_soon_after_a_burst_belongs_to_it(pace_ms: int, after_ms: int) -> None:
    for text, into in product(("4006381333931", CARD, CARD[:9]), list(Field)):
        keys = at_pace(text, pace_ms / 1000)
        outcome = play([*keys, (keys[-1][0] + after_ms / 1000, ENTER)], into)
        slow_search = into is Field.SEARCH and pace_ms > 50 and text not in {CARD, CARD[:9]}
        if into is not Field.PASSWORD and not slow_search:
            assert ENTER not in outcome.text, (text, into)
    for into in (Field.TEXT, Field.PASSWORD):
        keys = at_pace("greta@club.example", 0.005)
        address = play([*keys, (keys[-1][0] + after_ms / 1000, TAB)], into)
        assert address.text == "greta@club.example" + TAB, "a password manager moves on"


@pytest.mark.parametrize("pace_ms", [5, 60, 80, 100, 180, 220])
def test_a_card_in_small_letters_sends_no_form(pace_ms: int) -> None:
    for into in (Field.TEXT, Field.PASSWORD, Field.CHOICE):
        outcome = play(at_pace(CARD.lower() + ENTER, pace_ms / 1000), into)
        assert ENTER not in outcome.text
        assert (outcome.readings == [CARD]) is (pace_ms < 200)


@pytest.mark.parametrize("pace_ms", [1, 5, 20, 60, 110])
def test_escape_after_a_scan_is_a_persons_once_no_key_of_the_scanner_could_come(
    pace_ms: int,
) -> None:
    for after_ms, ours in ((pace_ms, pace_ms < 60), (max(25, 2 * pace_ms + 5), False), (65, False)):
        decoder: WedgeDecoder[str] = WedgeDecoder()
        keys = at_pace("CARD-1" + ENTER, pace_ms / 1000)
        outcome = play(keys, Field.NOWHERE, decoder)
        assert outcome.readings or outcome.unread
        assert decoder.takes_function(keys[-1][0] + after_ms / 1000) is ours, after_ms


@pytest.mark.parametrize("pace_ms", [5, 45, 90])
@pytest.mark.parametrize("into", list(Field), ids=[each.name for each in Field])
def test_a_torn_number_of_a_scanner_without_an_end_names_nobody(into: Field, pace_ms: int) -> None:
    profile = ScannerProfile(taught=True, pace_ms=pace_ms, end="none")
    for text, late_s in product(("C-12345678", "C12345678", "c-000012"), (0.21, 0.3, 0.45, 0.7)):
        for place in range(1, len(text)):
            keys = at_pace(text[:place], pace_ms / 1000)
            start_s = keys[-1][0] + late_s
            keys += at_pace(text[place:], pace_ms / 1000, start_s=start_s)
            outcome = play(keys, into, WedgeDecoder(profile=profile))
            names = [read for read in outcome.readings if names_somebody(read)]
            assert names == [], (text, late_s, place)


@pytest.mark.parametrize("pace_ms", [5, 45, 90])
def test_a_number_of_a_scanner_without_an_end_is_read_by_its_shape(pace_ms: int) -> None:
    profile = ScannerProfile(taught=True, pace_ms=pace_ms, end="none")
    decoder: WedgeDecoder[str] = WedgeDecoder(profile=profile)
    for start_s, text, read in ((0, "C-000123", 0), (5, "C-000123", 1), (9, "C-000999", 1)):
        keys = at_pace(text, pace_ms / 1000, start_s=10.0 + start_s)
        outcome = play(keys, Field.NOWHERE, decoder)
        assert (outcome.readings, outcome.unread) == ([text] * read, 1 - read), text
    for into in (Field.SEARCH, Field.TEXT):
        keys = at_pace("C-000456", pace_ms / 1000, start_s=30.0)
        outcome = play(keys, into, WedgeDecoder(profile=decoder.profile))
        assert (outcome.readings, outcome.text) == (["C-000456"], ""), into
    link = f"https://club.example/club/gold/{UUID}"
    # Slow small letters are words to a field.
    fields = (Field.NOWHERE, Field.SEARCH, Field.TEXT) if pace_ms < 75 else (Field.NOWHERE,)
    for text, into in product((UUID, link), fields):
        outcome = play(at_pace(text, pace_ms / 1000), into, WedgeDecoder(profile=profile))
        assert outcome.readings == [text], "an id has its length"


def test_a_text_that_comes_twice_without_an_end_is_whole() -> None:
    decoder: WedgeDecoder[str] = WedgeDecoder()
    once = play(at_pace("4006381333931", 0.01), Field.NOWHERE, decoder)
    assert (once.readings, once.unread) == ([], 1)
    twice = play(at_pace("4006381333931", 0.01, start_s=13.0), Field.NOWHERE, decoder)
    assert twice.readings == ["4006381333931"]
