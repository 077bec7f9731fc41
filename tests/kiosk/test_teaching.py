"""Three scans teach how a scanner types, or it is said plainly why they do not."""

from pathlib import Path

import pytest

from kiosk.keys import KeyKind, KeyPress, us_character
from kiosk.profile_store import ProfileStore
from kiosk.scanner_profile import End, PortIdentity, ScannerProfile
from kiosk.teaching import Layout, Problem, Recorder, Sample, learn

CARDS = [f"MC16G3ARP3S6H444X89D554NQW02{number}" for number in (1, 2, 3)]
FOBS = ["00123456", "00123457", "K7-0099/2"]
NOTHING = ScannerProfile()


def samples(
    texts: list[str],
    around: tuple[str, str] = ("", ""),
    pace_ms: float | None = 61.0,
    end: End = "enter",
) -> list[Sample]:
    whole = [f"{around[0]}{text}{around[1]}" for text in texts]
    return [Sample(text, text if pace_ms else "", pace_ms, end) for text in whole]


AROUND = [("", ""), ("~", ""), ("*", ";"), ("ID", "XY"), ("~", "#"), ("CARD:", "")]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("end", ["enter", "tab", "none", "control"])
@pytest.mark.parametrize("pace_ms", [4.0, 61.0, 120.0, None])
def test_pace_prefix_suffix_and_end_are_found(
    around: tuple[str, str], end: End, pace_ms: float | None
) -> None:
    for texts in (CARDS, [CARDS[0], *FOBS[:2]], [*FOBS[1:], CARDS[2]]):
        lesson = learn(samples(texts, around, pace_ms, end), NOTHING)
        assert lesson.problem is None
        found = lesson.profile
        assert found is not None
        assert (found.prefix, found.suffix, found.symbology) == (*around, False)
        assert (found.end, found.pace_ms, found.taught) == (end, pace_ms, True)
        for text in texts:
            assert found.reading(around[0] + text + around[1], "").typed == text


@pytest.mark.parametrize("around", [("~", ""), ("*", ";"), ("", "#$"), ("", "")])
def test_signs_around_codes_of_other_makers_are_found(around: tuple[str, str]) -> None:
    found = learn(samples(FOBS, around), NOTHING).profile
    assert found is not None
    assert (found.prefix, found.suffix) == around
    assert found.shapes == ("99999999", "A9-9999/9")


def test_symbology_identifiers_are_left_out_though_they_differ() -> None:
    texts = ["]Q1" + CARDS[0], "]C0" + FOBS[0], "]E04006381333931"]
    found = learn(samples(texts), NOTHING).profile
    assert found is not None
    assert found.symbology
    assert found.reading(texts[2], "").typed == "4006381333931"


DISAGREE = {
    Problem.SAME_CARD: samples([CARDS[0], CARDS[0], CARDS[1]]),
    Problem.TOO_SLOW: samples(CARDS, pace_ms=180.0),
    Problem.TWO_SCANNERS: samples(CARDS[:2]) + samples(CARDS[2:], pace_ms=None),
    Problem.PACE: samples(CARDS[:2], pace_ms=10.0) + samples(CARDS[2:], pace_ms=80.0),
    Problem.END: samples(CARDS[:2]) + samples(CARDS[2:], end="tab"),
    Problem.AROUND: samples(CARDS[:2], ("~", "")) + samples(CARDS[2:]),
}


@pytest.mark.parametrize("problem", list(Problem))
def test_scans_that_disagree_teach_nothing(problem: Problem) -> None:
    lesson = learn(DISAGREE[problem], NOTHING)
    assert (lesson.problem, lesson.profile) == (problem, None)


@pytest.mark.parametrize(
    ("typed", "computer", "layout"),
    [
        (str.maketrans("", ""), "", Layout.FITS),
        (str.maketrans("1234567890AQWZM", "&é\"'(-è_çàQAZW?"), "AZERTY", Layout.CORRECTED),
        (str.maketrans("MC", "µ¢"), "", Layout.CORRECTED),
    ],
)
def test_a_layout_that_differs_is_found(
    typed: dict[int, int], computer: str, layout: Layout
) -> None:
    codes = [text.replace("S6H", "QAZ") for text in CARDS]
    taught = [Sample(code.translate(typed), code, 60.0, "enter") for code in codes]
    lesson = learn(taught, NOTHING)
    assert (lesson.layout, lesson.computer) == (layout, computer)
    assert lesson.profile is not None
    reading = lesson.profile.reading(taught[0].typed, taught[0].us)
    assert codes[0] in (reading.typed, *reading.alternatives)


def test_what_three_scans_do_not_tell_stays() -> None:
    port = PortIdentity(device="COM4")
    before = ScannerProfile(port=port, shapes=("AA9",), prefix="~")
    found = learn(samples(FOBS), before).profile
    assert found is not None
    assert (found.port, found.prefix, found.shapes[0]) == (port, "", "AA9")


def press(recorder: Recorder, text: str, kind: KeyKind = KeyKind.CHARACTER) -> list[bool]:
    taken = []
    for number, letter in enumerate(text):
        us = us_character(30, shift=True)
        taken.append(recorder.press(KeyPress(kind, number * 0.06, letter, letter, us)))
    return taken


def test_keys_of_a_scan_are_recorded_and_others_are_left_alone() -> None:
    recorder = Recorder()
    enter = KeyPress(KeyKind.TERMINATOR, 9.0, "enter")
    assert not recorder.press(enter)
    assert press(recorder, " ") == [False]
    assert all(press(recorder, "FOB-7731"))
    assert recorder.press(KeyPress(KeyKind.CONTROL, 9.0, "GS"))
    assert recorder.press(enter)
    sample = recorder.finish()
    assert sample is not None
    assert (sample.typed, sample.us, sample.end) == ("FOB-7731", "A" * 8, "enter")
    assert sample.pace_ms == pytest.approx(60)
    press(recorder, "abc")
    assert recorder.finish() is None


def test_the_rest_of_a_scan_that_began_before_is_taken_and_is_no_sample() -> None:
    recorder = Recorder(part_s=-0.1)
    assert recorder.claims(KeyKind.CONTROL, 0.0), "no shortcut"
    assert not recorder.claims(KeyKind.FUNCTION, 0.0)
    assert all(press(recorder, "7731"))
    assert recorder.press(KeyPress(KeyKind.TERMINATOR, 0.3, "enter"))
    assert (recorder.torn, recorder.finish(), recorder.torn) == (True, None, False)
    assert not recorder.claims(KeyKind.CONTROL, 0.7)
    assert not recorder.press(KeyPress(KeyKind.TERMINATOR, 0.7, "enter"))
    assert recorder.press(KeyPress(KeyKind.CHARACTER, 0.8, "A", "A", "A"))
    assert recorder.keys


def test_a_profile_is_kept_for_each_desk(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    profile = ScannerProfile(taught=True, pace_ms=61.0, prefix="~", shapes=("99",))
    assert ProfileStore(folder, "Front desk").save(profile)
    assert ProfileStore(folder, "Front desk").load() == profile
    assert ProfileStore(folder, "Bar/Café").load() is None
    assert ProfileStore(None, "Bar").load() is None
    next(folder.iterdir()).write_text('{"pace_ms": -4}')
    assert ProfileStore(folder, "Front desk").load() is None
    (folder / "file").write_text("")
    assert not ProfileStore(folder / "file", "Bar").save(profile)
