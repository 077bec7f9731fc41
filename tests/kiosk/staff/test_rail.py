"""The rail: the places of each role, by mouse and by key, and what is asked before one is left."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.management import Role
from api_client.messages.members import MemberPage
from kiosk.staff.controllers.signup import SignupSheet
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.rail import name_of, rail_places
from kiosk.staff.router import LATER
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from membership.base.scopes import ROLE_SCOPES
from tests.keys import type_text
from tests.kiosk.answers import answer
from tests.kiosk.staff.desk_messages import keys, signup
from tests.kiosk.staff.staff_desk import Staff, in_focus

PLACES = rail_places(Texts("en"))
EVERYTHING = tuple(scope.value for scope in ROLE_SCOPES[Role.ADMIN])
ALL = [each.item.name for each in PLACES]


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Amara's file in a window that has the focus, with Greta signed in."""
    made = in_focus(qtbot)
    made.sign_in(*EVERYTHING)
    made.open_customer()
    return made


def press(staff: Staff, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    handle = staff.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key, modifier)


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        (Role.RECEPTION, {"website"}),
        (Role.MANAGER, {"website"}),
        (Role.ADMIN, set()),
    ],
)
def test_a_role_sees_the_places_that_it_may_use(
    staff: Staff, role: Role, missing: set[str]
) -> None:
    staff.sign_in(*(scope.value for scope in ROLE_SCOPES[role]))
    assert list(staff.window.rail.buttons) == [name for name in ALL if name not in missing]


def test_digits_and_pages_are_those_of_one_place_each(staff: Staff) -> None:
    digits = [each.item.digit for each in PLACES]
    assert len(set(digits)) == len(digits)
    for each in PLACES:
        if each.place is not None:
            assert each.place.name in {*staff.pages._made, *LATER}


@pytest.mark.parametrize("way", ["mouse", "key"])
def test_each_place_is_reached_by_mouse_and_by_key(staff: Staff, way: str) -> None:
    """One after the other in one window, each from the desk; the first from a profile."""
    rail = staff.window.rail
    for place in PLACES:
        name = place.item.name
        if way == "mouse":
            QTest.mouseClick(rail.buttons[name], Qt.MouseButton.LeftButton)
        else:
            key = Qt.Key(Qt.Key.Key_0 + place.item.digit)
            press(staff, key, Qt.KeyboardModifier.ControlModifier)
        assert staff.presenter.front == place.place, name
        assert staff.window.managing is (place.place is not None), name
        assert [each for each, button in rail.buttons.items() if button.isChecked()] == [name]
        if place.place is not None:
            staff.presenter.back()
            assert not staff.window.managing, f"Back leads from {name} to the desk"


def test_a_place_that_is_not_shown_has_no_key(staff: Staff) -> None:
    staff.sign_in("customers:read")
    before = staff.presenter.front
    press(staff, Qt.Key.Key_8, Qt.KeyboardModifier.ControlModifier)
    assert staff.presenter.front == before


def test_a_place_is_reached_by_way_of_the_sign_in(staff: Staff) -> None:
    staff.presenter.sign_out()
    assert list(staff.window.rail.buttons) == ALL
    assert staff.window.rail.sign_out_button.isHidden()
    staff.window.rail.buttons["payments"].click()
    assert staff.page() is staff.panel.sign_in
    staff.sign_in(*EVERYTHING)
    assert staff.presenter.front == Place("payments")
    assert staff.window.rail.who.text() == "Greta Sommer"
    assert staff.window.rail.sign_out_button.isVisible()


@pytest.mark.parametrize("name", ["desk", "plans", "settings"])
def test_what_is_typed_in_a_form_is_asked_about_first(staff: Staff, name: str) -> None:
    staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    form = staff.presenter.changes.form
    assert form is not None
    type_text(form.field("why"), "was ill")
    staff.window.rail.buttons[name].click()
    assert (staff.presenter.changes.form, form.foot.asking) == (form, True)
    assert staff.window.managing


def test_a_form_in_which_nothing_is_typed_is_closed(staff: Staff) -> None:
    staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    staff.window.rail.buttons["plans"].click()
    assert not staff.presenter.changes.asking


@pytest.mark.parametrize("name", ["desk", "plans"])
def test_what_is_not_saved_on_a_page_is_asked_about_once(staff: Staff, name: str) -> None:
    staff.presenter.go(Place("signup"))
    staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None)))
    page = staff.pages.signup.page
    page.sites.setPlainText("https://typed.example")
    staff.window.rail.buttons[name].click()
    assert staff.page() is page
    assert page.message.text().startswith("Not saved yet.")
    staff.window.rail.buttons[name].click()
    assert staff.page() is not page or not staff.window.managing


def test_a_question_is_brought_before_a_verdict(staff: Staff) -> None:
    staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    form = staff.presenter.changes.form
    assert form is not None
    type_text(form.field("why"), "was ill")
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    staff.window.rail.buttons["desk"].click()
    assert (staff.window.managing, form.foot.asking) == (True, True)


def test_the_desk_keeps_a_verdict_on_screen(staff: Staff) -> None:
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    staff.window.rail.buttons["desk"].click()
    assert staff.window.showing_verdict
    assert not staff.presenter.at_work
    staff.presenter.on_cleared()
    assert not staff.window.managing


@pytest.mark.parametrize(
    ("front", "pressed", "name"),
    [
        (None, "plans", "desk"),
        (Place("customer"), "payments", "members"),
        (Place("company"), "", "companies"),
        (Place("api_keys"), "desk", "settings"),
        (Place("members"), "companies", "members"),
        (Place("companies"), "desk", "companies"),
        (Place("designs"), "desk", "cards"),
        (Place("plans"), "desk", "plans"),
        (Place("members"), "desk", "members"),
        (Place("none"), "desk", ""),
    ],
)
def test_a_page_belongs_to_a_place(front: Place | None, pressed: str, name: str) -> None:
    assert name_of(PLACES, front, pressed) == name


def test_the_place_in_front_is_marked_under_a_verdict_too(staff: Staff) -> None:
    assert staff.window.rail.buttons["members"].isChecked()
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    assert staff.window.rail.buttons["members"].isChecked()
    staff.presenter.on_done(staff.task("members"), MemberPage(items=()))
    assert staff.window.showing_verdict
