"""The table of all pages of the staff side. A new page is a controller and a line in here."""

import mimetypes
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtGui import QImage

from kiosk.staff.camera import DeskCamera
from kiosk.staff.controllers.account import AccountController
from kiosk.staff.controllers.api_keys import ApiKeysController
from kiosk.staff.controllers.card import CardController
from kiosk.staff.controllers.cards import CardsController
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.code_formats import CodeFormatsController
from kiosk.staff.controllers.companies import CompaniesController
from kiosk.staff.controllers.company import CompanyController
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.customer import CustomerController
from kiosk.staff.controllers.design import DesignController
from kiosk.staff.controllers.give import GiveController
from kiosk.staff.controllers.members import MembersController
from kiosk.staff.controllers.merge import MergeController
from kiosk.staff.controllers.payment import PaymentController
from kiosk.staff.controllers.photo import PhotoController
from kiosk.staff.controllers.plans import PlansController
from kiosk.staff.controllers.sale import Sales
from kiosk.staff.controllers.settings import SettingsController
from kiosk.staff.controllers.signup import SignupController
from kiosk.staff.controllers.stripe import StripeController
from kiosk.staff.controllers.subscription import SubscriptionController
from kiosk.staff.controllers.today import TodayController
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.pages.view import PageView

C = TypeVar("C", bound=Controller)


LATER = {
    CompanyController.name: "company",
    CompaniesController.name: "companies",
    PlansController.name: "plans",
    CardsController.name: "cards",
    CardController.name: "card",
    DesignController.name: "design",
    SignupController.name: "signup",
    StripeController.name: "stripe",
    SubscriptionController.name: "subscription",
    ApiKeysController.name: "api_keys",
    AccountController.name: "account",
    MergeController.name: "merge",
    PhotoController.name: "photo",
    TodayController.name: "today",
}
"""Attribute of ``Router`` by the name of its page, for pages that are made when first opened."""


class Router:
    """Finds the page of a place, and shows it once it is loaded. Lives in the GUI thread.

    What many sessions open is made with the window. Other pages are made when they are first
    opened, so that the start does not wait for them.
    """

    def __init__(self, panel: StaffPanel, context: Context) -> None:
        self._panel, self._context = panel, context
        self._made: dict[str, Controller] = {}
        self._filled: dict[str, Place] = {}
        self.camera = DeskCamera(context.parent)
        self.payment = self.add(PaymentController(context))
        self.members = self.add(MembersController(context))
        self.checkout = self.add(CheckoutController(context))
        self.sales = Sales(context, self.checkout)
        self.members.page.new_member.connect(self.sales.new_member)
        self.customer = self.add(
            CustomerController(context, self.payment, self.checkout, self.sales)
        )
        self.settings = self.add(SettingsController(context))
        self.give = self.add(GiveController(context))
        self.code_formats = self.add(CodeFormatsController(context))

    @cached_property
    def company(self) -> CompanyController:
        """The profile of a company."""
        return self.add(CompanyController(self._context, self.payment, self.checkout, self.sales))

    @cached_property
    def today(self) -> TodayController:
        """The day, and what is still to be set up."""
        return self.add(TodayController(self._context))

    @cached_property
    def merge(self) -> MergeController:
        """Two files of one person."""
        return self.add(MergeController(self._context))

    @cached_property
    def photo(self) -> PhotoController:
        """The photo of a customer, while it is taken."""
        return self.add(PhotoController(self._context, self.camera))

    @cached_property
    def companies(self) -> CompaniesController:
        """All companies."""
        return self.add(CompaniesController(self._context))

    @cached_property
    def cards(self) -> CardsController:
        """All cards."""
        return self.add(CardsController(self._context))

    @cached_property
    def plans(self) -> PlansController:
        """All plans and permissions."""
        return self.add(PlansController(self._context))

    @cached_property
    def card(self) -> CardController:
        """A wallet card."""
        return self.add(CardController(self._context))

    @cached_property
    def design(self) -> DesignController:
        """The designs of cards."""
        return self.add(DesignController(self._context))

    @cached_property
    def signup(self) -> SignupController:
        """The settings of the online signup."""
        return self.add(SignupController(self._context))

    @cached_property
    def stripe(self) -> StripeController:
        """The account at Stripe."""
        return self.add(StripeController(self._context))

    @cached_property
    def subscription(self) -> SubscriptionController:
        """A subscription."""
        return self.add(SubscriptionController(self._context))

    @cached_property
    def api_keys(self) -> ApiKeysController:
        """The API keys."""
        return self.add(ApiKeysController(self._context))

    @cached_property
    def account(self) -> AccountController:
        """The account of the person who is signed in."""
        return self.add(AccountController(self._context))

    def open(self, place: Place) -> Page[Any]:
        """Return the page at a place. Raises LookupError if there is none."""
        return self._controller(place).open(place)

    def show(self, page: Page[Any], answer: object) -> None:
        """Bring a page to the front of the panel, and show what it has loaded."""
        view = self._controller(page.place).page
        view.clear_failures()
        self._panel.show_page(view)
        page.show(answer)
        self._filled[page.place.name] = page.place

    def filled(self, place: Place) -> bool:
        """Return whether the widget of a place shows what was loaded for it in this session."""
        return self._filled.get(place.name) == place

    def view(self, place: Place) -> PageView:
        """Return the widget of a place, as it was last filled."""
        return self._controller(place).page

    def heading(self, place: Place) -> str:
        """Return whom or what the page at a place is about; empty if that is its name already."""
        made = self._made.get(place.name)
        return made.page.heading if made is not None else ""

    def take_file(self, place: Place, path: str) -> bool:
        """Take a file that was dropped on a page. Returns False if the page has no use for it.

        A picture on the profile of a customer becomes the photo, once that is confirmed.
        """
        pictured = (mimetypes.guess_type(path)[0] or "").startswith("image/")
        of_customer = place.name in {CustomerController.name, PhotoController.name}
        if not (pictured and of_customer and self._context.session.may("customers:write")):
            return False
        self.photo.open_file(place.subject, Path(path))
        return True

    def unsaved(self, place: Place) -> object | None:
        """Return what is on a page that is not saved, and lost if it is left; None if nothing."""
        return self._controller(place).unsaved()

    def show_photo(self, path: str, image: QImage) -> None:
        """A photo was loaded: show it where it belongs."""
        self.customer.show_photo(path, image)
        self.give.show_photo(path, image)
        if CompanyController.name in self._made:
            self.company.show_photo(path, image)
        if MergeController.name in self._made:
            self.merge.show_photo(path, image)

    def leave(self) -> None:
        """Stop what belongs to the page in front, before another one is loaded."""
        for controller in self._made.values():
            controller.leave()

    def start_session(self) -> None:
        """Somebody signed in."""
        for controller in self._made.values():
            controller.start_session()

    def end_session(self) -> None:
        """Somebody signed out."""
        self._filled.clear()
        for controller in self._made.values():
            controller.end_session()

    def add(self, controller: C) -> C:
        """Add a page to the table and to the panel. Returns its controller."""
        self._made[controller.name] = controller
        self._panel.add(controller.page)
        return controller

    def _controller(self, place: Place) -> Controller:
        """Return the controller of a place, made now if need be. Raises LookupError if none is."""
        if place.name in LATER:
            made: Controller = getattr(self, LATER[place.name])
            return made
        return self._made[place.name]
