"""The lists of a customer that are loaded page by page: visits, payments, changes."""

from functools import partial

from PySide6.QtCore import QObject

from api_client.management import ManagementClient
from api_client.messages.audit import EntryPage
from api_client.messages.management import CustomerProfile
from api_client.messages.payments import PaymentPage, PaymentView
from api_client.messages.scan import VisitPage
from kiosk.failures import Failure
from kiosk.staff.controllers.controller import Context
from kiosk.staff.notices import sentence_of
from kiosk.staff.pages.customer import CustomerPage, Tab
from kiosk.staff.pages.history import HistoryList
from kiosk.staff.words.changes import change_lines, names_of
from kiosk.staff.words.payment import payment_line
from kiosk.staff.words.visits import HistoryLine, visit_lines
from kiosk.staff.worker import Task

_Found = VisitPage | PaymentPage | EntryPage


class Histories(QObject):
    """Loads the next page of the list that is asked for, of the customer who is shown."""

    def __init__(self, context: Context, page: CustomerPage) -> None:
        super().__init__(context.parent)
        self._context, self._page = context, page
        self._profile: CustomerProfile | None = None
        self._cursors: dict[Tab, str | None] = {}
        self._lists = {
            Tab.VISITS: page.visits,
            Tab.PAYMENTS: page.payments,
            Tab.CHANGES: page.changes,
        }

    def show(self, profile: CustomerProfile) -> None:
        """Begin with a customer, whose latest visits are in the profile."""
        self._profile = profile
        self._cursors = {Tab.VISITS: profile.visits_cursor}

    def leave(self) -> None:
        """The customer is no longer shown."""
        self._profile = None

    def load(self, tab: Tab) -> None:
        """Load the next page of a list."""
        profile = self._profile
        if profile is None:
            return
        customer_id, cursor = profile.customer.id, self._cursors.get(tab)

        def call(client: ManagementClient, _once: str) -> _Found:
            match tab:
                case Tab.PAYMENTS:
                    return client.payments_by(customer_id, cursor)
                case Tab.CHANGES:
                    return client.changes_of(customer_id, cursor)
                case _:
                    return client.visits_of(customer_id, cursor)

        self._context.send(
            Task(
                f"{tab}_of_customer",
                call,
                partial(self._handle_found, profile, tab),
                on_failure=partial(self._handle_failure, profile, tab),
            )
        )

    def _handle_found(self, profile: CustomerProfile, tab: Tab, found: _Found) -> None:
        """Add a page of rows, if the customer is still the one who is shown."""
        if profile is not self._profile:
            return
        self._cursors[tab] = found.next_cursor
        shown, more = self._lists[tab], found.next_cursor is not None
        texts, zone = self._context.texts, self._context.session.zone
        match found:
            case VisitPage():
                shown.add(visit_lines(found.items, texts, zone), more=more)
            case EntryPage():
                lines = change_lines(found.items, names_of(profile), texts, zone)
                shown.add(lines, more=more)
            case PaymentPage():
                self._add_payments(shown, found, more=more)

    def _add_payments(self, shown: HistoryList, found: PaymentPage, *, more: bool) -> None:
        texts, zone = self._context.texts, self._context.session.zone
        made = [payment_line(each, texts, zone) for each in found.items]
        lines = [
            HistoryLine(line.title, tuple(filter(None, (line.void, *line.below))), bool(line.void))
            for line in made
        ]
        prints = [partial(self._print, payment) for payment in found.items]
        shown.add(lines, more=more, action=texts.say("Receipt"), then=prints)

    def _print(self, payment: PaymentView, *_pressed: bool) -> None:
        self._context.receipts.show(payment)

    def _handle_failure(self, profile: CustomerProfile, tab: Tab, failure: Failure) -> None:
        if profile is self._profile:
            self._lists[tab].show_failure(sentence_of(failure, self._context.texts))
