"""The receipt of a payment: what stands on it, in the language of who reads it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

import resources
from api_client.messages.payments import PaymentMethod
from membership.billing.desk.receipt_page import ReceiptText, receipt_pdf
from membership.billing.desk.views import receipt_number, tax_minor
from membership.rules.money import written
from membership.rules.tax import rate_text
from membership.store.models import Payment
from membership.web.access import Tenant
from resources.catalogue import catalogue


def receipt_text(payment: Payment, tenant: Tenant, language: str) -> ReceiptText:
    """Return the text of a receipt in one of ``LANGUAGES``, with the organization's local times.

    The club is as it was when the payment was recorded; by its present name only for a payment of
    before that was kept.
    """
    gettext = catalogue(language).gettext
    zone = ZoneInfo(tenant.time_zone)
    lines = (
        (gettext("On"), _date_time(payment.paid_at.astimezone(zone), language)),
        (gettext("From"), payment.paid_by),
        (gettext("For"), payment.plan_name),
        (gettext("Period"), _period(payment, language)),
        (gettext("Amount"), written(payment.amount_minor, payment.currency, language)),
        *_tax(payment, language),
        (gettext("Paid by"), _method_text(payment.method, language)),
        (gettext("Received by"), payment.actor_name),
        (gettext("Note"), payment.note),
        *_voiding(payment, zone, language),
    )
    number = payment.seller_tax_number
    return ReceiptText(
        organization=payment.seller_name or tenant.name,
        about=(
            *(payment.seller_address or "").splitlines(),
            *([gettext("Tax number: {number}").format(number=number)] if number else []),
        ),
        title=f"{gettext('Receipt')} {receipt_number(payment)}",
        void=gettext("VOID") if payment.voided_at is not None else "",
        lines=tuple((label, text) for label, text in lines if text),
    )


def _period(payment: Payment, language: str) -> str:
    """Return the period that was paid for; empty if it was not recorded."""
    if payment.period_from is None:
        return ""
    first = format_date(payment.period_from, "medium", locale=language)
    if payment.period_until is None:
        return catalogue(language).gettext("from {day}").format(day=first)
    return f"{first} \N{EN DASH} {format_date(payment.period_until, 'medium', locale=language)}"


def _tax(payment: Payment, language: str) -> tuple[tuple[str, str], ...]:
    """Return the lines about tax; none without a rate."""
    gettext = catalogue(language).gettext
    tax, rate = tax_minor(payment), payment.tax_millipercent
    if tax is None or rate is None:
        return ()
    label = gettext("Tax in it ({rate})").format(rate=rate_text(rate, language))
    net = written(payment.amount_minor - tax, payment.currency, language)
    return (label, written(tax, payment.currency, language)), (gettext("Net amount"), net)


def _voiding(payment: Payment, zone: ZoneInfo, language: str) -> tuple[tuple[str, str], ...]:
    """Return the lines about the voiding of a payment; none if it counts."""
    gettext = catalogue(language).gettext
    if payment.voided_at is None:
        return ()
    return (
        (gettext("Voided on"), _date_time(payment.voided_at.astimezone(zone), language)),
        (gettext("Voided by"), payment.voided_by_name or ""),
        (gettext("Void because"), payment.voided_why or ""),
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


def receipt_file(payment: Payment, tenant: Tenant, language: str, now: datetime) -> bytes:
    """Return the receipt of a payment as a PDF. Raises OSError if a font is missing."""
    text = receipt_text(payment, tenant, language)
    return receipt_pdf(text, resources.path("fonts"), language, now)
