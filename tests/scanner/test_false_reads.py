"""Texts that no card in view has: parts of codes, and what no check data vouch for."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import zxingcpp

from bench.photos import SAMPLES
from scanner.decode import LiveDecoder, decode_still
from scanner.events import Code
from scanner.picture import Image, as_image, grey_of, load_picture
from scanner.zbar import read_zbar
from scanner.zxing import Formats
from tests.generated import examples
from tests.scanner.pictures import empty_frame, frame_with

FAULTS = SAMPLES.parent / "faults" / "desk"
ALTERED: dict[str, Callable[[Image], Image]] = {
    "as it is": lambda image: image,
    "inverted": lambda image: as_image(255 - image),
    "on its side": lambda image: as_image(np.ascontiguousarray(np.rot90(image))),
    "soft": lambda image: as_image(cv2.GaussianBlur(image, (0, 0), 1.5)),
    "half": lambda image: as_image(cv2.resize(image, None, fx=0.5, fy=0.5)),
}


def pairs(codes: list[Code]) -> set[tuple[str, str]]:
    """Return format and text of ``codes``."""
    return {(code.format, code.text) for code in codes}


def read_live(image: Image) -> set[tuple[str, str]]:
    """Return what a live decoder reads while its plan goes round once."""
    decoder = LiveDecoder()
    return pairs([code for _ in range(decoder.plan_length) for code in decoder.decode(image)])


def printed(text: str, name: str, scale: int = 6) -> Image:
    """Return a code on a wall, grey."""
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name))
    code = np.pad(np.array(made.to_image(scale=scale)), 6 * scale, constant_values=255)
    frame = np.ascontiguousarray(empty_frame()[..., 0])
    frame[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code
    return as_image(frame)


@pytest.mark.parametrize("altered", ALTERED)
@pytest.mark.parametrize("text", ["000", "007", "117", "255"])
def test_an_aztec_rune_is_read_off_a_photo_only(text: str, altered: str) -> None:
    picture = ALTERED[altered](printed(text, "AztecRune"))
    assert pairs(decode_still(picture)) <= {("Aztec", text)}
    assert read_live(picture) == set()


@pytest.mark.parametrize("size", [0.28, 0.31, 0.33, 0.36, 0.4, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_the_middle_of_an_aztec_code_is_no_rune(seed: int, size: float) -> None:
    chance = np.random.default_rng(seed)
    text = "MC1" + "".join(chance.choice(list("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26))
    picture = ALTERED["soft"](printed(text, "AztecCode"))
    picture = as_image(cv2.resize(picture, None, fx=size, fy=size, interpolation=cv2.INTER_AREA))
    assert pairs(decode_still(picture)) <= {("Aztec", text)}
    assert read_live(picture) <= {("Aztec", text)}


@pytest.mark.parametrize("altered", ALTERED)
def test_an_aztec_code_with_such_a_text_is_read(altered: str) -> None:
    picture = ALTERED[altered](printed("117", "AztecCode"))
    assert pairs(decode_still(picture)) == {("Aztec", "117")}
    assert read_live(picture) == {("Aztec", "117")}


def small_stacked(seed: int) -> tuple[str, Image]:
    """Return the text of a small, grainy PDF417 card, and a picture of it."""
    chance = np.random.default_rng(seed)
    text = "MC1" + "".join(chance.choice(list("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26))
    frame = frame_with(text, "PDF417", module=3, left=300, top=200)
    size = chance.uniform(0.42, 0.66)
    part = frame[100:500, 200:900].astype(np.float32)
    smaller = cv2.resize(part, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    smaller = cv2.GaussianBlur(smaller, (0, 0), chance.uniform(0.3, 0.9))
    noisy = smaller * 0.7 + 20 + chance.normal(0, chance.uniform(1, 9), smaller.shape)
    return text, as_image(noisy.clip(0, 255).astype(np.uint8))


def test_a_small_pdf417_is_read_as_what_it_says_or_not_at_all() -> None:
    read = 0
    for seed in range(examples(40)):
        text, picture = small_stacked(seed)
        live = read_live(picture)
        assert live <= {("PDF417", text)}
        read += bool(live)
    assert read


def test_a_pdf417_in_an_altered_picture_needs_two_frames() -> None:
    dark = as_image(255 - frame_with("MC1-STACKED", "PDF417", module=3))
    wall = empty_frame()
    length = LiveDecoder().plan_length
    for shown in range(length):
        decoder = LiveDecoder()
        assert not [decoder.decode(dark if n == shown else wall) for n in range(length)][shown]
    assert read_live(dark) == {("PDF417", "MC1-STACKED")}


@pytest.mark.parametrize(
    ("name", "text", "digits"),
    [
        ("UPCA", "036000291452", "0036000291452"),
        ("UPCE", "01234565", "0012345000065"),
        ("EAN13", "0036000291452", "0036000291452"),
        ("EAN13", "5901234123457", "5901234123457"),
    ],
)
def test_a_retail_code_has_thirteen_digits_whoever_reads_it(
    name: str, text: str, digits: str
) -> None:
    picture = printed(text, name, scale=3)
    for formats in (("EAN13", "UPCA", "UPCE"), (name,)):
        [still] = decode_still(picture, formats)
        [live] = LiveDecoder(formats).decode(picture)
        for code in (still, live):
            assert (code.format, code.text, code.raw) == ("EAN13", digits, digits.encode())
    [second] = read_zbar(grey_of(picture), Formats.of("EAN13"))
    assert (second.code.format, second.code.text) == ("EAN13", digits)


@pytest.mark.skipif(not FAULTS.is_dir(), reason=f"the pictures are not at {FAULTS}")
@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("aztec-rune-117.png", ("Aztec", "MC172D30F06F72VMRNK3A7D9B2DTQ")),
        ("pdf417-wrong-text.png", ("PDF417", "MC16G3ARP3S6HZZ4X89D554NQW021")),
    ],
)
def test_pictures_that_were_once_misread(name: str, right: tuple[str, str]) -> None:
    picture = load_picture(FAULTS / name)
    assert pairs(decode_still(picture)) == {right}
    assert read_live(picture) <= {right}
