"""Picture files of a pass: their names, sizes and three scales.

Source: Apple, Human Interface Guidelines, "Wallet"; Wallet Developer Guide, "Pass Design and
Creation"; "Creating a poster generic pass". Sizes are in points; ``@2x`` has twice the pixels.
"""

import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from passes.apple.initials import draw_icon, draw_logo
from passes.design import CardKind, Design, ImageRole
from passes.errors import ImageError, PassContentError
from passes.images import PIXELS_PER_POINT, check_fits, decode_png

ICON = "icon.png"
SCALES = (1, 2, 3)

_NAME = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*\.lproj/)?([A-Za-z]+)(?:@([23])x)?\.png", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """Size limit of a picture in points, and the styles that draw it.

    With ``exact`` the width has to be ``width``, otherwise at most that; the height is at most
    ``height``.
    """

    width: int
    height: int
    styles: frozenset[str]
    exact: bool = False
    square: bool = False


_CARDS = frozenset(("storeCard", "generic"))
_POSTER = frozenset(("posterGeneric",))
_ALL = _CARDS | _POSTER | {"boardingPass", "coupon", "eventTicket"}
SIZE_LIMITS: Mapping[str, SizeLimit] = {
    "icon": SizeLimit(38, 38, _ALL, square=True),
    "logo": SizeLimit(160, 50, _ALL),
    "strip": SizeLimit(375, 144, frozenset(("storeCard",)), exact=True),
    "thumbnail": SizeLimit(90, 90, frozenset(("generic",))),
    "primaryLogo": SizeLimit(126, 30, _POSTER),
    "artwork": SizeLimit(358, 448, _POSTER, exact=True),
    "background": SizeLimit(180, 220, frozenset(("eventTicket",)), exact=True),
    "footer": SizeLimit(286, 15, frozenset(("boardingPass",)), exact=True),
    "secondaryLogo": SizeLimit(135, 12, frozenset(("eventTicket",))),
}
"""Every picture that a pass may have, including those of event tickets and boarding passes."""

_ROLES: Mapping[CardKind, tuple[ImageRole, ...]] = {
    CardKind.STORE_CARD: (ImageRole.ICON, ImageRole.LOGO, ImageRole.STRIP),
    CardKind.GENERIC: (ImageRole.ICON, ImageRole.LOGO, ImageRole.THUMBNAIL),
}


def image_files(
    design: Design, organization_name: str, images: Mapping[ImageRole, bytes]
) -> dict[str, bytes]:
    """Return the picture files of a pass by name, each role in three scales.

    A missing icon or logo is drawn from the organization's initials. Pictures of roles that the
    kind of card does not draw are left out.

    Args:
        design: the kind of card and its colours.
        organization_name: the name for the initials.
        images: fitted pictures, PNG at scale 3 (``passes.images.fit_picture``).

    Raises:
        ImageError: a picture is not a PNG, or was not fitted for its role.
    """
    drawn = {ImageRole.ICON: draw_icon, ImageRole.LOGO: draw_logo}
    files: dict[str, bytes] = {}
    for role in _ROLES[design.kind]:
        png = images.get(role)
        if png is None and role in drawn:
            png = drawn[role](organization_name, design.foreground, design.background)
        if png is not None:
            files.update(_scaled(role, png))
    return files


@lru_cache(maxsize=32)
def _scaled(role: ImageRole, png: bytes) -> Mapping[str, bytes]:
    """Return a fitted picture in three scales, by file name. Raises ImageError."""
    path = f"images.{role.value}"
    check_fits(*_size(path, png), role, path)
    picture = decode_png(png)
    return {_name(role, scale): _at_scale(picture, png, scale) for scale in SCALES}


def _name(role: ImageRole, scale: int) -> str:
    """Return the file name for a role: ``icon.png``, ``icon@2x.png``."""
    return f"{role.value}@{scale}x.png" if scale > 1 else f"{role.value}.png"


def _at_scale(picture: Image.Image, png: bytes, scale: int) -> bytes:
    """Return the picture as PNG with ``scale`` pixels a point."""
    if scale == PIXELS_PER_POINT:
        return png
    size = [max(1, round(side * scale / PIXELS_PER_POINT)) for side in picture.size]
    scaled = picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    if scaled.getchannel("A").getextrema()[0] == 255:
        scaled = scaled.convert("RGB")
    out = io.BytesIO()
    scaled.save(out, "PNG", optimize=True)
    return out.getvalue()


def check_image_files(files: Mapping[str, bytes], styles: frozenset[str]) -> None:
    """Check the picture files of a pass of some styles (``storeCard``, ``posterGeneric`` ...).

    Raises:
        PassContentError: ``icon.png`` is missing, or these styles do not draw a file.
        ImageError: a file is not a PNG, or has a wrong size. Its path is the file name.
    """
    if ICON not in files:
        raise PassContentError(ICON, "a pass without it is refused")
    for name, data in files.items():
        found = _NAME.fullmatch(name)
        limit = SIZE_LIMITS.get(found[1]) if found else None
        if found is None or limit is None:
            raise PassContentError(name, "not a picture that Wallet knows")
        if not limit.styles & styles:
            raise PassContentError(name, f"{' and '.join(sorted(styles))} do not draw it")
        _check_size(name, _size(name, data), limit, int(found[2] or 1))


def _size(path: str, data: bytes) -> tuple[int, int]:
    """Return the size in pixels of an intact PNG. Raises ImageError."""
    try:
        with PngImageFile(io.BytesIO(data)) as image:
            image.verify()
            return image.size
    except (OSError, ValueError, SyntaxError, IndexError, struct.error):
        raise ImageError(path, "this is no PNG picture, or not a whole one") from None


def _check_size(name: str, size: tuple[int, int], limit: SizeLimit, scale: int) -> None:
    """Check a size in pixels against a limit in points. Raises ImageError."""
    width, height = size
    most = (limit.width * scale, limit.height * scale)
    if width > most[0] or height > most[1] or (limit.exact and width != most[0]):
        least = f"a width of {most[0]} and at most" if limit.exact else "at most"
        wanted = f"{least} {most[1]}" if limit.exact else f"{least} {most[0]} x {most[1]}"
        raise ImageError(name, f"{width} x {height} pixels; it may have {wanted}")
    if limit.square and width != height:
        raise ImageError(name, f"{width} x {height} pixels are no square")
