"""The receipt of a payment: its text, and a PDF of it (A5)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from api_client.messages.payments import PaymentMethod
from membership.billing.desk.service import receipt_number
from membership.rules.money import written
from membership.store.models import Payment
from membership.web.access import Tenant

WIDTH_MM, HEIGHT_MM = 148, 210
"""A5, portrait."""

_WORDS = {
    "en": {
        "title": "Receipt", "void": "VOID", "plan": "For", "paid_by": "From", "amount": "Amount",
        "method": "Paid by", "paid_at": "On", "note": "Note", "voided_why": "Void because",
        PaymentMethod.CASH: "cash", PaymentMethod.CARD_TERMINAL: "card",
        PaymentMethod.TRANSFER: "transfer",
    },
    "de": {
        "title": "Quittung", "void": "STORNIERT", "plan": "Für", "paid_by": "Von",
        "amount": "Betrag", "method": "Bezahlt mit", "paid_at": "Am", "note": "Notiz",
        "voided_why": "Storniert, weil",
        PaymentMethod.CASH: "Bargeld", PaymentMethod.CARD_TERMINAL: "Karte",
        PaymentMethod.TRANSFER: "Überweisung",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """The text of a receipt. ``void`` is empty unless the payment was voided.

    ``lines`` are pairs of label and value, in the order in which they are printed.
    """

    organization: str
    title: str
    void: str
    lines: tuple[tuple[str, str], ...]


def receipt_text(payment: Payment, tenant: Tenant, language: str) -> ReceiptText:
    """Return the text of a receipt in ``en`` or ``de``; times are in the organization's zone."""
    words = _WORDS[language]
    local = payment.paid_at.astimezone(ZoneInfo(tenant.time_zone))
    lines = (
        (words["paid_at"], _date_time(local, language)),
        (words["paid_by"], payment.paid_by),
        (words["plan"], payment.plan_name),
        (words["amount"], written(payment.amount_minor, payment.currency, language)),
        (words["method"], words[payment.method]),
        (words["note"], payment.note),
        (words["voided_why"], payment.voided_why or ""),
    )
    return ReceiptText(
        organization=tenant.name,
        title=f"{words['title']} {receipt_number(payment)}",
        void=words["void"] if payment.voided_at is not None else "",
        lines=tuple((label, text) for label, text in lines if text),
    )


def _date_time(local: datetime, language: str) -> str:
    """Format a date and time, to the minute."""
    day = format_date(local, "long", locale=language)
    return f"{day}, {format_time(local, 'short', locale=language)}"


def receipt_pdf(text: ReceiptText, fonts: Path, language: str, now: datetime) -> bytes:
    """Return a receipt as a PDF. ``fonts`` is the folder of ``Inter-*.otf``.

    Raises OSError if a font is missing.
    """
    pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    pdf.set_creation_date(now)
    for weight in ("Regular", "SemiBold"):
        pdf.add_font(weight, fname=fonts / f"Inter-{weight}.otf")
    pdf.set_title(text.title)
    pdf.set_lang(language)
    pdf.set_margin(16)
    pdf.add_page()
    _heading(pdf, text.organization, 11)
    pdf.ln(4)
    _heading(pdf, text.title, 18)
    if text.void:
        pdf.set_text_color(179, 38, 30)
        _heading(pdf, text.void, 18)
        pdf.set_text_color(0, 0, 0)
    pdf.ln(6)
    for label, value in text.lines:
        pdf.set_font("Regular", size=9)
        pdf.set_text_color(85, 96, 108)
        pdf.cell(w=34, h=7, text=label)
        pdf.set_font("Regular", size=11)
        pdf.set_text_color(0, 0, 0)
        pdf.multi_cell(
            w=0, h=7, text=_printable(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
    return bytes(pdf.output())


def _heading(pdf: FPDF, text: str, size: float) -> None:
    """Print a heading, wrapped if it is too long."""
    pdf.set_font("SemiBold", size=size)
    pdf.multi_cell(
        w=0, h=size / 2, text=_printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )


def _printable(text: str) -> str:
    """Return the text without control characters; white space but line breaks becomes spaces."""
    plain = "".join(" " if char.isspace() and char != "\n" else char for char in text)
    return "".join(char for char in plain if char.isprintable() or char == "\n")
