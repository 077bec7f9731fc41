"""All companies: listed page by page, searched, created."""

from functools import partial

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import CompanyPage, CompanyView
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.listed import ListController
from kiosk.staff.controllers.profile import COMPANY
from kiosk.staff.forms.company import company_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.companies import CompaniesPage
from kiosk.staff.pages.row_list import ListRow
from kiosk.staff.words.companies import CompanyRow, company_rows, count_words
from kiosk.style import Tone

COMPANIES = Place("companies")

_Asked = tuple[str, bool | None]
"""What is searched for, and which state is wanted."""


class CompaniesController(ListController[_Asked, CompanyPage]):
    """Shows companies as they are scrolled to."""

    name = COMPANIES.name
    page: CompaniesPage

    def __init__(self, context: Context) -> None:
        page = CompaniesPage(context.texts)
        super().__init__(context, page)
        page.new_company.connect(self._new_company)
        page.opened.connect(lambda id_: context.navigation.open(Place(COMPANY, id_)))

    def open(self, place: Place) -> Page[CompanyPage]:
        """Return the page, with the companies that its search asks for."""
        return Page(place, partial(self.fetch, asked=self.asked(), cursor=None), self.show)

    def show(self, found: CompanyPage) -> None:
        """Show the first companies."""
        self.page.new_button.setVisible(self._session.may("companies:write"))
        self.show_first(found)

    def asked(self) -> _Asked:
        """Return what is typed, and which state is chosen."""
        return self.page.typed, self.page.archived

    def fetch(self, client: ManagementClient, asked: _Asked, cursor: str | None) -> CompanyPage:
        """Return a page of companies, with their people."""
        text, archived = asked
        return client.companies(text, cursor, counts=True, archived=archived)

    def rows(self, found: CompanyPage) -> list[ListRow]:
        """Return companies as rows."""
        return [_list_row(row) for row in company_rows(found.items, self._texts)]

    def count(self, found: CompanyPage) -> str:
        """Return how many companies there are."""
        return count_words(found.total, self._texts)

    @Slot()
    def _new_company(self) -> None:
        """Open the form of a new company, and then its profile."""

        def then(company: CompanyView) -> None:
            self._context.navigation.open(Place(COMPANY, company.id))

        self._context.changes.ask(*company_form(self._texts, None), then)


def _list_row(row: CompanyRow) -> ListRow:
    tone = Tone.ATTENTION if row.waiting else Tone.NO_MEMBERSHIP
    return ListRow(row.id, row.name, row.below, row.beside, row.state, tone)
