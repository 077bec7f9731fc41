"""Texts about an online order until it is paid. Pure."""

from dataclasses import dataclass

from api_client.messages.billing import CheckoutLink, OrderState, OrderView
from kiosk.staff.words.membership import money
from kiosk.style import Tone
from kiosk.texts import Texts

MOST_IN_A_CODE = 1200
"""Characters of an address. The QR code of a longer one is too fine to be read from a screen."""


@dataclass(frozen=True)
class CheckoutWords:
    """Texts of the page of an online order; ``payer`` is who pays, and how much.

    ``url`` is where it is paid, while it can be; ``code`` is the same if it fits a QR code.
    """

    title: str
    payer: str
    status: str
    tone: Tone
    hint: str
    good_until: str = ""
    url: str = ""
    code: str = ""


def checkout_words(
    order: OrderView, link: CheckoutLink, payer: str, texts: Texts, zone: str
) -> CheckoutWords:
    """Return the texts of an order's page, with times in ``zone``."""
    say = texts.say
    title = order.plan
    payer = " · ".join(filter(None, (money(order.amount_minor, order.currency, texts), payer)))
    match order.state:
        case OrderState.OPEN:
            return _waiting(link, title, payer, texts, zone)
        case OrderState.COMPLETED if order.membership_id is not None:
            hint = say("Paid. The membership is in the profile.")
            return CheckoutWords(title, payer, say("paid"), Tone.ACTIVE, hint)
        case OrderState.COMPLETED if order.trouble is not None:
            hint = say("Paid, but no membership was created: {why}", why=order.trouble)
            return CheckoutWords(title, payer, say("paid"), Tone.ATTENTION, hint)
        case OrderState.COMPLETED:
            hint = say("The bank is processing the payment. The membership begins when it arrives.")
            return CheckoutWords(title, payer, say("Processing"), Tone.NOT_YET_STARTED, hint)
        case OrderState.EXPIRED:
            hint = say("Not paid in time. Order again in the profile.")
            return CheckoutWords(title, payer, say("expired"), Tone.EXPIRED, hint)
        case OrderState.FAILED:
            hint = say("The payment failed. Order again in the profile.")
            return CheckoutWords(title, payer, say("not paid"), Tone.EXPIRED, hint)


def _waiting(link: CheckoutLink, title: str, payer: str, texts: Texts, zone: str) -> CheckoutWords:
    """Return the texts of an order that can be paid."""
    say = texts.say
    day, clock = texts.local_day(link.expires_at, zone), texts.clock(link.expires_at, zone)
    fits = len(link.url) <= MOST_IN_A_CODE
    if link.continues_after is not None:
        after = texts.day(link.continues_after)
        payer = "\n".join((payer, say("It continues after {day}, the last day paid.", day=after)))
    return CheckoutWords(
        title=title,
        payer=payer,
        status=say("not paid yet"),
        tone=Tone.NOT_YET_STARTED,
        hint=say("Scan this code with the customer's phone, or send the link.")
        if fits
        else say("Send the link to the customer; it is too long for a code."),
        good_until=say("Valid until {day}, {clock}", day=day, clock=clock),
        url=link.url,
        code=link.url if fits else "",
    )
