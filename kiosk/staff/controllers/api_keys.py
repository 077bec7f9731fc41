"""The API keys of the club: listed, made and shown once, revoked."""

from datetime import UTC, datetime
from uuid import UUID

from PySide6.QtCore import Slot

from api_client.messages.keys import KeyList, MintedKey
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.api_keys import KeyMaker, key_form, revoke_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.api_keys import ApiKeysPage
from kiosk.staff.words.api_keys import ApiKeyLine, api_key_lines, cut_words
from kiosk.staff.worker import Task

API_KEYS = Place("api_keys")


class ApiKeysController(Controller):
    """Shows the keys, makes new ones and revokes them."""

    name = API_KEYS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: ApiKeysPage = ApiKeysPage(context.texts)
        self.page.new_wanted.connect(self._new)
        self.page.revoked.connect(self._revoke)
        self._makers: dict[UUID | None, KeyMaker] = {}

    def open(self, place: Place) -> Page[KeyList]:
        """Return the page."""
        return Page(place, lambda client: client.api_keys(), self.show)

    def show(self, keys: KeyList) -> None:
        """Show the keys."""
        now = datetime.now(UTC)
        lines = api_key_lines(keys, self._texts, self._session.zone, now)
        self.page.show_keys(lines, cut_words(keys, self._texts))

    def leave(self) -> None:
        """A new key is shown once."""
        self.page.show_made("")

    def end_session(self) -> None:
        """Forget the new key, and the list."""
        self.page.show_made("")
        self.page.show_keys(())

    @Slot()
    def _new(self) -> None:
        who = self._session.staff_id
        maker = self._makers.setdefault(who, KeyMaker(who))
        form, filled = key_form(self._texts, self._session.zone, maker)
        self._context.changes.ask(form, filled, self._show_made)

    def _show_made(self, made: MintedKey) -> None:
        """Show the new key, and load the list without leaving the page."""
        self.page.show_made(made.key)
        self._context.send(Task("api_keys", lambda client, _: client.api_keys(), self.show))

    @Slot(object)
    def _revoke(self, key: ApiKeyLine) -> None:
        self._context.changes.ask(*revoke_form(self._texts, key))
