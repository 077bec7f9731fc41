"""Staff among visitors: verdicts that come and go, locks, keys held down, pages not yet saved."""

from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.management import PlanPage
from api_client.messages.members import MemberPage
from api_client.messages.scan import FieldFault, Problem
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.controllers.signup import SignupSheet
from kiosk.staff.page import MEMBERS, Place
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.signup import SignupPage
from kiosk.staff.worker import Credentials
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import Command
from tests.keys import type_text
from tests.kiosk.answers import AMARA, answer
from tests.kiosk.staff.billing_messages import link
from tests.kiosk.staff.desk_messages import keys, signup
from tests.kiosk.staff.messages import plan, plans, profile, session
from tests.kiosk.staff.staff_desk import Staff, in_focus

FILE = Place("customer", AMARA.id)
TYPED = "https://typed.example"


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Amara's file in a window that has the focus, with Greta signed in."""
    return in_focus(qtbot)


@pytest.fixture
def settings(staff: Staff) -> SignupPage:
    """The settings of the signup, with something typed."""
    staff.presenter.open(Place("signup"))
    staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None)))
    page = staff.pages.signup.page
    page.sites.setPlainText(TYPED)
    return page


def open_form(staff: Staff, action: Action = Action.EXTEND) -> Form:
    """Press a button of Amara's own membership."""
    staff.pages.customer.page.cards[0].buttons[action].click()
    form = staff.presenter.changes.form
    assert form is not None
    return form


def scan(staff: Staff) -> None:
    """A verdict covers the page."""
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")


def hold(staff: Staff, key: Qt.Key, text: str = "") -> None:
    """Hold a key down for a moment."""
    handle = staff.window.windowHandle()
    assert handle is not None
    for again in (False, True, True, True):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            held = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text, again)
            QApplication.sendEvent(handle, held)


def ole_signs_in(staff: Staff) -> None:
    """Somebody else signs in."""
    started = session()
    ole = started.staff.model_copy(update={"id": UUID(int=61), "name": "Ole"})
    typed = Credentials(staff.presenter.attempt, "club", "o@club.example", "five loud cranes")
    staff.presenter.on_signed_in(typed, started.model_copy(update={"staff": ole}))


def sent(staff: Staff) -> int:
    """How many changes were sent."""
    return sum(task.name == "change" for task in staff.tasks)


def test_the_end_of_a_verdict_moves_no_cursor_of_who_is_at_work(staff: Staff) -> None:
    why = open_form(staff).field("why")
    places: tuple[QWidget, ...] = (why, staff.window.side.search)
    for field in places:
        field.setFocus()
        staff.presenter.on_cleared()
        assert staff.window.focusWidget() is field


def test_after_a_verdict_typing_goes_on_in_the_same_field(staff: Staff) -> None:
    form = open_form(staff)
    why = form.field("why")
    why.setFocus()
    type_text(why, "was ")
    scan(staff)
    staff.presenter.on_cleared()
    assert staff.window.focusWidget() is why
    final = open_final(staff, form)
    final.submit.setFocus()
    scan(staff)
    staff.presenter.on_cleared()
    assert staff.window.focusWidget() is final.cancel, "a danger is never what Enter meets"


def open_final(staff: Staff, before: Form) -> Form:
    """Close a form, and open one whose step cannot be taken back."""
    before.cancel.click()
    return open_form(staff, Action.END)


@pytest.mark.parametrize("action", [Action.EXTEND, Action.PAY, Action.RENEW])
def test_enter_that_is_held_down_opens_a_form_and_no_more(staff: Staff, action: Action) -> None:
    card = staff.pages.customer.page.cards[0]
    if not card.buttons[action].isVisible():
        card.more.click()
    card.buttons[action].setFocus()
    hold(staff, Qt.Key.Key_Return, "\r")
    if action is not Action.EXTEND:
        staff.answer("sale")
    assert (sent(staff), staff.presenter.changes.asking) == (0, True)


def test_escape_that_is_held_down_goes_one_step(staff: Staff, settings: SignupPage) -> None:
    hold(staff, Qt.Key.Key_Escape)
    assert staff.page() is settings
    assert settings.sites.toPlainText() == TYPED


def test_a_sign_in_is_sent_once_until_it_is_answered(staff: Staff) -> None:
    wanted: list[Credentials] = []
    staff.presenter.sign_in_wanted.connect(wanted.append)
    staff.presenter.sign_out()
    staff.presenter.open_home()
    page = staff.panel.sign_in
    page.email.setText("g@club.example")
    page.password.setText("four quiet herons")
    for _ in range(2):
        QTest.keyClick(page.password, Qt.Key.Key_Return)
    assert len(wanted) == 1


def test_a_lock_keeps_what_was_typed_on_a_page(staff: Staff, settings: SignupPage) -> None:
    asked = len(staff.tasks)
    staff.presenter._on_idle()
    assert staff.page() is staff.panel.sign_in
    staff.presenter.back()
    assert not staff.window.managing
    staff.presenter.open_person()
    assert staff.page() is staff.panel.sign_in
    staff.sign_in()
    assert staff.page() is settings
    assert (settings.sites.toPlainText(), len(staff.tasks)) == (TYPED, asked)


