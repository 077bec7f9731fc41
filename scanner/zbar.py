"""The decoder pyzbar, which reads some pictures that zxing-cpp cannot.

Its one-dimensional readers guess more often, so each reading has a quality: the number of scan
lines that agree.
"""

import logging
import math
import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

try:
    from pyzbar import pyzbar
    from pyzbar.pyzbar import ZBarSymbol
except ImportError as error:  # The wrapper is there, but not the system's zbar library.
    ZBAR_MISSING = True
    logging.getLogger(__name__).warning(
        "pyzbar cannot be used, so zxing-cpp reads without a second opinion: %s", error
    )
else:
    ZBAR_MISSING = False

from scanner.events import Code, Corners
from scanner.formats import is_long_enough
from scanner.picture import Image
from scanner.zxing import RETAIL, WHOLE, Formats, Placement

NAMES = {
    "QRCODE": "QRCode",
    "CODE128": "Code128",
    "CODE39": "Code39",
    "CODABAR": "Codabar",
    "I25": "ITF",
    "EAN13": "EAN13",
    "EAN8": "EAN8",
    "UPCA": "UPCA",
}
"""zbar's names of the formats that are requested, with zxing-cpp's names.

Without UPC-E, of which zbar and zxing-cpp report other digits.
"""

_EXTENDED_39 = re.compile(r"[$%/+][A-Z]")
"""Pairs that zxing-cpp reads as one character of full ASCII, and zbar as two."""

QUARTER_TURNS = {"UP": 0, "RIGHT": 1, "DOWN": 2, "LEFT": 3}
"""Clockwise quarter turns of a symbol, by zbar's name of its orientation."""


@dataclass(frozen=True, slots=True)
class ZbarRead:
    """A code and the number of scan lines that agree on it (always 1 for a QR code)."""

    code: Code
    quality: int


def read_zbar(image: Image, formats: Formats, placement: Placement = WHOLE) -> list[ZbarRead]:
    """Return the codes in a grey ``image``, for those of ``formats`` that zbar can read.

    Returns none if the zbar library is missing (``ZBAR_MISSING``).
    """
    wanted = [name for name, ours in NAMES.items() if ours in formats.names]
    if ZBAR_MISSING or not wanted or 0 in image.shape:
        return []
    found = pyzbar.decode(image, symbols=[ZBarSymbol[name] for name in wanted])
    reads = (
        ZbarRead(_code_of(symbol, placement), symbol.quality)
        for symbol in found
        if symbol.type in NAMES and symbol.data
    )
    return [read for read in reads if _is_believed(read.code)]


def _code_of(symbol: Any, placement: Placement) -> Code:
    """Return a symbol as a code, with UPC-A as the ``EAN13`` that it is."""
    name, raw = NAMES[symbol.type], bytes(symbol.data)
    if name in RETAIL:
        name, raw = "EAN13", raw.zfill(13)
    return Code(
        text=raw.decode("utf-8", "replace"),
        format=name,
        corners=_corners(symbol.polygon, symbol.orientation, placement),
        raw=raw,
    )


def _is_believed(code: Code) -> bool:
    """Return whether a text is long enough, and the one that zxing-cpp would read."""
    if code.format == "Code39" and _EXTENDED_39.search(code.text):
        return False
    return is_long_enough(code.text, code.format)


def _corners(
    polygon: list[tuple[int, int]], orientation: str | None, placement: Placement
) -> Corners:
    """Return the corners clockwise from the symbol's top left; zbar returns any convex hull."""
    points = np.array(polygon, np.float32).reshape(-1, 2)
    if len(points) != 4:
        points = np.asarray(cv2.boxPoints(cv2.minAreaRect(points)), np.float32)
    middle = points.mean(axis=0)
    clockwise = sorted(
        points.tolist(), key=lambda p: math.atan2(p[1] - middle[1], p[0] - middle[0])
    )
    start = min(range(4), key=lambda n: sum(clockwise[n]))
    start += QUARTER_TURNS.get(orientation or "UP", 0)
    a, b, c, d = (placement.to_source(*clockwise[(start + n) % 4]) for n in range(4))
    return (a, b, c, d)
