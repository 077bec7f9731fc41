"""A canvas in points, the unit of the wallets' layouts; mirrored for right-to-left languages."""

from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from passes.drawing.clusters import one_line
from passes.drawing.fitting import Align, TextStyle, fit_line
from passes.drawing.fonts import Fonts
from passes.drawing.layout import lay_out
from passes.drawing.painting import paint_line

_SMOOTH = 4
"""Supersampling factor of round corners."""


class Box(NamedTuple):
    """A rectangle in points. ``left`` is measured from the side where reading starts."""

    left: float
    top: float
    width: float
    height: float


class Canvas:
    """A picture that is being drawn. Positions and sizes are in points of ``scale`` pixels."""

    def __init__(
        self, width: float, height: float, scale: float, fonts: Fonts, *, mirrored: bool = False
    ) -> None:
        self.width, self.height, self.scale = width, height, scale
        self.image = Image.new("RGB", (self._px(width), self._px(height)), "#ffffff")
        self.mirrored, self._fonts = mirrored, fonts

    def _px(self, points: float) -> int:
        return round(points * self.scale)

    def pixels(self, box: Box) -> tuple[int, int, int, int]:
        """Return a box in pixels: left, top, width, height; mirrored if the canvas is."""
        left = self.width - box.left - box.width if self.mirrored else box.left
        x, y = self._px(left), self._px(box.top)
        return x, y, self._px(left + box.width) - x, self._px(box.top + box.height) - y

    def rounded(self, box: Box, radius: float, colour: str) -> None:
        """Fill a rectangle with round corners."""
        x, y, width, height = self.pixels(box)
        mask = self.corner_mask(width, height, radius)
        self.image.paste(Image.new("RGB", (width, height), colour), (x, y), mask)

    def shadow(self, box: Box, radius: float, strength: float) -> None:
        """Draw the shadow of a rectangle; ``strength`` is from 0 to 1."""
        x, y, width, height = self.pixels(box)
        mask = Image.new("L", self.image.size, 0)
        corner = self.corner_mask(width, height, radius)
        mask.paste(corner.point(lambda level: level * strength), (x, y + self._px(2)))
        small = mask.reduce(_SMOOTH).filter(ImageFilter.GaussianBlur(6 * self.scale / _SMOOTH))
        soft = small.resize(mask.size, Image.Resampling.BICUBIC)
        self.image.paste(Image.new("RGB", self.image.size, "#000000"), (0, 0), soft)

    def corner_mask(self, width: int, height: int, radius: float) -> Image.Image:
        """Return the mask (mode L) of a rectangle with round corners, of a size in pixels."""
        mask = Image.new("L", (width, height), 255)
        corner = min(self._px(radius), width // 2, height // 2)
        if corner < 1:
            return mask
        side = 2 * corner
        large = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
        ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
        circle = large.resize((side, side), Image.Resampling.BOX)
        for left, x in ((0, 0), (corner, width - corner)):
            for top, y in ((0, 0), (corner, height - corner)):
                part = circle.crop((left, top, left + corner, top + corner))
                mask.paste(part, (x, y))
        return mask

    def picture(self, picture: Image.Image, box: Box, radius: float = 0) -> None:
        """Draw a picture, stretched to a box."""
        x, y, width, height = self.pixels(box)
        scaled = picture.resize((width, height), Image.Resampling.LANCZOS)
        mask = scaled.getchannel("A") if scaled.mode == "RGBA" else None
        if radius:
            corners = self.corner_mask(width, height, radius)
            clear = Image.new("L", corners.size, 0)
            mask = corners if mask is None else Image.composite(mask, clear, corners)
        self.image.paste(scaled.convert("RGB"), (x, y), mask)

    def text(
        self,
        text: str,
        place: tuple[float, float],
        room: float,
        style: TextStyle,
        align: Align = Align.START,
    ) -> None:
        """Draw one line of text within ``room`` points from ``place``, its start and baseline."""
        fitted = fit_line(text, room, style, self._fonts, rtl=self.mirrored)
        x, y, width, _ = self.pixels(Box(place[0], place[1], room, 0))
        share = 1 - align.value if self.mirrored else align.value
        size = fitted.size * self.scale
        for line in fitted.lines:
            left = x + (width - line.width * size) * share
            paint_line(self.image, line, (left, y), size, style.colour)

    def width_of(self, text: str, style: TextStyle) -> float:
        """Return the width of a line at its full size, in points."""
        line = lay_out(one_line(text), self._fonts, style.weight, self.mirrored)
        return line.width * style.size


def fitting_inside(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size with the proportions of ``size`` within ``room``; at least 1 x 1."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
