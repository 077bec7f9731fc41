"""The receipt of a payment: what it says, and how it is drawn (PDF, A5)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from api_client.messages.payments import PaymentMethod
from membership.billing.desk.service import number_of
from membership.rules.money import written
from membership.store.models import Payment
from membership.web.access import Tenant

WIDTH_MM, HEIGHT_MM = 148, 210
"""A5, upright."""

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
    """All that a receipt says. ``void`` is empty for one that is good."""

    organization: str
    title: str
    void: str
    lines: tuple[tuple[str, str], ...]


def receipt_text(payment: Payment, tenant: Tenant, language: str) -> ReceiptText:
    """The words of a receipt in one of ``LANGUAGES``; times are the organization's."""
    words = _WORDS[language]
    local = payment.paid_at.astimezone(ZoneInfo(tenant.time_zone))
    lines = (
        (words["paid_at"], _when(local, language)),
        (words["paid_by"], payment.paid_by),
        (words["plan"], payment.plan_name),
        (words["amount"], written(payment.amount_minor, payment.currency, language)),
        (words["method"], words[payment.method]),
        (words["note"], payment.note),
        (words["voided_why"], payment.voided_why or ""),
    )
    return ReceiptText(
        organization=tenant.name,
        title=f"{words['title']} {number_of(payment)}",
        void=words["void"] if payment.voided_at is not None else "",
        lines=tuple((label, text) for label, text in lines if text),
    )


def _when(local: datetime, language: str) -> str:
    """A day and a time, to the minute."""
    day = format_date(local, "long", locale=language)
    return f"{day}, {format_time(local, 'short', locale=language)}"


def receipt_pdf(text: ReceiptText, fonts: Path, language: str, now: datetime) -> bytes:
    """Draw a receipt. ``fonts`` is the folder with ``Inter-*.otf``. Raises OSError without it."""
    pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    pdf.set_creation_date(now)
    for weight in ("Regular", "SemiBold"):
        pdf.add_font(weight, fname=fonts / f"Inter-{weight}.otf")
    pdf.set_title(text.title)
    pdf.set_lang(language)
    pdf.set_margin(16)
    pdf.add_page()
    _line(pdf, text.organization, 11)
    pdf.ln(4)
    _line(pdf, text.title, 18)
    if text.void:
        pdf.set_text_color(179, 38, 30)
        _line(pdf, text.void, 18)
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


def _line(pdf: FPDF, text: str, size: float) -> None:
    """A line in strong letters, broken where it is too long."""
    pdf.set_font("SemiBold", size=size)
    pdf.multi_cell(
        w=0, h=size / 2, text=_printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )


def _printable(text: str) -> str:
    """Text without signs that no page shows. Line breaks stay; other spaces become plain ones."""
    plain = "".join(" " if char.isspace() and char != "\n" else char for char in text)
    return "".join(char for char in plain if char.isprintable() or char == "\n")
