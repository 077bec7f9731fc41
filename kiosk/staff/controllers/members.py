"""All members: listed as they come into view, searched, filtered, created and exported."""

from functools import partial

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import CompanyPage, CustomerRecord, PlanPage
from api_client.messages.members import MemberCount, MemberPage
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.listed import SearchController
from kiosk.staff.controllers.lists import load_companies, load_plans
from kiosk.staff.controllers.member_mail import MemberMail
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.page import MEMBERS, Page, Place
from kiosk.staff.pages.member_model import PAGE
from kiosk.staff.pages.members import MembersPage
from kiosk.staff.words.members import FIRST_COLUMNS, Column
from kiosk.staff.worker import Task

_COLUMNS = "member-columns"
_MOST_WAITING = 2
"""Pages that wait to be loaded: as many as can be in view. Others were scrolled past."""

Asked = tuple[dict[str, str], str]
"""The filters, and the name of the order."""


class MembersController(SearchController[Asked, MemberPage]):
    """Shows all rows at once, and loads those in view."""

    name = MEMBERS.name
    page: MembersPage

    def __init__(self, context: Context) -> None:
        page = MembersPage(context.texts)
        super().__init__(context, page)
        self._model = page.table.members
        self._sort = "name"
        self._listed: Asked = ({}, self._sort)
        self._cursors: dict[int, str] = {}
        self._waiting: list[int] = []
        self._loading = False
        self._mail = MemberMail(context, page, lambda: self._listed)
        kept = [each for each in context.disk.recall(_COLUMNS) if each in set(Column)]
        page.show_columns([Column(each) for each in kept] or FIRST_COLUMNS)
        page.table.show_order(self._sort)
        page.new_customer.connect(self.new_customer)
        page.opened.connect(lambda id_: context.navigation.open(Place(CUSTOMER, id_)))
        page.columns_changed.connect(self._keep_columns)
        page.table.sort_wanted.connect(self._order_by)
        page.bulk.export_wanted.connect(self._export)
        self._model.page_wanted.connect(self._want_page)

    def open(self, place: Place) -> Page[MemberPage]:
        """Return the page, with the members that its search asks for."""
        asked = self.asked()
        load = partial(self.fetch, asked=asked, cursor=None)
        return Page(place, load, partial(self._show_opened, asked))

    def start_session(self) -> None:
        """Offer what the role allows."""
        self.page.allow(self._session.scopes)

    def end_session(self) -> None:
        """Forget who was searched for and found."""
        super().end_session()
        self._mail.forget()
        self.page.bulk.report("")
        self._waiting, self._loading = [], False
        self._model.begin((), 0)

    def asked(self) -> Asked:
        """Return the filters and the order."""
        return self.page.filters, self._sort

    def fetch(self, client: ManagementClient, asked: Asked, cursor: str | None) -> MemberPage:
        """Return a page of members."""
        filters, sort = asked
        return client.members(filters, cursor, sort=sort, limit=PAGE)

    def show_first(self, found: MemberPage) -> None:
        """Show the first members; how many there are is asked for behind them."""
        before, self._listed = self._listed, self.asked()
        filters, _ = self._listed
        self._cursors, self._waiting, self._loading = {}, [], False
        rows = found.items
        self._model.begin(rows, len(rows), same=before == self._listed)
        if found.next_cursor is None:
            self.page.show_count(len(rows))
            return
        self._cursors[1] = found.next_cursor
        self._model.count(len(rows), complete=False)
        self.page.show_count(None)
        self._context.send(
            Task("count_members", lambda client, _: client.count_members(filters),
                 partial(self._show_count, self._listed), partial(self._go_on, self._listed))
        )  # fmt: skip

    @Slot()
    def new_customer(self) -> None:
        """Open the form of a new customer, and then the profile."""

        def then(record: CustomerRecord) -> None:
            self._context.navigation.open(Place(CUSTOMER, record.customer.id))

        self._context.changes.ask(*customer_form(self._texts, None), then)

    def _show_opened(self, asked: Asked, found: MemberPage) -> None:
        """Show the members of a page that was opened, and load what its filters offer."""
        self._show_if(asked, found)
        send = self._context.send
        if self._session.may("plans:read"):
            send(Task("plans", lambda client, _: load_plans(client), self._offer_plans,
                      lambda _sentence: None))  # fmt: skip
        if self._session.may("companies:read"):
            send(Task("companies", lambda client, _: load_companies(client), self._offer_companies,
                      lambda _sentence: None))  # fmt: skip

    def _show_count(self, listed: Asked, found: MemberCount) -> None:
        if listed == self._listed:
            total = max(found.total, self._model.total)
            self._model.count(total, complete=not found.more)
            self.page.show_count(total, more=found.more)

    def _go_on(self, listed: Asked, _sentence: str) -> None:
        """Let the list be scrolled to its end although nobody counted it."""
        if listed == self._listed and not self._model.complete:
            self._model.count(self._model.total + PAGE, complete=False)

    @Slot(int)
    def _want_page(self, number: int) -> None:
        """Load a page that came into view, before those that were scrolled past."""
        self._waiting.append(number)
        while len(self._waiting) > _MOST_WAITING:
            self._model.give_up(self._waiting.pop(0))
        self._load_next()

    def _load_next(self) -> None:
        """Load the page that came into view last: after a known cursor, or by its place."""
        if self._loading or not self._waiting:
            return
        self._loading = True
        number, listed = self._waiting.pop(), self._listed
        cursor = self._cursors.get(number)
        skip = 0 if cursor is not None else number * PAGE
        filters, sort = listed

        def load(client: ManagementClient, _once: str) -> MemberPage:
            return client.members(filters, cursor, sort=sort, skip=skip, limit=PAGE)

        def fill(found: MemberPage) -> None:
            if listed == self._listed:
                self._fill(number, found)
            self._loading = False
            self._load_next()

        def fail(sentence: str) -> None:
            self._loading = False
            if listed != self._listed:
                self._load_next()
                return
            for each in (number, *self._waiting):  # asked for again when they are next painted
                self._model.give_up(each)
            self._waiting.clear()
            self.page.show_failure(sentence, "more", self.page.table.viewport().update)

        self._context.send(Task("more_members", load, fill, fail))

    def _fill(self, number: int, found: MemberPage) -> None:
        """Show a page that was loaded; the list ends with it, or goes on behind it."""
        self.page.show_failure("", "more")
        self._model.fill(number, found.items)
        end = number * PAGE + len(found.items)
        if found.next_cursor is None:
            self._model.count(end, complete=True)
            self.page.show_count(end)
            return
        self._cursors[number + 1] = found.next_cursor
        if end >= self._model.total:
            self._model.count(end + PAGE, complete=False)

    def _offer_plans(self, plans: PlanPage) -> None:
        self.page.offer(self.page.plan, [(f"plan_id={each.id}", each.name) for each in plans.items])

    def _offer_companies(self, companies: CompanyPage) -> None:
        options = [(f"company_id={each.id}", each.name) for each in companies.items]
        self.page.offer(self.page.company, options)

    @Slot(str)
    def _order_by(self, order: str) -> None:
        self._sort = order
        self.page.table.show_order(order)
        self._search()

    @Slot()
    def _keep_columns(self) -> None:
        self._context.disk.remember(_COLUMNS, self.page.columns())
        self.page.table.show_order(self._sort)

    @Slot()
    def _export(self) -> None:
        """Ask where to save the list as it is filtered, load it and write it."""
        say = self._texts.say
        path = self._context.disk.choose(self._context.window, "members.csv", say("CSV (*.csv)"))
        if path is None:
            return
        filters, sort = self._listed

        def save(data: bytes) -> None:
            failure = self._context.disk.write(path, data)
            if failure:
                self._say_failed(say("Not saved: {reason}", reason=failure))
            else:
                self.page.bulk.report(say("Saved as {file}.", file=path.name))

        self.page.bulk.report(say("Loading …"))
        self._context.send(
            Task("export_members", lambda client, _: client.export_members(filters, sort=sort),
                 save, self._say_failed)
        )  # fmt: skip

    def _say_failed(self, sentence: str) -> None:
        self.page.bulk.report("")
        self.page.show_failure(sentence)
