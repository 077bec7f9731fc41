"""The camera that is not there: what it shows, and that it can be read."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scanner.decode import LiveDecoder
from scanner.demo_camera import GAP_S, LATER_GAP_S, SHOWN_S, DemoCamera
from scanner.demo_card import code_picture, load_deck
from scanner.picture import Image
from scanner.source import SourceEnded, SourceError

CARDS = [
    {"code": "WD1-7Q2MZ4KXJ5T6B3PADYR8NEHWCV", "name": "Amara Okafor"},
    {"code": "C-000123", "name": "Łukasz Wiśniewski", "format": "Code128"},
    {"code": "aztec-7", "name": "山田太郎", "format": "Aztec"},
    {"code": "pdf-7", "name": "Zoë", "format": "PDF417"},
]


def write_deck(folder: Path, cards: Any = CARDS, title: Any = "Riverside Club") -> Path:
    """Write a deck file."""
    path = folder / "deck.json"
    path.write_text(json.dumps({"title": title, "cards": cards}), encoding="utf-8")
    return path


def film(camera: DemoCamera) -> list[Image]:
    """Return all frames of a camera that plays once."""
    frames: list[Image] = []
    try:
        while True:
            frames.append(camera.read())
    except SourceEnded:
        return frames


def test_every_card_is_read_while_it_is_shown_and_none_in_the_gaps(tmp_path: Path) -> None:
    fps = 15
    camera = DemoCamera(write_deck(tmp_path), loop=False, fps=fps)
    decoder = LiveDecoder()
    read: dict[int, set[tuple[str, str]]] = {}
    for number, frame in enumerate(film(camera)):
        turn, since_s = divmod(number / fps, GAP_S + SHOWN_S)
        codes = {(code.text, code.format) for code in decoder.decode(frame)}
        assert not codes or since_s >= GAP_S
        read.setdefault(int(turn), set()).update(codes)
    expected = [{(card["code"], card.get("format", "QRCode"))} for card in CARDS]
    assert [read[turn] for turn in range(len(CARDS))] == expected


def test_frames_are_720p_and_never_the_same(tmp_path: Path) -> None:
    frames = film(DemoCamera(write_deck(tmp_path, CARDS[:1]), loop=False, fps=10))
    assert len(frames) == round((GAP_S + SHOWN_S + GAP_S) * 10)
    assert {(frame.shape, frame.dtype) for frame in frames} == {((720, 1280, 3), np.dtype("u1"))}
    pairs = pairwise(frames)
    assert not any(np.array_equal(one, other) for one, other in pairs)


def test_the_same_deck_gives_the_same_film(tmp_path: Path) -> None:
    deck = write_deck(tmp_path, CARDS[:1])
    one, other = (film(DemoCamera(deck, loop=False, fps=5)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_looped_deck_starts_over(tmp_path: Path) -> None:
    camera = DemoCamera(write_deck(tmp_path, CARDS[:1]), loop=True, fps=5)
    once = round(camera.length_s * 5)
    assert all(camera.read().shape == (720, 1280, 3) for _ in range(2 * once + 1))


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ([], "cards must be a list with at least one card"),
        ({"code": "x"}, "cards must be a list"),
        (["x"], r"cards\[0\] must be an object"),
        ([CARDS[0], {"name": "Ada"}], r"cards\[1\]\.code must be a text that is not empty"),
        ([{"code": "", "name": "Ada"}], r"cards\[0\]\.code must be a text that is not empty"),
        ([{"code": "x", "name": 5}], r"cards\[0\]\.name must be a text"),
        ([{"code": "x", "name": "Ada", "format": "Rune"}], r"cannot be shown as Rune"),
        ([{"code": "x" * 5000, "name": "Ada"}], r"cards\[0\]\.code cannot be shown as QRCode"),
        ([{"code": "x", "name": "Ada", "format": "EAN13"}], r"cannot be shown as EAN13"),
    ],
)
def test_a_faulty_card_is_named(tmp_path: Path, cards: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load_deck(write_deck(tmp_path, cards))


def test_a_deck_that_is_no_deck_is_named(tmp_path: Path) -> None:
    path = tmp_path / "deck.json"
    for content, message in [("{", "is not JSON"), ("[]", "title must be a text")]:
        path.write_text(content)
        with pytest.raises(SourceError, match=message):
            load_deck(path)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SourceError, match="is not JSON"):
        load_deck(path)
    with pytest.raises(SourceError, match="title must be a text"):
        load_deck(write_deck(tmp_path, title=3))


@pytest.mark.parametrize("module", [1, 3])
def test_a_code_picture_grows_by_whole_modules(module: int) -> None:
    small = code_picture("x", "QRCode")
    assert code_picture("x", "QRCode", module).shape == (21 * module, 21 * module)
    assert np.array_equal(code_picture("x", "QRCode", module)[::module, ::module], small)


def test_the_second_round_leaves_time_to_look_around(tmp_path: Path) -> None:
    fps = 5
    camera = DemoCamera(write_deck(tmp_path, CARDS[:1]), loop=True, fps=fps)
    first = round((GAP_S + SHOWN_S + GAP_S) * fps)
    later = round((LATER_GAP_S + SHOWN_S + GAP_S) * fps)
    decoder = LiveDecoder()
    read = [bool(decoder.decode(camera.read())) for _ in range(first + later)]
    assert any(read[:first])
    assert not any(read[first : first + round(LATER_GAP_S * fps)])
    assert any(read[first + round(LATER_GAP_S * fps) :])
