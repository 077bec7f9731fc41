"""A card to print, as a PDF: one page of the size of a bank card, with a vector code."""

from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from passes.card import CardFace
from passes.design import ImageRole, Slot
from passes.drawing.code_image import QUIET_MODULES, qr_modules
from passes.words import localize

WIDTH_MM, HEIGHT_MM = 85.60, 53.98
"""Card format ID-1 (ISO/IEC 7810)."""

_MARGIN = 5.0
_CODE_MM = 26.0
_MM_OF_POINT = 25.4 / 72
_MIN_POINTS = 5.0


def card_pdf(
    face: CardFace, images: dict[ImageRole, bytes], fonts: Path, language: str, now: datetime
) -> bytes:
    """Return a card for printing as a PDF. ``fonts`` is the folder of ``Inter-*.otf``.

    ``images`` are fitted pictures; ``now`` is the PDF's creation date. The code is printed in black
    on white with its quiet zone, whatever the colours of the card.

    Raises PassContentError for a code that is too long for a QR code; OSError without the fonts.
    """
    pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_creation_date(now)
    for weight in ("Regular", "SemiBold"):
        pdf.add_font(weight, fname=fonts / f"Inter-{weight}.otf")
    pdf.set_title(localize(face.design.title, language))
    pdf.set_lang(language)
    pdf.add_page()
    page = _Page(pdf, face)
    page.background()
    page.header(images, language)
    page.fields(language)
    page.code()
    return bytes(pdf.output())


class _Page:
    """The one page of a card."""

    def __init__(self, pdf: FPDF, face: CardFace) -> None:
        self._pdf, self._face, self._design = pdf, face, face.design

    def background(self) -> None:
        """Fill the page with the background colour."""
        self._fill(self._design.background)
        self._pdf.rect(0, 0, WIDTH_MM, HEIGHT_MM, style="F")

    def header(self, images: dict[ImageRole, bytes], language: str) -> None:
        """Draw the logo, the organization and the title, at the upper left."""
        room = WIDTH_MM - 2 * _MARGIN
        top = _MARGIN
        logo = images.get(ImageRole.LOGO)
        if logo is not None:
            self._pdf.image(logo, _MARGIN, top, h=8.0, w=room, keep_aspect_ratio=True)
            top += 9.5
        self._line(self._face.facts.organization, _MARGIN, top, room, size=11, weight="SemiBold")
        title = localize(self._design.title, language)
        self._line(title, _MARGIN, top + 5, room, size=7, colour=self._design.label)

    def fields(self, language: str) -> None:
        """Draw holder, number and primary fields, upwards from the lower edge."""
        facts = self._face.facts
        room = WIDTH_MM - 3 * _MARGIN - _CODE_MM
        shown = self._face.in_slot(Slot.PRIMARY)
        y = HEIGHT_MM - _MARGIN - 4
        self._line(facts.customer_number, _MARGIN, y, room, size=8)
        self._line(facts.customer_name, _MARGIN, y - 5, room, size=10, weight="SemiBold")
        for each in shown:
            y -= 11
            label = localize(each.label, language)
            self._line(label, _MARGIN, y - 2.6, room, size=5.5, colour=self._design.label)
            self._line(each.shown(language), _MARGIN, y, room, size=9, weight="SemiBold")

    def code(self) -> None:
        """Draw the code in the lower right corner."""
        modules = qr_modules(self._face.facts.code)
        step = _CODE_MM / (len(modules) + 2 * QUIET_MODULES)
        left, top = WIDTH_MM - _MARGIN - _CODE_MM, HEIGHT_MM - _MARGIN - _CODE_MM
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

    def _line(
        self,
        text: str,
        x: float,
        y: float,
        room: float,
        *,
        size: float,
        weight: str = "Regular",
        colour: str | None = None,
    ) -> None:
        """Draw a line of text; one that is too long is shrunk, then truncated."""
        pdf = self._pdf
        text = "".join(char for char in text if char.isprintable())
        pdf.set_text_color(*_rgb(colour or self._design.foreground))
        while True:
            pdf.set_font(weight, size=size)
            if pdf.get_string_width(text) <= room or size <= _MIN_POINTS:
                break
            size -= 0.5
        while text and pdf.get_string_width(text) > room:
            text = text[:-2] + "…" if len(text) > 2 else ""
        pdf.text(x, y + size * _MM_OF_POINT, text)

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
