"""Hand scanners are distinguished from typing, and no key is ever lost or taken twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wedge import Field, KeyKind, KeyPress, Reading, Step, WedgeDecoder, us_character

from .streams import CARD as CODE

Decoder = WedgeDecoder[int]


def keys(
    text: str, *, start_s: float = 0.0, gap_s: float = 0.005, end: bool = True
) -> list[KeyPress[int]]:
    """The key presses of ``text``, numbered, with a terminator."""
    presses = [
        KeyPress(KeyKind.CHARACTER, start_s + i * gap_s, i, typed=c, us=c.upper())
        for i, c in enumerate(text)
    ]
    if end:
        at_s = start_s + len(text) * gap_s
        presses.append(KeyPress(KeyKind.TERMINATOR, at_s, len(text)))
    return presses


def feed(decoder: Decoder, presses: list[KeyPress[int]]) -> list[Step[int]]:
    return [decoder.press(key) for key in presses]


def test_a_fast_burst_with_a_terminator_is_a_code() -> None:
    steps = feed(Decoder(), keys(CODE))
    assert all(step.swallow and not step.release for step in steps)
    assert steps[-1].reading == Reading(CODE, CODE)
    assert [step.reading for step in steps[:-1]] == [None] * len(CODE)


def test_a_fast_burst_without_a_terminator_is_a_code_after_a_pause() -> None:
    decoder = Decoder()
    steps = feed(decoder, keys(CODE, end=False))
    assert all(step.reading is None for step in steps)
    assert decoder.due_s is not None
    assert decoder.expire(decoder.due_s).reading == Reading(CODE, CODE)
    assert decoder.due_s is None


def test_typing_is_released_key_by_key_in_order() -> None:
    decoder = Decoder()
    released: list[int] = []
    for key in keys("amara okafor", gap_s=0.12, end=False):
        step = decoder.press(key)
        assert step.reading is None
        released += step.release
    released += decoder.expire(100.0).release
    assert released == list(range(len("amara okafor")))


def test_an_empty_enter_is_nothing_and_passes() -> None:
    assert Decoder().press(KeyPress(KeyKind.TERMINATOR, 1.0, 0)) == Step()


def test_enter_after_typing_passes_with_what_was_held() -> None:
    decoder = Decoder()
    decoder.press(KeyPress(KeyKind.CHARACTER, 0.0, 0, typed="a"))
    step = decoder.press(KeyPress(KeyKind.TERMINATOR, 0.01, 1))
    assert step == Step(swallow=True, release=(0, 1))


def test_a_key_held_down_is_no_code() -> None:
    decoder = Decoder()
    first = decoder.press(KeyPress(KeyKind.CHARACTER, 0.0, 0, typed="a"))
    second = decoder.press(KeyPress(KeyKind.OTHER, 0.03, 1, typed="a"))
    assert first.swallow
    assert second == Step(swallow=True, release=(0, 1))


def test_the_same_key_many_times_is_no_code() -> None:
    decoder = Decoder()
    feed(decoder, keys("aaaaaaaaaaaa", end=False))
    step = decoder.expire(1.0)
    assert step.reading is None
    assert len(step.release) == 12


def test_two_codes_right_after_each_other() -> None:
    decoder = Decoder()
    first = feed(decoder, keys("C-000123"))
    second = feed(decoder, keys("C-000999", start_s=0.05))
    assert first[-1].reading == Reading("C-000123", "C-000123")
    assert second[-1].reading == Reading("C-000999", "C-000999")


def test_another_layout_leaves_a_second_reading() -> None:
    presses = [
        KeyPress(KeyKind.CHARACTER, i * 0.004, i, typed=t, us=u)
        for i, (t, u) in enumerate(zip("Zßàààé", "Y-0002", strict=True))
    ]
    decoder = Decoder()
    feed(decoder, presses)
    reading = decoder.press(KeyPress(KeyKind.TERMINATOR, 0.03, 9)).reading
    assert reading == Reading("Zßàààé", "Y-0002")
    assert reading.alternatives == ("Y-0002",)


@pytest.mark.parametrize(("typed", "us"), [("ABCD", "ABCD"), ("ABCD", "")])
def test_no_second_reading_where_there_is_none(typed: str, us: str) -> None:
    assert Reading(typed, us).alternatives == ()


@pytest.mark.parametrize(
    ("position", "shift", "character"),
    [(2, False, "1"), (3, True, "@"), (12, False, "-"), (16, False, "q"), (21, True, "Y"),
     (30, False, "a"), (44, True, "Z"), (50, False, "m"), (57, False, " "), (0, False, ""),
     (999, True, "")],
)  # fmt: skip
def test_positions_on_a_us_layout(position: int, shift: bool, character: str) -> None:
    assert us_character(position, shift=shift) == character


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(KeyKind)),
            st.floats(0, 0.2),
            st.characters(codec="utf-8", exclude_categories=["C"]),
        ),
        max_size=60,
    )
)
def test_every_key_is_passed_released_or_read_exactly_once(
    presses: list[tuple[KeyKind, float, str]],
) -> None:
    decoder: Decoder = WedgeDecoder()
    now, read = 0.0, 0
    passed: list[int] = []
    for number, (kind, gap, typed) in enumerate(presses):
        now += gap
        step = decoder.press(KeyPress(kind, now, number, typed=typed, into=Field.TEXT))
        passed += step.release
        read += len(step.reading.typed) if step.reading else 0
        if not step.swallow:
            passed.append(number)
    step = decoder.expire(now + 1)
    passed += step.release
    read += len(step.reading.typed) if step.reading else 0
    assert passed == sorted(passed)
    assert len(set(passed)) == len(passed)
    typed_keys = [n for n, (kind, *_) in enumerate(presses) if kind is KeyKind.CHARACTER]
    assert len(set(passed) & set(typed_keys)) + read == len(typed_keys)


@given(st.lists(st.floats(0, 10), max_size=20))
def test_a_clock_set_back_loses_nothing(times: list[float]) -> None:
    decoder: Decoder = WedgeDecoder()
    out: list[int] = []
    read = 0
    for number, at_s in enumerate(times):
        step = decoder.press(KeyPress(KeyKind.CHARACTER, at_s, number, typed=f"{number % 10}"))
        out += step.release
        read += len(step.reading.typed) if step.reading else 0
    step = decoder.expire(1000)
    read += len(step.reading.typed) if step.reading else 0
    assert len(out) + len(step.release) + read == len(times)
