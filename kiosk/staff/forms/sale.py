"""The form of a sale, and the requests that it becomes: the preview, and what is sold.

The sale is sent with what was previewed, so that nothing else is carried out than was on screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from api_client.errors import ApiError, Refused
from api_client.management import ManagementClient
from api_client.messages.billing import CheckoutLink
from api_client.messages.cards import DesignLine, IssuedCard
from api_client.messages.management import PlanView
from api_client.messages.sales import SaleKind, SalePreview, SaleView
from kiosk.failures import Failure
from kiosk.staff.forms.amount import minor_units
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.forms.second_press import SecondPress
from kiosk.staff.pages.form import Value
from kiosk.staff.pages.sale import (
    AMOUNT,
    CARD,
    OTHER,
    PAY_UNTIL,
    PLAN,
    RECEIPT,
    STARTS,
    WHY,
    SaleForm,
)
from kiosk.staff.undo import Undo
from kiosk.staff.words.membership import plan_words, renewed_twice
from kiosk.staff.words.sale import (
    AT_DESK,
    Paid,
    done_words,
    ways_to_pay,
)
from kiosk.staff.worker import failure_of_task
from kiosk.texts import Texts

PRINT, MAIL, SHOW, NONE = "print", "mail", "show", ""
_PERSON = ("given_name", "family_name", "email", "phone")
_LATER = timedelta(days=14)


@dataclass(frozen=True)
class Offer:
    """What can be sold to whom. Without an ``owner`` it is somebody new.

    ``today`` is the day where the club is; ``designs`` are those of a first wallet card, none if
    there is one already or it may not be issued; ``online``: plans can be paid online.
    """

    kind: SaleKind
    about: str
    plans: tuple[PlanView, ...]
    today: date
    owner: Mapping[str, str] = field(default_factory=dict)
    membership_id: UUID | None = None
    plan: str = ""
    plan_id: str = ""
    email: str = ""
    designs: tuple[DesignLine, ...] = ()
    online: bool = False

    @property
    def of_somebody_new(self) -> bool:
        """Whether the person is created with the sale."""
        return self.kind is SaleKind.NEW and not self.owner

    @property
    def topic(self) -> str:
        """The name of the change: a second sheet for the same sale has the same."""
        subject = self.membership_id or next(iter(self.owner.values()), "new")
        return f"sale:{self.kind.value}:{subject}"


@dataclass
class Quote:
    """What the service previewed last, and for which body; None while it is not known."""

    body: Mapping[str, Any] | None = None
    preview: SalePreview | None = None


@dataclass(frozen=True)
class Sold:
    """What became of a sale: each part that was asked for, and what of it failed.

    A part that failed after the sale does not undo it: it is said, and can be done again from the
    profile.
    """

    paid: Paid
    customer_id: UUID | None = None
    created: bool = False
    view: SaleView | None = None
    link: CheckoutLink | None = None
    receipt: str = NONE
    mailed_to: str = ""
    card: IssuedCard | None = None
    shows_card: bool = False
    failures: tuple[tuple[str, Failure], ...] = ()
    """What was not done, and why."""


def sale_form(
    texts: Texts, offer: Offer, quote: Quote, *, receipt: str
) -> tuple[SaleForm, Filled[Sold]]:
    """Return the sheet of a sale. ``quote`` is filled in while it is open."""
    say = texts.say
    form = SaleForm(texts, _title(offer, texts), say("Sell"), topic=offer.topic, about=offer.about)
    if offer.of_somebody_new:
        form.add_person()
    if offer.kind in {SaleKind.NEW, SaleKind.CHANGE}:
        form.add_plan(_on_sale(offer, texts), offer.plan_id)
    if offer.kind is SaleKind.NEW:
        form.add_start(offer.today)
    form.add_payment(_all_ways(offer, texts), offer.today + _LATER)
    receipts = [(PRINT, say("Print")), (NONE, say("None"))]
    if offer.email or offer.of_somebody_new:
        to = say("Mail to {email}", email=offer.email) if offer.email else say("Mail")
        receipts.insert(1, (MAIL, to))
    known = any(value == receipt for value, _ in receipts)
    form.add_after(receipts, receipt if known else PRINT, _cards(offer, texts))
    press = SecondPress("plan_held")

    def filled(values: Mapping[str, Value]) -> Call[Sold]:
        paid, seen = form.paid, quote.preview
        try:
            if seen is None or quote.body != preview_body(offer, values, paid, seen, texts):
                raise refusal(say("Price and period are not known yet."), "not_previewed")
            body = sale_body(offer, values, paid, seen, texts)
            after = _after(offer, values, paid, texts)
        except Refused as refused:
            return _raising(refused)
        return _selling(offer, body, seen, paid=paid, after=after, press=press, texts=texts)

    return form, filled


def _raising(refused: Refused) -> Call[Sold]:
    """Return a call that is refused by the desk itself, before anything is sent."""

    def refuse(_client: ManagementClient, _once: str) -> Sold:
        raise refused

    return refuse


def _title(offer: Offer, texts: Texts) -> str:
    say = texts.say
    if offer.of_somebody_new:
        return say("New member")
    match offer.kind:
        case SaleKind.NEW:
            return say("Sell a plan")
        case SaleKind.RENEW:
            return say("Renew {plan}", plan=offer.plan)
        case SaleKind.CHANGE:
            return say("Change the plan of {plan}", plan=offer.plan)
        case SaleKind.PAY:
            return say("Payment for {plan}", plan=offer.plan)


def _on_sale(offer: Offer, texts: Texts) -> list[tuple[str, str]]:
    """Return the plans that can be sold here, as choices."""
    return [
        (str(plan.id), plan_words(plan, texts))
        for plan in offer.plans
        if plan.archived_at is None
        and (offer.kind is not SaleKind.CHANGE or str(plan.id) != offer.plan_id)
    ]


def _all_ways(offer: Offer, texts: Texts) -> list[tuple[str, str]]:
    """Return the ways to pay before the first preview is there."""
    return ways_to_pay(offer.kind, texts, free=False, online=offer.online)


def _cards(offer: Offer, texts: Texts) -> list[tuple[str, str]]:
    """Return what can be done about the first wallet card, the likeliest first."""
    say, several = texts.say, len(offer.designs) > 1
    found: list[tuple[str, str]] = []
    for design in offer.designs:
        after = f" · {design.name}" if several else ""
        mail = (f"{MAIL}:{design.id}", say("Mail the link") + after)
        show = (f"{SHOW}:{design.id}", say("Show the QR code") + after)
        found += [mail, show] if offer.email else [show, mail]
        if not (offer.email or offer.of_somebody_new):
            found.remove(mail)
    return [*found, (NONE, say("Not now"))] if found else []


def preview_body(
    offer: Offer,
    values: Mapping[str, Value],
    paid: Paid,
    known: SalePreview | None,
    texts: Texts,
) -> dict[str, Any]:
    """Return the body of the preview: the sale without the person, and with another amount.

    ``known`` is the preview before, whose currency the amount has. Raises Refused if what was typed
    is no amount.
    """
    body: dict[str, Any] = {"kind": offer.kind.value, **offer.owner}
    if offer.membership_id is not None:
        body["membership_id"] = str(offer.membership_id)
    if PLAN in values:
        body["plan_id"] = values[PLAN]
    starts = values.get(STARTS)
    if isinstance(starts, date) and starts != offer.today:
        body["starts_on"] = starts.isoformat()  # today it starts now, not at midnight
    if paid in AT_DESK and values.get(OTHER) and known is not None:
        amount = minor_units(str(values[AMOUNT]), known.currency, texts)
        if amount == 0:
            why = texts.say("With 0 nothing is paid. Choose “Later” or another plan.")
            raise refusal(why, "amount_zero")
        body["payment"] = {"method": paid.value, "amount_minor": amount}
    return body


def sale_body(
    offer: Offer,
    values: Mapping[str, Value],
    paid: Paid,
    seen: SalePreview | None,
    texts: Texts,
) -> dict[str, Any]:
    """Return the body of the sale, with what was seen. Raises Refused for what is missing."""
    say = texts.say
    body = preview_body(offer, values, paid, seen, texts)
    if offer.of_somebody_new:
        body["customer"] = _person(values, texts)
    if paid in AT_DESK:
        note = str(values.get(WHY) or "") if values.get(OTHER) else ""
        if values.get(OTHER) and not note:
            raise refusal(say("Please say why it is another amount."), "no_reason")
        body["payment"] = {**body.get("payment", {"method": paid.value}), "note": note}
    until = values.get(PAY_UNTIL)
    if paid is Paid.LATER and isinstance(until, date):
        body["pay_until"] = until.isoformat()
    if seen is not None:
        body["expected"] = seen.model_dump(
            mode="json", include={"amount_minor", "currency", "first_day", "last_day"}
        )
    return body


def _person(values: Mapping[str, Value], texts: Texts) -> dict[str, Any]:
    """Return the new person. Raises Refused without a name."""
    typed = {name: str(values[name] or "") for name in _PERSON}
    if not (typed["given_name"] or typed["family_name"]):
        raise refusal(texts.say("Please enter a name."), "no_name")
    return {name: words or None for name, words in typed.items() if words}


@dataclass(frozen=True)
class After:
    """What follows a sale: the receipt, and the card of which design; ``language`` of the mail."""

    receipt: str
    card: str
    design_id: str
    language: str


def _selling(
    offer: Offer,
    body: dict[str, Any],
    seen: SalePreview,
    *,
    paid: Paid,
    after: After,
    press: SecondPress,
    texts: Texts,
) -> Call[Sold]:
    """Return what sells, and then does the rest that was asked for."""
    wanted = {key: value for key, value in body.items() if key != "expected"}
    if offer.kind is SaleKind.RENEW:
        twice = renewed_twice(texts, seen.plan)
    else:
        twice = texts.say(
            "{plan} is there already for this time. Press the button again to sell it a "
            "second time.",
            plan=seen.plan,
        )

    def sell(client: ManagementClient, once: str) -> Sold:
        if paid is Paid.ONLINE:
            return _order(client, offer, body, once)

        def send(again: bool | None) -> SaleView:
            return client.sell({**body, **({} if again is None else {"again": again})}, once)

        view = press.send(wanted, once, send, twice)
        sold = Sold(paid, view.customer_id, view.customer_created, view, receipt=after.receipt)
        return _finish(client, sold, after, once)

    return sell


def _after(offer: Offer, values: Mapping[str, Value], paid: Paid, texts: Texts) -> After:
    """Return what follows a sale. Raises Refused if there is no address to mail it to."""
    email = str(values.get("email") or "") or offer.email
    receipt = str(values.get(RECEIPT) or NONE) if paid in AT_DESK else NONE
    card, _, design_id = str(values.get(CARD) or NONE).partition(":")
    if MAIL in {receipt, card} and not email:
        why = texts.say("There is no email address to mail it to.")
        raise refusal(why, "email_missing")
    return After(receipt, card, design_id, str(texts.locale.language))


def first_values(offer: Offer) -> dict[str, Value]:
    """Return what decides the first preview: the plan that is chosen when the sheet opens."""
    if offer.kind not in {SaleKind.NEW, SaleKind.CHANGE}:
        return {}
    sold = [
        str(plan.id)
        for plan in offer.plans
        if plan.archived_at is None
        and (offer.kind is SaleKind.NEW or str(plan.id) != offer.plan_id)
    ]
    return {PLAN: offer.plan_id if offer.plan_id in sold else next(iter(sold), "")}


def _order(client: ManagementClient, offer: Offer, body: Mapping[str, Any], once: str) -> Sold:
    """Create the person if need be, then order the plan online."""
    owner, customer_id, created = offer.owner, None, False
    if offer.of_somebody_new:
        record = client.create_customer(body["customer"], f"{once}:person")
        customer_id, created = record.customer.id, True
        owner = {"customer_id": str(customer_id)}
    elif "customer_id" in owner:
        customer_id = UUID(owner["customer_id"])
    try:
        link = client.order_online(owner, str(body["plan_id"]), f"{once}:order")
    except ApiError as error:
        if not created:
            raise
        return Sold(
            Paid.ONLINE, customer_id, created, failures=(("order", failure_of_task(error)),)
        )
    return Sold(Paid.ONLINE, customer_id, created, link=link)


def _finish(client: ManagementClient, sold: Sold, after: After, once: str) -> Sold:
    """Mail the receipt, issue the card and mail its link. What fails is noted."""
    failures: list[tuple[str, Failure]] = []
    mailed, issued = "", None
    payment = None if sold.view is None else sold.view.payment
    if after.receipt == MAIL and payment is not None:
        try:
            mailed = client.mail_receipt(payment.id, after.language, f"{once}:receipt").email or ""
        except ApiError as error:
            failures.append(("receipt", failure_of_task(error)))
    if after.card and sold.customer_id is not None:
        try:
            issued = client.issue_card(sold.customer_id, UUID(after.design_id), f"{once}:card")
            if after.card == MAIL:
                client.mail_card(issued.card.id, None, f"{once}:mail")
        except ApiError as error:
            failures.append(("card", failure_of_task(error)))
    return replace(
        sold,
        mailed_to=mailed,
        card=issued,
        shows_card=after.card == SHOW,
        failures=tuple(failures),
    )


def sale_undo(texts: Texts, sold: Sold) -> Undo | None:
    """Return how a sale is undone; None for one that is paid online, which has done nothing yet."""
    say, view = texts.say, sold.view
    if view is None:
        return None
    done = [done_words(view.sale, sold.paid, texts)]
    if sold.mailed_to:
        done.append(say("Receipt mailed to {email}.", email=sold.mailed_to))
    if sold.card is not None and not sold.shows_card and "card" not in dict(sold.failures):
        done.append(say("Card link mailed."))
    undone = say("Undone. The person stays.") if sold.created else say("Undone.")
    why = say("Undone at the desk")
    return Undo(
        " ".join(done),
        lambda client, once: client.undo_sale(view.undo, why, once),
        undone,
    )
