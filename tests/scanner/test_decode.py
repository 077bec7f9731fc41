"""Pictures to codes: formats, odd contents, odd pictures, and where corners lie."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.photos import SAMPLES, WITHOUT_CODE, Photo, photos_in, says
from scanner.decode import LiveDecoder, decode_still
from scanner.enhance import quarter_turn, turn
from scanner.events import Code
from scanner.held import TOLERATED_MISSES
from scanner.picture import Image, as_image, load_picture
from scanner.strategies import STRATEGIES, Strategy
from scanner.voting import Voting
from scanner.zbar import read_zbar
from scanner.zxing import Formats, Placement, printable
from tests.generated import examples
from tests.scanner.pictures import empty_frame, frame_with

CONTENTS = {
    "QRCode": "WD1-7Q2MZ4KXJ5T6B3PADYR8NEHWCV",
    "Aztec": "WD1-7Q2MZ4KXJ5T6B3PADYR8NEHWCV",
    "PDF417": "WD1-7Q2MZ4KXJ5T6B3PAD",
    "Code128": "C-000123",
    "EAN13": "5901234123457",
}
MODULE = {"QRCode": 6, "Aztec": 6, "PDF417": 3, "Code128": 3, "EAN13": 3}


def frame_of(code_format: str) -> Image:
    """Return a frame with the usual content of a format."""
    return frame_with(CONTENTS[code_format], code_format, MODULE[code_format])


def reads_within_plan(frame: Image) -> set[tuple[str, str]]:
    """Return format and text of what a live decoder reads while its plan goes round once."""
    decoder = LiveDecoder()
    frames = [frame] * decoder.plan_length
    return {(code.format, code.text) for image in frames for code in decoder.decode(image)}


def binary_qr(content: bytes) -> Image:
    """Return a picture of a QR code that holds bytes."""
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
    return as_image(np.array(barcode.to_image(scale=4)))


@pytest.mark.parametrize("code_format", CONTENTS)
def test_a_clean_code_is_read_in_a_photo_and_in_the_first_frame(code_format: str) -> None:
    frame = frame_of(code_format)
    expected = [(code_format, CONTENTS[code_format])]
    for codes in (decode_still(frame), LiveDecoder().decode(frame)):
        assert [(code.format, code.text) for code in codes] == expected
        assert codes[0].raw == CONTENTS[code_format].encode()


@pytest.mark.parametrize("code_format", CONTENTS)
def test_a_code_on_its_side_is_read_within_one_plan(code_format: str) -> None:
    frame = np.ascontiguousarray(np.rot90(frame_of(code_format)))
    assert reads_within_plan(frame) == {(code_format, CONTENTS[code_format])}


@pytest.mark.parametrize("code_format", ["QRCode", "Aztec"])
def test_a_light_on_dark_code_is_read_within_one_plan(code_format: str) -> None:
    frame = as_image(255 - frame_of(code_format))
    assert reads_within_plan(frame) == {(code_format, CONTENTS[code_format])}


@pytest.mark.parametrize("code_format", ["Code128", "EAN13"])
def test_a_code_on_its_side_is_confirmed_by_the_next_frame(code_format: str) -> None:
    frame = np.ascontiguousarray(np.rot90(frame_of(code_format)))
    decoder = LiveDecoder()
    reads = [bool(decoder.decode(frame)) for _ in range(2 * decoder.plan_length)]
    assert all(reads[reads.index(True) :])


def test_a_look_is_repeated_only_while_it_reads_something() -> None:
    sideways = np.ascontiguousarray(np.rot90(frame_of("Code128")))
    on_side = as_image(np.ascontiguousarray(np.rot90(empty_frame())))
    kept, gone = LiveDecoder(), LiveDecoder()
    for decoder, misses in ((kept, TOLERATED_MISSES), (gone, TOLERATED_MISSES + 1)):
        while not decoder.decode(sideways):
            pass
        for _ in range(decoder.plan_length - misses):
            assert decoder.decode(sideways)
        for _ in range(misses):
            assert not decoder.decode(on_side)
    assert kept.decode(sideways)
    for _ in range(TOLERATED_MISSES):
        assert not gone.decode(on_side)


def test_a_small_code_out_of_focus_is_read_within_four_frames() -> None:
    frame = frame_with(CONTENTS["QRCode"], module=2, left=600, top=320)
    soft = as_image(cv2.GaussianBlur(frame, (0, 0), 1.0))
    decoder = LiveDecoder()
    read = [{code.text for code in decoder.decode(soft)} for _ in range(4)]
    assert read[0] == set()
    assert {CONTENTS["QRCode"]} in read


def test_every_step_of_the_plan_reads_a_clean_card() -> None:
    decoder = LiveDecoder()
    frame = frame_of("QRCode")
    for _ in range(decoder.plan_length):
        assert [code.text for code in decoder.decode(frame)] == [CONTENTS["QRCode"]]


def test_no_step_of_the_plan_reads_anything_off_a_wall() -> None:
    assert reads_within_plan(empty_frame()) == set()


def test_two_cards_in_one_frame_are_both_read() -> None:
    frame = frame_with("left", left=200)
    frame[:, 640:] = frame_with("right", left=800)[:, 640:]
    for codes in (decode_still(frame), LiveDecoder().decode(frame)):
        assert {code.text for code in codes} == {"left", "right"}
        across = {code.text: code.corners[0][0] for code in codes}
        assert across["left"] < 640 < across["right"]


def test_only_the_formats_asked_for_are_read() -> None:
    assert decode_still(frame_of("Aztec"), formats=("QRCode", "Code128")) == []
    decoder = LiveDecoder(("Code128",))
    assert [decoder.decode(frame_of("QRCode")) for _ in range(decoder.plan_length)] == (
        [()] * decoder.plan_length
    )


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ValueError, match="unknown code format among QRCode, Rune7"):
        LiveDecoder(("QRCode", "Rune7"))


def corners_of(code: Code) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the corners as an array of shape (4, 2)."""
    return np.array(code.corners)


