"""Checking uploaded pictures, and fitting them to the sizes that the wallets draw.

The result is a PNG in sRGB at three pixels a point, as the sharpest screens need it, so that
smaller versions can be made of it and none is ever enlarged.
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
"""Scale of the sharpest phones: Apple's files named ``@3x``."""

MAX_PIXELS = 32_000_000
"""Larger pictures are refused before they are decoded: decoding one may take 128 MB of memory."""

MIN_SIDE = 8
"""Fewest pixels of a side of a fitted logo or thumbnail."""

_SVG = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:svg|\?xml|!doctype svg|!--)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The size of a role in pixels, at three a point, and how a picture is fitted to it.

    With ``crop`` the picture fills the size and is cropped centrally. Otherwise it is scaled to fit
    within the size, and ``pad`` fills the rest with transparency.
    """

    width: int
    height: int
    crop: bool = False
    pad: bool = False


BOUNDS: Mapping[ImageRole, Bounds] = {
    ImageRole.ICON: Bounds(87, 87, pad=True),
    ImageRole.LOGO: Bounds(480, 150),
    ImageRole.STRIP: Bounds(1125, 432, crop=True),
    ImageRole.THUMBNAIL: Bounds(270, 270),
}
"""Three times the points of Apple's guides (Human Interface Guidelines, "Wallet"; Wallet Developer
Guide, "Pass Design and Creation"): 29 x 29, at most 160 x 50, 375 x 144, and 90 x 90."""


@dataclass(frozen=True)
class Picture:
    """A fitted picture: PNG bytes and size in pixels."""

    data: bytes
    width: int
    height: int

    @cached_property
    def tag(self) -> str:
        """SHA-256 of the bytes, in hexadecimal, by which designs refer to it."""
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
    Warning,  # where warnings are errors, as in tests
)  # fmt: skip
"""What Pillow raises for corrupt pictures."""


def fit_picture(data: bytes, role: ImageRole, path: str = "") -> Picture:
    """Check a PNG, JPEG, WebP or GIF (its first frame) and fit it to the size of a role.

    The EXIF orientation is applied, transparency is kept, and other colour profiles are converted
    to sRGB. Takes up to a second of processor time and 128 MB of memory.

    Raises:
        ImageError: the file is of another format, corrupt, in CMYK, of too many pixels, so small
            that it would be enlarged more than three times, or a thin line. ``path`` becomes the
            path of the error.
    """
    fitted = _in_srgb(*_fitted(_decoded(data, BOUNDS[role], path), BOUNDS[role], path))
    out = io.BytesIO()
    fitted.save(out, "PNG", icc_profile=None, optimize=True)
    return Picture(out.getvalue(), fitted.width, fitted.height)


def check_fits(width: int, height: int, role: ImageRole, path: str = "") -> None:
    """Check that a size in pixels is that of a picture fitted for a role. Raises ImageError."""
    bounds = BOUNDS[role]
    exact = bounds.crop or bounds.pad
    here, room = (width, height), (bounds.width, bounds.height)
    if here != room if exact else width > room[0] or height > room[1]:
        least = "" if exact else "at most "
        raise ImageError(
            path,
            f"a picture of {width} x {height} pixels is not for this: "
            f"{role.value} takes {least}{bounds.width} x {bounds.height}",
        )


def decode_png(data: bytes) -> Image.Image:
    """Decode a PNG; returns it in mode ``RGBA``."""
    with PngImageFile(io.BytesIO(data)) as image:
        return image.convert("RGBA")


def _decoded(data: bytes, bounds: Bounds, path: str) -> Image.Image:
    """Return the first frame, upright, in mode L, LA, RGB or RGBA. Raises ImageError."""
    reader = next((reader for start, reader in _READERS if start.match(data)), None)
    if reader is None:
        svg = _SVG.match(data) is not None
        taken = "PNG, JPEG, WebP or GIF"
        message = f"SVG is not taken; save it as {taken}" if svg else f"this is no {taken} picture"
        raise ImageError(path, message)
    try:
        # Not Image.open, whose limit on sizes is a setting of the whole process.
        with reader(io.BytesIO(data)) as image:
            _check_header(image, path)
            # A large JPEG is decoded at a half, a quarter or an eighth of its size.
            side = 2 * max(bounds.width, bounds.height)
            image.draft(image.mode, (side, side))
            image.load()
            return _plain_mode(ImageOps.exif_transpose(image))
    except _BROKEN as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(path, "the picture is broken or not whole") from error


def _check_header(image: ImageFile, path: str) -> None:
    """Raise ImageError for what the header of a file already rules out."""
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(
            path,
            f"{image.width} x {image.height} pixels are too many; "
            f"{MAX_PIXELS // 1_000_000} million are taken",
        )
    if image.mode == "CMYK":
        raise ImageError(path, "the picture is made for print (CMYK); save it in RGB")


def _plain_mode(image: Image.Image) -> Image.Image:
    """Convert to a mode with 8 bits a channel that can be scaled; keeps the metadata."""
    if image.mode.startswith("I"):  # grey of 16 bits
        plain = image.point(lambda level: level / 256).convert("L")
    elif image.mode in ("L", "LA", "RGB", "RGBA"):
        return image if "transparency" not in image.info else image.convert("RGBA")
    else:
        plain = image.convert("RGBA")
    plain.info = dict(image.info)
    return plain


def _fitted(image: Image.Image, bounds: Bounds, path: str) -> tuple[Image.Image, bytes | None]:
    """Scale and crop or pad a picture; returns it and its ICC profile. Raises ImageError."""
    profile = image.info.get("icc_profile")
    scales = (bounds.width / image.width, bounds.height / image.height)
    scale = max(scales) if bounds.crop else min(scales)
    if scale > PIXELS_PER_POINT:
        needed = f"{-(-bounds.width // PIXELS_PER_POINT)} x {-(-bounds.height // PIXELS_PER_POINT)}"
        raise ImageError(
            path,
            f"{image.width} x {image.height} pixels are too few; at least {needed} "
            f"are needed, and {bounds.width} x {bounds.height} look best",
        )
    room = (bounds.width, bounds.height)
    if bounds.crop:
        return ImageOps.fit(image, room, Image.Resampling.LANCZOS), profile
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if min(size) < MIN_SIDE:
        raise ImageError(path, "the picture is a thin line")
    scaled = image.resize(size, Image.Resampling.LANCZOS)
    if not bounds.pad or size == room:
        return scaled, profile
    clear = Image.new("RGBA", room, (0, 0, 0, 0))
    clear.paste(scaled, ((room[0] - size[0]) // 2, (room[1] - size[1]) // 2))
    return clear, profile


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB: mode RGB or, if any pixel is transparent, RGBA; without a profile."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colour = image.convert(image.mode.removesuffix("A"))
    plain = _converted(colour, profile) if profile else None
    plain = plain or colour.convert("RGB")
    if alpha is None or alpha.getextrema()[0] == 255:
        return plain
    return Image.merge("RGBA", (*plain.split(), alpha))


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Convert from an ICC profile to sRGB; None for an unusable profile."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # as browsers do: the colours are taken as sRGB
    return changed
