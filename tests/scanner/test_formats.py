"""The formats that can be looked for: names, which are read, and how many frames must agree."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.photos import SAMPLES
from scanner.command import formats_in
from scanner.decode import LiveDecoder, decode_still
from scanner.demo_card import code_picture as drawn
from scanner.events import Code
from scanner.formats import (
    DEFAULT_FORMATS,
    KNOWN_FORMATS,
    TWO_DIMENSIONAL,
    agreeing,
    format_named,
    is_wanted,
    known_of,
)
from scanner.picture import Image, as_image, load_picture
from scanner.repeats import RepeatFilter
from scanner.slivers import without_slivers
from scanner.voting import Voting
from scanner.zbar import read_zbar
from scanner.zxing import Formats, read_zxing
from tests.generated import examples
from tests.scanner.pictures import code

READS = {
    "QRCode": ("MC1-CARD", "QRCode", "MC1-CARD"),
    "Aztec": ("MC1-CARD", "Aztec", "MC1-CARD"),
    "PDF417": ("MC1-CARD", "PDF417", "MC1-CARD"),
    "DataMatrix": ("MC1-CARD", "DataMatrix", "MC1-CARD"),
    "Code128": ("C-000123", "Code128", "C-000123"),
    "Code39": ("FOB-7712", "Code39", "FOB-7712"),
    "Codabar": ("A771234B", "Codabar", "A771234B"),
    "ITF": ("77123456", "ITF", "77123456"),
    "EAN13": ("4006381333931", "EAN13", "4006381333931"),
    "EAN8": ("96385074", "EAN8", "96385074"),
    "UPCA": ("012345678905", "EAN13", "0012345678905"),
    "UPCE": ("01234565", "EAN13", "0012345000065"),
}
"""For each format: what is drawn, and the format and text that are reported."""

SQUARE = ("QRCode", "Aztec", "DataMatrix")

SAME_SYMBOL = {"UPCA": {"EAN13"}}
"""A UPC-A symbol is the EAN-13 symbol of the number with a 0 before it."""


def picture_of(name: str, text: str = "") -> Image:
    """Return a grey picture with one code of a format, small so that it is searched quickly."""
    code_picture = drawn(text or READS[name][0], name, 4 if name in SQUARE else 2)
    if code_picture.shape[0] < 40:
        code_picture = np.repeat(code_picture, 20, axis=0)
    return as_image(np.pad(code_picture, 40, constant_values=255))


def read_still(picture: Image, formats: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return format and text of what is read in a photo."""
    return {(each.format, each.text) for each in decode_still(picture, formats)}


