"""An online order at the desk: its payment page is shown to the customer's phone until it is paid.

While the page is open, the service asks Stripe every few seconds whether it is paid. The next
request waits for the answer to the one before.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from PySide6.QtCore import QTimer

from api_client.management import ManagementClient
from api_client.messages.billing import CheckoutLink, OrderState, OrderView
from kiosk.staff.controllers.billing import payer_of
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.checkout import CheckoutPage
from kiosk.staff.words.checkout import checkout_words
from kiosk.staff.worker import Task

WATCH_MS = 4000


@dataclass(frozen=True)
class CheckoutSheet:
    """An order, who pays it, and where."""

    order: OrderView
    payer: str
    link: CheckoutLink


class CheckoutController(Controller):
    """Shows an order until it is paid."""

    name = "checkout"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: CheckoutPage = CheckoutPage(context.texts)
        self._links: dict[UUID, CheckoutLink] = {}
        self._sheet: CheckoutSheet | None = None
        self.watch = QTimer(self)
        """Runs while an order is watched."""
        self.watch.setSingleShot(True)
        self.watch.setInterval(WATCH_MS)
        self.watch.timeout.connect(self._reload)
        self.page.left.connect(context.navigation.back)

    def begin(self, link: CheckoutLink) -> Place:
        """Remember where something that was just ordered is paid. Returns its page."""
        self._links[link.order_id] = link
        return Place(self.name, link.order_id)

    def open(self, place: Place) -> Page[CheckoutSheet]:
        """Return the page of an order. Raises LookupError unless ``begin`` was given its link.

        Only the answer to an order contains the address at which it is paid.
        """
        order_id = place.subject
        link = self._links[order_id]

        def load(client: ManagementClient) -> CheckoutSheet:
            order = client.order(order_id)
            return CheckoutSheet(order, payer_of(client, order), link)

        return Page(place, load, self.show)

    def show(self, sheet: CheckoutSheet) -> None:
        """Show an order, and watch it while it can be paid."""
        self._sheet = sheet
        words = checkout_words(
            sheet.order, sheet.link, sheet.payer, self._texts, self._session.zone
        )  # fmt: skip
        self.page.show_words(words)
        if sheet.order.state is OrderState.OPEN:
            self.watch.start()

    def leave(self) -> None:
        """Stop watching the order."""
        self.watch.stop()
        self._sheet = None

    def end_session(self) -> None:
        """Forget the addresses at which orders are paid."""
        self.leave()
        self._links.clear()

    def _reload(self) -> None:
        """Have Stripe asked, unless something else is in front, such as a verdict."""
        sheet = self._sheet
        if sheet is None:
            return
        if not self.page.isVisible():
            self.watch.start()
            return
        order_id = sheet.order.id
        self._context.send(
            Task(
                "checkout_state",
                lambda client, _: client.refresh_order(order_id),
                self._refresh,
                self._handle_error,
            )
        )

    def _refresh(self, order: OrderView) -> None:
        if self._sheet is not None and self._sheet.order.id == order.id:
            self.page.show_failure("", "state")
            self.show(replace(self._sheet, order=order))

    def _handle_error(self, sentence: str) -> None:
        """Show why the state of the order is not known, and ask again later."""
        if self._sheet is not None:
            self.page.show_failure(sentence, "state")
            self.watch.start()
