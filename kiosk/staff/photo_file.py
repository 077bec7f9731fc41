"""Reads the picture that staff chose as a photo: upright, in RGB, without anything but its pixels.

Pillow is loaded with the first picture. It reads strictly: half a picture is none.
"""

import io
import re
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MOST_PIXELS = 64_000_000
"""Pixels of a picture that is decoded; cameras of phones take up to 50 million."""
LONGEST_SIDE = 1920
"""Longest side of a picture as it is read, in pixels."""
LEAST_SIDE = 100
"""Shortest side of a picture that can show a face, in pixels."""

_HEIC = re.compile(rb"....ftyp(hei[cxms]|hev[cx]|mif1|msf1|avi[fs])", re.DOTALL)
_JPEG = re.compile(rb"\xff\xd8\xff")
_PNG = re.compile(rb"\x89PNG\r\n\x1a\n")
_WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)
_BROKEN = (
    *(OSError, ValueError, SyntaxError, IndexError, TypeError, KeyError, EOFError, OverflowError),
    *(struct.error, zlib.error, MemoryError),
    Warning,  # for processes that turn warnings into errors, such as tests
)
"""What Pillow raises for broken pictures."""


class Fault(StrEnum):
    """Why a file is no photo."""

    OTHER_KIND = "other_kind"
    HEIC = "heic"
    """A picture of a phone in a format that few programs read."""
    BROKEN = "broken"
    """Truncated or damaged."""
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"


class NoPhoto(Exception):
    """A file cannot be a photo; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture: rows of RGB pixels from the top, one byte a channel, without gaps."""

    width: int
    height: int
    data: bytes


def read_photo(data: bytes) -> Pixels:
    """Return the picture in a file: upright by its EXIF, at most ``LONGEST_SIDE`` pixels a side.

    Of an animated one it is the first frame; what is transparent is white. Raises NoPhoto.
    """
    try:
        with _opened(data) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPhoto(Fault.TOO_LARGE)
            if min(image.size) < LEAST_SIDE:
                raise NoPhoto(Fault.TOO_SMALL)
            image.draft(image.mode, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            plain = _in_rgb(_upright(image))
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return Pixels(plain.width, plain.height, plain.tobytes())
    except _BROKEN:
        raise NoPhoto(Fault.BROKEN) from None


def _opened(data: bytes) -> "ImageFile":
    """Return the reader of a file by its first bytes. Raises NoPhoto, and errors of Pillow."""
    # Not through Image.open, which warns of large pictures by a setting of the whole process.
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415
    from PIL.PngImagePlugin import PngImageFile  # noqa: PLC0415
    from PIL.WebPImagePlugin import WebPImageFile  # noqa: PLC0415

    if _HEIC.match(data):
        raise NoPhoto(Fault.HEIC)
    for start, reader in (
        (_JPEG, JpegImageFile),
        (_PNG, PngImageFile),
        (_WEBP, WebPImageFile),
    ):
        if start.match(data):
            opened: ImageFile = reader(io.BytesIO(data))
            return opened
    raise NoPhoto(Fault.OTHER_KIND)


def _upright(image: "Image") -> "Image":
    """Return a picture turned by its EXIF; one whose EXIF is broken as it is."""
    from PIL import ImageOps  # noqa: PLC0415

    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _in_rgb(image: "Image") -> "Image":
    """Return a picture in sRGB, on white where it is transparent."""
    from PIL import Image  # noqa: PLC0415

    if image.mode.startswith("I"):  # 16 bits of grey, which a conversion would cut off
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return _by_profile(image)


def _by_profile(image: "Image") -> "Image":
    """Return an opaque picture in sRGB by its colour profile; without one by its mode."""
    from PIL import ImageCms  # noqa: PLC0415

    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, *_BROKEN):
            made = None
        if made is not None:
            return made
    return image.convert("RGB")
