"""Pictures of any size, checked and fitted to what the wallets draw.

A picture comes out as PNG in sRGB, as large as the sharpest screens need it (three pixels a
point), so that smaller ones can be made of it and none has to be drawn larger.
"""

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageCms, ImageOps
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from passes.design import ImageRole
from passes.errors import ImageError

PIXELS_PER_POINT = 3
"""Of the sharpest phones; Apple's files named ``@3x``."""

MOST_PIXELS = 32_000_000
"""Pictures of more are refused before any of it is decoded: one may take 128 MB of memory."""

LEAST_SIDE = 8
"""A fitted logo or thumbnail thinner than this, in pixels, is a line."""

_SVG = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:svg|\?xml|!doctype svg|!--)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Space:
    """The room of a role in pixels at three a point, and how a picture is made to fit it.

    ``crop``: it fills the room, and what stands over is cut off alike on both sides. Otherwise
    all of it is shown, and ``pad`` fills up the rest with transparency.
    """

    width: int
    height: int
    crop: bool = False
    pad: bool = False


SPACES: Mapping[ImageRole, Space] = {
    ImageRole.ICON: Space(87, 87, pad=True),
    ImageRole.LOGO: Space(480, 150),
    ImageRole.STRIP: Space(1125, 432, crop=True),
    ImageRole.THUMBNAIL: Space(270, 270),
}
"""Three times the points of Apple's guides (Human Interface Guidelines, Wallet; Wallet Developer
Guide, Pass Design and Creation): 29 x 29, at most 160 x 50, 375 x 144, and 90 x 90."""


@dataclass(frozen=True)
class Picture:
    """A fitted picture: PNG bytes and size in pixels."""

    data: bytes
    width: int
    height: int

    @cached_property
    def tag(self) -> str:
        """SHA-256 of the bytes, in hexadecimal: what designs name it by."""
        return hashlib.sha256(self.data).hexdigest()


_READERS: tuple[tuple[re.Pattern[bytes], type[ImageFile]], ...] = (
    (re.compile(rb"\xff\xd8\xff"), JpegImageFile),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PngImageFile),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WebPImageFile),
    (re.compile(rb"GIF8[79]a"), GifImageFile),
)
_BROKEN = (
    OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError, OverflowError,
    struct.error, zlib.error, Image.DecompressionBombError,
    Warning,  # where warnings are errors, as in tests: a picture that Pillow doubts
)  # fmt: skip
"""What Pillow raises for pictures that are not whole."""


def fit_picture(data: bytes, role: ImageRole, path: str = "") -> Picture:
    """Check a PNG, JPEG, WebP or GIF (its first frame) and fit it to the room of a role.

    It is turned as its camera says, keeps its transparency, and is changed to sRGB if it has
    another colour profile. Takes up to a second of a processor and 128 MB.

    Raises:
        ImageError: it is none of these, not whole, made for print (CMYK), of too many pixels,
            so small that it would be drawn three times as large, or a thin line. ``path`` is
            put before what is said.
    """
    fitted = _in_srgb(*_fitted(_decoded(data, SPACES[role], path), SPACES[role], path))
    out = io.BytesIO()
    fitted.save(out, "PNG", icc_profile=None, optimize=True)
    return Picture(out.getvalue(), fitted.width, fitted.height)


def check_fits(width: int, height: int, role: ImageRole, path: str = "") -> None:
    """Check that a picture of that size (pixels) was fitted for a role. Raises ImageError."""
    space = SPACES[role]
    exact = space.crop or space.pad
    here, room = (width, height), (space.width, space.height)
    if here != room if exact else width > room[0] or height > room[1]:
        least = "" if exact else "at most "
        raise ImageError(
            path,
            f"a picture of {width} x {height} pixels is not for this: "
            f"{role.value} takes {least}{space.width} x {space.height}",
        )


