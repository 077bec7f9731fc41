"""Fitting pictures of every format, size and state, or refusing them with a path."""

import hashlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from passes.design import ImageRole
from passes.errors import ImageError
from passes.images import BOUNDS, MAX_PIXELS, check_fits, decode_png, fit_picture
from tests.generated import examples

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 60), (30, 60, 200)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Encode an image as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return a picture, red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image.convert(mode)


def colour_at(data: bytes, x: float, y: float) -> tuple[int, ...]:
    """Return the RGBA colour at a position given as fractions of width and height."""
    image = decode_png(data)
    pixel = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(pixel, tuple)
    return tuple(int(each) for each in pixel)


def near(colour: tuple[int, ...], other: tuple[int, ...], most: int = 12) -> bool:
    """Whether two colours are nearly the same."""
    return all(abs(a - b) <= most for a, b in zip(colour, other, strict=False))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("role", ImageRole)
def test_every_format_is_fitted_to_every_role(kind: str, role: ImageRole) -> None:
    fitted = fit_picture(encoded(halves(1600, 640), kind), role)
    check_fits(fitted.width, fitted.height, role)
    assert fitted.tag == hashlib.sha256(fitted.data).hexdigest()
    with Image.open(io.BytesIO(fitted.data)) as image:
        assert (image.format, image.size) == ("PNG", (fitted.width, fitted.height))
    assert near(colour_at(fitted.data, 0.2, 0.5), RED)
    assert near(colour_at(fitted.data, 0.8, 0.5), BLUE)


@pytest.mark.parametrize("role", ImageRole)
def test_fitting_is_idempotent(role: ImageRole) -> None:
    once = fit_picture(encoded(halves(900, 700)), role)
    assert fit_picture(once.data, role).tag == once.tag


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_is_converted_to_eight_bits(mode: str) -> None:
    image = Image.new(mode, (480, 150))
    fitted = fit_picture(encoded(image), ImageRole.LOGO)
    with Image.open(io.BytesIO(fitted.data)) as out:
        assert out.mode in ("RGB", "RGBA")


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    fitted = fit_picture(encoded(Image.new("I;16", (480, 150), 40_000)), ImageRole.LOGO)
    assert near(colour_at(fitted.data, 0.5, 0.5), (156, 156, 156))


def test_a_strip_is_cropped_and_not_distorted() -> None:
    image = Image.new("RGB", (3000, 432), RED)
    image.paste(GREEN, (1500 - 200, 0, 1500 + 200, 432))
    fitted = fit_picture(encoded(image), ImageRole.STRIP)
    row = decode_png(fitted.data).convert("RGB").crop((0, 200, 1125, 201))
    green = sum(
        count
        for count, each in row.getcolors(1125) or ()
        if isinstance(each, tuple) and near(each, GREEN)
    )
    # The width is unchanged, as the height is the same.
    assert abs(green - 400) <= 4


@pytest.mark.parametrize(("size", "expected"), [((1600, 400), (480, 120)), ((500, 900), (83, 150))])
def test_a_logo_keeps_its_proportions(size: tuple[int, int], expected: tuple[int, int]) -> None:
    fitted = fit_picture(encoded(halves(*size)), ImageRole.LOGO)
    assert (fitted.width, fitted.height) == expected


def test_an_icon_is_padded_with_transparency() -> None:
    fitted = fit_picture(encoded(halves(400, 200)), ImageRole.ICON)
    assert (fitted.width, fitted.height) == (87, 87)
    assert colour_at(fitted.data, 0.5, 0.05)[3] == 0
    assert near(colour_at(fitted.data, 0.25, 0.5), RED)


def test_transparency_is_kept_and_an_opaque_alpha_channel_dropped() -> None:
    image = Image.new("RGBA", (480, 150), (*RED, 255))
    image.paste((*RED, 0), (240, 0, 480, 150))
    fitted = fit_picture(encoded(image), ImageRole.LOGO)
    assert colour_at(fitted.data, 0.25, 0.5)[3] == 255
    assert colour_at(fitted.data, 0.75, 0.5)[3] == 0
    opaque = fit_picture(encoded(Image.new("RGBA", (480, 150), (*RED, 255))), ImageRole.LOGO)
    with Image.open(io.BytesIO(opaque.data)) as out:
        assert out.mode == "RGB"


def test_a_transparent_palette_entry_stays_transparent() -> None:
    image = halves(480, 150).quantize(4)
    first = image.getpixel((0, 0))
    fitted = fit_picture(encoded(image, "GIF", transparency=first), ImageRole.LOGO)
    assert colour_at(fitted.data, 0.1, 0.5)[3] == 0
    assert colour_at(fitted.data, 0.9, 0.5)[3] == 255


def test_the_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be rotated by 90 degrees clockwise
    data = encoded(halves(800, 400), "JPEG", exif=exif, quality=95)
    fitted = fit_picture(data, ImageRole.THUMBNAIL)
    assert (fitted.width, fitted.height) == (135, 270)
    assert near(colour_at(fitted.data, 0.5, 0.2), RED)
    assert near(colour_at(fitted.data, 0.5, 0.8), BLUE)


