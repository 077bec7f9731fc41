"""Texts about subscriptions and their invoices, from messages of the service. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from api_client.messages.billing import (
    InvoicePage,
    InvoiceStatus,
    InvoiceView,
    OrderTrouble,
    OrderView,
    PlanChoice,
    SubscriptionStatus,
)
from kiosk.staff.words.membership import MembershipLine, money
from kiosk.style import Tone
from kiosk.texts import Texts

_SAME_END = timedelta(days=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice of the provider: amount, details, status."""

    title: str
    below: tuple[str, ...]
    status: str
    tone: Tone


@dataclass(frozen=True)
class Flag:
    """A payment that staff have to look at: whose it is not to be, and what to do.

    ``refunded_invoice`` is one that was paid back as a whole, with the question whether its
    membership ends; None for anything else.
    """

    order_id: UUID
    title: str
    below: str
    refunded_invoice: str | None = None


@dataclass(frozen=True)
class SubscriptionWords:
    """Texts of the page of a subscription, and what can be done with it.

    ``runs`` until it has ended; ``stops`` if it will not be renewed; ``unpaid`` while a payment is
    overdue. ``until`` is the day up to which it is paid, or empty. ``changes`` is the plan that it
    changes to, or empty, ``choices`` what it can change to.
    """

    order_id: UUID
    title: str
    payer: str
    status: str
    tone: Tone
    facts: tuple[tuple[str, str], ...]
    invoices: tuple[InvoiceLine, ...]
    until: str
    warning: str
    runs: bool
    stops: bool
    unpaid: bool = False
    changes: str = ""
    choices: tuple[PlanChoice, ...] = ()


def billed_lines(
    lines: Iterable[MembershipLine], orders: Iterable[OrderView], texts: Texts, zone: str
) -> tuple[MembershipLine, ...]:
    """Return memberships; one that a subscription pays for says so, and is not changed by hand."""
    deciding = {order.membership_id: order for order in orders if runs(order)}
    return tuple(
        replace(
            line,
            billing=billing_words(deciding[line.id], texts, zone),
            order_id=deciding[line.id].id,
            can_renew=False,
            can_extend=False,
            can_end=False,
            change_id=None,
        )
        if line.id in deciding
        else line
        for line in lines
    )


def flags(orders: Iterable[OrderView], texts: Texts, zone: str) -> tuple[Flag, ...]:
    """Return the payments among ``orders`` that staff have to look at, and have not settled."""
    found: list[Flag] = []
    for order in orders:
        if order.trouble is not None and order.settled_at is None:
            title = _flag_title(order, texts, zone)
            found.append(Flag(order.id, title, _flag_hint(order, texts)))
        if order.refunded_invoice is not None:
            price = money(order.amount_minor, order.currency, texts)
            title = texts.say("{plan}, {amount}: paid back", plan=order.plan, amount=price)
            ask = texts.say("Does the membership end?")
            found.append(Flag(order.id, title, ask, order.refunded_invoice))
    return tuple(found)


def _flag_title(order: OrderView, texts: Texts, zone: str) -> str:
    """Return what was paid, and why it is looked at."""
    say = texts.say
    paid = {
        "plan": order.plan,
        "amount": money(order.amount_minor, order.currency, texts),
        "day": _day(order.created_at, texts, zone),
    }
    match order.trouble_kind:
        case OrderTrouble.PAID_BY_BANNED:
            return say("{plan}, {amount}, ordered on {day}: paid although blocked", **paid)
        case OrderTrouble.PAID_BY_ERASED:
            return say("{plan}, {amount}, ordered on {day}: paid after the erasure", **paid)
        case OrderTrouble.PAID_TWICE:
            return say(
                "{plan}, {amount}, ordered on {day}: paid beside another subscription", **paid
            )
        case OrderTrouble.REFUNDED:
            return say("{plan}, {amount}, ordered on {day}: paid back, and not granted", **paid)
        case OrderTrouble.DISPUTED:
            return say(
                "{plan}, {amount}, ordered on {day}: contested by the bank, and not granted", **paid
            )
        case OrderTrouble.UNKNOWN_TO_PROVIDER:
            return say("{plan}, {amount}, ordered on {day}: Stripe does not know it", **paid)
        case _:
            return say("{plan}, {amount}, ordered on {day}: paid and not granted", **paid)


