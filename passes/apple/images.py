"""The pictures of a pass: which files it may have, of what size, and in three scales.

Facts: Apple, Human Interface Guidelines, "Wallet"; Wallet Developer Guide, "Pass Design and
Creation"; "Creating a poster generic pass". Sizes are points; ``@2x`` has twice the pixels.
"""

import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from passes.apple.initials import drawn_icon, drawn_logo
from passes.design import CardKind, Design, ImageRole
from passes.errors import ImageError, PassContentError
from passes.images import PIXELS_PER_POINT, check_fits, opened_png

ICON = "icon.png"
SCALES = (1, 2, 3)

_NAME = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*\.lproj/)?([A-Za-z]+)(?:@([23])x)?\.png", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Room:
    """The room for a picture in points, and the styles that draw it.

    ``exact``: the width is that; otherwise it is at most that. The height is at most that.
    """

    width: int
    height: int
    styles: frozenset[str]
    exact: bool = False
    square: bool = False


_CARDS = frozenset(("storeCard", "generic"))
_POSTER = frozenset(("posterGeneric",))
_ALL = _CARDS | _POSTER | {"boardingPass", "coupon", "eventTicket"}
ROOMS: Mapping[str, Room] = {
    "icon": Room(38, 38, _ALL, square=True),
    "logo": Room(160, 50, _ALL),
    "strip": Room(375, 144, frozenset(("storeCard",)), exact=True),
    "thumbnail": Room(90, 90, frozenset(("generic",))),
    "primaryLogo": Room(126, 30, _POSTER),
    "artwork": Room(358, 448, _POSTER, exact=True),
    "background": Room(180, 220, frozenset(("eventTicket",)), exact=True),
    "footer": Room(286, 15, frozenset(("boardingPass",)), exact=True),
    "secondaryLogo": Room(135, 12, frozenset(("eventTicket",))),
}
"""Every picture that a pass may have, those of event tickets and boarding passes too."""

_ROLES: Mapping[CardKind, tuple[ImageRole, ...]] = {
    CardKind.STORE_CARD: (ImageRole.ICON, ImageRole.LOGO, ImageRole.STRIP),
    CardKind.GENERIC: (ImageRole.ICON, ImageRole.LOGO, ImageRole.THUMBNAIL),
}


def image_files(
    design: Design, organization_name: str, images: Mapping[ImageRole, bytes]
) -> dict[str, bytes]:
    """The picture files of a pass by name, each role in three scales.

    A card without icon or logo is given one with the initials of the organization. Pictures
    of roles that the kind of card does not draw are left out.

    Args:
        design: the kind of card and its colours.
        organization_name: whose initials to draw.
        images: fitted pictures, PNG of the largest size (``passes.images.fit_picture``).

    Raises:
        ImageError: a picture is no PNG, or was not fitted for its role.
    """
    drawn = {ImageRole.ICON: drawn_icon, ImageRole.LOGO: drawn_logo}
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
    """A fitted picture in three scales, by file name. Raises ImageError."""
    path = f"images.{role.value}"
    check_fits(*_size(path, png), role, path)
    picture = opened_png(png)
    return {_name(role, scale): _at_scale(picture, png, scale) for scale in SCALES}


def _name(role: ImageRole, scale: int) -> str:
    """The file for a role: ``icon.png``, ``icon@2x.png``."""
    return f"{role.value}@{scale}x.png" if scale > 1 else f"{role.value}.png"


def _at_scale(picture: Image.Image, png: bytes, scale: int) -> bytes:
    """The picture with ``scale`` pixels a point."""
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
        PassContentError: ``icon.png`` is missing, or a file is none that these styles draw.
        ImageError: a file is no PNG, or of a wrong size. Its path is the name of the file.
    """
    if ICON not in files:
        raise PassContentError(ICON, "a pass without it is refused")
    for name, data in files.items():
        found = _NAME.fullmatch(name)
        room = ROOMS.get(found[1]) if found else None
        if found is None or room is None:
            raise PassContentError(name, "not a picture that Wallet knows")
        if not room.styles & styles:
            raise PassContentError(name, f"{' and '.join(sorted(styles))} do not draw it")
        _check_size(name, _size(name, data), room, int(found[2] or 1))


def _size(path: str, data: bytes) -> tuple[int, int]:
    """The size in pixels of a PNG whose parts are all there. Raises ImageError."""
    try:
        with PngImageFile(io.BytesIO(data)) as image:
            image.verify()
            return image.size
    except (OSError, ValueError, SyntaxError, IndexError, struct.error):
        raise ImageError(path, "this is no PNG picture, or not a whole one") from None


def _check_size(name: str, size: tuple[int, int], room: Room, scale: int) -> None:
    """Check a size in pixels. Raises ImageError."""
    width, height = size
    most = (room.width * scale, room.height * scale)
    if width > most[0] or height > most[1] or (room.exact and width != most[0]):
        least = f"a width of {most[0]} and at most" if room.exact else "at most"
        wanted = f"{least} {most[1]}" if room.exact else f"{least} {most[0]} x {most[1]}"
        raise ImageError(name, f"{width} x {height} pixels; it may have {wanted}")
    if room.square and width != height:
        raise ImageError(name, f"{width} x {height} pixels are no square")
