"""Texts about payments at the desk, from messages of the service. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api_client.messages.payments import PaymentMethod, PaymentView, RenewalOfPayment
from kiosk.staff.words.membership import money
from kiosk.texts import Texts

MOST_LINES = 100
"""Rows that are shown at most; more take long to lay out. All payments count in the sums."""


@dataclass(frozen=True)
class PaymentLine:
    """A payment as a row; ``void`` is a mark for one that does not count, or empty."""

    id: UUID
    receipt: str
    title: str
    below: tuple[str, ...]
    void: str


@dataclass(frozen=True)
class PaymentsWords:
    """A list of payments, and their sums: method, count, amount."""

    title: str
    lines: tuple[PaymentLine, ...]
    sums: tuple[tuple[str, str, str], ...]
    warning: str = ""


def payments_words(
    payments: Sequence[PaymentView], title: str, texts: Texts, zone: str, *, complete: bool
) -> PaymentsWords:
    """Return the texts of some payments; without sums unless they are ``complete``."""
    shown = payments[:MOST_LINES]
    warning = ""
    if not complete:
        warning = texts.say(
            "Only the latest {count} are shown, without sums: choose fewer days.", count=len(shown)
        )
    elif len(shown) < len(payments):
        warning = texts.say("The latest {count} are shown; the sums count all.", count=len(shown))
    return PaymentsWords(
        title=title,
        lines=tuple(payment_line(each, texts, zone) for each in shown),
        sums=tuple(sums_of(payments, texts)) if complete else (),
        warning=warning,
    )


def payment_line(payment: PaymentView, texts: Texts, zone: str) -> PaymentLine:
    """Return a payment as a row, with times in ``zone``."""
    say = texts.say
    day = texts.local_day(payment.paid_at, zone)
    taken = (
        f"{day}, {texts.clock(payment.paid_at, zone)}",
        methods_of(texts)[payment.method],
        payment.actor.name,
    )
    below = [
        " · ".join(part for part in taken if part),
        f"{payment.paid_by} · {payment.plan}",
        payment.note,
    ]
    if payment.voided_at is not None:
        gone = texts.local_day(payment.voided_at, zone)
        below.append(say("Voided on {day}: {why}", day=gone, why=payment.voided_why or ""))
        below.append(_renewal(payment, texts))
    amount = money(payment.amount_minor, payment.currency, texts)
    return PaymentLine(
        id=payment.id,
        receipt=payment.receipt_number,
        title=f"{payment.receipt_number} · {amount}",
        below=tuple(part for part in below if part),
        void=say("VOID") if payment.voided_at is not None else "",
    )


def _renewal(payment: PaymentView, texts: Texts) -> str:
    """Return what became of the renewal of a voided payment; empty if it renewed nothing."""
    match payment.renewal:
        case RenewalOfPayment.TAKEN_BACK:
            return texts.say("Its renewal was taken back.")
        case RenewalOfPayment.STAYS:
            return _stays(payment.renewal_stays_because, texts)
        case RenewalOfPayment.NOT_RECORDED:
            return texts.say("If it renewed the membership, that stays.")
        case _:
            return ""


def _stays(because: str | None, texts: Texts) -> str:
    """Return why a renewal stays although its payment was voided."""
    match because:
        case "membership_ended_early":
            return texts.say("Its renewal stays: the membership was ended early since.")
        case "membership_transferred":
            return texts.say("Its renewal stays: another membership took the place of it since.")
        case "billed_by_provider":
            return texts.say("Its renewal stays: a subscription governs the membership since.")
        case _:
            return texts.say("Its renewal stays: the membership was changed since.")


def sums_of(payments: Sequence[PaymentView], texts: Texts) -> Iterator[tuple[str, str, str]]:
    """Yield sums by currency and method, without voided payments: method, count, amount.

    The sum of a currency follows if it was paid by several methods.
    """
    good = [each for each in payments if each.voided_at is None]
    names = methods_of(texts)
    for currency in sorted({each.currency for each in good}):
        here = [each for each in good if each.currency == currency]
        used = [method for method in names if any(each.method == method for each in here)]
        for method in used:
            yield _sum(names[method], [x for x in here if x.method == method], currency, texts)
        if len(used) > 1:
            yield _sum(texts.say("all together"), here, currency, texts)


def _sum(
    name: str, payments: Sequence[PaymentView], currency: str, texts: Texts
) -> tuple[str, str, str]:
    count = texts.say_many("one payment", "{count} payments", len(payments))
    return name, count, money(sum(each.amount_minor for each in payments), currency, texts)


def methods_of(texts: Texts) -> Mapping[PaymentMethod, str]:
    """Return the methods of payment in words."""
    say = texts.say
    return {
        PaymentMethod.CASH: say("cash"),
        PaymentMethod.CARD_TERMINAL: say("card terminal"),
        PaymentMethod.TRANSFER: say("transfer"),
    }