def opened_png(data: bytes) -> Image.Image:
    """A fitted picture, decoded, with transparency (``RGBA``)."""
    with PngImageFile(io.BytesIO(data)) as image:
        return image.convert("RGBA")


def _decoded(data: bytes, space: Space, path: str) -> Image.Image:
    """The first frame, upright, in mode L, LA, RGB or RGBA. Raises ImageError."""
    reader = next((reader for start, reader in _READERS if start.match(data)), None)
    if reader is None:
        svg = _SVG.match(data) is not None
        taken = "PNG, JPEG, WebP or GIF"
        message = f"SVG is not taken; save it as {taken}" if svg else f"this is no {taken} picture"
        raise ImageError(path, message)
    try:
        # Not through Image.open, which judges sizes by a setting of the whole process.
        with reader(io.BytesIO(data)) as image:
            _check_header(image, path)
            # A photo of many megapixels is decoded at a half, a quarter or an eighth.
            side = 2 * max(space.width, space.height)
            image.draft(image.mode, (side, side))
            image.load()
            return _plain_mode(ImageOps.exif_transpose(image))
    except _BROKEN as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(path, "the picture is broken or not whole") from error


def _check_header(image: ImageFile, path: str) -> None:
    """Refuse what the head of a file already tells is of no use. Raises ImageError."""
    if image.width * image.height > MOST_PIXELS:
        raise ImageError(
            path,
            f"{image.width} x {image.height} pixels are too many; "
            f"{MOST_PIXELS // 1_000_000} million are taken",
        )
    if image.mode == "CMYK":
        raise ImageError(path, "the picture is made for print (CMYK); save it in RGB")


def _plain_mode(image: Image.Image) -> Image.Image:
    """A picture in one of the modes that can be scaled and has 8 bits a colour."""
    if image.mode.startswith("I"):  # grey of 16 bits
        plain = image.point(lambda level: level / 256).convert("L")
    elif image.mode in ("L", "LA", "RGB", "RGBA"):
        return image if "transparency" not in image.info else image.convert("RGBA")
    else:
        plain = image.convert("RGBA")
    plain.info = dict(image.info)
    return plain


def _fitted(image: Image.Image, space: Space, path: str) -> tuple[Image.Image, bytes | None]:
    """Scale and crop or pad a picture. Returns it with its colour profile. Raises ImageError."""
    profile = image.info.get("icc_profile")
    scales = (space.width / image.width, space.height / image.height)
    scale = max(scales) if space.crop else min(scales)
    if scale > PIXELS_PER_POINT:
        needed = f"{-(-space.width // PIXELS_PER_POINT)} x {-(-space.height // PIXELS_PER_POINT)}"
        raise ImageError(
            path,
            f"{image.width} x {image.height} pixels are too few; at least {needed} "
            f"are needed, and {space.width} x {space.height} look best",
        )
    room = (space.width, space.height)
    if space.crop:
        return ImageOps.fit(image, room, Image.Resampling.LANCZOS), profile
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if min(size) < LEAST_SIDE:
        raise ImageError(path, "the picture is a thin line")
    scaled = image.resize(size, Image.Resampling.LANCZOS)
    if not space.pad or size == room:
        return scaled, profile
    clear = Image.new("RGBA", room, (0, 0, 0, 0))
    clear.paste(scaled, ((room[0] - size[0]) // 2, (room[1] - size[1]) // 2))
    return clear, profile


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in RGB or, where any of it is transparent, in RGBA; without a profile."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colour = image.convert(image.mode.removesuffix("A"))
    plain = _changed_colours(colour, profile) if profile else None
    plain = plain or colour.convert("RGB")
    if alpha is None or alpha.getextrema()[0] == 255:
        return plain
    return Image.merge("RGBA", (*plain.split(), alpha))


def _changed_colours(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The colours of a profile in sRGB; None for a profile that is broken or of another kind."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # as browsers do: colours are taken for sRGB
    return changed
