"""The white panel of a card with its code and caption."""

from dataclasses import dataclass

from PIL import ImageDraw, ImageOps

from passes.card import CardFace
from passes.design import Symbology
from passes.drawing.canvas import Box, Canvas
from passes.drawing.code_image import code_image
from passes.drawing.fitting import Align, TextStyle
from passes.drawing.fonts import Weight

_INK = "#111111"
_PALE = "#8a8a8e"
_CAPTION = 24.0
"""Height of the caption under a code, in points."""

_KINDS = {Symbology.AZTEC: "Aztec", Symbology.PDF417: "PDF417", Symbology.CODE128: "Code 128"}
_WIDE = (Symbology.PDF417, Symbology.CODE128)
_VOIDED = "#d2d2d7"
"""Colour of the code on a revoked card."""


@dataclass(frozen=True, slots=True)
class CodePanel:
    """A panel: side of a square code and corner radius, in points."""

    side: float
    radius: float

    def height(self, face: CardFace) -> float:
        """Return the height of the panel for a card, in points."""
        code = self.side * 0.45 if face.design.symbology in _WIDE else self.side
        return code + (_CAPTION if face.code_caption else 0)

    def width(self, face: CardFace) -> float:
        """Return the width of the panel for a card, in points."""
        return self.side * 1.65 if face.design.symbology in _WIDE else self.side

    def draw(self, canvas: Canvas, face: CardFace, top: float) -> None:
        """Draw the panel, centred, from ``top`` downwards."""
        width, height = self.width(face), self.height(face)
        left = (canvas.width - width) / 2
        canvas.rounded(Box(left, top, width, height), self.radius, "#ffffff")
        code_height = height - (_CAPTION if face.code_caption else 0)
        if face.design.symbology is Symbology.QR:
            _draw_qr(canvas, face, Box(left, top, width, code_height))
        else:
            _draw_placeholder(canvas, face, Box(left, top, width, code_height))
        if face.code_caption:
            style = TextStyle(13, _INK, Weight.MEDIUM, least=9)
            baseline = top + height - 10
            canvas.text(face.code_caption, (left + 8, baseline), width - 16, style, Align.MIDDLE)


def _draw_qr(canvas: Canvas, face: CardFace, box: Box) -> None:
    """Draw the code in whole pixels, as large as possible; pale on a revoked card."""
    x, y, width, height = canvas.pixels(box)
    code = code_image(face.facts.code, face.design.symbology, min(width, height))
    place = (x + (width - code.width) // 2, y + (height - code.height) // 2)
    # Only the dark modules, to leave the round corners of the panel.
    canvas.image.paste(_VOIDED if face.voided else "#000000", place, ImageOps.invert(code))


def _draw_placeholder(canvas: Canvas, face: CardFace, box: Box) -> None:
    """Draw a frame that names the symbology, which the wallet will draw."""
    inner = Box(box.left + 12, box.top + 12, box.width - 24, box.height - 24)
    x, y, width, height = canvas.pixels(inner)
    pen = ImageDraw.Draw(canvas.image)
    corners = (x, y, x + width, y + height)
    line = max(1, round(canvas.scale))
    pen.rounded_rectangle(corners, 6 * canvas.scale, outline="#d1d1d6", width=line)
    middle = inner.top + inner.height / 2
    name = TextStyle(15, _PALE, Weight.SEMI_BOLD, least=9)
    note = TextStyle(10, _PALE, least=7)
    room, left = inner.width - 12, inner.left + 6
    canvas.text(_KINDS[face.design.symbology], (left, middle - 1), room, name, Align.MIDDLE)
    canvas.text("drawn by the wallet", (left, middle + 14), room, note, Align.MIDDLE)