def read_live(frame: Image, formats: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return format and text of what counts as a scan while a plan goes round once."""
    decoder, repeats = LiveDecoder(formats), RepeatFilter()
    found: set[tuple[str, str]] = set()
    for number in range(decoder.plan_length):
        codes = repeats.admit(decoder.decode(frame), number / 30, number + 1)
        found |= {(each.format, each.text) for each in codes}
    return found


@pytest.mark.parametrize("name", KNOWN_FORMATS)
def test_a_format_is_read_where_it_is_wanted_and_only_there(name: str) -> None:
    picture, read = picture_of(name), {READS[name][1:]}
    others = tuple(n for n in KNOWN_FORMATS if n != name and n not in SAME_SYMBOL.get(name, ()))
    assert read_still(picture, (name,)) == read_still(picture, KNOWN_FORMATS) == read
    on_side = as_image(np.ascontiguousarray(np.rot90(picture)))
    for frame in (picture, on_side):
        assert read_live(frame, (name,)) == read_live(frame, KNOWN_FORMATS) == read
        assert read_live(frame, others) == set()


FOREIGN = Path(__file__).resolve().parents[2].parent / "shared" / "faults" / "desk" / "formats"


@pytest.mark.skipif(not FOREIGN.is_dir(), reason=f"the foreign photos are not at {FOREIGN}")
@pytest.mark.parametrize(
    ("file", "texts"),
    [
        ("datamatrix.png", {"Stegosaurus", "Plesiosaurus"}),
        ("quagga2-codabar-002.jpg", {"B546745735B"}),
        ("quagga2-code39-006.jpg", {"2/4-8/16-32"}),
        ("quagga2-ean8-001.jpg", {"42191605"}),
    ],
)
def test_photos_of_foreign_codes_are_read_once_their_format_is_wanted(
    file: str, texts: set[str]
) -> None:
    photo = as_image(cv2.imread(str(FOREIGN / file)))
    assert {each.text for each in decode_still(photo, KNOWN_FORMATS)} == texts
    assert {text for _, text in read_live(photo, KNOWN_FORMATS)} == texts
    assert read_live(photo, DEFAULT_FORMATS) == set()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the labelled photos are not at {SAMPLES}")
@pytest.mark.parametrize("formats", [DEFAULT_FORMATS, KNOWN_FORMATS])
def test_a_photo_of_which_zxing_reads_two_texts_gives_the_true_one(
    formats: tuple[str, ...],
) -> None:
    photo = load_picture(SAMPLES / "ean13-1" / "35.webp")
    assert read_still(photo, formats) == {("EAN13", "5030159003930")}


@pytest.mark.parametrize(
    ("name", "short", "long"),
    [("ITF", "1234", "123456"), ("Codabar", "A123B", "A1234B"), ("Code39", "ABC12", "ABC123")],
)
def test_a_code_of_a_weak_format_needs_six_characters(name: str, short: str, long: str) -> None:
    for text, expected in ((short, set()), (long, {(name, long)})):
        picture = picture_of(name, text)
        assert read_still(picture, (name,)) == read_live(picture, (name,)) == expected
        found = read_zbar(picture, Formats.of(name))
        assert {(each.code.format, each.code.text) for each in found} == expected


@pytest.mark.parametrize("name", KNOWN_FORMATS)
def test_so_many_frames_must_agree(name: str) -> None:
    needed = 1 if name in TWO_DIMENSIONAL else 3 if name in {"ITF", "Codabar", "Code39"} else 2
    assert agreeing(name) == needed
    repeats, card = RepeatFilter(), code("123456", name)
    counted = [bool(repeats.admit([card], n / 30, n + 1)) for n in range(needed + 3)]
    assert counted == [n == needed - 1 for n in range(needed + 3)]


@pytest.mark.parametrize("name", ["ITF", "Codabar", "Code39"])
def test_a_code_of_a_weak_format_in_a_photo_needs_three_readings(name: str) -> None:
    voting = Voting()
    elected = []
    for voter in ("plain", "plain", "global threshold", "zbar"):
        voting.vote(voter, code("123456", name))
        elected.append(len(voting.elected))
    assert elected == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("typed", "formats"),
    [
        ("Code39", ("Code39",)),
        ("code 39, EAN-13 ,upc_a", ("Code39", "EAN13", "UPCA")),
        ("qrcode,QRCode", ("QRCode",)),
        ("all", KNOWN_FORMATS),
    ],
)
def test_formats_are_named_in_any_case(typed: str, formats: tuple[str, ...]) -> None:
    assert formats_in(typed) == formats


@settings(max_examples=examples(20), deadline=None)
@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=12))
def test_an_unknown_format_is_refused_with_its_name(name: str) -> None:
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    if plain in {known.casefold() for known in KNOWN_FORMATS}:
        assert format_named(name) in KNOWN_FORMATS
        return
    with pytest.raises(ValueError, match="unknown code format") as refused:
        format_named(name)
    assert repr(name) in str(refused.value)


@pytest.mark.parametrize(
    ("names", "known"),
    [
        ((), DEFAULT_FORMATS),
        (("Rune7",), DEFAULT_FORMATS),
        (("Rune7", "ITF", "QRCode"), ("QRCode", "ITF")),
        (KNOWN_FORMATS, KNOWN_FORMATS),
    ],
)
def test_formats_of_a_newer_service_are_passed_over(
    names: tuple[str, ...], known: tuple[str, ...]
) -> None:
    assert known_of(names) == known


@pytest.mark.parametrize(
    ("text", "code_format", "formats", "wanted"),
    [
        ("4006381333931", "EAN13", ("EAN13",), True),
        ("4006381333931", "EAN13", ("UPCA",), False),
        ("0012345678905", "EAN13", ("UPCA",), True),
        ("0012345678905", "EAN13", ("QRCode",), False),
        ("FOB-7712", "Code39", ("Code39",), True),
        ("FOB-7712", "Code39", DEFAULT_FORMATS, False),
    ],
)
def test_a_code_is_wanted_by_what_it_is_reported_as(
    text: str, code_format: str, formats: tuple[str, ...], wanted: bool
) -> None:
    assert is_wanted(code(text, code_format), formats) is wanted


def bars(text: str, left: float, top: float, right: float, bottom: float) -> Code:
    """Return a one-dimensional code in an upright box."""
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Code(text, "EAN13", corners, text.encode())


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (bars("false", 101, 181, 299, 184), False),
        (bars("false", 101, 95, 299, 97), False),
        (bars("the next label", 101, 190, 299, 260), True),
        (bars("elsewhere", 500, 181, 700, 184), True),
        (bars("shorter", 101, 181, 199, 184), True),
        (bars("far below", 101, 581, 299, 584), True),
        (bars("true", 101, 181, 299, 184), True),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_rows_of_a_code_are_no_code_of_their_own(other: Code, kept: bool, turned: bool) -> None:
    pair = [other, bars("true", 100, 100, 300, 180)]
    if turned:
        pair = [
            Code(c.text, c.format, tuple((1000 - y, x) for x, y in c.corners), c.raw)  # type: ignore[arg-type]
            for c in pair
        ]
    assert without_slivers(pair) == (pair if kept else pair[1:])


def test_two_decoders_read_the_same_text_of_a_code_in_full_ascii() -> None:
    picture = picture_of("Code39", "ABC123")
    assert [c.text for c in read_zxing(picture, Formats.of("Code39"))] == ["ABC123"]
    assert [read.code.text for read in read_zbar(picture, Formats.of("Code39"))] == ["ABC123"]
    extended = picture_of("Code39Ext", "abc123")
    assert [c.text for c in read_zxing(extended, Formats.of("Code39"))] == ["abc123"]
    assert read_zbar(extended, Formats.of("Code39")) == []
