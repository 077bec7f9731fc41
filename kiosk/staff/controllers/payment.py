"""Payments that were taken at the desk: of one membership, or of some days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentPage, PaymentView
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.payment import void_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.payment import PaymentsPage
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.payment import payments_words
from kiosk.staff.worker import Task

PAYMENTS = Place("payments")
"""Those of some days. With an id, those of a membership."""

MOST_PAYMENTS = 2000
"""Payments that are loaded at most; a till is not counted over more."""

Days = tuple[date, date]
"""The first and the last day, both inclusive, where the club is."""


@dataclass(frozen=True)
class PaymentSheet:
    """Payments, latest first: of a membership, or of some days; not all unless ``complete``."""

    payments: tuple[PaymentView, ...]
    membership_id: UUID | None
    days: Days | None
    complete: bool


def load_payments_of(client: ManagementClient, membership_id: UUID) -> PaymentSheet:
    """Return the payments of a membership. Raises ApiError."""
    found, complete = _all(lambda cursor: client.payments_of(membership_id, cursor))
    return PaymentSheet(found, membership_id, None, complete)


def load_payments(client: ManagementClient, days: Days, zone: str) -> PaymentSheet:
    """Return the payments of whole days in the time zone ``zone``. Raises ApiError."""
    first, last = days
    since = datetime.combine(first, time.min, ZoneInfo(zone))
    until = datetime.combine(last + timedelta(days=1), time.min, ZoneInfo(zone))
    found, complete = _all(lambda cursor: client.payments(since, until, cursor))
    return PaymentSheet(found, None, days, complete)


def _all(ask: Callable[[str | None], PaymentPage]) -> tuple[tuple[PaymentView, ...], bool]:
    """Load page after page, up to ``MOST_PAYMENTS``. Returns whether that was all, too."""
    found: list[PaymentView] = []
    cursor: str | None = None
    while True:
        page = ask(cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None or len(found) >= MOST_PAYMENTS:
            return tuple(found), cursor is None


class PaymentController(Controller):
    """Shows payments, voids them and prints their receipts."""

    name = PAYMENTS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: PaymentsPage = PaymentsPage(context.texts)
        self._days: Days | None = None
        self._plan = ""
        self._payments: dict[UUID, PaymentView] = {}
        self.page.days_chosen.connect(self._on_days)
        self.page.receipt_wanted.connect(self._on_receipt)
        self.page.voided.connect(self._void)

    def open_today(self) -> None:
        """Go to the payments of today."""
        self._plan, self._days = "", None
        self._context.navigation.open(PAYMENTS)

    def open_membership(self, line: MembershipLine) -> None:
        """Go to the payments of a membership."""
        self._plan, self._days = line.plan, None
        self._context.navigation.open(Place(self.name, line.id))

    def open(self, place: Place) -> Page[PaymentSheet]:
        """Return the payments of a membership, or without an id of the days that were chosen."""
        if place.id is not None:
            membership_id = place.id
            return Page(place, lambda client: load_payments_of(client, membership_id), self.show)
        today = self._session.today()
        days = self._days = self._days or (today, today)
        zone = self._session.zone
        return Page(place, lambda client: load_payments(client, days, zone), self.show)

    def show(self, sheet: PaymentSheet) -> None:
        """Show payments."""
        say = self._texts.say
        self._payments = {each.id: each for each in sheet.payments}
        title = say("Payments at the desk")
        if sheet.membership_id is not None:
            title = " · ".join(filter(None, (say("Receipts"), self._plan)))
        words = payments_words(
            sheet.payments, title, self._texts, self._session.zone, complete=sheet.complete
        )
        may_void = self._session.may("memberships:write")
        self.page.show_payments(words, sheet.days, may_void=may_void)

    def _handle_days(self, days: Days, sheet: PaymentSheet) -> None:
        """Show the payments of days that are still the chosen ones."""
        if days == self._days:
            self.show(sheet)

    @Slot(object, object)
    def _on_days(self, first: date, last: date) -> None:
        if first > last:
            self.page.clear(self._texts.say("The first day is after the last one."))
            return
        days, zone = (first, last), self._session.zone
        self._days = days
        self._context.send(
            Task(
                "payments_of_days",
                lambda client, _: load_payments(client, days, zone),
                partial(self._handle_days, days),
                self.page.clear,
            )
        )

    @Slot(object)
    def _on_receipt(self, payment_id: UUID) -> None:
        self.page.show_failure("")
        self._context.receipts.print_again(self._payments[payment_id])

    @Slot(object)
    def _void(self, payment_id: UUID) -> None:
        payment = self._payments[payment_id]
        self._context.changes.ask(
            *void_form(self._texts, payment, f"{payment.paid_by} · {payment.plan}")
        )
