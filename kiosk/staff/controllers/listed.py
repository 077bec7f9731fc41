"""What pages with a list have in common: the first rows, a search, and further rows."""

from functools import partial
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.pages.list_page import ListPage, SearchPage
from kiosk.staff.pages.row_list import ListRow
from kiosk.staff.worker import Task


class Paged(Protocol):
    """A page of a list of the service."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None on the last one."""


Asked = TypeVar("Asked")
"""What is searched for and chosen."""
Found = TypeVar("Found", bound=Paged)


class SearchController(Controller, Generic[Asked, Found]):
    """Shows what is searched for. An answer to what is no longer asked is dropped."""

    page: SearchPage

    def __init__(self, context: Context, page: SearchPage) -> None:
        super().__init__(context)
        self.page = page
        page.wanted.connect(self._search)

    def asked(self) -> Asked:
        """Return what is searched for and chosen now."""
        raise NotImplementedError

    def fetch(self, client: ManagementClient, asked: Asked, cursor: str | None) -> Found:
        """Return a page of what is asked for. Runs in the staff thread; raises ApiError."""
        raise NotImplementedError

    def show_first(self, found: Found) -> None:
        """Show the first rows."""
        raise NotImplementedError

    def end_session(self) -> None:
        """Forget what was searched for."""
        self.page.clear_search()

    @Slot()
    def _search(self) -> None:
        asked = self.asked()
        self._context.send(
            Task(
                f"search_{self.name}",
                lambda client, _: self.fetch(client, asked, None),
                partial(self._show_if, asked),
                partial(self._handle_not_found, asked),
            )
        )

    def _show_if(self, asked: Asked, found: Found) -> None:
        """Show what was found, if that is still what is wanted."""
        if asked == self.asked():
            self.page.clear_failures()
            self.show_first(found)

    def _handle_not_found(self, asked: Asked, sentence: str) -> None:
        """Keep the rows, and offer the search again, if it is still what is wanted."""
        if asked == self.asked():
            self.page.show_failure(sentence, "search", self._search)


class ListController(SearchController[Asked, Found]):
    """Shows rows as they are scrolled to."""

    page: ListPage

    def __init__(self, context: Context, page: ListPage) -> None:
        super().__init__(context, page)
        self._cursor: str | None = None
        page.more.connect(self._load_more)

    def rows(self, found: Found) -> list[ListRow]:
        """Return a page as rows."""
        raise NotImplementedError

    def count(self, found: Found) -> str:
        """Return how many rows there are, in words; empty if that is not known."""
        raise NotImplementedError

    def show_first(self, found: Found) -> None:
        """Show the first rows."""
        self._cursor = found.next_cursor
        self.page.show_rows(self.rows(found), self.count(found), complete=found.next_cursor is None)

    @Slot()
    def _load_more(self) -> None:
        asked, cursor = self.asked(), self._cursor
        self._context.send(
            Task(
                f"more_{self.name}",
                lambda client, _: self.fetch(client, asked, cursor),
                partial(self._add, asked, cursor),
                self._handle_error,
            )
        )

    def _add(self, asked: Asked, after: str | None, found: Found) -> None:
        """Show further rows, if they follow those that are shown."""
        if asked == self.asked() and after == self._cursor:
            self._cursor = found.next_cursor
            self.page.show_failure("", "more")
            self.page.list.add_rows(self.rows(found), complete=found.next_cursor is None)

    def _handle_error(self, sentence: str) -> None:
        self.page.list.retry()
        self.page.show_failure(sentence, "more", self._load_more)