@pytest.mark.parametrize("quarter_turns", range(4))
def test_corners_start_at_the_top_left_of_the_symbol(quarter_turns: int) -> None:
    frame = frame_with("x", left=420, top=160)
    upright = np.array([[420, 160], [546, 160], [546, 286], [420, 286]], float)
    for _ in range(quarter_turns):
        height = frame.shape[0]
        frame = np.ascontiguousarray(np.rot90(frame, -1))
        upright = np.stack([height - 1 - upright[:, 1], upright[:, 0]], axis=1)
    [still] = decode_still(frame)
    [live] = LiveDecoder().decode(frame)
    [second] = read_zbar(np.ascontiguousarray(frame[..., 0]), Formats.of("QRCode"))
    for code in (still, live, second.code):
        assert np.abs(corners_of(code) - upright).max() < 8


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.kind)
def test_what_an_altered_picture_shows_is_placed_in_the_original(strategy: Strategy) -> None:
    module = 7 if strategy.kind == "small" else 4
    frame = frame_with("x", module=module, left=300, top=100)
    grey = np.ascontiguousarray(frame[:400, :700, 0])
    if strategy.kind.startswith("refocused"):
        # What undoes a blur spoils a picture that has none.
        grey = as_image(cv2.GaussianBlur(grey, (0, 0), float(strategy.kind.split()[1])))
    [plain] = decode_still(grey)
    placed = _read_by(strategy, grey)
    assert [code.text for code in placed] == ["x"]
    assert np.abs(corners_of(placed[0]) - corners_of(plain)).max() < 8


def _read_by(strategy: Strategy, grey: Image) -> list[Code]:
    voting = Voting()
    strategy.attempt(grey, Formats.of("QRCode"), voting)
    return voting.elected


@pytest.mark.parametrize("degrees", [0, 22, -45, 90, 180])
def test_a_turned_picture_knows_where_its_pixels_were(degrees: float) -> None:
    grey = np.full((60, 100), 255, np.uint8)
    grey[20:23, 70:73] = 0
    turned, placement = turn(grey, degrees)
    y, x = np.unravel_index(int(turned.argmin()), turned.shape)
    assert placement.to_source(float(x), float(y)) == pytest.approx((71, 21), abs=2.5)


def test_a_quarter_turn_knows_where_its_pixels_were() -> None:
    grey = np.full((60, 100), 255, np.uint8)
    grey[20, 70] = 0
    turned, placement = quarter_turn(grey)
    y, x = np.unravel_index(int(turned.argmin()), turned.shape)
    assert placement.to_source(float(x), float(y)) == (70, 20)


