"""Finds pages, buttons of the page in front and members for the palette, and opens them."""

from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QAbstractButton
from shiboken6 import isValid

from api_client.messages.scan import CustomerHits
from kiosk.failures import Failure
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.page import Place
from kiosk.staff.pages.page_buttons import named_buttons
from kiosk.staff.presenter import StaffPresenter
from kiosk.texts import Texts
from kiosk.views.keys_sheet import key_words
from kiosk.views.palette import Found
from kiosk.views.window import KioskWindow


class Finder(QObject):
    """Shows at once which pages and buttons match, and members when the service has found them."""

    members_wanted = Signal(str)
    """Text to search members for."""

    def __init__(
        self, window: KioskWindow, texts: Texts, staff: StaffPresenter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._texts, self._staff = window, texts, staff
        self._palette = window.finder
        self._palette.typed.connect(self._on_typed)
        self._palette.searched.connect(self.members_wanted)
        self._palette.chosen.connect(self._on_chosen)

    @Slot(str, object)
    def on_hits(self, text: str, hits: CustomerHits) -> None:
        """Show the members who were found, if the text is still the same."""
        if text != self._palette.text:
            return
        members = [
            Found(hit.customer.id, hit.customer.name, hit.customer.number, "person")
            for hit in hits.items
        ]
        found = self._at_once(text) + members
        say = self._texts.say
        self._palette.show_found(
            found, "" if found else say("Nobody found for “{text}”.", text=text)
        )

    @Slot(str, object)
    def on_search_failed(self, text: str, failure: Failure) -> None:
        """Show the pages, and why no members are searched."""
        if text == self._palette.text:
            self._palette.show_found(self._at_once(text), failure.sentence(self._texts))

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        searching = self._texts.say("Searching …") if text else ""
        self._palette.show_found(self._at_once(text), searching)

    def _at_once(self, text: str) -> list[Found]:
        """Return the places and buttons with ``text`` in their words; all places if it is empty."""
        return self._pages(text) + (self._buttons(text) if text else [])

    def _buttons(self, text: str) -> list[Found]:
        """Return the buttons of the page in front that have every word of ``text``."""
        panel, words = self._staff.panel, text.casefold().split()
        if not self._window.managing or panel.form is not None or panel.page is None:
            return []
        return [
            Found(button, name, "", "chevron_right")
            for name, button in named_buttons(panel.page)
            if all(word in name.casefold() for word in words)
        ]

    def _pages(self, text: str) -> list[Found]:
        return [
            Found(
                each.item.name,
                each.item.words,
                key_words(f"Ctrl+{each.item.digit}", self._texts),
                each.item.icon,
            )
            for each in self._staff.frame.allowed
            if text.casefold() in each.item.words.casefold()
        ]

    @Slot(object)
    def _on_chosen(self, key: object) -> None:
        if isinstance(key, QAbstractButton):
            if isValid(key):  # else the page was loaded anew meanwhile
                key.click()
            return
        place = Place(CUSTOMER, key) if isinstance(key, UUID) else self._staff.frame.press(str(key))
        if place is None:
            self._staff.go_to_desk()
        else:
            self._staff.go(place, with_way_back=True)
