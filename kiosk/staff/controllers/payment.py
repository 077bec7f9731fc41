"""Payments that were taken at the desk: of one membership, or of some days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentPage, PaymentView, ReceiptMailed
from kiosk.failures import Failure
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.payment import void_form
from kiosk.staff.notices import sentence_of
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
        self._mailings: dict[UUID, str] = {}
        self.page.days_chosen.connect(self._on_days)
        self.page.receipt_wanted.connect(self._on_receipt)
        self.page.mail_wanted.connect(self._mail)
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

    def _handle_not_loaded(self, days: Days, sentence: str) -> None:
        if days == self._days:
            self.page.show_not_loaded(sentence)

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
                partial(self._handle_not_loaded, days),
            )
        )

    @Slot(object)
    def _on_receipt(self, payment_id: UUID) -> None:
        self.page.show_failure("")
        self._context.receipts.show(self._payments[payment_id])

    @Slot(object)
    def _mail(self, payment_id: UUID) -> None:
        """Mail a receipt at one press; its button shows what became of that."""
        payment, language = self._payments[payment_id], str(self._texts.locale.language)
        self.page.show_failure("")
        self.page.show_mailing(payment.receipt_number, self._texts.say("Mailing …"), enabled=False)
        self._context.send(
            Task(
                "receipt_mail",
                lambda client, once: client.mail_receipt(payment_id, language, once),
                partial(self._handle_mailed, payment),
                on_failure=partial(self._handle_not_mailed, payment),
                once=self._mailings.setdefault(payment_id, str(uuid4())),
            )
        )

    def _handle_mailed(self, payment: PaymentView, mailed: ReceiptMailed) -> None:
        say, receipt = self._texts.say, payment.receipt_number
        self._mailings.pop(payment.id, None)
        self.page.show_mailing(receipt, say("Mailed"), enabled=False)
        if mailed.email is not None:
            self.page.show_note(
                say("{receipt} goes to {email}.", receipt=receipt, email=mailed.email)
            )

    def _handle_not_mailed(self, payment: PaymentView, failure: Failure) -> None:
        """Offer it again: by the same key as long as it may have been carried out."""
        say = self._texts.say
        if not failure.may_have_arrived:
            self._mailings.pop(payment.id, None)
        self.page.show_mailing(payment.receipt_number, say("Mail it"), enabled=True)
        sentence = sentence_of(failure, self._texts)
        if failure.code == "email_missing":
            sentence = say(
                "{name} has no email address. Enter one in the profile, then mail the receipt.",
                name=payment.paid_by,
            )
        self._context.notices.keep(sentence, say("No receipt"))

    @Slot(object)
    def _void(self, payment_id: UUID) -> None:
        payment = self._payments[payment_id]
        self._context.changes.ask(
            *void_form(self._texts, payment, f"{payment.paid_by} · {payment.plan}")
        )
