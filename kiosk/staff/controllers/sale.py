"""The sheet of a sale over any page: new, renew, change and pay, with what follows.

What a sale costs and when it runs is asked of the service whenever something that decides it is
changed; the answer to an older question is dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.cards import CustomerCards, DesignLine
from api_client.messages.management import CustomerProfile, PlanView, ProfileMembership, SoldView
from api_client.messages.sales import SaleKind, SalePreview
from api_client.messages.scan import Status
from kiosk.failures import Failure
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.lists import load_plans
from kiosk.staff.forms.sale import (
    PRINT,
    Offer,
    Quote,
    Sold,
    first_values,
    preview_body,
    sale_form,
    sale_undo,
)
from kiosk.staff.notices import sentence_of
from kiosk.staff.page import Place
from kiosk.staff.pages.sale import GIVEN, METHOD, PLAN, SaleForm
from kiosk.staff.words.sale import (
    Paid,
    act_words,
    change_due,
    change_hints,
    quote_words,
    ways_to_pay,
)
from kiosk.staff.words.typed_amounts import parse_amount
from kiosk.staff.worker import Task, failure_of_task

CUSTOMER = "customer"
_PAUSE_MS = 200
"""How long after a key the service is asked, so that an amount is typed in peace."""

_SEEN_ANEW = frozenset({"amount_changed", "period_changed", "changed_meanwhile"})
"""Codes of refusals after which a sheet shows a preview of now."""

Owner = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """What is to be sold: to an owner, ``kind``, of or for which membership. Without a ``kind`` a
    membership is renewed if there is one that can be, and else a plan is sold.
    """

    owner: Owner
    kind: SaleKind | None = None
    membership_id: UUID | None = None


@dataclass(frozen=True)
class Loaded:
    """What a sheet begins with: the offer, and its first preview or why there is none."""

    offer: Offer
    body: Mapping[str, object]
    preview: SalePreview | None
    failure: Failure | None


class Sales(QObject):
    """Opens sheets of sales. Lives in the GUI thread."""

    def __init__(self, context: Context, checkout: CheckoutController) -> None:
        super().__init__(context.parent)
        self._context, self._checkout = context, checkout
        self._texts, self._session = context.texts, context.session
        self._paid, self._receipt = Paid.CASH, PRINT
        self._asked = 0
        self._offer: Offer | None = None
        self._quote = Quote()
        self._form: SaleForm | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask_service)

    def new_member(self) -> None:
        """Open the sheet of somebody new over the page in front."""
        self.begin(Wanted({}, SaleKind.NEW))

    def begin(self, wanted: Wanted) -> None:
        """Load what can be sold, then open the sheet, if staff are still where they were."""
        asked_on = self._context.navigation.front
        load = partial(self._load, wanted)
        self._context.send(
            Task("sale", lambda client, _: load(client), partial(self._ask, asked_on))
        )

    def _load(self, wanted: Wanted, client: ManagementClient) -> Loaded:
        """Load the offer with its first preview. Raises ApiError.

        What cannot be renewed is offered as a new sale, unless a renewal was asked for.
        """
        offer = self._offered(wanted, client)
        loaded = self._previewed(offer, client)
        if loaded.failure is None or offer.kind is not SaleKind.RENEW or wanted.kind is not None:
            return loaded
        anew = replace(offer, kind=SaleKind.NEW, membership_id=None, owner=wanted.owner)
        return self._previewed(anew, client)

    def _offered(self, wanted: Wanted, client: ManagementClient) -> Offer:
        """Load what can be sold to whom. Raises ApiError."""
        owner, plans = wanted.owner, load_plans(client).items
        held: tuple[ProfileMembership | SoldView, ...] = ()
        about = email = ""
        designs: tuple[DesignLine, ...] = ()
        if "company_id" in owner:
            company = client.company(UUID(owner["company_id"]))
            about, held, email = company.name, company.memberships, company.billing_email or ""
        elif "customer_id" in owner:
            profile = client.customer(UUID(owner["customer_id"]))
            about = f"{profile.customer.name} · {profile.customer.number}"
            held = tuple(each for each in profile.memberships if each.company is None)
            email, designs = profile.email or "", self._designs(client, profile)
        else:
            designs = self._designs(client, None)
        kind, chosen = _decided(wanted, held)
        return Offer(
            kind=kind,
            about=about,
            plans=plans,
            today=self._session.today(),
            owner=owner if kind is SaleKind.NEW else {},
            membership_id=None if kind is SaleKind.NEW or chosen is None else chosen.id,
            plan="" if chosen is None else chosen.plan,
            plan_id=_plan_id(chosen, plans),
            email=email,
            designs=designs,
            online=bool(self._session.takes_orders),
        )

    def _previewed(self, offer: Offer, client: ManagementClient) -> Loaded:
        """Return an offer with its first preview, or why there is none. Raises ApiError."""
        values = first_values(offer)
        body = preview_body(offer, values, Paid.NOTHING, None, self._texts)
        if PLAN in values and not values[PLAN]:
            return Loaded(offer, body, None, None)
        try:
            return Loaded(offer, body, client.preview_sale(body), None)
        except Refused as refused:
            return Loaded(offer, body, None, failure_of_task(refused))

    def _designs(
        self, client: ManagementClient, profile: CustomerProfile | None
    ) -> tuple[DesignLine, ...]:
        """Return the designs of a first card; none if there is a card, or none may be issued."""
        if not (self._session.may("cards:write") and self._session.may("cards:read")):
            return ()
        if profile is not None:
            cards: CustomerCards = client.cards_of(profile.customer.id)
            if any(card.revoked_at is None and card.design_id for card in cards.items):
                return ()
        return tuple(each for each in client.designs().items if each.archived_at is None)

    def _ask(self, asked_on: Place | None, loaded: Loaded) -> None:
        """Open the sheet."""
        offer, quote = loaded.offer, Quote(loaded.body, loaded.preview)
        form, filled = sale_form(self._texts, offer, quote, receipt=self._receipt)
        self._context.changes.ask(
            form,
            filled,
            self._then,
            asked_on=asked_on,
            always=self._always,
            undo=partial(sale_undo, self._texts),
        )
        if self._context.changes.form is not form:
            return
        self._offer, self._quote, self._form = offer, quote, form
        form.closed.connect(self._on_closed)
        form.changed.connect(self._on_changed)
        form.paying.connect(self._on_paying)
        form.refused.connect(self._on_refused)
        if form.choice(METHOD).offers(self._paid.value):
            form.choice(METHOD).choose(self._paid.value)
        if quote.preview is not None:
            self._show(quote.preview)
        elif loaded.failure is not None:
            self._show_failure(loaded.failure)
        else:
            form.quote.show_failure(self._texts.say("No plan is sold yet."))
            form.allow(words=self._texts.say("Sell"), sells=False)
        form.lay_out_rows(free=self._free)
        form.focus_first()

    @property
    def _free(self) -> bool:
        preview = self._quote.preview
        return preview is not None and not preview.price_minor

    def _on_closed(self) -> None:
        self._pause.stop()
        self._asked += 1
        self._form = self._offer = None

    def _on_changed(self) -> None:
        """Something that decides the preview was changed: nothing is sold until it is known."""
        form = self._form
        if form is None or form.sending:
            return
        self._asked += 1
        self._quote.body = None
        form.quote.wait()
        form.lay_out_rows(free=self._free)
        form.allow(words=act_words(None, form.paid, self._texts), sells=False)
        self._pause.start()

    def _on_refused(self, code: str) -> None:
        """The service refused the sale: look what it would do now, unless a press confirms it."""
        if code in _SEEN_ANEW:
            self._on_changed()

    def _on_paying(self) -> None:
        """Another way to pay, or cash was typed: the preview stays unless it has an amount."""
        form = self._form
        if form is None:
            return
        self._paid = form.paid if form.paid not in {Paid.NOTHING, Paid.ONLINE} else self._paid
        form.lay_out_rows(free=self._free)
        if self._quote.body is not None and "payment" in self._quote.body:
            self._on_changed()
        elif self._quote.preview is not None and self._quote.body is not None:
            self._show(self._quote.preview)

    def _ask_service(self) -> None:
        """Ask the service what the sale would do."""
        form, offer, number = self._form, self._offer, self._asked
        if form is None or offer is None:
            return
        try:
            body = preview_body(offer, form.values(), form.paid, self._quote.preview, self._texts)
        except Refused as refused:
            self._show_failure(failure_of_task(refused))
            return
        if "plan_id" in body and not body["plan_id"]:
            form.quote.show_failure(self._texts.say("No plan is sold yet."))
            return

        def handle(preview: SalePreview) -> None:
            if number == self._asked and self._form is form:
                self._quote.body, self._quote.preview = body, preview
                self._show(preview)

        def fail(failure: Failure) -> None:
            if number == self._asked and self._form is form:
                self._show_failure(failure)

        self._context.send(
            Task("preview", lambda client, _: client.preview_sale(body), handle, on_failure=fail)
        )

    def _show(self, preview: SalePreview) -> None:
        """Show a preview, and what follows from how it is paid."""
        form, offer = self._form, self._offer
        if form is None or offer is None:
            return
        free = not preview.price_minor
        form.offer_ways(ways_to_pay(offer.kind, self._texts, free=free, online=offer.online))
        form.lay_out_rows(free=free)
        form.quote.show_quote(quote_words(preview, self._texts, self._session.zone))
        nothing = free and offer.kind is SaleKind.PAY
        enough = self._show_change(form, preview)
        form.allow(words=act_words(preview, form.paid, self._texts), sells=enough and not nothing)

    def _show_change(self, form: SaleForm, preview: SalePreview) -> bool:
        """Show the change of cash. Returns False if what was given is too little or no amount."""
        if form.paid is not Paid.CASH:
            form.show_change(None, "")
            return True
        due, currency = preview.amount_minor, preview.currency
        typed = form.line(GIVEN).text().strip()
        if not typed:
            form.show_change(None, change_hints(due, currency, self._texts))
            return True
        given = parse_amount(typed, currency, self._texts)
        if given is None:
            form.show_change(None, self._texts.say("“{text}” is not a price.", text=typed))
            return False
        change = change_due(given, due, currency, self._texts)
        form.show_change(change, "")
        return not change.missing

    def _show_failure(self, failure: Failure) -> None:
        form = self._form
        if form is not None:
            form.quote.show_failure(sentence_of(failure, self._texts))
            form.show_change(None, "")
            form.allow(words=act_words(None, form.paid, self._texts), sells=False)

    def _always(self, sold: Sold) -> None:
        """Print the receipt wherever staff are now, and say what was not done."""
        say = self._texts.say
        if sold.paid is not Paid.ONLINE and sold.receipt:
            self._receipt = sold.receipt
        payment = None if sold.view is None else sold.view.payment
        if payment is not None and sold.receipt == PRINT:
            self._context.receipts.print_new(payment)
        failed = []
        for part, failure in sold.failures:
            why = sentence_of(failure, self._texts)
            match part:
                case "receipt":
                    words = say(
                        "The payment is recorded; its receipt was not mailed: {why}", why=why
                    )
                case "card":
                    words = say("It is sold; the card was not sent: {why}", why=why)
                case _:
                    words = say("The person is created; the plan was not ordered: {why}", why=why)
            failed.append(words)
        if failed:
            self._context.notices.keep("\n".join(failed))

    def _then(self, sold: Sold) -> None:
        """Go to what was created, to the card that is shown, or to the payment page."""
        navigation = self._context.navigation
        if sold.created and sold.customer_id is not None:
            navigation.open(Place(CUSTOMER, sold.customer_id))
        if sold.link is not None:
            navigation.open(self._checkout.begin(sold.link))
        elif sold.card is not None and sold.shows_card:
            navigation.open(Place(CARD, sold.card.card.id))
        elif not sold.created:
            navigation.reload()


def _decided(
    wanted: Wanted, held: tuple[ProfileMembership | SoldView, ...]
) -> tuple[SaleKind, ProfileMembership | SoldView | None]:
    """Return what is sold, and of which membership.

    A renewal is of the one that was asked for, else of the one that ends last; without any, a plan
    is sold anew.
    """
    named = next((each for each in held if each.id == wanted.membership_id), None)
    if wanted.kind in {SaleKind.PAY, SaleKind.CHANGE}:
        active = [each for each in held if each.status is not Status.EXPIRED]
        chosen = named or next(iter(active or held), None)
        return (wanted.kind, chosen) if chosen is not None else (SaleKind.NEW, None)
    if wanted.kind is SaleKind.NEW:
        return SaleKind.NEW, named
    renewable = [each for each in held if each.ends_at is not None and each.ended_early_at is None]
    last = max(renewable, key=lambda each: each.starts_at, default=None)
    chosen = named or last
    return (SaleKind.RENEW, chosen) if chosen is not None else (SaleKind.NEW, None)


def _plan_id(
    chosen: ProfileMembership | SoldView | None,
    plans: tuple[PlanView, ...],
) -> str:
    """Return the plan that is chosen at first: that of the membership, by its name."""
    if chosen is None:
        return ""
    return next((str(plan.id) for plan in plans if plan.name == chosen.plan), "")
