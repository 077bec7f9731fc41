"""Flat shapes on a square picture: smooth outlines, clipping, and the JPEG at the end.

All coordinates are in units of a square from (0, 0) top left to (256, 256), of which the
finished picture shows the part around the face.
"""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]
Points = Sequence[Point]
Colour = tuple[int, int, int]

SIZE = 256
_SCALE = 3  # drawn larger and reduced, which is what smooths the edges
_STEPS = 10
_ZOOM = 1.15
_FIXED = (128.0, 152.0)  # stays where it is when the picture is zoomed
_QUALITY = 84


def colour(code: str) -> Colour:
    """Return the colour that six hexadecimal digits name."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``one`` with ``share`` (0 to 1) of ``other`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def mirrored(half: Points, axis: float = SIZE / 2) -> list[Point]:
    """Return the closed outline whose right half, from top to bottom, is ``half``."""
    return [*half, *((2 * axis - x, y) for x, y in reversed(half) if x != axis)]


def flipped(points: Points, axis: float = SIZE / 2) -> list[Point]:
    """Return ``points`` seen in a mirror."""
    return [(2 * axis - x, y) for x, y in points]


def smooth(points: Points, *, closed: bool) -> list[Point]:
    """Return a curve through all ``points`` (a uniform Catmull-Rom spline)."""
    count = len(points)
    spans = count if closed else count - 1
    curve: list[Point] = []
    for index in range(spans):
        around = [index - 1, index, index + 1, index + 2]
        if closed:
            around = [each % count for each in around]
        else:
            around = [min(max(each, 0), count - 1) for each in around]
        p0, p1, p2, p3 = (points[each] for each in around)
        curve.extend(_span(p0, p1, p2, p3))
    return curve if closed else [*curve, points[-1]]


def _weights(t: float) -> tuple[float, float, float, float]:
    """Return how much each of four points counts at ``t`` (0 to 1) between the middle two."""
    return (
        0.5 * t * (t * (2 - t) - 1),
        1 + 0.5 * t * t * (3 * t - 5),
        0.5 * t * (t * (4 - 3 * t) + 1),
        0.5 * t * t * (t - 1),
    )


_WEIGHTS = [_weights(step / _STEPS) for step in range(_STEPS)]


def _span(p0: Point, p1: Point, p2: Point, p3: Point) -> list[Point]:
    """Return the points of one span of the spline, from ``p1`` up to before ``p2``."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = p0, p1, p2, p3
    return [
        (a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)
        for a, b, c, d in _WEIGHTS
    ]


class Canvas:
    """A picture in the making; shapes are painted one over the other."""

    def __init__(self, background: Colour) -> None:
        """Begin with a plain ground."""
        self._image = Image.new("RGB", (SIZE * _SCALE, SIZE * _SCALE), background)
        self._draw = ImageDraw.Draw(self._image)

    def mask(self, outline: Points) -> Image.Image:
        """Return the area inside a smooth outline, for ``clip``."""
        area = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(area).polygon(_scaled(smooth(outline, closed=True)), fill=255)
        return area

    def blob(
        self,
        outline: Points,
        fill: Colour,
        *,
        opacity: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint the inside of the smooth outline through all points."""
        self.polygon(smooth(outline, closed=True), fill, opacity=opacity, clip=clip)

    def polygon(
        self,
        corners: Points,
        fill: Colour,
        *,
        opacity: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint the inside of an outline with corners, only where ``clip`` is, if given."""
        scaled = _scaled(corners)
        if opacity >= 1 and clip is None:
            self._draw.polygon(scaled, fill=fill)
            return
        left, top, right, bottom = _bounds(scaled, self._image.size)
        if right <= left or bottom <= top:
            return
        area = Image.new("L", (right - left, bottom - top), 0)
        moved = [(x - left, y - top) for x, y in scaled]
        ImageDraw.Draw(area).polygon(moved, fill=round(255 * min(opacity, 1)))
        if clip is not None:
            area = ImageChops.multiply(area, clip.crop((left, top, right, bottom)))
        self._image.paste(fill, (left, top, right, bottom), area)

    def ring(self, outline: Points, hole: Points, fill: Colour) -> None:
        """Paint the area between two smooth outlines."""
        area = ImageChops.subtract(self.mask(outline), self.mask(hole))
        self._image.paste(fill, (0, 0), area)

    def oval(
        self,
        centre: Point,
        radii: Point,
        fill: Colour,
        *,
        opacity: float = 1.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint an ellipse."""
        (x, y), (rx, ry) = centre, radii
        k = 0.7071
        around = [
            (x + rx * a, y + ry * b)
            for a, b in ((0, -1), (k, -k), (1, 0), (k, k), (0, 1), (-k, k), (-1, 0), (-k, -k))
        ]
        self.blob(around, fill, opacity=opacity, clip=clip)

    def stroke(self, points: Points, fill: Colour, width: float) -> None:
        """Paint a smooth line with round ends."""
        line = _scaled(smooth(points, closed=False))
        thick = max(1, round(width * _SCALE * _ZOOM))
        self._draw.line(line, fill=fill, width=thick, joint="curve")
        for x, y in (line[0], line[-1]):
            r = thick / 2 - 0.5
            self._draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def jpeg(self) -> bytes:
        """Return the finished picture, 256 x 256 pixels."""
        small = self._image.reduce(_SCALE)
        out = BytesIO()
        small.save(out, "JPEG", quality=_QUALITY, optimize=True)
        return out.getvalue()


def _scaled(points: Points) -> list[Point]:
    """Return ``points`` in pixels of the large picture."""
    (fx, fy), each = _FIXED, _SCALE * _ZOOM
    return [((x - fx) * each + fx * _SCALE, (y - fy) * each + fy * _SCALE) for x, y in points]


def _bounds(points: Points, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the pixel box around ``points``, cut at the edges of the picture."""
    columns, rows = [x for x, _ in points], [y for _, y in points]
    return (
        max(0, int(min(columns))),
        max(0, int(min(rows))),
        min(size[0], int(max(columns)) + 2),
        min(size[1], int(max(rows)) + 2),
    )
