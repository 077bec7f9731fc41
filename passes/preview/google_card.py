"""Layout of a loyalty card in Google Wallet.

Source: Google Wallet documentation, "Pass template" and "Brand guidelines": logo in a circle,
program name, rows of fields, code and hero image. Google chooses the text colour itself: the
foreground and label colours of a design apply to Apple Wallet only.
"""

from collections.abc import Iterator, Mapping, Sequence

from PIL import Image

from passes.card import CardFace, FaceField
from passes.contrast import contrast_ratio, mix
from passes.design import ImageRole
from passes.drawing.canvas import Box, Canvas
from passes.drawing.code_panel import CodePanel
from passes.drawing.fitting import TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.rows import draw_row
from passes.google.face import MAX_FIELDS_IN_ROW, ROWS
from passes.images import BOUNDS
from passes.words import localize

SCREEN = 412.0
SCALE = 2.625
_AROUND = 12.0
_EDGE = _AROUND + 20.0
_ROOM = SCREEN - 2 * _EDGE
_RADIUS = 26.0
_LOGO = 40.0
_TITLE = 72.0
_NAME = 62.0
_ROW = 56.0
_CODE = CodePanel(side=196.0, radius=18.0)
_SURROUNDINGS = "#f1f3f4"
_LIGHT, _DARK = "#ffffff", "#202124"


class GoogleCard:
    """A card with its logo and decoded pictures by role, in one language."""

    def __init__(
        self,
        face: CardFace,
        logo: Image.Image,
        pictures: Mapping[ImageRole, Image.Image],
        language: str,
    ) -> None:
        self._face, self._logo, self._pictures, self._language = face, logo, pictures, language
        back = face.design.background
        self._ink = max((_LIGHT, _DARK), key=lambda ink: contrast_ratio(ink, back))
        self._soft = mix(self._ink, back, 0.22)
        self._line = mix(back, self._ink, 0.2)

    def draw(self, fonts: Fonts, *, mirrored: bool) -> Image.Image:
        """Draw the card on a light background."""
        rows = list(self._rows())
        code_height = _CODE.height(self._face)
        height = _TITLE + _NAME + len(rows) * _ROW + 16 + code_height + 24 + self._hero_height()
        canvas = Canvas(SCREEN, height + 2 * _AROUND, SCALE, fonts, mirrored=mirrored)
        canvas.image.paste(_SURROUNDINGS, (0, 0, *canvas.image.size))
        card = Box(_AROUND, _AROUND, SCREEN - 2 * _AROUND, height)
        canvas.shadow(card, _RADIUS, 0.22)
        canvas.rounded(card, _RADIUS, self._face.design.background)
        self._draw_title(canvas, _AROUND)
        top = _AROUND + _TITLE
        name = TextStyle(26, self._ink, least=18)
        title = localize(self._face.design.title, self._language)
        canvas.text(title, (_EDGE, top + 38), _ROOM, name)
        top += _NAME
        for row in rows:
            self._draw_row(canvas, row, top)
            top += _ROW
        _CODE.draw(canvas, self._face, top + 16)
        self._draw_hero(canvas, card)
        return canvas.image

    def _rows(self) -> Iterator[Sequence[FaceField]]:
        """Yield rows of at most three fields; Google shows further fields among the details."""
        for slots in ROWS:
            fields = [
                each for slot in slots for each in self._face.design.fields if each.slot is slot
            ]
            keys = {each.key for each in fields[:MAX_FIELDS_IN_ROW]}
            shown = [
                each for slot in slots for each in self._face.in_slot(slot) if each.key in keys
            ]
            if shown:
                yield shown

    def _hero_height(self) -> float:
        """Return the height of the hero image, which is as wide as the card, in points."""
        if ImageRole.STRIP not in self._pictures:
            return 0.0
        space = BOUNDS[ImageRole.STRIP]
        return (SCREEN - 2 * _AROUND) * space.height / space.width

    def _draw_title(self, canvas: Canvas, top: float) -> None:
        """Draw the logo, the organization, and the line below them."""
        circle = Box(_EDGE, top + 16, _LOGO, _LOGO)
        canvas.rounded(Box(_EDGE - 1, top + 15, _LOGO + 2, _LOGO + 2), _LOGO / 2 + 1, self._line)
        canvas.picture(self._logo, circle, _LOGO / 2)
        left = _EDGE + _LOGO + 12
        style = TextStyle(16, self._ink, Weight.MEDIUM, least=13)
        room = SCREEN - _EDGE - left
        canvas.text(self._face.facts.organization, (left, top + 42), room, style)
        x, y, width, _ = canvas.pixels(Box(_AROUND, top + _TITLE, SCREEN - 2 * _AROUND, 1))
        canvas.image.paste(self._line, (x, y, x + width, y + round(SCALE / 2)))

    def _draw_row(self, canvas: Canvas, fields: Sequence[FaceField], top: float) -> None:
        """Draw a row of fields."""
        label = TextStyle(12, self._soft, Weight.MEDIUM)
        value = TextStyle(17, self._ink, Weight.MEDIUM, least=13)
        texts = [
            (localize(each.label, self._language), each.shown(self._language)) for each in fields
        ]
        row = Box(_EDGE, top, _ROOM, _ROW)
        draw_row(canvas, texts, row, label=label, value=value)

    def _draw_hero(self, canvas: Canvas, card: Box) -> None:
        """Draw the hero image at the bottom of the card, within its round corners."""
        hero = self._pictures.get(ImageRole.STRIP)
        if hero is None:
            return
        height = self._hero_height()
        x, y, width, tall = canvas.pixels(
            Box(card.left, card.top + card.height - height, card.width, height)
        )
        corners = canvas.corner_mask(width, 2 * tall, _RADIUS).crop((0, tall, width, 2 * tall))
        scaled = hero.resize((width, tall), Image.Resampling.LANCZOS)
        behind = Image.new("RGBA", scaled.size, self._face.design.background)
        behind.alpha_composite(scaled)
        canvas.image.paste(behind.convert("RGB"), (x, y), corners)
