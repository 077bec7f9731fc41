"""The table of all pages of the staff side. A new page is a controller and a line in here."""

from typing import Any, TypeVar

from kiosk.staff.controllers.account import AccountController
from kiosk.staff.controllers.api_keys import ApiKeysController
from kiosk.staff.controllers.card import CardController
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.code_formats import CodeFormatsController
from kiosk.staff.controllers.company import CompanyController
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.customer import CustomerController
from kiosk.staff.controllers.design import DesignController
from kiosk.staff.controllers.give import GiveController
from kiosk.staff.controllers.home import HomeController
from kiosk.staff.controllers.payment import PaymentController
from kiosk.staff.controllers.signup import SignupController
from kiosk.staff.controllers.stripe import StripeController
from kiosk.staff.controllers.subscription import SubscriptionController
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.pages.view import PageView

C = TypeVar("C", bound=Controller)


class Router:
    """Finds the page of a place, and shows it once it is loaded. Lives in the GUI thread."""

    def __init__(self, panel: StaffPanel, context: Context) -> None:
        self._panel = panel
        self._table: dict[str, Controller] = {}
        self.payment = self.add(PaymentController(context))
        self.home = self.add(HomeController(context, self.payment))
        self.checkout = self.add(CheckoutController(context))
        self.customer = self.add(CustomerController(context, self.payment, self.checkout))
        self.company = self.add(CompanyController(context, self.payment, self.checkout))
        self.card = self.add(CardController(context))
        self.give = self.add(GiveController(context))
        self.design = self.add(DesignController(context))
        self.signup = self.add(SignupController(context))
        self.code_formats = self.add(CodeFormatsController(context))
        self.stripe = self.add(StripeController(context))
        self.subscription = self.add(SubscriptionController(context))
        self.api_keys = self.add(ApiKeysController(context))
        self.account = self.add(AccountController(context))
        panel.home = self.home.page

    def open(self, place: Place) -> Page[Any]:
        """Return the page at a place. Raises LookupError if there is none."""
        return self._table[place.name].open(place)

    def show(self, page: Page[Any], answer: object) -> None:
        """Bring a page to the front of the panel, and show what it has loaded."""
        view = self._table[page.place.name].page
        view.clear_failures()
        self._panel.show_page(view)
        page.show(answer)

    def view(self, place: Place) -> PageView:
        """Return the widget of a place, as it was last filled."""
        return self._table[place.name].page

    def unsaved(self, place: Place) -> object | None:
        """Return what is on a page that is not saved, and lost if it is left; None if nothing."""
        return self._table[place.name].unsaved()

    def leave(self) -> None:
        """Stop what belongs to the page in front, before another one is loaded."""
        for controller in self._table.values():
            controller.leave()

    def start_session(self) -> None:
        """Somebody signed in."""
        for controller in self._table.values():
            controller.start_session()

    def end_session(self) -> None:
        """Somebody signed out."""
        for controller in self._table.values():
            controller.end_session()

    def add(self, controller: C) -> C:
        """Add a page to the table and to the panel. Returns its controller."""
        self._table[controller.name] = controller
        self._panel.add(controller.page)
        return controller
