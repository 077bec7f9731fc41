"""The online signup as staff set it: who may show the page, how it looks, whose keys are good."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.scan import Problem
from api_client.messages.signup import EmbedKeyList, SignupView
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.disk import Disk
from kiosk.staff.forms.site_keys import keys_form, revoke_form, text_of
from kiosk.staff.pages.signup import SignupPage
from kiosk.staff.words.signup import (
    JoinSettings,
    KeyLine,
    faults_of,
    key_lines,
    places_of,
    request_of,
    settings_of,
    sites_of,
)
from kiosk.staff.worker import Task
from kiosk.texts import Texts

_SAVED = "signup_saved"
_KEY_FILES = "JWK Set (*.json *.jwks *.jwk)"


@dataclass(frozen=True)
class SignupSheet:
    """The settings of the signup, and the keys of sites."""

    settings: SignupView
    keys: EmbedKeyList


@dataclass(frozen=True)
class Declined:
    """Settings that the service did not take, and why."""

    sent: JoinSettings
    problem: Problem


def load_signup(client: ManagementClient, _once: str) -> SignupSheet:
    """The request for the settings and the keys."""
    return SignupSheet(client.signup(), client.embed_keys())


class SignupDesk(QObject):
    """What is done with the signup. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(
        self, page: SignupPage, texts: Texts, changes: Changes, disk: Disk, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes, self._disk = page, texts, changes, disk
        self._zone = "UTC"
        self._sent: JoinSettings | None = None
        page.saved.connect(self._save)
        page.keys.added.connect(lambda: changes.ask(*keys_form(page, texts)))
        page.keys.file_wanted.connect(self._choose_file)
        page.keys.revoked.connect(self._revoke)

    def show(self, sheet: SignupSheet, zone: str) -> None:
        """Show the settings and the keys."""
        self._zone = zone
        self._show_settings(sheet.settings)
        self.show_keys(sheet.keys)

    def show_keys(self, keys: EmbedKeyList) -> None:
        """Show the keys as they are now; what was typed into the settings stays."""
        self._page.keys.show_keys(key_lines(keys, self._texts, self._zone))

    def took(self, task: Task, answer: object) -> bool:
        """Follow up what a task brought, if it was one about the signup."""
        if task.kind != _SAVED:
            return False
        match answer:
            case SignupView():
                # Who has typed on meanwhile keeps it.
                if self._page.settings() == self._sent:
                    self._show_settings(answer)
                self._page.say_progress(self._texts.say("Saved."))
            case Declined():
                faults = faults_of(answer.problem, sites_of(answer.sent), self._texts)
                self._page.show_faults(faults)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say why the settings were not saved."""
        if task.kind != _SAVED:
            return False
        self._page.say_progress("")
        self._page.say_fault(sentence)
        return True

    def _show_settings(self, view: SignupView) -> None:
        self._page.show_settings(settings_of(view), places_of(view, self._texts))

    @Slot()
    def _save(self) -> None:
        sent = self._sent = self._page.settings()
        self._page.show_faults({})
        self._page.say_progress(self._texts.say("Saving …"))

        def save(client: ManagementClient, _once: str) -> SignupView | Declined:
            try:
                return client.set_signup(request_of(sent))
            except Refused as refused:
                return Declined(sent, refused.problem)

        self.task_wanted.emit(Task(_SAVED, save))

    @Slot()
    def _choose_file(self) -> None:
        """Show what is in a file of keys, to be added."""
        data, fault = self._disk.pick(self._page, _KEY_FILES)
        if data is not None:
            try:
                text = text_of(data, self._texts)
            except Refused as refused:
                fault = str(refused)
            else:
                self._changes.ask(*keys_form(self._page, self._texts, text))
        self._page.say_fault(fault)

    @Slot(object)
    def _revoke(self, key: KeyLine) -> None:
        self._changes.ask(*revoke_form(self._page, self._texts, key))
