"""The settings: of the person who is signed in, of this desk, and of the club."""

from PySide6.QtCore import Slot

from api_client.messages.organization import OrganizationSettings
from kiosk.staff.controllers.api_keys import API_KEYS
from kiosk.staff.controllers.code_formats import CODE_FORMATS
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.stripe import STRIPE
from kiosk.staff.forms.numbers import numbers_form
from kiosk.staff.forms.receipts import receipts_form
from kiosk.staff.forms.seats import seats_form
from kiosk.staff.page import ACCOUNT, SETTINGS, Page, Place
from kiosk.staff.pages.settings import SettingsPage
from kiosk.staff.worker import Task


class SettingsController(Controller):
    """Opens what is set up rarely: a page of its own, or a form."""

    name = SETTINGS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: SettingsPage = SettingsPage(context.texts)
        page, open_ = self.page, context.navigation.open
        page.account_wanted.connect(lambda: open_(ACCOUNT))
        page.formats_wanted.connect(lambda: open_(CODE_FORMATS))
        page.stripe_wanted.connect(lambda: open_(STRIPE))
        page.keys_wanted.connect(lambda: open_(API_KEYS))
        page.numbers_wanted.connect(self._ask_numbers)
        page.receipts_wanted.connect(self._ask_receipts)
        page.seats_wanted.connect(self._ask_seats)

    def open(self, place: Place) -> Page[None]:
        """Return the page, which loads nothing: its parts do when they are opened."""
        return Page(place, lambda _client: None, self._show)

    def start_session(self) -> None:
        """Offer what the role allows."""
        self.page.allow(self._session.scopes)

    def _show(self, _nothing: None) -> None:
        self.page.show_failure("")

    @Slot()
    def _ask_numbers(self) -> None:
        """Load what scanned numbers count for, then open its form."""

        def choose(settings: OrganizationSettings) -> None:
            self._context.changes.ask(*numbers_form(self._texts, settings), asked_on=SETTINGS)

        self._context.send(Task("numbers", lambda client, _: client.organization(), choose))

    @Slot()
    def _ask_receipts(self) -> None:
        """Load what receipts say of the club, then open its form."""

        def choose(settings: OrganizationSettings) -> None:
            self._context.changes.ask(*receipts_form(self._texts, settings), asked_on=SETTINGS)

        self._context.send(Task("receipts", lambda client, _: client.organization(), choose))

    @Slot()
    def _ask_seats(self) -> None:
        """Load who takes a seat of a company, then open its form."""

        def choose(settings: OrganizationSettings) -> None:
            self._context.changes.ask(*seats_form(self._texts, settings), asked_on=SETTINGS)

        self._context.send(Task("seats", lambda client, _: client.organization(), choose))
