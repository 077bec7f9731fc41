"""Decodes photos with Pillow: whether one is complete, upright, and free of metadata.

Loaded with the first photo that is stored or has to be turned; sending one needs no Pillow, and
a desk that only scans should not pay for it in memory.
"""

import io
import re
import struct
import zlib
from dataclasses import dataclass

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from membership.members.customers.photo_metadata import strip_metadata
from membership.web.errors import Invalid

_ORIENTATION = 0x0112
_QUALITY = 92

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by its EXIF orientation."""


MAX_SIDE = 4096
"""Largest width or height of a photo, in pixels."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """An image format: its first bytes, its decoder, and its media type."""

    start: re.Pattern[bytes]
    reader: type[ImageFile]
    mime: str


_KINDS = (
    _Kind(re.compile(rb"\xff\xd8\xff"), JpegImageFile, "image/jpeg"),
    _Kind(re.compile(rb"\x89PNG\r\n\x1a\n"), PngImageFile, "image/png"),
    _Kind(re.compile(rb"RIFF....WEBP", re.DOTALL), WebPImageFile, "image/webp"),
)


_BROKEN = (
    *(OSError, ValueError, SyntaxError, IndexError, TypeError, KeyError, struct.error, zlib.error),
    Warning,  # for processes that turn warnings into errors, such as tests
)
"""What Pillow raises for broken pictures."""


def checked(data: bytes) -> tuple[str, bytes]:
    """Return the media type of an uploaded image, and the image upright and without metadata.

    Raises Invalid if ``data`` is not a complete JPEG, PNG or WebP image within the size limits.
    """
    kind = next((kind for kind in _KINDS if kind.start.match(data)), None)
    if kind is None:
        raise _no_image()
    try:
        return kind.mime, _without_metadata(kind, data)
    except _BROKEN:
        raise _no_image() from None


def cleaned(mime: str, data: bytes) -> bytes | None:
    """Return a stored photo upright and without metadata; None if it cannot be decoded."""
    kind = next(kind for kind in _KINDS if kind.mime == mime)
    try:
        return _without_metadata(kind, data)
    except (*_BROKEN, Invalid):
        return None


def orientation_of(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if it cannot be read."""
    found = Image.Exif()
    try:
        found.load(exif)
        turned = found.get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, struct.error):
        return 1
    except Warning:  # for processes that turn warnings into errors, such as tests
        return 1
    return turned if isinstance(turned, int) and turned in _TURNS else 1


def _without_metadata(kind: _Kind, data: bytes) -> bytes:
    """Decode a photo, and return it upright and without metadata.

    Raises Invalid for too many pixels; errors of Pillow for a broken image.
    """
    stripped = strip_metadata(kind.mime, data)
    # Without EXIF, so that a broken one does no harm. Not through Image.open, which warns of large
    # images by a setting of the whole process.
    with kind.reader(io.BytesIO(data if stripped is None else stripped.data)) as image:
        if max(image.size) > MAX_SIDE:
            message = f"A photo may have at most {MAX_SIDE} pixels a side."
            raise Invalid("photo_too_large", "body", message)
        image.load()
        if stripped is None:
            return _encode_again(kind.mime, image)
        if stripped.mends:
            return _encode_again(kind.mime, image, stripped.orientation)
        return stripped.data


def _encode_again(mime: str, image: Image.Image, orientation: int = 1) -> bytes:
    """Return a picture encoded as ``mime``, rotated by its EXIF orientation, without metadata.

    Errors of Pillow are not caught.
    """
    out, kind = io.BytesIO(), mime.partition("/")[2].upper()
    profile = image.info.get("icc_profile")
    turn = _TURNS.get(orientation)
    upright = image.copy() if turn is None else image.transpose(turn)
    upright.info = {}  # Pillow would write comments and texts again
    upright.save(out, kind, quality=_QUALITY, icc_profile=profile)
    stripped = strip_metadata(mime, out.getvalue())
    return out.getvalue() if stripped is None else stripped.data


def _no_image() -> Invalid:
    """Return the error for data that is not a photo."""
    return Invalid("photo_invalid", "body", "This is not a complete JPEG, PNG or WebP image.")
