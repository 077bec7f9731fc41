"""An online order at the desk: its page is shown to the customer's phone until it is paid.

While the page is open Stripe is asked every few seconds, by way of the service, so that staff see
the moment in which it is paid. The next question waits for the answer to the one before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from api_client.management import ManagementClient
from api_client.messages.billing import CheckoutLink, OrderState, OrderView
from kiosk.staff.controllers.subscription import payer_of
from kiosk.staff.pages.checkout import CheckoutPage
from kiosk.staff.words.checkout import checkout_words
from kiosk.staff.worker import Task
from kiosk.texts import Texts

WATCH_MS = 4000

_STATE = "checkout_state"


@dataclass(frozen=True)
class CheckoutSheet:
    """An order, who pays it, and where."""

    order: OrderView
    payer: str
    link: CheckoutLink


class CheckoutDesk(QObject):
    """What is done with an online order. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(self, page: CheckoutPage, texts: Texts, *, parent: QObject) -> None:
        super().__init__(parent)
        self._page, self._texts = page, texts
        self._zone = "UTC"
        self._links: dict[UUID, CheckoutLink] = {}
        self._sheet: CheckoutSheet | None = None
        self._watch = QTimer(self)
        self._watch.setSingleShot(True)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_again)

    def begin(self, link: CheckoutLink) -> UUID:
        """Something was ordered; returns the id of the order, which can be shown from now on."""
        self._links[link.order_id] = link
        return link.order_id

    def request(self, order_id: UUID) -> Callable[[ManagementClient, str], CheckoutSheet]:
        """What the page asks for. The address is known to who ordered, and not told again."""
        link = self._links[order_id]

        def call(client: ManagementClient, _once: str) -> CheckoutSheet:
            order = client.order(order_id)
            return CheckoutSheet(order, payer_of(client, order), link)

        return call

    def show(self, sheet: CheckoutSheet, zone: str) -> None:
        """Show an order, and watch it until it is paid or can no longer be."""
        self._sheet, self._zone = sheet, zone
        words = checkout_words(sheet.order, sheet.link, sheet.payer, self._texts, zone)
        self._page.show_words(words)
        if sheet.order.state is OrderState.OPEN:
            self._watch.start()

    def leave(self) -> None:
        """The page of the order is no longer in front."""
        self._watch.stop()
        self._sheet = None

    def forget(self) -> None:
        """Who ordered has left; the addresses are no longer shown."""
        self.leave()
        self._links.clear()

    def took(self, task: Task, answer: object) -> bool:
        """Show how the order stands now, if that is what a task brought."""
        if task.kind != _STATE:
            return False
        sheet = self._sheet
        if isinstance(answer, OrderView) and sheet is not None and sheet.order.id == answer.id:
            self.show(replace(sheet, order=answer), self._zone)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say why it is not known how the order stands, and go on asking."""
        if task.kind != _STATE:
            return False
        if self._sheet is not None:
            self._page.say_fault(sentence)
            self._watch.start()
        return True

    def _look_again(self) -> None:
        """Have Stripe asked, unless something else is in front by now, such as a verdict."""
        sheet = self._sheet
        if sheet is None or not self._page.isVisible():
            return
        order_id = sheet.order.id
        self.task_wanted.emit(Task(_STATE, lambda client, _: client.refresh_order(order_id)))
