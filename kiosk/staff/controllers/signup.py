"""The online signup: its page, the sites that may show it, and the keys of sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Slot

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.scan import Problem
from api_client.messages.signup import EmbedKeyList, SignupView
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.site_keys import keys_form, revoke_form, text_of
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.signup import SignupPage
from kiosk.staff.words.signup import (
    JoinSettings,
    failures_of,
    names_of,
    places_of,
    request_of,
    settings_of,
    sites_of,
)
from kiosk.staff.words.site_keys import KeyLine, key_lines
from kiosk.staff.worker import Task

SIGNUP = Place("signup")
_KEY_FILES = "JWK Set (*.json *.jwks *.jwk)"


@dataclass(frozen=True)
class SignupSheet:
    """The settings of the signup, and the keys of sites."""

    settings: SignupView
    keys: EmbedKeyList


def load_signup(client: ManagementClient) -> SignupSheet:
    """Return the settings and the keys. Raises ApiError."""
    return SignupSheet(client.signup(), client.embed_keys())


class SignupController(Controller):
    """Shows and saves the settings, adds and revokes keys."""

    name = SIGNUP.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: SignupPage = SignupPage(context.texts)
        self._stored: JoinSettings | None = None
        self._edited: Edited[SignupView] | None = None
        self.page.saved.connect(self._save)
        self.page.keys.added.connect(self._add_keys)
        self.page.keys.file_wanted.connect(self._choose_file)
        self.page.keys.revoked.connect(self._revoke)

    def open(self, place: Place) -> Page[SignupSheet]:
        """Return the page."""
        return Page(place, load_signup, self.show)

    def show(self, sheet: SignupSheet) -> None:
        """Show the settings and the keys."""
        self._show_settings(sheet.settings)
        self.show_keys(sheet.keys)

    def show_keys(self, keys: EmbedKeyList) -> None:
        """Show the keys as they are now; settings that were typed but not saved stay."""
        self.page.keys.show_keys(key_lines(keys, self._texts, self._session.zone))

    def unsaved(self) -> object | None:
        """Return the settings on the page if they differ from the stored ones."""
        if self._stored is None or self.page.settings() == self._stored:
            return None
        return self.page.settings()

    def leave(self) -> None:
        """Nothing is edited any longer."""
        self._stored = self._edited = None

    def _show_settings(self, view: SignupView) -> None:
        self.page.show_settings(settings_of(view), places_of(view, self._texts))
        self._stored = self.page.settings()
        self._edited = self._edits(view)

    def _edits(self, view: SignupView) -> Edited[SignupView]:
        """Return the settings as they are edited from now on."""
        names = names_of(self._texts)
        return Edited(
            self._texts, view, lambda present: request_of(settings_of(present)), names, whole=True
        )

    @Slot()
    def _save(self) -> None:
        sent, edited = self.page.settings(), self._edited
        if edited is None:
            return
        self.page.set_saving(saving=True)
        self.page.show_failures({})
        self.page.show_progress(self._texts.say("Saving …"))

        def save(client: ManagementClient, once: str) -> SignupView | Problem:
            def send(body: Mapping[str, Any], **state: str) -> SignupView:
                return client.set_signup(body, once, **state)

            try:
                return edited.save(request_of(sent), send, client.signup)
            except Refused as refused:
                return refused.problem

        self._context.send(
            Task("signup_saved", save, partial(self._handle_saved, sent), self._handle_error)
        )

    def _handle_saved(self, sent: JoinSettings, answer: SignupView | Problem) -> None:
        """Show the settings as they were stored, or beside their fields why they were refused."""
        self.page.set_saving(saving=False)
        if isinstance(answer, Problem):
            failures = failures_of(answer, sites_of(sent), self._texts)
            if self._stored is None:
                self._tell_elsewhere(" ".join(failures.values()))
            else:
                self.page.show_failures(failures)
            return
        if self._stored is None:
            return
        # Keep settings that were typed in the meantime.
        if self.page.settings() == sent:
            self._show_settings(answer)
        else:
            self._stored, self._edited = settings_of(answer), self._edits(answer)
        self.page.show_progress(self._texts.say("Saved."))

    def _handle_error(self, sentence: str) -> None:
        self.page.set_saving(saving=False)
        self.page.show_progress("")
        if self._stored is None:
            self._tell_elsewhere(sentence)
        else:
            self.page.show_failure(sentence)

    def _tell_elsewhere(self, why: str) -> None:
        """Show why the settings were not saved to staff who have left the page."""
        self._context.notices.keep(f"{self._texts.say('Online signup')}: {why}")

    @Slot()
    def _add_keys(self) -> None:
        self._context.changes.ask(*keys_form(self._texts), self.show_keys)

    @Slot()
    def _choose_file(self) -> None:
        """Show the keys in a file before they are added."""
        data, failure = self._context.disk.pick(self.page, _KEY_FILES)
        if data is not None:
            try:
                text = text_of(data, self._texts)
            except Refused as refused:
                failure = str(refused)
            else:
                form = keys_form(self._texts, text)
                self._context.changes.ask(*form, self.show_keys)
        self.page.show_failure(failure, "file")

    @Slot(object)
    def _revoke(self, key: KeyLine) -> None:
        self._context.changes.ask(*revoke_form(self._texts, key), self.show_keys)
