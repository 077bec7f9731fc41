"""A club's account at Stripe, as managers connect it. Its secrets are only sent, never shown."""

from PySide6.QtCore import Slot

from api_client.messages.billing import StripeView
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.stripe import connect_form, disconnect_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.stripe import StripePage
from kiosk.staff.words.stripe import StripeWords, stripe_words

STRIPE = Place("stripe")


class StripeController(Controller):
    """Shows whether an account is connected, connects and disconnects it."""

    name = STRIPE.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: StripePage = StripePage(context.texts)
        self._words: StripeWords | None = None
        self.page.connect_wanted.connect(self._connect)
        self.page.disconnect_wanted.connect(self._disconnect)

    def open(self, place: Place) -> Page[StripeView]:
        """Return the page."""
        return Page(place, lambda client: client.stripe_setup(), self.show)

    def show(self, view: StripeView) -> None:
        """Show the account."""
        self._session.takes_orders = view.configured
        self._words = stripe_words(view, self._texts)
        self.page.show_words(self._words)

    @Slot(object)
    def _connect(self, words: StripeWords) -> None:
        self._context.changes.ask(*connect_form(self._texts, words))

    @Slot()
    def _disconnect(self) -> None:
        if self._words is not None:
            self._context.changes.ask(*disconnect_form(self._texts, self._words))
