"""All members: listed page by page, searched, created."""

from functools import partial

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import CustomerRecord
from api_client.messages.scan import CustomerHit, CustomerHits
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.listed import ListController
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.page import MEMBERS, Page, Place
from kiosk.staff.pages.members import MembersPage
from kiosk.staff.pages.row_list import ListRow
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.verdict import outcome_word


class MembersController(ListController[str, CustomerHits]):
    """Shows customers as they are scrolled to."""

    name = MEMBERS.name
    page: MembersPage

    def __init__(self, context: Context) -> None:
        page = MembersPage(context.texts)
        super().__init__(context, page)
        page.new_customer.connect(self.new_customer)
        page.opened.connect(lambda id_: context.navigation.open(Place(CUSTOMER, id_)))

    def open(self, place: Place) -> Page[CustomerHits]:
        """Return the page, with the customers that its search asks for."""
        return Page(place, partial(self.fetch, asked=self.asked(), cursor=None), self.show)

    def start_session(self) -> None:
        """Offer what the role allows."""
        self.page.allow(self._session.scopes)

    def show(self, found: CustomerHits) -> None:
        """Show the first customers."""
        self.show_first(found)

    def asked(self) -> str:
        """Return what is typed."""
        return self.page.typed

    def fetch(self, client: ManagementClient, asked: str, cursor: str | None) -> CustomerHits:
        """Return a page of customers: by number, or the best hits of a search first."""
        return client.customers(asked, cursor)

    def rows(self, found: CustomerHits) -> list[ListRow]:
        """Return customers as rows."""
        return [_row(hit, self._texts) for hit in found.items]

    def count(self, _found: CustomerHits) -> str:
        """Return an empty text: the service does not count customers."""
        return ""

    @Slot()
    def new_customer(self) -> None:
        """Open the form of a new customer, and then the profile."""

        def then(record: CustomerRecord) -> None:
            self._context.navigation.open(Place(CUSTOMER, record.customer.id))

        self._context.changes.ask(*customer_form(self._texts, None), then)


def _row(hit: CustomerHit, texts: Texts) -> ListRow:
    below = " · ".join(filter(None, (hit.customer.number, hit.plan)))
    state = outcome_word(hit.outcome, texts)
    return ListRow(hit.customer.id, hit.customer.name, below, "", state, Tone(hit.outcome.value))
