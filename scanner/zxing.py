"""The decoder zxing-cpp: from grey pictures to ``Code``s."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp

from scanner.events import Code, Corner, Corners
from scanner.formats import STACKED, is_long_enough
from scanner.picture import Image
from scanner.slivers import without_slivers

SMALL_VARIANTS = frozenset({"MicroQRCode", "RMQRCode", "MicroPDF417"})
"""Small variants that zxing-cpp reads with the large formats. Their check data is weak, so altered
pictures yield false ones; no card has them. Aztec runes are a further one."""

AZTEC_RUNE = "]zC"
"""Symbology identifier of an Aztec rune, which is reported as ``Aztec``."""

RUNE_MODULES = 11
"""Modules a side of an Aztec rune."""

FAMILY_OF = {
    "AztecCode": "Aztec",
    "QRCodeModel1": "QRCode",
    "QRCodeModel2": "QRCode",
    "CompactPDF417": "PDF417",
    "Code39Std": "Code39",
    "Code39Ext": "Code39",
    "Code32": "Code39",
    "PZN": "Code39",
    "ITF14": "ITF",
}
"""zxing-cpp's names of variants, with the format that they are reported as."""

RETAIL = frozenset({"EAN13", "UPCA", "UPCE", "ISBN"})
"""Names of one number in several prints. All are reported as ``EAN13`` with thirteen digits."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Affine map from a derived picture to its source frame.

    A point (x, y) of the derived picture is (xx x + xy y + x0, yx x + yy y + y0) of the source.
    """

    xx: float = 1.0
    xy: float = 0.0
    x0: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    y0: float = 0.0

    @classmethod
    def scaled(cls, factor: float, left: float = 0.0, top: float = 0.0) -> "Placement":
        """Return the map of the part from ``left``, ``top`` on, enlarged ``factor`` times."""
        return cls(xx=1 / factor, x0=left, yy=1 / factor, y0=top)

    def to_source(self, x: float, y: float) -> Corner:
        """Return the source pixel of a point of the derived picture."""
        return (self.xx * x + self.xy * y + self.x0, self.yx * x + self.yy * y + self.y0)


WHOLE = Placement()
"""The frame itself."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Names of formats, with zxing-cpp's own representation."""

    names: tuple[str, ...]
    native: Any

    @classmethod
    def of(cls, *names: str) -> "Formats":
        """Return formats for zxing-cpp names. Raises ValueError for an unknown one."""
        try:
            return cls(names, zxingcpp.barcode_formats_from_str(",".join(names)))
        except ValueError as error:
            raise ValueError(f"unknown code format among {', '.join(names)}: {error}") from error


def read_zxing(
    image: Image,
    formats: Formats,
    *,
    thorough: bool = False,
    invert: bool = False,
    turned: bool = False,
    global_threshold: bool = False,
    small_variants: bool = False,
    placement: Placement = WHOLE,
) -> list[Code]:
    """Return the codes in a grey ``image``, with corners in its source frame.

    ``turned`` also searches rotated, ``invert`` inverted, ``thorough`` both and downscaled;
    ``global_threshold`` uses one threshold for the whole picture instead of local ones;
    ``small_variants`` also returns ``SMALL_VARIANTS``.
    """
    found = zxingcpp.read_barcodes(
        image,
        formats=formats.native,
        try_rotate=thorough or turned,
        try_invert=thorough or invert,
        try_downscale=thorough,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=(
            zxingcpp.Binarizer.GlobalHistogram
            if global_threshold
            else zxingcpp.Binarizer.LocalAverage
        ),
    )
    codes = [
        _code_of(barcode, placement)
        for barcode in found
        if _is_believed(barcode)
        and (not _is_small_variant(barcode) or (small_variants and _stands_alone(barcode, image)))
    ]
    return without_slivers(codes)


def _is_small_variant(barcode: Any) -> bool:
    return barcode.format.name in SMALL_VARIANTS or _is_rune(barcode)


def _is_rune(barcode: Any) -> bool:
    return bool(barcode.symbology_identifier == AZTEC_RUNE)


def _stands_alone(barcode: Any, image: Image) -> bool:
    """Return whether a rune is none of an Aztec code, whose middle is often taken for one.

    Round a rune is empty paper, round the middle of a code there are light and dark modules.
    """
    if not _is_rune(barcode):
        return True
    corners = np.array(_corners_of(barcode.position, WHOLE))
    middle = corners.mean(axis=0)
    around = middle + (corners - middle) * (1 + 3 / RUNE_MODULES)
    share = np.linspace(0, 1, 2 * RUNE_MODULES, endpoint=False)[:, None]
    sides = zip(around, np.roll(around, -1, axis=0), strict=True)
    points = np.concatenate([one + (other - one) * share for one, other in sides])
    across, down = points.round().astype(int).T
    inside = (across >= 0) & (across < image.shape[1]) & (down >= 0) & (down < image.shape[0])
    ring = image[down[inside], across[inside]].astype(float)
    left, top = corners.min(axis=0).astype(int).clip(0)
    right, bottom = corners.max(axis=0).astype(int) + 1
    symbol = image[top:bottom, left:right]
    contrast = float(symbol.max()) - float(symbol.min())
    return ring.size == 0 or float(np.ptp(ring)) < contrast / 2


def _is_believed(barcode: Any) -> bool:
    """Return whether check data or length vouch for what was read.

    They do not for a PDF417 code that took all of its error correction to read: whatever is wrong
    beyond that goes unnoticed. zxing-cpp tells the unused share as ``UEC``.
    """
    if not barcode.valid:
        return False
    name = _family_of(barcode)
    if name not in STACKED:
        return is_long_enough(barcode.text, name)
    unused = (barcode.extra or {}).get("UEC")
    return unused is None or unused > 0


def _family_of(barcode: Any) -> str:
    name = str(barcode.format.name)
    return FAMILY_OF.get(name, name)


def _code_of(barcode: Any, placement: Placement) -> Code:
    name = _family_of(barcode)
    text, raw = printable(barcode.text), bytes(barcode.bytes)
    if name in RETAIL:
        name, text, raw = "EAN13", text.zfill(13), raw.zfill(13)
    return Code(
        text=text,
        format=name,
        corners=_corners_of(barcode.position, placement),
        raw=raw,
    )


def _corners_of(position: Any, placement: Placement) -> Corners:
    points = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    first, second, third, fourth = (placement.to_source(point.x, point.y) for point in points)
    return (first, second, third, fourth)


def printable(text: str) -> str:
    """Return ``text`` with U+FFFD for surrogates, which UTF-8 cannot encode."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
