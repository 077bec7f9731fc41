"""zxing-cpp as this scanner uses it: grey pictures in, ``Code`` out."""

from dataclasses import dataclass
from typing import Any

import zxingcpp

from scanner.events import Code, Corner, Corners
from scanner.picture import Image

SUPERSEDED_NAMES = {"AztecCode": "Aztec", "QRCodeModel2": "QRCode"}
"""Names that newer releases of zxing-cpp give to variants of what older ones call one format."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a derived picture lies in its source frame: source = derived / scale + offset."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def to_source(self, x: float, y: float) -> Corner:
        """Return the source pixel of a point of the derived picture."""
        return (x / self.scale + self.left, y / self.scale + self.top)


WHOLE = Placement()
"""The frame itself."""


def format_set(names: tuple[str, ...]) -> Any:
    """Return zxing-cpp's form of format ``names``. Raises ValueError for an unknown name."""
    try:
        return zxingcpp.barcode_formats_from_str(",".join(names))
    except Exception as error:
        raise ValueError(f"unknown code format among {', '.join(names)}: {error}") from error


def read_zxing(
    image: Image,
    formats: Any,
    *,
    thorough: bool = False,
    rotate: bool = False,
    invert: bool = False,
    downscale: bool = False,
    binarizer: Any = zxingcpp.Binarizer.LocalAverage,
    placement: Placement = WHOLE,
) -> list[Code]:
    """Return the codes in a grey ``image``, with corners in the frame it was taken from.

    ``thorough`` switches on rotated, inverted and downscaled search.
    """
    found = zxingcpp.read_barcodes(
        image,
        formats=formats,
        try_rotate=thorough or rotate,
        try_invert=thorough or invert,
        try_downscale=thorough or downscale,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    )
    return [_code_of(barcode, placement) for barcode in found if barcode.valid]


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
    """Return ``text`` with surrogates, which no file or message can hold, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
