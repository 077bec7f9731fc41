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
from resources.catalogue import catalogue

WIDTH_MM, HEIGHT_MM = 148, 210
"""A5, portrait."""


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
    """Return the text of a receipt in one of ``LANGUAGES``, with the organization's local times."""
    gettext = catalogue(language).gettext
    local = payment.paid_at.astimezone(ZoneInfo(tenant.time_zone))
    lines = (
        (gettext("On"), _date_time(local, language)),
        (gettext("From"), payment.paid_by),
        (gettext("For"), payment.plan_name),
        (gettext("Amount"), written(payment.amount_minor, payment.currency, language)),
        (gettext("Paid by"), _method_text(payment.method, language)),
        (gettext("Note"), payment.note),
        (gettext("Void because"), payment.voided_why or ""),
    )
    return ReceiptText(
        organization=tenant.name,
        title=f"{gettext('Receipt')} {receipt_number(payment)}",
        void=gettext("VOID") if payment.voided_at is not None else "",
        lines=tuple((label, text) for label, text in lines if text),
    )


def _method_text(method: PaymentMethod, language: str) -> str:
    """Return the name of a way to pay."""
    gettext = catalogue(language).gettext
    match method:
        case PaymentMethod.CASH:
            return gettext("cash")
        case PaymentMethod.CARD_TERMINAL:
            return gettext("card")
        case PaymentMethod.TRANSFER:
            return gettext("transfer")


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
