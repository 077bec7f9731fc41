"""All companies: listed page by page, searched, created."""

from functools import partial

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import CompanyPage, CompanyView
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.profile import COMPANY
from kiosk.staff.forms.company import company_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.companies import CompaniesPage
from kiosk.staff.pages.row_list import ListRow
from kiosk.staff.words.companies import CompanyRow, company_rows, count_words
from kiosk.staff.worker import Task
from kiosk.style import Tone

COMPANIES = Place("companies")

_Asked = tuple[str, bool | None]
"""What is searched for, and which state is wanted."""


class CompaniesController(Controller):
    """Shows companies as they are scrolled to."""

    name = COMPANIES.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: CompaniesPage = CompaniesPage(context.texts)
        self._cursor: str | None = None
        page, open_ = self.page, context.navigation.open
        page.new_company.connect(self._new_company)
        page.opened.connect(lambda id_: open_(Place(COMPANY, id_)))
        page.wanted.connect(self._search)
        page.more.connect(self._load_more)

    def open(self, place: Place) -> Page[CompanyPage]:
        """Return the page, with the companies that its search asks for."""
        asked = self._asked()
        return Page(place, partial(_load, asked, None), self.show)

    def show(self, found: CompanyPage) -> None:
        """Show the first companies."""
        self._cursor = found.next_cursor
        self.page.show_companies(
            self._rows(found),
            count_words(found.total, self._texts),
            complete=found.next_cursor is None,
            may_add=self._session.may("companies:write"),
        )

    def end_session(self) -> None:
        """Forget what was searched for."""
        self.page.clear_search()

    def _asked(self) -> _Asked:
        return self.page.typed, self.page.archived

    @Slot()
    def _search(self) -> None:
        asked = self._asked()
        self._context.send(
            Task(
                "search_companies",
                lambda client, _: _load(asked, None, client),
                partial(self._show_if, asked),
            )
        )

    def _show_if(self, asked: _Asked, found: CompanyPage) -> None:
        """Show what was found, if that is still what is wanted."""
        if asked == self._asked():
            self.page.show_failure("")
            self.show(found)

    @Slot()
    def _load_more(self) -> None:
        asked, cursor = self._asked(), self._cursor
        self._context.send(
            Task(
                "more_companies",
                lambda client, _: _load(asked, cursor, client),
                partial(self._add, asked, cursor),
                self._handle_error,
            )
        )

    def _add(self, asked: _Asked, after: str | None, found: CompanyPage) -> None:
        """Show further companies, if they follow those that are shown."""
        if asked == self._asked() and after == self._cursor:
            self._cursor = found.next_cursor
            self.page.add_companies(self._rows(found), complete=found.next_cursor is None)

    def _handle_error(self, sentence: str) -> None:
        self.page.list.retry()
        self._context.notices.show(sentence)

    def _rows(self, found: CompanyPage) -> list[ListRow]:
        return [_list_row(row) for row in company_rows(found.items, self._texts)]

    @Slot()
    def _new_company(self) -> None:
        """Open the form of a new company, and then its profile."""

        def then(company: CompanyView) -> None:
            self._context.navigation.open(Place(COMPANY, company.id))

        self._context.changes.ask(*company_form(self._texts, None), then)


def _load(asked: _Asked, cursor: str | None, client: ManagementClient) -> CompanyPage:
    """Return a page of companies. Raises ApiError."""
    text, archived = asked
    return client.companies(text, cursor, counts=True, archived=archived)


def _list_row(row: CompanyRow) -> ListRow:
    tone = Tone.ATTENTION if row.waiting else Tone.NO_MEMBERSHIP
    return ListRow(row.id, row.name, row.below, row.beside, row.state, tone)
