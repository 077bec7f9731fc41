"""What staff see of payments through Stripe in a file, and of one subscription."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from api_client.errors import ApiError
from api_client.management import ManagementClient
from api_client.messages.billing import InvoicePage, OrderView
from kiosk.failures import Failure, failure_of
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.forms.subscription import cancel_form, end_form, keep_form
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.subscription import SubscriptionPage
from kiosk.staff.words.subscription import SubscriptionWords, subscription_words
from kiosk.staff.worker import Task
from kiosk.texts import Texts

_ASKED = "subscription_asked"
_MOST_ORDERS = 1000
"""So many are looked through at most; nobody has more than a few that were paid."""


@dataclass(frozen=True)
class FileBilling:
    """What was ordered through the provider by whose file it is.

    ``configured`` tells whether it can be ordered now, None if that is not known; ``fault`` why
    it is not all known.
    """

    orders: tuple[OrderView, ...] = ()
    configured: bool | None = None
    fault: Failure | None = None


@dataclass(frozen=True)
class SubscriptionSheet:
    """The order of a subscription, who pays it, and its latest invoices."""

    order: OrderView
    payer: str
    invoices: InvoicePage


def load_billing(
    client: ManagementClient, owner: Mapping[str, str], configured: bool | None
) -> FileBilling:
    """What a file shows of payments through Stripe; it is shown also where this fails."""
    found: list[OrderView] = []
    cursor: str | None = None
    try:
        if configured is None:
            configured = client.stripe_setup().configured
        while True:
            page = client.orders_of(owner, cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None or len(found) >= _MOST_ORDERS:
                return FileBilling(tuple(found), configured)
    except ApiError as error:
        return FileBilling(tuple(found), configured, failure_of(error))


def payer_of(client: ManagementClient, order: OrderView) -> str:
    """Who pays an order, by name."""
    if order.company_id is not None:
        return client.company(order.company_id).name
    if order.customer_id is None:
        return ""
    customer = client.customer(order.customer_id).customer
    return f"{customer.name} · {customer.number}"


def load_subscription(order_id: UUID) -> Callable[[ManagementClient, str], SubscriptionSheet]:
    """The request for a subscription as the service knows it."""
    return lambda client, _once: _sheet(client, client.order(order_id))


def _sheet(client: ManagementClient, order: OrderView) -> SubscriptionSheet:
    granted = order.membership_id
    invoices = InvoicePage(items=()) if granted is None else client.invoices_of(granted)
    return SubscriptionSheet(order, payer_of(client, order), invoices)


class SubscriptionDesk(QObject):
    """What is done with a subscription. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(
        self, page: SubscriptionPage, texts: Texts, changes: Changes, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes = page, texts, changes
        self._zone, self._may_change = "UTC", False
        page.acted.connect(self.act)

    def show(self, sheet: SubscriptionSheet, zone: str, *, may_change: bool) -> None:
        """Show how a subscription stands."""
        self._zone, self._may_change = zone, may_change
        words = subscription_words(sheet.order, sheet.payer, sheet.invoices, self._texts, zone)
        self._page.show_words(words, may_change=may_change)

    @Slot(object, object)
    def act(self, action: Action, words: SubscriptionWords) -> None:
        """Do what a button of the page says."""
        match action:
            case Action.CANCEL:
                self._changes.ask(*cancel_form(self._page, self._texts, words))
            case Action.END:
                self._changes.ask(*end_form(self._page, self._texts, words))
            case Action.KEEP:
                self._changes.ask(*keep_form(self._page, self._texts, words))
            case Action.REFRESH:
                self._ask_provider(words.order_id)
            case _:
                raise ValueError(f"{action} is nothing that is done to a subscription")

    def took(self, task: Task, answer: object) -> bool:
        """Show what Stripe said, if that is what a task brought."""
        if task.kind != _ASKED:
            return False
        shown = self._page.words.order_id if self._page.words is not None else None
        if isinstance(answer, SubscriptionSheet) and answer.order.id == shown:
            self.show(answer, self._zone, may_change=self._may_change)
            self._page.say_progress(self._texts.say("Stripe was asked just now."))
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say why Stripe was not asked; what is shown is as it was."""
        if task.kind != _ASKED:
            return False
        self._page.say_progress("")
        self._page.say_fault(sentence)
        return True

    def _ask_provider(self, order_id: UUID) -> None:
        self._page.say_fault("")
        self._page.say_progress(self._texts.say("Asking Stripe …"))

        def ask(client: ManagementClient, _once: str) -> SubscriptionSheet:
            return _sheet(client, client.refresh_order(order_id))

        self.task_wanted.emit(Task(_ASKED, ask))
