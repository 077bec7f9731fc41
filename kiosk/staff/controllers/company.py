"""The profile of a company."""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage

from api_client.management import ManagementClient
from api_client.messages.management import CompanyView, LinkedCustomer, LinkedCustomers
from kiosk.staff.controllers.billing import ProfileBilling
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.linking import Linking
from kiosk.staff.controllers.lists import load_people
from kiosk.staff.controllers.payment import PaymentController
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER, Owner, ProfileController
from kiosk.staff.controllers.sale import Sales
from kiosk.staff.forms.company import company_form
from kiosk.staff.forms.links import Company, unlink_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.company import CompanyPage
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.profile import company_words


@dataclass(frozen=True)
class CompanySheet:
    """What the profile of a company loads; ``billing`` is None if the role may not see it."""

    company: CompanyView
    people: LinkedCustomers
    billing: ProfileBilling | None = None


class CompanyController(ProfileController):
    """Shows a company, changes what belongs to it, and links customers."""

    name = COMPANY
    edit_scope = "companies:write"
    entry_place = CUSTOMER
    page: CompanyPage

    def __init__(
        self,
        context: Context,
        payments: PaymentController,
        checkout: CheckoutController,
        sales: Sales,
    ) -> None:
        page = CompanyPage(context.texts)
        super().__init__(context, page, payments, checkout, sales)
        self._linking = Linking(context)
        self._company: CompanyView | None = None
        self._people: dict[UUID, LinkedCustomer] = {}
        page.removed.connect(self._unlink)

    def open(self, place: Place) -> Page[CompanySheet]:
        """Return the profile of the company with the id of ``place``."""
        company_id = place.subject
        bills = self.billing_loader({"company_id": str(company_id)})

        def load(client: ManagementClient) -> CompanySheet:
            return CompanySheet(
                client.company(company_id), load_people(client, company_id), bills(client)
            )  # fmt: skip

        return Page(place, load, self.show)

    def show(self, sheet: CompanySheet) -> None:
        """Show a company."""
        self._company = sheet.company
        self._people = {each.customer.id: each for each in sheet.people.items}
        orders = sheet.billing.orders if sheet.billing is not None else ()
        words = company_words(
            sheet.company, sheet.people, self._texts, self._session.zone, orders
        )  # fmt: skip
        self.show_profile(words, sheet.billing)

    def leave(self) -> None:
        """The company is no longer shown."""
        self._company = None

    def about(self) -> str:
        """Return the company's name. Raises LookupError if none is shown."""
        return self._shown().name

    def owner(self) -> Owner:
        """Return the company. Raises LookupError if none is shown."""
        return {"company_id": str(self._shown().id)}

    def billed_company(self) -> CompanyView | None:
        """Return the company."""
        return self._company

    def edit(self) -> None:
        """Open the form of the company."""
        form = company_form(self._texts, self._shown())
        self._context.changes.ask(*form)

    def act(self, action: Action, target: object) -> None:
        """As on every profile, and link a customer."""
        super().act(action, target)
        if action is Action.LINK:
            self._linking.ask_person(self._named(), self._people.keys())

    def show_photo(self, path: str, image: QImage) -> None:
        """Show a photo of somebody who is to be linked."""
        self._linking.show_photo(path, image)

    def _named(self) -> Company:
        """Return the company that is shown by id and name."""
        return Company(self._shown().id, self._shown().name)

    def _shown(self) -> CompanyView:
        if self._company is None:
            raise LookupError("no company is shown")
        return self._company

    @Slot(object, str)
    def _unlink(self, customer_id: UUID, _name: str) -> None:
        """Open the form that unlinks a customer."""
        linked = self._people[customer_id]
        form = unlink_form(self._texts, self._named(), linked.customer, linked.role, linked.etag)
        self._context.changes.ask(*form)
