"""PDFs for tests."""

from functools import cache

from fpdf import FPDF

from tests.kiosk.answers import NOON


@cache
def a_pdf(pages: int = 1, width: float = 148, height: float = 210) -> bytes:
    """A PDF with pages of this size in millimetres."""
    made = FPDF(unit="mm", format=(width, height))
    made.set_creation_date(NOON)
    for _ in range(pages):
        made.add_page()
        made.rect(10, 10, width / 2, height / 2, style="F")
    return bytes(made.output())