def test_a_large_rotated_photo_is_decoded_at_a_reduced_size() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    data = encoded(halves(4000, 3000), "JPEG", exif=exif)
    fitted = fit_picture(data, ImageRole.STRIP)
    assert (fitted.width, fitted.height) == (1125, 432)


def test_colour_profiles_are_converted_to_srgb() -> None:
    """The profile swaps red and blue, so that its effect is obvious."""
    profile = swapped_profile()
    fitted = fit_picture(encoded(halves(480, 150), icc_profile=profile), ImageRole.LOGO)
    left = colour_at(fitted.data, 0.2, 0.5)
    assert left[2] > 150
    assert left[0] < 100
    with Image.open(io.BytesIO(fitted.data)) as out:
        assert "icc_profile" not in out.info


def swapped_profile() -> bytes:
    """Return an sRGB profile with the red and blue primaries swapped."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    entries = {bytes(data[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


@pytest.mark.parametrize("profile", [b"", b"no profile", b"\x00" * 200])
def test_a_corrupt_profile_is_ignored(profile: bytes) -> None:
    fitted = fit_picture(encoded(halves(480, 150), icc_profile=profile), ImageRole.LOGO)
    assert near(colour_at(fitted.data, 0.2, 0.5), RED)


def test_the_first_frame_of_an_animation_is_used() -> None:
    frames = [Image.new("RGB", (480, 150), colour) for colour in (GREEN, RED, BLUE)]
    for kind in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert near(colour_at(fit_picture(data, ImageRole.LOGO).data, 0.5, 0.5), GREEN), kind


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size, with hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + end


def animated_bomb() -> bytes:
    """Return a GIF whose screen claims 65,535 pixels a side."""
    frames = [Image.new("P", (64, 64), colour) for colour in (1, 2)]
    data = bytearray(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    struct.pack_into("<HH", data, 6, 65_535, 65_535)
    return bytes(data)


GOOD = encoded(halves(600, 400))
REFUSED = {
    "empty": (b"", "no PNG, JPEG"),
    "text": (b"member card", "no PNG, JPEG"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG is not taken"),
    "svg with a declaration": (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "SVG is not taken"),
    "bmp": (encoded(halves(600, 400), "BMP"), "no PNG, JPEG"),
    "pdf": (b"%PDF-1.7", "no PNG, JPEG"),
    "half": (GOOD[: len(GOOD) // 2], "broken or not whole"),
    "head only": (GOOD[:40], "broken or not whole"),
    "wrong bytes": (GOOD[:60] + b"\x00" * 60 + GOOD[120:], "broken or not whole"),
    "half a JPEG": (encoded(halves(600, 400), "JPEG")[:2000], "broken or not whole"),
    "half a WebP": (encoded(halves(600, 400), "WEBP", lossless=True)[:60], "broken or not whole"),
    "for print": (encoded(Image.new("CMYK", (600, 400)), "JPEG"), "for print"),
    "a bomb": (png_that_claims(60_000, 60_000), "too many"),
    "an animated bomb": (animated_bomb(), "too many"),
    "a wide bomb": (png_that_claims(2**31 - 1, 1), "too many"),
    "one pixel": (encoded(Image.new("RGB", (1, 1))), "too few"),
    "a line": (encoded(Image.new("RGB", (6000, 20))), "thin line"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_unusable_pictures_are_refused_with_their_path(what: str) -> None:
    data, message = REFUSED[what]
    with pytest.raises(ImageError, match=message) as refused:
        fit_picture(data, ImageRole.LOGO, "images.logo")
    assert refused.value.path == "images.logo"
    assert str(refused.value).startswith("images.logo: ")


@pytest.mark.parametrize("role", ImageRole)
def test_the_smallest_accepted_size(role: ImageRole) -> None:
    space = BOUNDS[role]
    least = (space.width // 3, space.height // 3)
    fit_picture(encoded(halves(*least)), role)
    with pytest.raises(ImageError, match="too few"):
        fit_picture(encoded(halves(least[0] - 2, least[1] - 2)), role)


def test_the_largest_accepted_size() -> None:
    side = 4096
    rows = MAX_PIXELS // side
    data = encoded(Image.new("L", (side, rows)), compress_level=1)
    assert fit_picture(data, ImageRole.STRIP).width == 1125
    with pytest.raises(ImageError, match="too many"):
        fit_picture(encoded(Image.new("L", (side, rows + 1)), compress_level=1), ImageRole.STRIP)


@given(
    position=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=12),
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
)
@settings(max_examples=examples(120), deadline=None)
def test_damaged_pictures_are_fitted_or_refused(position: float, junk: bytes, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    options: dict[str, Any] = {} if kind == "GIF" else {"exif": exif}
    data = bytearray(encoded(halves(60, 40), kind, **options))
    place = int(position * len(data))
    data[place : place + len(junk)] = junk
    try:
        fitted = fit_picture(bytes(data), ImageRole.ICON)
    except ImageError:
        return
    assert (fitted.width, fitted.height) == (87, 87)


def test_sizes_of_other_roles_are_refused() -> None:
    with pytest.raises(ImageError, match=r"strip takes 1125 x 432"):
        check_fits(480, 150, ImageRole.STRIP, "images.strip")
    with pytest.raises(ImageError, match=r"logo takes at most 480 x 150"):
        check_fits(1125, 432, ImageRole.LOGO)
