"""What else is in view hides no card: posters, bottles, other cards. And dark phones and rooms."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from bench.photos import SAMPLES
from bench.scenes import POSTER, Scene, Thing
from scanner.decode import LiveDecoder, is_dark
from scanner.picture import Image, load_picture
from tests.scanner.pictures import frame_with

CARD = "MC15DMX1KP1YYZWE81YH7G7E9P2RJ"
FOB = "C-000123"
FAULTS = SAMPLES.parent / "faults" / "desk"
WITHIN = 24
"""Frames, so 0.8 seconds."""

OTHERS = {
    "poster": Thing(POSTER, module=4, middle=(1090, 180), degrees=0),
    "bottle": Thing("4006381333931", "EAN13", module=3, middle=(1040, 200)),
    "parcel": Thing("00340434161094042557", "Code128", module=2, middle=(1000, 160), degrees=0),
    "ticket": Thing("TICKET-0001", "Aztec", module=5, middle=(1090, 180)),
    "boarding pass": Thing("M1DOE/JANE 0001", "PDF417", module=3, middle=(1000, 150), degrees=0),
}
HARD = {
    "dark mode": Scene((Thing(CARD, dark=True),)),
    "small and soft": Scene((Thing(CARD, module=2.0, middle=(640, 400), degrees=0),), soft=1.0),
    "fob on its side": Scene((Thing(FOB, "Code128", module=3, degrees=90),)),
    "dim": Scene((Thing(CARD, module=4),), gain=0.16, noise=9),
}


def texts_read(scene: Scene, frames: int = WITHIN) -> Iterator[set[str]]:
    """Yield the texts that a live decoder reads in each frame of a scene."""
    decoder = LiveDecoder()
    for frame in scene.frames(frames):
        yield {code.text for code in decoder.decode(frame)}


def first_read(read: Iterable[set[str]], text: str) -> int | None:
    """Return the number of the first frame in which ``text`` was read."""
    return next((number for number, texts in enumerate(read) if text in texts), None)


@cache
def all_read(scene: Scene, texts: frozenset[str]) -> bool:
    """Return whether a live decoder has read all of ``texts`` within the first frames."""
    missing = set(texts)
    for read in texts_read(scene):
        missing -= read
        if not missing:
            return True
    return False


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("other", OTHERS)
def test_another_code_in_view_hides_no_card(other: str, hard: str) -> None:
    card, noise = HARD[hard], OTHERS[other]
    mine = frozenset({card.things[0].text})
    assert all_read(card, mine)
    # The other may be out of reach in so hard a light; what is read alone is read beside a card.
    also = frozenset({noise.text})
    wanted = mine | also if all_read(replace(card, things=(noise,)), also) else mine
    assert all_read(replace(card, things=(*card.things, noise)), wanted)


@pytest.mark.parametrize("others", [("poster", "bottle"), ("poster", "ticket")])
def test_nor_do_two_of_them(others: tuple[str, str]) -> None:
    card = Thing(CARD, dark=True)
    first = OTHERS[others[0]]
    second = replace(OTHERS[others[1]], middle=(1000.0, 560.0))
    assert all_read(Scene((card, first, second)), frozenset({CARD, first.text, second.text}))


def test_what_only_a_costly_look_reads_hides_no_card_either() -> None:
    """The first card stays in view, and is not lost while the second is found."""
    first = Thing(CARD, module=2.0, middle=(640, 300), degrees=0)
    second = Thing(FOB, "Code128", module=2, middle=(640, 480), degrees=90)
    read = list(texts_read(Scene((first, second), soft=1.0), 2 * WITHIN))
    began = max(first_read(read, CARD) or 0, first_read(read, FOB) or 0)
    assert {CARD, FOB} <= set[str]().union(*read)
    gaps = "".join("x" if CARD in texts and FOB in texts else "." for texts in read[began:])
    assert "..." not in gaps


@pytest.mark.parametrize("code_format", ["QRCode", "Aztec"])
@pytest.mark.parametrize("module", [2.5, 3.0, 5.0])
def test_a_phone_in_dark_mode_is_read_within_the_first_frames(
    code_format: str, module: float
) -> None:
    scene = Scene((Thing(CARD, code_format, module, dark=True, degrees=0),), soft=0.4, noise=2)
    number = first_read(texts_read(scene), CARD)
    assert number is not None
    assert number <= 3


@pytest.mark.parametrize("code_format", ["QRCode", "Aztec"])
@pytest.mark.parametrize("gain", [0.12, 0.14])
def test_a_card_in_a_dark_room_is_read(code_format: str, gain: float) -> None:
    scene = Scene((Thing(CARD, code_format, module=5),), gain=gain, noise=9, soft=0.7)
    assert all(is_dark(frame[..., 0]) for frame in scene.frames(1))
    assert first_read(texts_read(scene), CARD) is not None


def test_a_card_that_is_held_still_is_read_in_every_frame() -> None:
    decoder = LiveDecoder()
    frame = frame_with(CARD)
    assert all(decoder.decode(frame) for _ in range(2 * decoder.plan_length))


def fault(name: str) -> Image:
    """Return a picture on which the scanner was once seen to fail."""
    return load_picture(FAULTS / name)


@pytest.mark.skipif(not FAULTS.is_dir(), reason=f"the pictures are not at {FAULTS}")
@pytest.mark.parametrize(
    ("name", "texts", "within"),
    [
        ("poster-dark-qr.jpg", {POSTER, CARD}, WITHIN),
        (
            "member-qr-and-bottle-ean.jpg",
            {"MC13EYBFJXPFRHDK03CK796JNEZM9", "4006381333931"},
            2,
        ),
        ("dark-qr-2.5px.jpg", {CARD}, 3),
        ("very-low-light.png", {"MC13RJV1P724BR8N9QWS96QAEPC0X"}, WITHIN),
    ],
)
def test_pictures_that_once_failed(name: str, texts: set[str], within: int) -> None:
    decoder = LiveDecoder()
    picture = fault(name)
    read = {code.text for _ in range(within) for code in decoder.decode(picture)}
    assert read == texts
