"""Giving a card that names nobody to a member: searched for, looked at, confirmed, undone."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage, QPixmap

from api_client.management import ManagementClient
from api_client.messages.cards import CardRecord, TakenBack
from api_client.messages.management import CustomerProfile
from kiosk.details import outcome_word
from kiosk.foreign_read import ForeignRead
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.people import search_people
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.forms.give import give_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.give import GivePage
from kiosk.staff.pages.member import MemberRow
from kiosk.staff.words.give import code_shown, member_words, named
from kiosk.staff.worker import Task

GIVE = "give"


@dataclass(frozen=True)
class Given:
    """A card that was given: its id, to whom, and the key under which it is taken back."""

    card_id: UUID
    customer_id: UUID
    name: str
    undo_once: str


class GiveController(Controller):
    """Asks who gets the card that was read, and gives it."""

    name = GIVE

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: GivePage = GivePage(context.texts)
        self.read: ForeignRead | None = None
        """What of the verdict on screen can be given to a member."""
        self._read: ForeignRead | None = None
        self._given: Given | None = None
        self._member: MemberRow | None = None
        self.page.searched.connect(self._search)
        self.page.chosen.connect(self._choose)
        self.page.undone.connect(self._undo)
        self.page.profile_wanted.connect(self._open_profile)

    def begin(self) -> Place | None:
        """Return the place where the code on screen is given; None if it cannot be given."""
        if self.read is None:
            return None
        self._read = self.read
        return Place(GIVE, uuid4())

    def open(self, place: Place) -> Page[None]:
        """Return the page. It loads nothing: what is searched for is loaded when it is typed."""
        return Page(place, lambda _client: None, self.show)

    def show(self, _nothing: None) -> None:
        """Ask for the member who gets the card."""
        read = self._read
        if read is not None:
            self._given = None
            self.page.ask(code_shown(read.readings[0]))

    def end_session(self) -> None:
        """Forget who was searched for; the code stays for whoever signs in for its sake."""
        self._given = self._member = None
        self.page.ask("")

    def show_photo(self, path: str, image: QImage) -> None:
        """Show a photo in the form that asks about its member."""
        if self._member is not None and self._context.changes.asking:
            self._member.show_photo(path, QPixmap.fromImage(image))

    @Slot(str)
    def _search(self, text: str) -> None:
        search_people(self._context, self.page, "give_search", text)

    @Slot(object)
    def _choose(self, customer_id: UUID) -> None:
        """Load whom the card is to be given to, then ask."""
        asked_on = self._context.navigation.front

        def load(client: ManagementClient, _once: str) -> CustomerProfile:
            return client.customer(customer_id)

        self._context.send(Task("give_member", load, partial(self._ask, asked_on)))

    def _ask(self, asked_on: Place | None, profile: CustomerProfile) -> None:
        read = self._read
        if read is None:
            return
        words = member_words(profile, outcome_word(profile.outcome, self._texts), self._texts)
        form, filled, row = give_form(self._texts, read, profile.customer.id, words)
        then = partial(self._on_given, profile)
        self._context.changes.ask(form, filled, then, asked_on=asked_on)
        if self._context.changes.form is not form:
            return
        self._member = row
        if words.photo_path:
            self._context.fetch_photo(words.photo_path)

    def _on_given(self, profile: CustomerProfile, card: CardRecord) -> None:
        who = named(profile.customer)
        self._member = None
        self._given = Given(card.id, card.customer_id, who, str(uuid4()))
        self.page.show_failure("")
        self.page.show_given(
            self._texts.say("“{card}” is now a card of {who}.", card=card.label, who=who)
        )

    @Slot()
    def _undo(self) -> None:
        """Take the card back that was just given; pressed again, it is the same request."""
        given = self._given
        if given is None:
            return
        self.page.undo_button.setEnabled(False)
        self._context.send(
            Task(
                "take_back",
                lambda client, once: client.take_back(given.card_id, once),
                partial(self._on_undone, given),
                partial(self._on_not_undone, given),
                once=given.undo_once,
            )
        )

    def _on_undone(self, given: Given, _taken: TakenBack) -> None:
        if self._given is given:
            self._given = None
            self.page.show_failure("")
            self.page.show_undone(
                self._texts.say("The card of {who} was taken back.", who=given.name)
            )

    def _on_not_undone(self, given: Given, sentence: str) -> None:
        if self._given is given:
            self.page.undo_button.setEnabled(True)
        self.page.show_failure(sentence)

    @Slot()
    def _open_profile(self) -> None:
        if self._given is not None:
            self._context.navigation.open(Place(CUSTOMER, self._given.customer_id))
