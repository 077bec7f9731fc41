"""The decoder zxing-cpp: from grey pictures to ``Code``s."""

from dataclasses import dataclass
from typing import Any

import zxingcpp

from scanner.events import Code, Corner, Corners
from scanner.picture import Image

SMALL_VARIANTS = frozenset({"MicroQRCode", "RMQRCode", "MicroPDF417", "AztecRune"})
"""Small variants that zxing-cpp reads with the large formats. Their check data is weak, so altered
pictures yield false ones; no card has them."""

SUPERSEDED_NAMES = {"AztecCode": "Aztec", "QRCodeModel2": "QRCode"}
"""Names of newer releases of zxing-cpp for variants of what older ones call one format."""


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
    return [
        _code_of(barcode, placement)
        for barcode in found
        if barcode.valid and (small_variants or barcode.format.name not in SMALL_VARIANTS)
    ]


def _code_of(barcode: Any, placement: Placement) -> Code:
    name = barcode.format.name
    return Code(
        text=printable(barcode.text),
        format=SUPERSEDED_NAMES.get(name, name),
        corners=_corners_of(barcode.position, placement),
        raw=bytes(barcode.bytes),
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
