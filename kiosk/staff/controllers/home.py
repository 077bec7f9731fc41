"""The first page: companies and plans."""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    CustomerRecord,
    PlanPage,
)
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.lists import load_companies, load_plans
from kiosk.staff.controllers.plans import ask_plan
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER
from kiosk.staff.forms.company import company_form
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.page import HOME, Page, Place
from kiosk.staff.pages.home import HomePage
from kiosk.staff.words.home import company_entries, plan_entries
from kiosk.staff.words.profile import cut_note
from kiosk.staff.worker import Task


@dataclass(frozen=True)
class HomeSheet:
    """What the first page loads."""

    companies: CompanyPage
    plans: PlanPage


def load_home(client: ManagementClient, text: str) -> HomeSheet:
    """Return companies by name, or those with ``text`` in their name, and all plans."""
    return HomeSheet(load_companies(client, text), load_plans(client))


class HomeController(Controller):
    """Shows the lists, creates what is in them, and opens other pages."""

    name = HOME.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: HomePage = HomePage(context.texts)
        page, open_ = self.page, context.navigation.open
        page.new_customer.connect(self.new_customer)
        page.new_company.connect(self.new_company)
        page.new_plan.connect(self.new_plan)
        page.plan_opened.connect(self.edit_plan)
        page.company_opened.connect(lambda id_: open_(Place(COMPANY, id_)))
        page.companies_wanted.connect(self._find_companies)

    def open(self, place: Place) -> Page[HomeSheet]:
        """Return the page, with the companies that its search box asks for."""
        text = self.page.search.text().strip()
        return Page(place, lambda client: load_home(client, text), self.show)

    def start_session(self) -> None:
        """Offer what the role allows."""
        self.page.allow(self._session.scopes)

    def end_session(self) -> None:
        """Forget what was searched for."""
        self.page.clear_search()

    def show(self, sheet: HomeSheet) -> None:
        """Show the lists."""
        self.page.show_failure("")
        self._show_companies(sheet.companies)
        note = cut_note(len(sheet.plans.items), sheet.plans.total, self._texts)
        self.page.plans.show_entries(plan_entries(sheet.plans, self._texts), note)

    @Slot()
    def new_customer(self) -> None:
        """Open the form of a new customer, and then the profile."""

        def then(record: CustomerRecord) -> None:
            self._context.navigation.open_created(Place(CUSTOMER, record.customer.id))

        form = customer_form(self._texts, None)
        self._context.changes.ask(*form, then)

    @Slot()
    def new_company(self) -> None:
        """Open the form of a new company, and then the profile."""

        def then(company: CompanyView) -> None:
            self._context.navigation.open_created(Place(COMPANY, company.id))

        form = company_form(self._texts, None)
        self._context.changes.ask(*form, then)

    @Slot()
    def new_plan(self) -> None:
        """Open the form of a new plan."""
        ask_plan(self._context, None)

    @Slot(object)
    def edit_plan(self, plan_id: UUID) -> None:
        """Open the form of a plan."""
        ask_plan(self._context, plan_id)

    @Slot(str)
    def _find_companies(self, text: str) -> None:
        self._context.send(
            Task("companies", lambda client, _: load_companies(client, text), self._show_companies)
        )

    def _show_companies(self, companies: CompanyPage) -> None:
        note = cut_note(len(companies.items), companies.total, self._texts)
        self.page.companies.show_entries(company_entries(companies, self._texts), note)
