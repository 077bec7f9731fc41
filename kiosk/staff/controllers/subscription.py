"""One subscription: its state at Stripe, its invoices, cancelling and resuming it."""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.billing import InvoicePage, OrderView, PlanChoice
from kiosk.staff.controllers.billing import payer_of
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.plan_change import change_form, keep_plan_form
from kiosk.staff.forms.subscription import cancel_form, end_form, keep_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.subscription import SubscriptionPage
from kiosk.staff.words.subscription import SubscriptionWords, subscription_words
from kiosk.staff.worker import Task

SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class SubscriptionSheet:
    """The order of a subscription, who pays it, its latest invoices, and plans to change to."""

    order: OrderView
    payer: str
    invoices: InvoicePage
    choices: tuple[PlanChoice, ...] = ()


def sheet_of(client: ManagementClient, order: OrderView) -> SubscriptionSheet:
    """Return an order with its payer and invoices. Raises ApiError."""
    granted = order.membership_id
    invoices = InvoicePage(items=()) if granted is None else client.invoices_of(granted)
    choices = client.plans_to_change_to(order.id).items if order.can_change else ()
    return SubscriptionSheet(order, payer_of(client, order), invoices, choices)


class SubscriptionController(Controller):
    """Shows a subscription and does what its buttons are for."""

    name = SUBSCRIPTION

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: SubscriptionPage = SubscriptionPage(context.texts)
        self.page.acted.connect(self.act)

    def open(self, place: Place) -> Page[SubscriptionSheet]:
        """Return the page of the subscription that the order with the id of ``place`` began."""
        order_id = place.subject
        return Page(place, lambda client: sheet_of(client, client.order(order_id)), self.show)

    def show(self, sheet: SubscriptionSheet) -> None:
        """Show a subscription."""
        words = subscription_words(
            sheet.order,
            sheet.payer,
            sheet.invoices,
            self._texts,
            self._session.zone,
            choices=sheet.choices,
        )
        self.page.show_words(words, may_change=self._session.may("memberships:write"))

    @Slot(object, object)
    def act(self, action: Action, words: SubscriptionWords) -> None:
        """Do what a button of the page is for."""
        ask = self._context.changes.ask
        match action:
            case Action.CANCEL:
                ask(*cancel_form(self._texts, words))
            case Action.END:
                ask(*end_form(self._texts, words))
            case Action.KEEP:
                ask(*keep_form(self._texts, words))
            case Action.CHANGE_PLAN:
                ask(*change_form(self._texts, words))
            case Action.KEEP_PLAN:
                ask(*keep_plan_form(self._texts, words))
            case Action.REFRESH:
                self._ask_stripe(words.order_id)
            case _:
                raise ValueError(f"{action} is nothing that is done to a subscription")

    def _ask_stripe(self, order_id: UUID) -> None:
        """Have the service ask Stripe now."""
        self.page.show_failure("")
        self.page.show_progress(self._texts.say("Checking …"))

        def ask(client: ManagementClient, _once: str) -> SubscriptionSheet:
            return sheet_of(client, client.refresh_order(order_id))

        self._context.send(
            Task("subscription_refresh", ask, self._refresh, self._handle_error)
        )  # fmt: skip

    def _refresh(self, sheet: SubscriptionSheet) -> None:
        """Show what Stripe answered, if it is about the subscription that is shown."""
        shown = self.page.words.order_id if self.page.words is not None else None
        if sheet.order.id == shown:
            self.show(sheet)
            self.page.show_progress(self._texts.say("Checked just now."))

    def _handle_error(self, sentence: str) -> None:
        """Show why Stripe was not asked; what is shown stays."""
        self.page.show_progress("")
        self.page.show_failure(sentence)
