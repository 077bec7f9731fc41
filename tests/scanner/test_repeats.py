"""Which codes in view count as new scans."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.events import Code
from scanner.repeats import RepeatFilter
from tests.scanner.pictures import code

A, B = code("a"), code("b")
FOB = code("C-000123", "Code128")
FRAME_S = 1 / 30


def scans(repeats: RepeatFilter, film: list[tuple[float, list[str]]]) -> list[tuple[float, str]]:
    """Return when which text counted, for a film of (time, texts of QR codes in view)."""
    return [
        (at_s, admitted.text)
        for at_s, texts in film
        for admitted in repeats.admit([code(text) for text in texts], at_s)
    ]


def test_a_card_held_still_is_one_scan() -> None:
    film = [(frame * FRAME_S, ["a"]) for frame in range(900)]
    assert scans(RepeatFilter(), film) == [(0.0, "a")]


@pytest.mark.parametrize(
    ("text", "scans_of_it"), [("a", 1), ("\u00ff\u00fe\u0080", 1), ("\ufffd\ufffd", 2)]
)
def test_bytes_tell_codes_apart_only_where_the_text_has_lost_them(
    text: str, scans_of_it: int
) -> None:
    repeats = RepeatFilter()
    first, second = code(text), replace(code(text), raw=b"as another decoder reports them")
    frames = [repeats.admit([each], 0.1) for each in (first, second, first)]
    assert sum(map(len, frames)) == scans_of_it


def test_missed_frames_of_a_held_card_do_not_matter() -> None:
    film = [(frame * FRAME_S, ["a"] if frame % 25 < 3 else []) for frame in range(600)]
    assert scans(RepeatFilter(), film) == [(0.0, "a")]


def test_a_card_that_left_the_view_counts_again() -> None:
    film: list[tuple[float, list[str]]] = [(0.0, ["a"]), (0.5, []), (0.99, []), (1.0, ["a"])]
    assert scans(RepeatFilter(away_after_s=1.0), film) == [(0.0, "a"), (1.0, "a")]


def test_a_card_back_before_it_counts_as_gone_is_the_same_scan() -> None:
    film: list[tuple[float, list[str]]] = [(0.0, ["a"]), (0.5, []), (0.99, ["a"])]
    assert scans(RepeatFilter(away_after_s=1.0), film) == [(0.0, "a")]


def test_a_held_card_counts_again_after_the_set_time() -> None:
    film = [(frame / 10, ["a"]) for frame in range(101)]
    counted = scans(RepeatFilter(again_after_s=5.0), film)
    assert counted == [(0.0, "a"), (5.0, "a"), (10.0, "a")]


def test_two_cards_in_view_are_kept_apart() -> None:
    film = [(0.0, ["a"]), (0.1, ["a", "b"]), (0.2, ["b", "a"]), (0.3, ["b"]), (1.25, ["a", "b"])]
    assert scans(RepeatFilter(), film) == [(0.0, "a"), (0.1, "b"), (1.25, "a")]


def test_the_same_text_in_two_formats_is_two_codes() -> None:
    repeats = RepeatFilter(agree_frames=1)
    both = [code("1", "QRCode"), code("1", "Code128")]
    assert repeats.admit(both, 0.0) == both


def test_a_code_twice_in_one_frame_counts_once() -> None:
    assert RepeatFilter().admit([A, A], 0.0) == [A]


@pytest.mark.parametrize(
    ("times", "counted"),
    [
        ([0.0], []),
        ([0.0, 0.03], [0.03]),
        ([0.0, 0.2], [0.2]),
        ([0.0, 0.7], []),
        ([0.0, 0.7, 0.8], [0.8]),
        ([0.0, 0.03, 0.06, 0.09], [0.03]),
    ],
)
def test_a_one_dimensional_code_needs_two_agreeing_frames(
    times: list[float], counted: list[float]
) -> None:
    repeats = RepeatFilter()
    assert [at_s for at_s in times if repeats.admit([FOB], at_s)] == counted


@pytest.mark.parametrize("step_s", [0.05, 1.0, 2.5])
@pytest.mark.parametrize("held", [A, FOB])
def test_a_code_held_before_a_slow_camera_is_one_scan(held: Code, step_s: float) -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    counted = [bool(repeats.admit([held], n * step_s, n)) for n in range(8)]
    assert counted == [n == (0 if held is A else 1) for n in range(8)]


@pytest.mark.parametrize(
    ("frame_number", "counts_again"), [(1, False), (2, False), (3, True), (9, True)]
)
def test_a_code_has_left_only_after_frames_without_it(
    frame_number: int, counts_again: bool
) -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    assert repeats.admit([A], 0.0, 0) == [A]
    assert bool(repeats.admit([A], 1.5, frame_number)) is counts_again


def test_a_code_is_not_gone_before_its_time_however_many_frames_pass() -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    assert repeats.admit([A], 0.0, 0) == [A]
    assert repeats.admit([A], 0.9, 50) == []


def test_a_vertical_fob_agrees_at_any_rate_within_twelve_frames() -> None:
    repeats = RepeatFilter()
    assert repeats.admit([FOB], 0.0, 11) == []
    assert repeats.admit([FOB], 2.4, 23) == [FOB]


def test_numbers_that_begin_anew_leave_the_decision_to_the_clock() -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    assert repeats.admit([A], 0.0, 500) == [A]
    assert repeats.admit([A], 0.5, 1) == []
    assert repeats.admit([A], 3.0, 0) == [A]


def test_two_readings_that_differ_do_not_agree() -> None:
    repeats = RepeatFilter()
    assert repeats.admit([code("C-000123", "Code128")], 0.0) == []
    assert repeats.admit([code("C-000128", "Code128")], 0.03) == []


def test_one_frame_cannot_agree_with_itself() -> None:
    assert RepeatFilter().admit([FOB, FOB], 0.0) == []


@pytest.mark.parametrize("code_format", ["QRCode", "Aztec", "PDF417"])
def test_a_two_dimensional_code_needs_one_frame(code_format: str) -> None:
    seen = code("x", code_format)
    assert RepeatFilter().admit([seen], 0.0) == [seen]


def test_a_clock_set_back_wedges_nothing() -> None:
    repeats = RepeatFilter()
    assert repeats.admit([A], 1000.0) == [A]
    assert repeats.admit([A], 10.0) == []
    assert repeats.admit([], 10.6) == []
    assert repeats.admit([A], 11.0) == [A]
    assert repeats.admit([B], 5.0) == [B]


def test_forget_lets_a_held_card_count_anew() -> None:
    repeats = RepeatFilter()
    repeats.admit([A], 0.0)
    repeats.forget()
    assert repeats.admit([A], 0.1) == [A]


@pytest.mark.parametrize(
    ("away_after_s", "again_after_s", "agree_frames"), [(0.0, None, 2), (1.0, 0.0, 2), (1, None, 0)]
)
def test_settings_without_sense_are_refused(
    away_after_s: float, again_after_s: float | None, agree_frames: int
) -> None:
    with pytest.raises(ValueError, match="must be"):
        RepeatFilter(away_after_s, again_after_s, agree_frames)


Films = st.lists(
    st.tuples(st.floats(0.001, 3.0), st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)),
    max_size=60,
)


@given(Films)
def test_what_counts_was_in_view_and_what_came_into_view_counts(
    steps: list[tuple[float, list[str]]],
) -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    now_s = 0.0
    last_seen_s: dict[str, float] = {}
    for step_s, texts in steps:
        now_s += step_s
        counted = {found.text for found in repeats.admit([code(text) for text in texts], now_s)}
        fresh = {
            text for text in texts if text not in last_seen_s or now_s - last_seen_s[text] >= 1.0
        }
        assert counted == fresh
        last_seen_s |= dict.fromkeys(texts, now_s)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_whatever_the_clock_does_a_card_counts_a_second_after_it_left(times: list[float]) -> None:
    repeats = RepeatFilter(away_after_s=1.0)
    for at_s in times:
        repeats.admit([A], at_s)
    repeats.admit([], times[-1] + 0.5)
    assert repeats.admit([A], times[-1] + 2.0) == [A]
