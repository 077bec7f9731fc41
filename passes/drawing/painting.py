"""Text on pictures, drawn from the outlines of its letters."""

from collections.abc import Iterable

import uharfbuzz as hb
from PIL import Image

from passes.drawing.fitting import TextStyle, fit_line
from passes.drawing.fonts import Font, Fonts
from passes.drawing.layout import Letter, Line


def paint_line(
    image: Image.Image, line: Line, place: tuple[float, float], size: float, colour: str
) -> None:
    """Draw a line with the start of its baseline at ``place``; places and size are in pixels."""
    fonts: dict[Font, list[Letter]] = {}
    for letter in line.letters:
        fonts.setdefault(letter.font, []).append(letter)
    for font, letters in fonts.items():
        drawn = _mask(font, letters, place, size, image.height)
        if drawn is not None:
            mask, corner = drawn
            image.paste(Image.new(image.mode, mask.size, colour), corner, mask)


def paint_in_middle(image: Image.Image, text: str, style: TextStyle, fonts: Fonts) -> None:
    """Draw a text of a few letters in the middle of a picture by its ink; size is in pixels."""
    fitted = fit_line(text, image.width, style, fonts, rtl=False)
    large = Image.new("L", (image.width * 2, image.height * 2), 0)
    for line in fitted.lines:
        start = image.width - line.width * fitted.size / 2
        paint_line(large, line, (start, image.height), fitted.size, "#ffffff")
    box = large.getbbox()
    if box is not None:
        mask = large.crop(box)
        corner = (image.width - mask.width) // 2, (image.height - mask.height) // 2
        image.paste(Image.new(image.mode, mask.size, style.colour), corner, mask)


def _mask(
    font: Font, letters: Iterable[Letter], place: tuple[float, float], size: float, height: int
) -> tuple[Image.Image, tuple[int, int]] | None:
    """Return the ink of letters (mode L) and its upper left corner; None without ink."""
    raster, scale = hb.RasterDraw(), size / font.units
    for letter in letters:
        for part in letter.parts:
            x = place[0] + letter.x * size + part.x * scale
            y = height - place[1] + part.y * scale
            raster.transform = (scale, 0, 0, scale, x, y)
            raster.draw_glyph(font.shaper, part.number)
    drawn = raster.render()
    if drawn is None or not drawn.extents.width or not drawn.extents.height:
        return None
    box = drawn.extents
    mask = Image.frombytes("L", (box.width, box.height), drawn.buffer, "raw", "L", box.stride, -1)
    return mask, (box.x_origin, height - box.y_origin - box.height)
