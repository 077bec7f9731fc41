"""One's own account: setting up the second factor, and signing out everywhere."""

from PySide6.QtCore import Slot

from api_client.messages.management import (
    EndedSessions,
    FactorConfirmed,
    FactorSecret,
    FactorState,
)
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.account import begin_form, confirm_form, end_form, remove_form
from kiosk.staff.page import ACCOUNT, Page, Place
from kiosk.staff.pages.account import AccountPage
from kiosk.staff.words.account import account_words


class AccountController(Controller):
    """Shows the state of the second factor, sets it up and removes it."""

    name = ACCOUNT.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: AccountPage = AccountPage(context.texts)
        self.page.begin_wanted.connect(self._begin)
        self.page.remove_wanted.connect(self._remove)
        self.page.end_wanted.connect(self._end)

    def open(self, place: Place) -> Page[FactorState]:
        """Return the page."""
        return Page(place, lambda client: client.second_factor(), self.show)

    def show(self, state: FactorState) -> None:
        """Show the state."""
        words = account_words(state, self._texts, self._session.zone)
        self.page.show_words(words, self._session.name)

    def leave(self) -> None:
        """Recovery codes are shown once."""
        self.page.show_codes(())

    def end_session(self) -> None:
        """Forget the recovery codes."""
        self.page.show_codes(())

    @Slot()
    def _begin(self) -> None:
        self._context.changes.ask(*begin_form(self._texts), self._show_secret)

    def _show_secret(self, made: FactorSecret) -> None:
        self._context.changes.ask(*confirm_form(self._texts, made), self._show_codes)

    def _show_codes(self, confirmed: FactorConfirmed) -> None:
        """Show the recovery codes; who had to set the factor up signs in anew for the rest."""
        codes = confirmed.recovery_codes
        state = FactorState(
            enabled=True, since=None, recovery_codes_left=len(codes), demanded=False
        )
        self.show(state)
        if not self._session.scopes:
            self.page.show_hint(self._texts.say("Sign in again to go on."))
        self.page.show_codes(codes)

    @Slot()
    def _remove(self) -> None:
        self._context.changes.ask(*remove_form(self._texts))

    @Slot()
    def _end(self) -> None:
        def then(_ended: EndedSessions) -> None:
            self._context.navigation.sign_out()

        self._context.changes.ask(*end_form(self._texts), then)