def _flag_hint(order: OrderView, texts: Texts) -> str:
    """Return what to do about it."""
    say = texts.say
    match order.trouble_kind:
        case OrderTrouble.PAID_BY_BANNED:
            return say("Pay it back in Stripe's dashboard, or lift the block.")
        case OrderTrouble.PAID_TWICE:
            return say(
                "Pay it back in Stripe's dashboard, or resume its subscription to keep both."
            )
        case OrderTrouble.REFUNDED:
            return say("The money was paid back. Sell it again if needed.")
        case OrderTrouble.DISPUTED:
            return say("Answer the dispute in Stripe's dashboard. Won, it is granted by itself.")
        case OrderTrouble.UNKNOWN_TO_PROVIDER:
            return say("Look for it in Stripe's dashboard.")
        case _:
            return say("Pay it back in Stripe's dashboard.")


def runs(order: OrderView) -> bool:
    """Return whether an order has a subscription that has not ended."""
    return order.subscription not in {None, SubscriptionStatus.CANCELED}


def stops(order: OrderView) -> bool:
    """Return whether a subscription ends with what is paid; an instalment plan may end later."""
    if order.cancels_at is None:
        return False
    return order.paid_until is None or order.cancels_at <= order.paid_until + _SAME_END


def billing_words(order: OrderView, texts: Texts, zone: str) -> str:
    """Return who collects the payments of a membership, and whether it is renewed."""
    say = texts.say
    match order.subscription:
        case SubscriptionStatus.PAST_DUE:
            return say("Paid through Stripe; a payment failed and is tried again.")
        case SubscriptionStatus.UNPAID:
            return say("Paid through Stripe; a payment failed and is no longer tried again.")
        case SubscriptionStatus.PAUSED:
            return say("Paid through Stripe; paused there.")
        case SubscriptionStatus.INCOMPLETE:
            return say("Paid through Stripe; the first payment is not finished.")
        case _ if order.cancels_at is None:
            return say("Paid through Stripe, renews automatically.")
        case _ if stops(order):
            day = _end(order, texts, zone)
            return say("Paid through Stripe, not renewed: ends on {day}.", day=day)
        case _:
            day = _end(order, texts, zone)
            return say("Paid through Stripe in instalments, ends on {day}.", day=day)


def subscription_words(
    order: OrderView,
    payer: str,
    invoices: InvoicePage,
    texts: Texts,
    zone: str,
    *,
    choices: tuple[PlanChoice, ...] = (),
) -> SubscriptionWords:
    """Return the texts of a subscription's page, with days in ``zone``.

    ``choices`` are the plans that it can change to.
    """
    say = texts.say
    status, tone = _standing(order, texts)
    facts = (
        (say("Price"), money(order.amount_minor, order.currency, texts)),
        (say("Paid until"), _paid(order, texts, zone)),
        (say("Ends on"), _end(order, texts, zone)),
        (say("Then"), _next_plan(order, texts)),
        (say("Ordered"), _day(order.created_at, texts, zone)),
        (say("Last checked"), _moment(order.checked_at, texts, zone)),
    )
    warning = ""
    if invoices.next_cursor is not None:
        warning = say("Only the latest {count} invoices are shown.", count=len(invoices.items))
    return SubscriptionWords(
        order_id=order.id,
        title=order.plan,
        payer=payer,
        status=status,
        tone=tone,
        facts=tuple(fact for fact in facts if fact[1]),
        invoices=tuple(invoice_line(each, texts, zone) for each in invoices.items),
        until=_paid(order, texts, zone),
        warning=warning,
        runs=runs(order),
        stops=stops(order),
        changes=order.next_plan or "",
        choices=choices,
        unpaid=order.subscription in {SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID},
    )


