"""The sign-in: what is typed on its page, and why nobody is signed in."""

from PySide6.QtCore import QObject, Signal, Slot

from api_client.messages.scan import DeskInfo
from kiosk.failures import Cause, Failure
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.words.refusals import account_refusal
from kiosk.staff.worker import Credentials
from kiosk.texts import Texts


class SignIn(QObject):
    """Asks for a sign-in, or for the first account. Lives in the GUI thread.

    ``slug`` is the club's short name.
    """

    wanted = Signal(object)
    """Credentials."""

    def __init__(self, panel: StaffPanel, texts: Texts, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._texts = panel, texts
        self.slug = ""
        self._accounts: bool | None = None
        """Whether there is an account; None if the service does not say."""
        self.attempt = 0
        """Counts sign-ins; an answer to an earlier one no longer counts."""
        panel.sign_in.submitted.connect(self._on_typed)

    def know(self, desk: DeskInfo) -> bool:
        """Keep the club's name and whether it has accounts.

        Returns True once for a new club: one without accounts, which is no demo.
        """
        before, self._accounts = self._accounts, self._accounts or desk.has_accounts
        self.slug = desk.slug
        self._panel.sign_in.know_accounts(self._accounts)
        return desk.has_accounts is False and before is None and not desk.demo

    def ask(self, why: str = "") -> None:
        """Show the page, with the reason if there is one."""
        self.attempt += 1
        self._panel.sign_in.ask(first=self._accounts is False, failure=why)
        self._panel.show_page(self._panel.sign_in)

    def succeeded(self, typed: Credentials) -> bool:
        """Keep that there is an account. Returns whether the sign-in was not left meanwhile."""
        self._accounts = True
        self._panel.sign_in.know_accounts(True)
        return typed.attempt == self.attempt

    def leave(self) -> None:
        """Drop a sign-in under way: its answer no longer counts."""
        self.attempt += 1

    def on_failed(self, typed: Credentials, failure: Failure) -> None:
        """Show why nobody is signed in, unless the sign-in was left."""
        if typed.attempt != self.attempt:
            return
        page, known = self._panel.sign_in, account_refusal(failure.code, self._texts)
        if failure.cause is not Cause.NOT_ALLOWED:
            page.show_failure(known or failure.sentence(self._texts))
        elif failure.code.startswith("second_factor_"):
            page.ask_code(known if typed.code else "")
        else:
            page.show_failure(self._texts.say("The email or the password is wrong."))

    @Slot(str, str, str, str)
    def _on_typed(self, *typed: str) -> None:
        self.attempt += 1
        self.wanted.emit(Credentials(self.attempt, self.slug, *typed))
