"""Files that staff choose as photos: each is read right, or refused for a reason that is said."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from kiosk.staff.photo_file import LONGEST_SIDE, Fault, NoPhoto, Pixels, read_photo
from kiosk.staff.words.photo import fault_words
from kiosk.texts import Texts

SIZE = (320, 240)
_RED, _BLUE = (220, 30, 30), (30, 30, 220)
_TURNS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
"""Corner in which the red spot is once a picture with it at the top left is turned upright."""


def spotted(size: tuple[int, int] = SIZE) -> Image.Image:
    """A blue picture whose first quarter is red."""
    image = Image.new("RGB", size, _BLUE)
    image.paste(_RED, (0, 0, size[0] // 2, size[1] // 2))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int) -> Image.Exif:
    """The EXIF of a camera that was held in some way, with a place and a name."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x013B] = "Somebody"
    return found


def corner(pixels: Pixels, across: int, down: int) -> tuple[int, int, int]:
    """The colour in a corner: 0 is left or top, 1 right or bottom."""
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.data)
    x = (image.width - 9) * across + 4
    y = (image.height - 9) * down + 4
    red, green, blue = np.asarray(image)[y, x].tolist()
    return red, green, blue


def is_red(colour: tuple[int, int, int]) -> bool:
    return colour[0] > colour[2] + 80


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_upright_whatever_its_exif_says(kind: str, orientation: int) -> None:
    pixels = read_photo(encoded(spotted(), kind, exif=exif(orientation)))
    wide = (pixels.width, pixels.height) == SIZE
    assert wide is (orientation < 5)
    across, down = _TURNS[orientation]
    found = {(x, y) for x in (0, 1) for y in (0, 1) if is_red(corner(pixels, x, y))}
    assert found == {(across, down)}


def _animated(kind: str) -> bytes:
    frames = [spotted(), Image.new("RGB", SIZE, "green")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def _profiled() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(spotted(), icc_profile=profile)


def _transparent() -> bytes:
    image = spotted().convert("RGBA")
    image.putalpha(Image.new("L", SIZE, 0))
    return encoded(image, "PNG")


def _deep_grey() -> bytes:
    return encoded(Image.fromarray(np.full((240, 320), 0x8000, np.uint16)), "PNG")


READ: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "rgb": (lambda: encoded(spotted()), _RED),
    "progressive": (lambda: encoded(spotted(), progressive=True), _RED),
    "grayscale": (lambda: encoded(spotted().convert("L")), (87, 87, 87)),
    "cmyk": (lambda: encoded(spotted().convert("CMYK")), _RED),
    "palette": (lambda: encoded(spotted().convert("P"), "PNG"), _RED),
    "one bit": (lambda: encoded(Image.new("1", SIZE, 1), "PNG"), (255, 255, 255)),
    "16 bits of grey": (_deep_grey, (128, 128, 128)),
    "transparent": (_transparent, (255, 255, 255)),
    "colour profile": (_profiled, _RED),
    "broken colour profile": (lambda: encoded(spotted(), icc_profile=b"none"), _RED),
    "broken exif": (lambda: encoded(spotted(), exif=b"Exif\0\0II*\0\xff\xff"), _RED),
    "animated webp": (lambda: _animated("WEBP"), _RED),
    "animated png": (lambda: _animated("PNG"), _RED),
    "further pictures behind it": (lambda: encoded(spotted()) + encoded(spotted()), _RED),
}
"""Files by what is special about them, with the colour at the top left."""


@pytest.mark.parametrize("name", READ)
def test_what_is_a_picture_is_read(name: str) -> None:
    make, expected = READ[name]
    pixels = read_photo(make())
    assert (pixels.width, pixels.height) == SIZE
    assert len(pixels.data) == 320 * 240 * 3
    assert corner(pixels, 0, 0) == pytest.approx(expected, abs=40)


def _bomb() -> bytes:
    """A small file of 400 million pixels."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG")


def _cut(kind: str, share: float) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    return whole[: int(len(whole) * share)]


REFUSED: dict[str, tuple[Callable[[], bytes], Fault]] = {
    "empty": (lambda: b"", Fault.OTHER_KIND),
    "text": (lambda: b"a,b,c\n1,2,3\n" * 50, Fault.OTHER_KIND),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(500), Fault.OTHER_KIND),
    "gif": (lambda: encoded(spotted(), "GIF"), Fault.OTHER_KIND),
    "bmp": (lambda: encoded(spotted(), "BMP"), Fault.OTHER_KIND),
    "tiff": (lambda: encoded(spotted(), "TIFF"), Fault.OTHER_KIND),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(500), Fault.HEIC),
    "avif": (lambda: b"\0\0\0\x18ftypavif" + bytes(500), Fault.HEIC),
    "only the first bytes of a jpeg": (lambda: b"\xff\xd8\xff\xe0", Fault.BROKEN),
    "half a jpeg": (lambda: _cut("JPEG", 0.5), Fault.BROKEN),
    "a jpeg without its end": (lambda: _cut("JPEG", 0.97), Fault.BROKEN),
    "half a png": (lambda: _cut("PNG", 0.5), Fault.BROKEN),
    "half a webp": (lambda: _cut("WEBP", 0.5), Fault.BROKEN),
    "a bomb": (_bomb, Fault.TOO_LARGE),
    "a pixel": (lambda: encoded(spotted((2, 2))), Fault.TOO_SMALL),
    "a line": (lambda: encoded(spotted((900, 40))), Fault.TOO_SMALL),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_none_is_refused_with_its_reason(name: str) -> None:
    make, fault = REFUSED[name]
    with pytest.raises(NoPhoto) as refused:
        read_photo(make())
    assert refused.value.fault is fault


def test_a_large_picture_is_made_smaller_and_keeps_its_shape() -> None:
    pixels = read_photo(encoded(spotted((5000, 2500))))
    assert (pixels.width, pixels.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert is_red(corner(pixels, 0, 0))


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_reason_has_a_sentence_of_its_own(language: str) -> None:
    sentences = {fault_words(fault, Texts(language)) for fault in Fault}
    assert len(sentences) == len(Fault)
    assert all(sentence.endswith(".") for sentence in sentences)
