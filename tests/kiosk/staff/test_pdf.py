"""PDFs in a sheet: drawn within bounds, printed and saved, and a broken one said plainly."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.page import MEMBERS
from kiosk.staff.pages.pdf_sheet import PdfSheet
from kiosk.staff.pdf import MOST_BYTES, MOST_PAGES, drawn, scale_of
from tests.kiosk.staff.controllers.test_receipt import PAID, Printer
from tests.kiosk.staff.pdfs import a_pdf
from tests.kiosk.staff.staff_desk import Staff


def test_the_pages_of_a_pdf_are_drawn_in_their_proportions() -> None:
    pdf = drawn(a_pdf(pages=2))
    assert (pdf.count, len(pdf.pages)) == (2, 2)
    page = pdf.pages[0]
    assert page.width() / page.height() == pytest.approx(148 / 210, rel=0.01)
    dark, light = page.pixelColor(page.width() // 4, page.height() // 4), page.pixelColor(2, 2)
    assert (dark.lightness(), light.lightness()) == (0, 255)


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.4\nno page" * 9, a_pdf()[:300],
                                  a_pdf() + bytes(MOST_BYTES)])  # fmt: skip
def test_what_is_broken_or_too_large_has_no_pages(data: bytes) -> None:
    assert drawn(data).pages == ()


def test_no_more_pages_are_drawn_than_are_looked_at() -> None:
    pdf = drawn(a_pdf(pages=MOST_PAGES + 2))
    assert (pdf.count, len(pdf.pages)) == (MOST_PAGES + 2, MOST_PAGES)


@pytest.mark.parametrize("size", [(420, 595), (243, 153), (10, 9000), (14400, 14400)])
def test_no_page_has_more_pixels_than_the_bound(size: tuple[float, float]) -> None:
    width, height = (each * scale_of(*size) for each in size)
    assert width <= 1400.01
    assert width * height <= 4_000_001


def shown(qtbot: QtBot, printer: Printer) -> Staff:
    """Staff with a customer's file open who asked for a receipt."""
    load_fonts()
    staff = Staff(qtbot, printer)
    staff.sign_in()
    staff.open_customer()
    staff.presenter.pages.payment._context.receipts.show(PAID)
    return staff


def test_a_receipt_is_looked_at_and_printed(qtbot: QtBot, qapp: QApplication) -> None:
    printer = Printer()
    staff = shown(qtbot, printer)
    staff.answer("pdf", receipt=a_pdf())
    sheet = staff.presenter.changes.form
    assert isinstance(sheet, PdfSheet)
    assert printer.printed == []
    sheet.submit.click()
    assert printer.printed == [("R-000007.pdf", a_pdf())]
    assert staff.presenter.changes.form is None
    assert staff.tasks[-1].name == "pdf", "nothing is sent or loaded again"


def test_a_printer_that_fails_is_named_in_the_sheet(qtbot: QtBot, qapp: QApplication) -> None:
    staff = shown(qtbot, Printer("no program"))
    staff.answer("pdf", receipt=a_pdf())
    sheet = staff.presenter.changes.form
    assert isinstance(sheet, PdfSheet)
    sheet.submit.click()
    assert "no program" in sheet.failure.text()
    assert sheet.submit.isEnabled()


@pytest.mark.parametrize("broken", [True, False])
def test_a_receipt_that_cannot_be_shown_is_told(
    qtbot: QtBot, qapp: QApplication, broken: bool
) -> None:
    staff = shown(qtbot, Printer())
    if broken:
        staff.answer("pdf", receipt=b"%PDF-")
    else:
        staff.presenter.on_failed(staff.task("pdf"), Failure(Cause.TOO_SLOW, ""))
    why = "R-000007.pdf is broken or too large." if broken else (
        "The membership service did not answer in time.")  # fmt: skip
    told = staff.pages.customer.page.message.text()
    assert told == f"The receipt could not be opened: {why}"
    assert staff.presenter.changes.form is None


def test_a_receipt_that_comes_late_is_not_shown_over_another_page(
    qtbot: QtBot, qapp: QApplication
) -> None:
    staff = shown(qtbot, Printer())
    receipt = staff.task("pdf")
    staff.presenter.open(MEMBERS)
    staff.presenter.on_done(receipt, drawn(a_pdf()))
    assert staff.presenter.changes.form is None