def test_a_scaled_part_knows_where_its_pixels_were() -> None:
    assert Placement.scaled(2, left=10, top=20).to_source(8, 6) == (14, 23)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\0b", "a\0b"),
        ("Grüße 山田 🎫".encode(), "Grüße 山田 🎫"),
        (b"abc\xff\xfe", "abcÿþ"),
        (b"\xed\xa0\x80", "í\xa0\x80"),
    ],
)
def test_odd_contents_have_a_text(content: bytes, text: str) -> None:
    picture = binary_qr(content)
    if content.isascii() or text.encode() != content:
        [code] = decode_still(picture)
        assert code.text == text
    else:
        [code] = decode_still(frame_with(text, module=4)[..., 0])
        assert code.text == text
    assert code.raw == content


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_a_text_that_can_be_stored(content: bytes) -> None:
    [code] = decode_still(binary_qr(content))
    assert code.raw == content
    assert code.text.encode("utf-8")
    [again] = LiveDecoder().decode(binary_qr(content))
    assert again.text == code.text


def test_the_longest_code_is_read_whole() -> None:
    text = "0123456789ABCDEF" * 256
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    frame = as_image(np.array(barcode.to_image(scale=4)))
    assert len(text) == 4096
    assert [code.text for code in decode_still(frame)] == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\ud800x", "\ufffdx"),
        ("x\udc80", "x\ufffd"),
        ("🎫", "🎫"),
        ("\0", "\0"),
    ],
)
def test_surrogates_never_get_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "shape", [(0, 0, 3), (0, 10, 3), (1, 1, 3), (1, 900, 3), (900, 1, 3), (5, 5), (40, 40, 4)]
)
def test_pictures_of_any_shape_are_taken(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 128, np.uint8)
    assert decode_still(picture) == []
    if picture.size:
        assert reads_within_plan(picture) == set()


def test_a_low_contrast_code_is_read_in_any_channel_order() -> None:
    frame = frame_of("QRCode")
    faint = as_image((frame * 0.2 + 60).astype(np.uint8))
    with_alpha = np.dstack([faint, np.full(faint.shape[:2], 255, np.uint8)])
    for picture in (faint, faint[..., 0], with_alpha):
        assert [code.text for code in decode_still(picture)] == [CONTENTS["QRCode"]]


def test_corners_in_a_very_large_picture_are_in_its_own_pixels() -> None:
    frame = frame_with("x", left=420, top=160)
    large = np.repeat(np.repeat(frame, 3, axis=0), 3, axis=1)
    small = corners_of(LiveDecoder().decode(frame)[0])
    [live] = LiveDecoder().decode(large)
    assert np.abs(corners_of(live) - 3 * small).max() < 20
    soft = as_image(cv2.GaussianBlur(large, (0, 0), 10))
    [still] = decode_still(soft)
    assert np.abs(corners_of(still) - 3 * small).max() < 40


def test_a_code_without_content_is_no_fault() -> None:
    empty = qrcode.QRCode(box_size=5)
    empty.add_data(b"", optimize=0)
    modules = np.array(empty.get_matrix(), bool)
    picture = np.kron(np.where(modules, 0, 255), np.ones((5, 5))).astype(np.uint8)
    assert [code.text for code in decode_still(picture)] == []


NEEDS_SAMPLES = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"the labelled photos are not at {SAMPLES}"
)


@NEEDS_SAMPLES
@pytest.mark.parametrize(
    "third", [0, pytest.param(1, marks=pytest.mark.soak), pytest.param(2, marks=pytest.mark.soak)]
)
def test_photos_without_a_code_have_none(third: int) -> None:
    """A second of work each: every third photo here, the others in the soak."""
    photos = [photo for photo in photos_in(SAMPLES) if photo.group == WITHOUT_CODE][third::3]
    assert len(photos) >= 6
    assert [photo.path.name for photo in photos if read_photo(photo)] == []


@NEEDS_SAMPLES
@pytest.mark.parametrize("group", ["aztec", "code128", "pdf417", "qrcode"])
def test_every_labelled_photo_of_a_group_is_read(group: str) -> None:
    photos = [photo for photo in photos_in(SAMPLES) if photo.group == group]
    assert photos
    unread = [photo.path for photo in photos if not says(read_photo(photo), photo.label)]
    assert unread == list[Path]()


def read_photo(photo: Photo) -> list[tuple[str, bytes]]:
    """Return text and bytes of the codes in a photo."""
    return [(code.text, code.raw) for code in decode_still(load_picture(photo.path))]