def test_another_person_finds_neither_page_nor_message_of_the_one_before(
    staff: Staff, settings: SignupPage
) -> None:
    staff.presenter._on_idle()
    staff.presenter._notices.keep("Greta's receipt was not printed")
    ole_signs_in(staff)
    assert staff.presenter.front == MEMBERS
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    assert staff.pages.members.page.message.text() == ""
    staff.presenter.back()
    assert not staff.window.managing


def test_another_person_is_not_led_to_an_order_of_the_one_before(staff: Staff) -> None:
    staff.presenter.open(staff.pages.checkout.begin(link()))
    staff.presenter._on_idle()
    ole_signs_in(staff)
    assert staff.tasks[-1].name == "members"


def test_who_wants_a_page_at_the_desk_gets_it_after_the_sign_in(staff: Staff) -> None:
    staff.presenter._on_idle()
    staff.presenter.back()
    staff.presenter.open(FILE)
    ole_signs_in(staff)
    assert staff.presenter.front == FILE


@pytest.mark.parametrize("way", ["back", "open_home"])
def test_every_way_out_asks_about_what_is_not_saved(
    staff: Staff, settings: SignupPage, way: str
) -> None:
    leave = getattr(staff.presenter, way)
    leave()
    assert staff.page() is settings
    assert settings.message.text() == "Not saved yet. Go back once more to leave without saving."
    settings.sites.setPlainText(f"{TYPED}\nhttps://more.example")
    leave()
    assert staff.page() is settings, "what was typed since then was not asked about"
    leave()
    assert staff.page() is staff.panel.waiting


def test_a_message_under_a_verdict_is_there_when_the_page_is(staff: Staff) -> None:
    scan(staff)
    staff.presenter._notices.keep("The receipt could not be opened")
    staff.presenter.on_cleared()
    assert staff.pages.customer.page.message.text() == "The receipt could not be opened"


def test_why_it_was_not_saved_is_said_where_staff_are(staff: Staff, settings: SignupPage) -> None:
    fault = FieldFault(field="body.terms_url", code="x", message="not https")
    refused = Problem(title="Invalid", status=422, code="validation_failed", errors=(fault,))
    for answered in (refused, Failure(Cause.TOO_SLOW, "")):
        settings.sites.setPlainText(TYPED)
        settings.save_button.click()
        save = staff.task("signup_saved")
        staff.presenter.back()
        staff.presenter.back()
        staff.presenter.on_done(staff.task("customer"), CustomerSheet(profile()))
        if isinstance(answered, Failure):
            staff.presenter.on_failed(save, answered)
        else:
            staff.presenter.on_done(save, answered)
        assert staff.pages.customer.page.message.text().startswith("Online signup: ")
        staff.presenter.open(Place("signup"))
        staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None)))


def test_staff_are_where_they_were_if_the_page_cannot_be_loaded_again(staff: Staff) -> None:
    """What is on screen and what the desk takes for the page in front are the same."""
    front = staff.presenter.front
    staff.presenter.reload()
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.TOO_SLOW, ""))
    page = staff.pages.customer.page
    assert staff.page() is page
    assert page.message.text() == "The membership service did not answer in time."
    assert staff.presenter.front == front


def test_the_members_are_those_that_the_search_box_asks_for(staff: Staff) -> None:
    page = staff.pages.members.page
    page.search.setText("North")
    staff.presenter.open_home()
    assert staff.asked()[0][1][0] == {"q": "North"}
    staff.presenter.sign_out()
    assert page.search.text() == ""
    staff.presenter.open_home()
    staff.sign_in()
    assert staff.asked()[0][1][0] == {}


def test_f5_covers_no_page_of_staff(staff: Staff) -> None:
    pressed: list[Command] = []
    staff.window.commanded.connect(pressed.append)
    handle = staff.window.windowHandle()
    assert handle is not None
    for managing in (True, False):
        QTest.keyClick(handle, Qt.Key.Key_F5)
        assert pressed == ([] if managing else [Command.RECHECK])
        staff.window.leave_management()


def assign(staff: Staff, offered: PlanPage) -> Form:
    """Open the form in which a plan is assigned to Amara."""
    return staff.sheet(Action.ASSIGN, plans=offered)


def test_a_choice_that_is_offered_no_longer_is_said(staff: Staff) -> None:
    form = assign(staff, plans())
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.TOO_SLOW, ""))
    form.cancel.click()
    form = assign(staff, plans(plan(id=UUID(int=88), name="Other")))
    assert "It is not known whether it was carried out." in form.failure.text()
    assert form.failure.text().endswith("What was chosen then is offered no longer.")
    form.submit.click()
    assert (sent(staff), staff.tasks[-1].name) == (1, "withdraw")


def test_signing_out_drops_nothing_that_is_sent_or_not_saved(staff: Staff) -> None:
    form, out = open_form(staff), staff.window.rail.sign_out_button
    type_text(form.field("why"), "was ill")
    out.click()
    assert (form.foot.asking, staff.presenter.signed_in) == (True, True)
    form.foot.keep_button.click()
    form.submit.click()
    out.click()
    assert form.failure.text() == "It was sent already. This closes when the answer is here."
    assert staff.presenter.changes.form is form
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.REFUSED, "no"))
    form.cancel.click()
    out.click()
    assert not staff.presenter.signed_in