def _standing(order: OrderView, texts: Texts) -> tuple[str, Tone]:
    """Return a word for the status of a subscription, and its colour."""
    say = texts.say
    match order.subscription:
        case SubscriptionStatus.ACTIVE:
            if stops(order):
                return say("not renewed"), Tone.ATTENTION
            return say("active"), Tone.ACTIVE
        case SubscriptionStatus.PAST_DUE:
            return say("payment overdue"), Tone.ATTENTION
        case SubscriptionStatus.UNPAID:
            return say("not paid"), Tone.ATTENTION
        case SubscriptionStatus.PAUSED:
            return say("paused"), Tone.ATTENTION
        case SubscriptionStatus.INCOMPLETE:
            return say("not paid yet"), Tone.NOT_YET_STARTED
        case _:
            return say("ended"), Tone.EXPIRED


def invoice_line(invoice: InvoiceView, texts: Texts, zone: str) -> InvoiceLine:
    """Return an invoice as a row."""
    say = texts.say
    amount = money(invoice.amount_minor, invoice.currency, texts)
    below = [" · ".join(filter(None, (_day(invoice.created_at, texts, zone), invoice.number)))]
    if invoice.period_start is not None and invoice.period_end is not None:
        first, last = (_day(x, texts, zone) for x in (invoice.period_start, invoice.period_end))
        below.append(say("For {first} to {last}", first=first, last=last))
    if invoice.refunded_minor:
        back = money(invoice.refunded_minor, invoice.currency, texts)
        below.append(say("Paid back: {amount}", amount=back))
    if invoice.disputed:
        below.append(say("Contested by the payer's bank"))
    status, tone = _invoice_states(texts)[invoice.status]
    if invoice.disputed:
        tone = Tone.ATTENTION
    return InvoiceLine(amount, tuple(below), status, tone)


def _invoice_states(texts: Texts) -> Mapping[InvoiceStatus, tuple[str, Tone]]:
    say = texts.say
    return {
        InvoiceStatus.OPEN: (say("not paid yet"), Tone.ATTENTION),
        InvoiceStatus.PAID: (say("paid"), Tone.ACTIVE),
        InvoiceStatus.VOID: (say("cancelled"), Tone.NO_MEMBERSHIP),
        InvoiceStatus.UNCOLLECTIBLE: (say("uncollectible"), Tone.EXPIRED),
    }


def _day(moment: datetime | None, texts: Texts, zone: str) -> str:
    return "" if moment is None else texts.local_day(moment, zone)


def _next_plan(order: OrderView, texts: Texts) -> str:
    """Return the plan that a subscription changes to, and its price; or nothing."""
    if order.next_plan is None or order.next_amount_minor is None:
        return ""
    return f"{order.next_plan}, {money(order.next_amount_minor, order.currency, texts)}"


def _paid(order: OrderView, texts: Texts, zone: str) -> str:
    """Return the last day paid for; a service of before says only when the provider charges."""
    if order.last_day is not None:
        return texts.day(order.last_day)
    return _until(order.paid_until, texts, zone)


def _end(order: OrderView, texts: Texts, zone: str) -> str:
    """Return the last day of what is not renewed, or nothing."""
    return (
        _until(order.cancels_at, texts, zone) if order.ends_on is None else texts.day(order.ends_on)
    )


def _until(moment: datetime | None, texts: Texts, zone: str) -> str:
    """Return the last day before an end, which may be the midnight after it."""
    return "" if moment is None else texts.local_day(moment - _TICK, zone)


def _moment(moment: datetime | None, texts: Texts, zone: str) -> str:
    if moment is None:
        return ""
    return f"{texts.local_day(moment, zone)}, {texts.clock(moment, zone)}"
