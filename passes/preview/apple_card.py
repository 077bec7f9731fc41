"""Layout of a card in Apple Wallet: the styles ``storeCard`` and ``generic``.

Source: Apple, Wallet Developer Guide, "Pass Design and Creation", and Human Interface Guidelines,
"Wallet". Sizes are those of a phone 375 points wide.
"""

from collections.abc import Mapping, Sequence

from PIL import Image, ImageFilter

from passes.card import CardFace, FaceField
from passes.design import CardKind, ImageRole, Slot
from passes.drawing.canvas import Box, Canvas
from passes.drawing.code_panel import CodePanel
from passes.drawing.fitting import Align, TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.rows import draw_row
from passes.images import BOUNDS
from passes.words import localize

SCREEN = 375.0
SCALE = 3.0
_AROUND = 8.0
_EDGE = _AROUND + 16.0
"""Left edge of the content, from the side of the screen, in points."""

_ROOM = SCREEN - 2 * _EDGE
_RADIUS = 13.0
_MIN_HEIGHT = 460.0
_HEADER = 62.0
_ROW = 52.0
_PRIMARY = {CardKind.STORE_CARD: 98.0, CardKind.GENERIC: 112.0}
_THUMBNAIL = 90.0
_GAP = 14.0
_CODE = CodePanel(side=176.0, radius=9.0)
_BELOW_CODE = 18.0
_SURROUNDINGS = "#e5e5ea"


