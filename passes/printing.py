"""A card to print, as a PDF: one page of the size of a bank card, with a vector code."""

from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from passes.card import CardFace
from passes.design import ImageRole, Slot
from passes.drawing.code_image import QUIET_MODULES, qr_modules
from passes.drawing.fitting import TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.pdf_text import LEADING, PdfText
from passes.images import decode_png
from passes.words import is_right_to_left, localize

WIDTH_MM, HEIGHT_MM = 85.60, 53.98
"""Card format ID-1 (ISO/IEC 7810)."""

_MARGIN = 5.0
_CODE_MM = 26.0
_LOGO_MM = 8.0
_MIN_POINTS = 5.0


def card_pdf(
    face: CardFace, images: dict[ImageRole, bytes], fonts: Path, language: str, now: datetime
) -> bytes:
    """Return a card for printing as a PDF. ``fonts`` is the folder of the shipped fonts.

    ``images`` are fitted pictures; ``now`` is the PDF's creation date. The code is printed in black
    on white with its quiet zone, whatever the colours of the card. For a
    right-to-left language the card is mirrored.

    Raises PassContentError for a code that is too long for a QR code; OSError without the fonts.
    """
    pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_creation_date(now)
    pdf.set_title(localize(face.design.title, language))
    pdf.set_lang(language)
    pdf.add_page()
    page = _Page(pdf, face, Fonts(fonts), mirrored=is_right_to_left(language))
    page.background()
    page.header(images, language)
    page.fields(language)
    page.code()
    return bytes(pdf.output())


class _Page:
    """The one page of a card."""

    def __init__(self, pdf: FPDF, face: CardFace, fonts: Fonts, *, mirrored: bool) -> None:
        self._pdf, self._face, self._design = pdf, face, face.design
        self._text, self._mirrored = PdfText(pdf, fonts, mirrored=mirrored), mirrored

    def background(self) -> None:
        """Fill the page with the background colour."""
        self._fill(self._design.background)
        self._pdf.rect(0, 0, WIDTH_MM, HEIGHT_MM, style="F")

    def header(self, images: dict[ImageRole, bytes], language: str) -> None:
        """Draw the logo, the organization and the title, at the top."""
        room = WIDTH_MM - 2 * _MARGIN
        top = _MARGIN
        logo = images.get(ImageRole.LOGO)
        if logo is not None:
            drawn = decode_png(logo)
            height = min(_LOGO_MM, room * drawn.height / drawn.width)
            width = height * drawn.width / drawn.height
            self._pdf.image(drawn, self._left(_MARGIN, width), top, w=width, h=height)
            top += _LOGO_MM + 1.5
        organization = self._style(11, Weight.SEMI_BOLD)
        self._text.line(self._face.facts.organization, (_MARGIN, top + 3.9), room, organization)
        title = localize(self._design.title, language)
        small = self._style(7, colour=self._design.label)
        self._text.line(title, (_MARGIN, top + 7.5), room, small)

    def fields(self, language: str) -> None:
        """Draw holder, number and primary fields, upwards from the lower edge."""
        facts = self._face.facts
        room = WIDTH_MM - 3 * _MARGIN - _CODE_MM
        y = HEIGHT_MM - _MARGIN - 1.2
        self._text.line(facts.customer_number, (_MARGIN, y), room, self._style(8))
        y -= 4.3
        y -= self._upwards(facts.customer_name, y, room, self._style(10, Weight.SEMI_BOLD))
        for each in self._face.in_slot(Slot.PRIMARY):
            y -= 6.4
            value = self._style(9, Weight.SEMI_BOLD)
            self._text.line(each.shown(language), (_MARGIN, y), room, value)
            label = self._style(5.5, colour=self._design.label)
            self._text.line(localize(each.label, language), (_MARGIN, y - 3.8), room, label)

    def _upwards(self, text: str, baseline: float, room: float, style: TextStyle) -> float:
        """Draw a text of one or two lines above ``baseline``; return what a second line takes."""
        fitted = self._text.fitted(text, room, style, most=2)
        extra = max(0, len(fitted.lines) - 1) * fitted.size * LEADING / self._pdf.k
        return self._text.write(fitted, (_MARGIN, baseline - extra), room, style.colour)

    def _style(
        self, size: float, weight: Weight = Weight.REGULAR, colour: str | None = None
    ) -> TextStyle:
        """Return a style that is shrunk to the least size at which a print can be read."""
        return TextStyle(size, colour or self._design.foreground, weight, least=_MIN_POINTS)

    def _left(self, start: float, width: float) -> float:
        """Return the left edge of a box that begins at ``start``, in the direction of reading."""
        return WIDTH_MM - start - width if self._mirrored else start

    def code(self) -> None:
        """Draw the code in the lower corner where a line ends."""
        modules = qr_modules(self._face.facts.code)
        step = _CODE_MM / (len(modules) + 2 * QUIET_MODULES)
        left = self._left(WIDTH_MM - _MARGIN - _CODE_MM, _CODE_MM)
        top = HEIGHT_MM - _MARGIN - _CODE_MM
        self._fill("#ffffff")
        self._pdf.rect(
            left, top, _CODE_MM, _CODE_MM, style="F", round_corners=True, corner_radius=1
        )
        self._fill("#000000")
        first = QUIET_MODULES * step
        for y, row in enumerate(modules):
            for start, length in _runs(row):
                self._pdf.rect(
                    left + first + start * step, top + first + y * step, length * step, step,
                    style="F",
                )  # fmt: skip

    def _fill(self, colour: str) -> None:
        self._pdf.set_fill_color(*_rgb(colour))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return runs of dark modules as (start, length), so that no hairline shows between them."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def _rgb(colour: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as three numbers from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
