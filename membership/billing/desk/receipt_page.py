"""The page of a receipt: a PDF (A5) in every script; a long receipt goes on on another page."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from passes.drawing.fitting import Fitted, TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.pdf_text import LEADING, PdfText

WIDTH_MM, HEIGHT_MM = 148, 210
"""A5, portrait."""

_MARGIN = 16.0
_LABEL_MM = 42.0
_GAP_MM = 4.0
_ASCENT = 0.8
"""Height of a letter above the baseline, in parts of the size."""
_MOST_LINES = 60
"""More than any field has in the narrowest letters: nothing is truncated."""

_INK, _MUTED, _RED = "#000000", "#55606c", "#b3261e"
_CLUB = TextStyle(11, _INK, Weight.SEMI_BOLD)
_ABOUT = TextStyle(9, _MUTED)
_TITLE = TextStyle(18, _INK, Weight.SEMI_BOLD)
_VOID = TextStyle(18, _RED, Weight.SEMI_BOLD)
_VALUE = TextStyle(11, _INK)


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """The text of a receipt. ``void`` is empty unless the payment was voided.

    ``about`` is the club's address and tax number in lines; ``lines`` are pairs of label and
    value, in the order in which they are printed.
    """

    organization: str
    about: tuple[str, ...]
    title: str
    void: str
    lines: tuple[tuple[str, str], ...]


def receipt_pdf(text: ReceiptText, fonts: Path, language: str, now: datetime) -> bytes:
    """Return a receipt as a PDF. ``fonts`` is the folder of the shipped fonts.

    Raises OSError if a font is missing.
    """
    pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_creation_date(now)
    pdf.set_title(text.title)
    pdf.set_lang(language)
    page = _Page(pdf, Fonts(fonts), text.title)
    page.heading(text.organization, _CLUB)
    for line in text.about:
        page.heading(line, _ABOUT)
    page.space(6)
    page.heading(text.title, _TITLE)
    if text.void:
        page.heading(text.void, _VOID)
    page.space(4)
    for label, value in text.lines:
        page.row(label, value)
    return bytes(pdf.output())


class _Page:
    """Writes a receipt from the top down; what does not fit any more begins another page."""

    def __init__(self, pdf: FPDF, fonts: Fonts, title: str) -> None:
        self._pdf, self._text, self._title = pdf, PdfText(pdf, fonts), title
        self._begin()

    def _begin(self) -> None:
        """Begin a page; those after the first one have the title above."""
        self._pdf.add_page()
        self._y = _MARGIN
        if self._pdf.page > 1:
            self.heading(self._title, _ABOUT)
            self.space(4)

    def space(self, height: float) -> None:
        """Leave some millimetres free."""
        self._y += height

    def heading(self, text: str, style: TextStyle) -> None:
        """Write a text over the whole width."""
        fitted = self._fitted(text, WIDTH_MM - 2 * _MARGIN, style)
        self._make_room(self._height(fitted))
        self._y += self._write(fitted, _MARGIN, style, 0.0)

    def row(self, label: str, value: str) -> None:
        """Write a label, and beside it the paragraphs of its value."""
        start = _MARGIN + _LABEL_MM + _GAP_MM
        beside = self._fitted(label, _LABEL_MM, _ABOUT)
        paragraphs = [
            self._fitted(each, WIDTH_MM - _MARGIN - start, _VALUE) for each in value.splitlines()
        ]
        height = max(self._height(beside), sum(map(self._height, paragraphs)))
        self._make_room(height)
        # Both stand on one line, though the label is smaller.
        lower = _ASCENT * (_VALUE.size - _ABOUT.size) / self._pdf.k
        self._write(beside, _MARGIN, _ABOUT, lower)
        below = 0.0
        for each in paragraphs:
            below += self._write(each, start, _VALUE, below)
        self._y += height + 1.5

    def _fitted(self, text: str, room: float, style: TextStyle) -> Fitted:
        return self._text.fitted(text, room, style, most=_MOST_LINES)

    def _height(self, fitted: Fitted) -> float:
        """Return the height of lines in millimetres."""
        return max(1, len(fitted.lines)) * fitted.size * LEADING / self._pdf.k

    def _make_room(self, height: float) -> None:
        """Begin another page if this one has no room for ``height``."""
        if self._y + height > HEIGHT_MM - _MARGIN:
            self._begin()

    def _write(self, fitted: Fitted, start: float, style: TextStyle, below: float) -> float:
        """Write lines from ``start``, and ``below`` the present height; return their height."""
        baseline = self._y + below + _ASCENT * fitted.size / self._pdf.k
        self._text.write(fitted, (start, baseline), WIDTH_MM - _MARGIN - start, style.colour)
        return self._height(fitted)