class AppleCard:
    """A card with its decoded pictures by role, in one language."""

    def __init__(
        self, face: CardFace, pictures: Mapping[ImageRole, Image.Image], language: str
    ) -> None:
        self._face, self._design, self._pictures = face, face.design, pictures
        self._language = language
        self._store = self._design.kind is CardKind.STORE_CARD

    def draw(self, fonts: Fonts, *, mirrored: bool) -> Image.Image:
        """Draw the card on a light background."""
        height = self._height()
        canvas = Canvas(SCREEN, height + 2 * _AROUND, SCALE, fonts, mirrored=mirrored)
        canvas.image.paste(_SURROUNDINGS, (0, 0, *canvas.image.size))
        card = Box(_AROUND, _AROUND, SCREEN - 2 * _AROUND, height)
        canvas.shadow(card, _RADIUS, 0.28)
        canvas.rounded(card, _RADIUS, self._design.background)
        top = _AROUND
        self._draw_header(canvas, top)
        top += _HEADER
        self._draw_primary(canvas, top)
        top += self._primary_height()
        for row in self._rows():
            self._draw_row(canvas, row, top + 8)
            top += _ROW
        code_height = _CODE.height(self._face)
        _CODE.draw(canvas, self._face, _AROUND + height - _BELOW_CODE - code_height)
        return canvas.image

    def _height(self) -> float:
        """Return the height of the card in points."""
        rows = len(self._rows()) * _ROW
        code = 24 + _CODE.height(self._face) + _BELOW_CODE
        return max(_MIN_HEIGHT, _HEADER + self._primary_height() + rows + code)

    def _rows(self) -> list[Sequence[FaceField]]:
        """Return the rows of fields; a store card has secondary and auxiliary fields in one row."""
        secondary = self._face.in_slot(Slot.SECONDARY)
        auxiliary = self._face.in_slot(Slot.AUXILIARY)
        rows = [(*secondary, *auxiliary)] if self._store else [secondary, auxiliary]
        return [row for row in rows if row]

    def _strip(self) -> Image.Image | None:
        return self._pictures.get(ImageRole.STRIP) if self._store else None

    def _primary_height(self) -> float:
        """Return the height of the primary field with strip or thumbnail, in points."""
        if self._strip() is not None:
            space = BOUNDS[ImageRole.STRIP]
            return (SCREEN - 2 * _AROUND) * space.height / space.width
        beside = not self._store and ImageRole.THUMBNAIL in self._pictures
        shown = self._face.in_slot(Slot.PRIMARY) or beside
        return _PRIMARY[self._design.kind] if shown else 0.0

    def _draw_header(self, canvas: Canvas, top: float) -> None:
        """Draw the logo and title, and the header fields at the far side."""
        left = _EDGE
        logo = self._pictures.get(ImageRole.LOGO)
        if logo is not None:
            box = Box(left, top + 11, logo.width / SCALE * 0.8, logo.height / SCALE * 0.8)
            box = box._replace(top=top + (_HEADER - box.height) / 2)
            canvas.picture(logo, box)
            left += box.width + 8
        taken = self._draw_header_fields(canvas, top, SCREEN - _EDGE - left)
        room = SCREEN - _EDGE - left - taken - (8 if taken else 0)
        style = TextStyle(18, self._design.foreground, Weight.SEMI_BOLD, least=13)
        title = localize(self._design.title, self._language)
        canvas.text(title, (left, top + _HEADER / 2 + 6.5), room, style)

    def _draw_header_fields(self, canvas: Canvas, top: float, room: float) -> float:
        """Draw header fields from the far side; returns their total width in points."""
        fields = self._face.in_slot(Slot.HEADER)
        taken = 0.0
        label_style = self._label(10.5)
        value_style = TextStyle(17, self._design.foreground, least=12)
        for field in reversed(fields):
            label, value = self._texts(field)
            wanted = max(canvas.width_of(label, label_style), canvas.width_of(value, value_style))
            width = min(wanted + 1, room * 0.62 / len(fields))
            start = SCREEN - _EDGE - taken - width
            canvas.text(label, (start, top + 25), width, label_style, Align.END)
            canvas.text(value, (start, top + 45), width, value_style, Align.END)
            taken += width + _GAP
        return max(0.0, taken - _GAP)

    def _draw_primary(self, canvas: Canvas, top: float) -> None:
        """Draw the primary field over the strip, or beside the thumbnail."""
        height = self._primary_height()
        strip = self._strip()
        if strip is not None:
            canvas.picture(strip, Box(_AROUND, top, SCREEN - 2 * _AROUND, height))
        thumbnail = None if self._store else self._pictures.get(ImageRole.THUMBNAIL)
        room = _ROOM
        if thumbnail is not None:
            size = (thumbnail.width / SCALE, thumbnail.height / SCALE)
            left = SCREEN - _EDGE - size[0]
            canvas.picture(thumbnail, Box(left, top + (height - size[1]) / 2, *size), radius=3)
            room -= _THUMBNAIL + _GAP
        for field in self._face.in_slot(Slot.PRIMARY):
            if strip is not None:
                self._shade(canvas, top, height)
            self._draw_primary_field(canvas, field, top + height / 2, room)

    def _draw_primary_field(
        self, canvas: Canvas, field: FaceField, middle: float, room: float
    ) -> None:
        """Draw the primary field; on a store card the label is below the value."""
        label, value = self._texts(field)
        if self._store:
            style = TextStyle(46, self._design.foreground, least=22)
            canvas.text(value, (_EDGE, middle + 8), room, style)
            over = self._design.foreground if self._strip() else self._design.label
            label_style = TextStyle(12, over, Weight.SEMI_BOLD)
            canvas.text(label, (_EDGE, middle + 30), room, label_style)
            return
        canvas.text(label, (_EDGE, middle - 18), room, self._label(11))
        style = TextStyle(30, self._design.foreground, least=17)
        canvas.text(value, (_EDGE, middle + 14), room, style)

    def _shade(self, canvas: Canvas, top: float, height: float) -> None:
        """Draw a gradient of the background colour under a field on a strip, for legibility."""
        x, y, width, tall = canvas.pixels(Box(_AROUND, top, SCREEN - 2 * _AROUND, height))
        across = Image.linear_gradient("L").rotate(-90).resize((width, tall))
        if canvas.mirrored:
            across = across.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        mask = across.point(lambda level: level * 0.5).filter(ImageFilter.GaussianBlur(2))
        canvas.image.paste(Image.new("RGB", mask.size, self._design.background), (x, y), mask)

    def _draw_row(self, canvas: Canvas, fields: Sequence[FaceField], top: float) -> None:
        """Draw a row of fields."""
        value = TextStyle(17, self._design.foreground, least=13)
        texts = [self._texts(field) for field in fields]
        row = Box(_EDGE, top, _ROOM, _ROW)
        draw_row(canvas, texts, row, label=self._label(10.5), value=value)

    def _texts(self, field: FaceField) -> tuple[str, str]:
        """Return label, in capitals as in the wallet, and value."""
        return localize(field.label, self._language).upper(), field.shown(self._language)

    def _label(self, size: float) -> TextStyle:
        return TextStyle(size, self._design.label, Weight.SEMI_BOLD)
