"""Merging two files of one person: searched for, compared, confirmed."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage, QPixmap

from api_client.management import ManagementClient
from api_client.messages.people import MergedCustomer
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.people import load_person, search_people
from kiosk.staff.forms.merge import merge_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.merge import MergePage
from kiosk.staff.words.merge import Person, merge_words
from kiosk.staff.worker import Task

MERGE = "merge"

_Pair = tuple[Person, Person]
"""Who stays, and who goes into it."""


class MergeController(Controller):
    """Asks for the other file of a customer, shows both, and merges them."""

    name = MERGE

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: MergePage = MergePage(context.texts)
        self._one: Person | None = None
        self._pair: _Pair | None = None
        self.page.searched.connect(self._search)
        self.page.chosen.connect(self._choose)
        self.page.swapped.connect(self._swap)
        self.page.merge_wanted.connect(self._merge)

    def open(self, place: Place) -> Page[Person]:
        """Return the page of the customer with the id of ``place``."""
        customer_id, sees = place.subject, self._session.may("memberships:read")
        return Page(
            place, lambda client: load_person(client, customer_id, sees_payer=sees), self.show
        )

    def show(self, person: Person) -> None:
        """Ask for the other file."""
        self._one, self._pair = person, None
        self.page.ask(person.who)

    def leave(self) -> None:
        """Nobody is compared any more."""
        self._one = self._pair = None

    def end_session(self) -> None:
        """Forget who was compared, and searched for."""
        self.leave()
        self.page.ask("")

    def show_photo(self, path: str, image: QImage) -> None:
        """Show a photo, if it is that of one of both."""
        if self._pair is not None:
            self.page.show_photo(path, QPixmap.fromImage(image))

    @Slot(str)
    def _search(self, text: str) -> None:
        own = None if self._one is None else self._one.id
        search_people(self._context, self.page, "merge_search", text, but=own)

    @Slot(object)
    def _choose(self, customer_id: UUID) -> None:
        """Load both anew, then compare them."""
        one, sees = self._one, self._session.may("memberships:read")
        if one is None:
            return

        def load(client: ManagementClient, _once: str) -> _Pair:
            return (
                load_person(client, one.id, sees_payer=sees),
                load_person(client, customer_id, sees_payer=sees),
            )

        self._context.send(Task("merge_pair", load, partial(self._compare, one)))

    def _compare(self, one: Person, pair: _Pair) -> None:
        """Show both, if the page is still about the same customer."""
        if self._one is not one:
            return
        if pair[0].id == pair[1].id:
            self.page.show_failure(self._texts.say("Both are the same person already."))
            return
        self._show_pair(pair)

    def _show_pair(self, pair: _Pair) -> None:
        self._pair = pair
        self.page.show_failure("")
        self.page.show_words(merge_words(*pair, self._texts, self._session.zone))
        for each in pair:
            if each.profile.customer.photo_path:
                self._context.fetch_photo(each.profile.customer.photo_path)

    @Slot()
    def _swap(self) -> None:
        """The other one stays."""
        if self._pair is not None:
            self._show_pair((self._pair[1], self._pair[0]))

    @Slot()
    def _merge(self) -> None:
        if self._pair is not None:
            form = merge_form(self._texts, *self._pair, self._session.zone)
            self._context.changes.ask(*form, self._on_merged)

    def _on_merged(self, _merged: MergedCustomer) -> None:
        """Return to the file, which is that of who stayed."""
        if self._session.signed_in:
            self._context.navigation.back()
