"""Text in PDFs in every script, drawn by the same layout as on pictures.

fpdf2 shapes text too, but places the glyphs from left to right: a name that is written from right
to left is then read back reversed by half of the readers. Here glyphs follow each other in the
order in which they are read, as ISO 32000-1 (14.8.2.3.3) has it, each with the letters that it
stands for.
"""

from fpdf import FPDF
from fpdf.enums import TextMode

from passes.drawing.clusters import one_line
from passes.drawing.fitting import Align, Fitted, TextStyle, fit_lines
from passes.drawing.fonts import Fonts
from passes.drawing.layout import Letter, Line, lay_out
from passes.drawing.pdf_fonts import PdfFonts

LEADING = 1.25
"""Distance between the lines of a text, in parts of its size."""


class PdfText:
    """Writes text into a PDF. Positions are in the PDF's unit, sizes in points.

    ``mirrored`` is true for a page that is read from right to left: places are then measured from
    the right, and texts start there.
    """

    def __init__(self, pdf: FPDF, fonts: Fonts, *, mirrored: bool = False) -> None:
        self._pdf, self._fonts, self._mirrored = pdf, fonts, mirrored
        self._embedded = PdfFonts(pdf)

    def line(
        self,
        text: str,
        place: tuple[float, float],
        room: float,
        style: TextStyle,
        align: Align = Align.START,
    ) -> None:
        """Write one line within ``room`` from ``place``, its start and baseline.

        A text that is too wide is shrunk to the style's least size, then truncated.
        """
        self.lines(text, place, room, style, most=1, align=align)

    def lines(
        self,
        text: str,
        place: tuple[float, float],
        room: float,
        style: TextStyle,
        *,
        most: int,
        align: Align = Align.START,
        leading: float = LEADING,
    ) -> float:
        """Write a text in at most ``most`` lines; return the height from first to last baseline.

        ``place`` is the start of the first baseline; ``leading`` is the distance between lines in
        parts of the size.
        """
        fitted = self.fitted(text, room, style, most=most)
        return self.write(fitted, place, room, style.colour, align=align, leading=leading)

    def fitted(self, text: str, room: float, style: TextStyle, *, most: int) -> Fitted:
        """Return a text as ``lines`` writes it, to know its size and number of lines before."""
        points = room * self._pdf.k
        return fit_lines(text, points, style, self._fonts, rtl=self._mirrored, most=most)

    def write(
        self,
        fitted: Fitted,
        place: tuple[float, float],
        room: float,
        colour: str,
        *,
        align: Align = Align.START,
        leading: float = LEADING,
    ) -> float:
        """Write lines that were fitted; arguments and result are those of ``lines``."""
        step = fitted.size * leading / self._pdf.k
        left = self._pdf.w - place[0] - room if self._mirrored else place[0]
        share = 1 - align.value if self._mirrored else align.value
        for number, line in enumerate(fitted.lines):
            spare = room - line.width * fitted.size / self._pdf.k
            self._show(line, left + spare * share, place[1] + number * step, fitted.size, colour)
        return step * max(0, len(fitted.lines) - 1)

    def width_of(self, text: str, style: TextStyle) -> float:
        """Return the width of a line at its full size, in the PDF's unit."""
        line = lay_out(one_line(text), self._fonts, style.weight, self._mirrored)
        return line.width * style.size / self._pdf.k

    def _show(self, line: Line, left: float, baseline: float, size: float, colour: str) -> None:
        """Write the letters of a line, in the order in which they are read."""
        pdf = self._pdf
        red, green, blue = (round(each / 255, 4) for each in bytes.fromhex(colour[1:]))
        self._embedded.add(line.letters)
        y = (pdf.h - baseline) * pdf.k
        shown = (self._letter(each, left * pdf.k + each.x * size, y, size) for each in line.letters)
        colours = f"{red} {green} {blue} rg {red} {green} {blue} RG"
        pdf._out(f"q {colours} BT {' '.join(shown)} ET Q")

    def _letter(self, letter: Letter, x: float, y: float, size: float) -> str:
        """Return the operators for a letter.

        The font is named for each one: a reader (pypdf) that turns round what stands between two
        such operators, taking it for the order on the page, then leaves the order alone.
        """
        font, code = self._embedded.code_of(letter)
        chosen = self._pdf._set_font_for_page(font, size, wrap_in_text_object=False)
        bold = letter.font.bold * size
        mode = f"{TextMode.FILL_STROKE:d} Tr {bold:.3f} w" if bold else f"{TextMode.FILL:d} Tr"
        shown = font.escape_text(chr(code))
        return f"{chosen} {mode} 1 0 0 1 {x:.3f} {y:.3f} Tm ({shown}) Tj"
