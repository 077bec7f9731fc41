"""Texts of a sale, from what the service previewed, and cash: what it gives back. Pure.

Amounts are whole numbers of the smallest unit of their currency. What is sold, for when and for how
much is the service's; only the change of cash is worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from babel.numbers import format_decimal

from api_client.messages.sales import SaleKind, SalePreview
from kiosk.staff.words.membership import interval, money
from kiosk.texts import Texts

_MOST_NOTES = 2
"""How many amounts are offered that are likely to be given in cash."""


class Paid(StrEnum):
    """How a sale is paid. The first three are taken at the desk."""

    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    TRANSFER = "transfer"
    ONLINE = "online"
    LATER = "later"
    NOTHING = "nothing"
    """The plan is free."""


AT_DESK = (Paid.CASH, Paid.CARD_TERMINAL, Paid.TRANSFER)


@dataclass(frozen=True)
class QuoteWords:
    """What a sale does, as the sheet says it before it is confirmed."""

    period: str
    amount: str
    price: str
    tax: str
    notes: tuple[str, ...]


def quote_words(preview: SalePreview, texts: Texts, zone: str) -> QuoteWords:
    """Return the texts of a preview."""
    say = texts.say
    price = money(preview.price_minor, preview.currency, texts)
    if preview.billing is not None:
        price = f"{price} {interval(preview.billing, texts)}"
    notes = []
    if preview.replaces is not None:
        notes.append(say("{plan} ends now.", plan=preview.replaces))
    if preview.overdue_since is not None:
        day = texts.local_day(preview.overdue_since, zone)
        notes.append(say("Overdue since {day}. This payment settles it.", day=day))
    if preview.held:
        notes.append(say("{plan} is there already for this time.", plan=preview.plan))
    return QuoteWords(
        period=period_words(preview, texts),
        amount=money(preview.amount_minor, preview.currency, texts)
        if preview.amount_minor
        else say("Free"),
        price=price if preview.price_minor else "",
        tax=_tax(preview, texts),
        notes=tuple(notes),
    )


def period_words(preview: SalePreview, texts: Texts) -> str:
    """Return the first and the last day of a sale."""
    first = texts.day(preview.first_day)
    if preview.last_day is None:
        return texts.say("From {first} · No end date", first=first)
    return texts.say("{first} – {last}", first=first, last=texts.day(preview.last_day))


def _tax(preview: SalePreview, texts: Texts) -> str:
    """Return the tax within the amount; empty without a rate, or where nothing is paid."""
    if preview.tax_minor is None or not preview.tax_millipercent or not preview.amount_minor:
        return ""
    rate = format_decimal(
        Decimal(preview.tax_millipercent).scaleb(-3), "0.###", locale=texts.locale
    )
    return texts.say(
        "incl. {rate} % tax: {tax} · net {net}",
        rate=rate,
        tax=money(preview.tax_minor, preview.currency, texts),
        net=money(preview.net_minor or 0, preview.currency, texts),
    )


def ways_to_pay(kind: SaleKind, texts: Texts, *, free: bool, online: bool) -> list[tuple[str, str]]:
    """Return how a sale can be paid: value and label. A free plan is not paid."""
    say = texts.say
    if free:
        return [(Paid.NOTHING.value, say("Nothing to pay"))]
    ways = [
        (Paid.CASH, say("Cash")),
        (Paid.CARD_TERMINAL, say("Card terminal")),
        (Paid.TRANSFER, say("Bank transfer, received")),
    ]
    if online and kind is SaleKind.NEW:
        ways.append((Paid.ONLINE, say("Online link")))
    if kind is not SaleKind.PAY:
        ways.append((Paid.LATER, say("Later")))
    return [(way.value, words) for way, words in ways]


def act_words(preview: SalePreview | None, paid: Paid, texts: Texts) -> str:
    """Return what the button of a sale says: what it does, with the amount."""
    say = texts.say
    if preview is None:
        return say("Sell")
    amount = money(preview.amount_minor, preview.currency, texts)
    if not preview.price_minor or paid is Paid.NOTHING:
        return _without_payment(preview.kind, texts)
    match paid:
        case Paid.CASH:
            return say("Take {amount} in cash", amount=amount)
        case Paid.CARD_TERMINAL:
            return say("{amount} paid by card", amount=amount)
        case Paid.TRANSFER:
            return say("{amount} received", amount=amount)
        case Paid.ONLINE:
            return say("Open the payment page")
        case _:
            return _without_payment(preview.kind, texts)


def _without_payment(kind: SaleKind, texts: Texts) -> str:
    match kind:
        case SaleKind.RENEW:
            return texts.say("Renew")
        case SaleKind.CHANGE:
            return texts.say("Change plan")
        case _:
            return texts.say("Sell")


def done_words(preview: SalePreview, paid: Paid, texts: Texts) -> str:
    """Return what a sale has done."""
    say, period = texts.say, period_words(preview, texts)
    match preview.kind:
        case SaleKind.NEW:
            done = say("{plan} sold: {period}.", plan=preview.plan, period=period)
        case SaleKind.RENEW:
            done = say("{plan} renewed: {period}.", plan=preview.plan, period=period)
        case SaleKind.CHANGE:
            done = say("Changed to {plan}: {period}.", plan=preview.plan, period=period)
        case SaleKind.PAY:
            done = say("{plan}: paid.", plan=preview.plan)
    if paid not in AT_DESK:
        return done
    amount = money(preview.amount_minor, preview.currency, texts)
    return say("{done} {amount} taken.", done=done, amount=amount)


@dataclass(frozen=True)
class ChangeDue:
    """What cash gives back: the change in large letters, or what is missing."""

    words: str
    missing: bool = False


def change_due(given_minor: int, due_minor: int, currency: str, texts: Texts) -> ChangeDue:
    """Return what is given back of cash."""
    rest = given_minor - due_minor
    if rest < 0:
        return ChangeDue(
            texts.say("{amount} is missing", amount=money(-rest, currency, texts)), missing=True
        )
    return ChangeDue(texts.say("Change: {amount}", amount=money(rest, currency, texts)))


def likely_given(due_minor: int) -> tuple[int, ...]:
    """Return amounts above ``due_minor`` that people are likely to give in cash, least first.

    Rounded up to halves, wholes, fives and tens of its highest decimal place: 50 and 100 for 49.
    """
    if due_minor <= 0:
        return ()
    place = 10 ** (len(str(due_minor)) - 1)
    steps: Sequence[int] = (max(place // 2, 1), place, 5 * place, 10 * place)
    rounded = {-(-due_minor // step) * step for step in steps}
    return tuple(sorted(each for each in rounded if each > due_minor)[:_MOST_NOTES])


def change_hints(due_minor: int, currency: str, texts: Texts) -> str:
    """Return the change of what is likely to be given, in one line; empty if there is none."""
    return " · ".join(
        texts.say(
            "{given}: {change} back",
            given=money(given, currency, texts),
            change=money(given - due_minor, currency, texts),
        )
        for given in likely_given(due_minor)
    )
