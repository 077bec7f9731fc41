"""Payments that were taken: of one membership, or of some days, with their receipts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal, Slot

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentPage, PaymentView
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.forms.payment import void_form
from kiosk.staff.pages.payment import PaymentsPage
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.payment import payments_words
from kiosk.staff.worker import Task
from kiosk.texts import Texts

MOST_PAYMENTS = 2000
"""So many are fetched at most; more are no count of a till."""

_DAYS = "payments_of_days"
Days = tuple[date, date]
"""The first and the last, both inclusive, where the club is."""


@dataclass(frozen=True)
class PaymentSheet:
    """Payments, latest first: of a membership, or of some days; not all unless ``complete``."""

    payments: tuple[PaymentView, ...]
    membership_id: UUID | None
    days: Days | None
    complete: bool


def load_payments_of(membership_id: UUID) -> Callable[[ManagementClient, str], PaymentSheet]:
    """The request for what was paid for a membership."""

    def call(client: ManagementClient, _once: str) -> PaymentSheet:
        found, complete = _all(lambda cursor: client.payments_of(membership_id, cursor))
        return PaymentSheet(found, membership_id, None, complete)

    return call


def load_payments(days: Days, zone: str) -> Callable[[ManagementClient, str], PaymentSheet]:
    """The request for what was paid on some days in a time zone."""
    first, last = days
    since = datetime.combine(first, time.min, ZoneInfo(zone))
    until = datetime.combine(last + timedelta(days=1), time.min, ZoneInfo(zone))

    def call(client: ManagementClient, _once: str) -> PaymentSheet:
        found, complete = _all(lambda cursor: client.payments(since, until, cursor))
        return PaymentSheet(found, None, days, complete)

    return call


def _all(ask: Callable[[str | None], PaymentPage]) -> tuple[tuple[PaymentView, ...], bool]:
    """Every page, up to ``MOST_PAYMENTS``; and whether that was all."""
    found: list[PaymentView] = []
    cursor: str | None = None
    while True:
        page = ask(cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None or len(found) >= MOST_PAYMENTS:
            return tuple(found), cursor is None


class PaymentDesk(QObject):
    """What is done with payments that were taken. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""
    receipt_wanted = Signal(object)
    """PaymentView."""

    def __init__(
        self,
        page: PaymentsPage,
        texts: Texts,
        changes: Changes,
        today: Callable[[], date],
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes, self._today = page, texts, changes, today
        self._zone = "UTC"
        self._days: Days | None = None
        self._plan = ""
        self._payments: dict[UUID, PaymentView] = {}
        page.days_chosen.connect(self._on_days)
        page.receipt_wanted.connect(self._on_receipt)
        page.voided.connect(self._void)

    def begin(self, line: MembershipLine | None) -> None:
        """Somebody goes to the payments of a membership, or to those of today."""
        self._plan = line.plan if line is not None else ""
        self._days = None

    def request(
        self, membership_id: UUID | None, zone: str
    ) -> Callable[[ManagementClient, str], PaymentSheet]:
        """What the page asks for."""
        if membership_id is not None:
            return load_payments_of(membership_id)
        self._days = self._days or (self._today(), self._today())
        return load_payments(self._days, zone)

    def show(self, sheet: PaymentSheet, zone: str, *, may_void: bool) -> None:
        """Show payments."""
        say = self._texts.say
        self._zone = zone
        self._payments = {each.id: each for each in sheet.payments}
        title = say("Payments at the desk")
        if sheet.membership_id is not None:
            title = " · ".join(filter(None, (say("Receipts"), self._plan)))
        words = payments_words(sheet.payments, title, self._texts, zone, complete=sheet.complete)
        self._page.show_payments(words, sheet.days, may_void=may_void)

    def took(self, task: Task, answer: object) -> bool:
        """Show payments of other days, if that is what a task brought."""
        if task.kind != _DAYS:
            return False
        if isinstance(answer, PaymentSheet) and answer.days == self._days:
            self.show(answer, self._zone, may_void=self._page.may_void)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say why other days cannot be shown; what was shown is not theirs."""
        if task.kind != _DAYS:
            return False
        self._page.clear(sentence)
        return True

    @Slot(object, object)
    def _on_days(self, first: date, last: date) -> None:
        if first > last:
            self._page.clear(self._texts.say("The first day is after the last one."))
            return
        self._days = (first, last)
        self.task_wanted.emit(Task(_DAYS, load_payments(self._days, self._zone)))

    @Slot(object)
    def _on_receipt(self, payment_id: UUID) -> None:
        self._page.say_fault("")
        self.receipt_wanted.emit(self._payments[payment_id])

    @Slot(object)
    def _void(self, payment_id: UUID) -> None:
        payment = self._payments[payment_id]
        self._changes.ask(*void_form(self._page, self._texts, payment))
