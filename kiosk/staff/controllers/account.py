"""One's own account: password, second factor and its demand, signing out everywhere."""

from uuid import UUID

from PySide6.QtCore import Slot

from api_client.messages.management import EndedSessions
from api_client.messages.second_factor import FactorConfirmed, FactorSecret, FactorState
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.account import (
    PasswordChanger,
    begin_form,
    confirm_form,
    demand_form,
    end_form,
    password_form,
    remove_form,
)
from kiosk.staff.page import ACCOUNT, Page, Place
from kiosk.staff.pages.account import AccountPage
from kiosk.staff.words.account import account_words


class AccountController(Controller):
    """Shows the state of the second factor, sets it up and removes it; changes the password."""

    name = ACCOUNT.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: AccountPage = AccountPage(context.texts)
        self.page.begin_wanted.connect(self._begin)
        self.page.remove_wanted.connect(self._remove)
        self.page.end_wanted.connect(self._end)
        self.page.password_wanted.connect(self._change_password)
        self.page.demand_wanted.connect(self._change_demand)
        self._demanded = False
        self._changers: dict[UUID | None, PasswordChanger] = {}

    def open(self, place: Place) -> Page[FactorState]:
        """Return the page."""
        return Page(place, lambda client: client.second_factor(), self.show)

    def show(self, state: FactorState) -> None:
        """Show the state."""
        words = account_words(state, self._texts, self._session.zone)
        self._demanded = words.demanded
        self.page.show_words(words, self._session.name)
        self.page.show_allowed(
            password=bool(self._session.scopes),
            demand=self._session.may("plans:write"),
            change_demand=self._session.may("organization:write"),
        )

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
            enabled=True, since=None, recovery_codes_left=len(codes), demanded=self._demanded
        )
        self.show(state)
        if not self._session.scopes:
            self.page.show_hint(self._texts.say("Sign in again to go on."))
        self.page.show_codes(codes)

    @Slot()
    def _remove(self) -> None:
        self._context.changes.ask(*remove_form(self._texts))

    @Slot()
    def _change_password(self) -> None:
        changer = self._changers.setdefault(self._session.staff_id, PasswordChanger())
        self._context.changes.ask(*password_form(self._texts, changer), self._tell_changed)

    def _tell_changed(self, _answer: None) -> None:
        """Say that the password is changed: nothing else on the page shows it."""
        self.page.show_hint(
            self._texts.say("Your password is changed. You are signed out everywhere else.")
        )

    @Slot()
    def _change_demand(self) -> None:
        self._context.changes.ask(*demand_form(self._texts, demanded=self._demanded))

    @Slot()
    def _end(self) -> None:
        def then(_ended: EndedSessions) -> None:
            self._context.navigation.sign_out()

        self._context.changes.ask(*end_form(self._texts), then)
