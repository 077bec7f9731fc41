"""One table holds all pages: what a page loads is shown by that page, and only if it is wanted."""

from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.members import MemberPage
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.card import CardSheet
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.page import MEMBERS, Page, Place
from kiosk.staff.pages.view import PageView
from kiosk.staff.router import LATER
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.card_messages import CARD, record, wallets
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Staff

NOTES = Place("notes")


class NotesController(Controller):
    """A new page: this class, and a line that adds it."""

    name = NOTES.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page = PageView(context.texts)
        self.shown: list[int] = []
        self.left = 0

    def open(self, place: Place) -> Page[int]:
        return Page(place, lambda client: len(client.plans().items), self.shown.append)

    def leave(self) -> None:
        self.left += 1


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in()
    return staff


@pytest.fixture
def notes(staff: Staff) -> NotesController:
    return staff.pages.add(NotesController(staff.pages.members._context))


def test_a_page_that_was_added_loads_and_shows_its_own_answer(
    staff: Staff, notes: NotesController
) -> None:
    staff.presenter.open(NOTES)
    loading = staff.panel.page
    assert loading is staff.panel.waiting
    assert staff.tasks[-1].name == "notes"
    staff.presenter.on_done(staff.tasks[-1], 3)
    assert notes.shown == [3]
    assert staff.panel.page is notes.page


def test_an_answer_for_a_page_that_was_left_is_not_shown(
    staff: Staff, notes: NotesController
) -> None:
    staff.presenter.open(NOTES)
    late, left = staff.tasks[-1], notes.left
    staff.presenter.open(MEMBERS)
    assert notes.left == left + 1
    staff.presenter.on_done(late, 3)
    assert notes.shown == []
    assert staff.panel.page is staff.panel.waiting


def test_a_page_that_may_not_be_loaded_again_stays_in_front_and_says_so(
    staff: Staff, notes: NotesController
) -> None:
    staff.presenter.open(NOTES)
    staff.presenter.on_done(staff.tasks[-1], 3)
    staff.presenter.reload()
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.NOT_ALLOWED, ""))
    assert staff.panel.page is notes.page
    assert notes.page.message.text() == "You may not do this."
    assert notes.page.message.again.isHidden()


@pytest.mark.parametrize(("name", "attribute"), LATER.items(), ids=LATER)
def test_a_page_that_is_seldom_opened_is_made_then_and_once(
    staff: Staff, name: str, attribute: str
) -> None:
    assert attribute not in vars(staff.pages)
    staff.presenter.show(Place(name, AMARA.id))
    made = vars(staff.pages)[attribute]
    assert made.name == name
    assert staff.pages.view(Place(name)) is made.page
    assert staff.panel.page is not made.page, "it is shown once it is loaded"
    assert set(LATER.values()) & set(vars(staff.pages)) == {attribute}


@pytest.mark.parametrize("name", ["customer", "company", "card", "subscription", "checkout"])
def test_a_page_about_something_is_not_opened_without_it(staff: Staff, name: str) -> None:
    before = staff.panel.page
    with pytest.raises(LookupError, match=name):
        staff.presenter.show(Place(name))
    assert staff.panel.page is before


def test_an_address_that_was_not_given_at_the_desk_is_no_page(staff: Staff) -> None:
    with pytest.raises(LookupError):
        staff.presenter.show(Place("checkout", UUID(int=7)))
    with pytest.raises(LookupError):
        staff.presenter.show(Place("nowhere", AMARA.id))


def test_what_fails_for_a_card_that_was_left_is_shown_where_staff_are(staff: Staff) -> None:
    staff.presenter.open(Place("card", CARD))
    staff.presenter.on_done(staff.tasks[-1], CardSheet(record(), profile(), wallets()))
    picture = staff.tasks[-1]
    assert picture.name == "card_picture"
    staff.presenter.open(MEMBERS)
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    staff.presenter.on_failed(picture, Failure(Cause.UNREACHABLE, ""))
    assert staff.pages.members.page.message.text() == "The membership service cannot be reached."
    assert staff.pages.card.page.message.text() == ""
