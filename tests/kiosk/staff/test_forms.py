"""Forms under the hands of a receptionist: what Enter, Esc, a scan and an answer do to them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from api_client.messages.requests import Withdrawal, WithdrawalState
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.forms.request import Call
from kiosk.staff.page import Place
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import Action
from kiosk.staff.worker import Credentials
from kiosk.views.window import Command
from tests.keys import type_text
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.card_messages import designs
from tests.kiosk.staff.messages import plans, profile, session, sold
from tests.kiosk.staff.staff_desk import Recorder, Staff, in_focus

OTHER = AMARA.model_copy(update={"id": UUID(int=99), "name": "Jonas Brandt", "number": "C-000099"})
FINAL = [Action.END]
"""Steps of a membership that open with Cancel."""


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Amara's file in a window that has the focus, with Greta signed in."""
    return in_focus(qtbot)


def open_form(staff: Staff, action: Action = Action.EXTEND) -> Form:
    """Press a button of Amara's own membership."""
    card = staff.pages.customer.page.cards[0]
    if not card.buttons[action].isVisible():
        QTest.mouseClick(card.more, Qt.MouseButton.LeftButton)
    QTest.mouseClick(card.buttons[action], Qt.MouseButton.LeftButton)
    if action in {Action.PAY, Action.RENEW}:
        staff.answer("sale")
    form = staff.presenter.changes.form
    assert form is not None
    assert form.isVisible()
    return form


def press(staff: Staff, key: Qt.Key) -> None:
    """Press a key in the window, wherever the focus is."""
    handle = staff.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key)


def asks(form: Form) -> bool:
    """Whether the form asks before it discards."""
    return form.foot.asking


def sent(staff: Staff) -> int:
    """How many changes were sent."""
    return sum(task.name == "change" for task in staff.tasks)


def focused(staff: Staff) -> object:
    """The widget with the focus."""
    return staff.window.focusWidget()


@pytest.mark.parametrize("action", [Action.EXTEND, *FINAL, Action.PAY, Action.RENEW])
def test_a_focused_cancel_is_what_the_key_presses(staff: Staff, action: Action) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        form = open_form(staff, action)
        form.cancel.setFocus()
        press(staff, key)
        assert sent(staff) == 0, key
        assert not staff.presenter.changes.asking, key


@pytest.mark.parametrize("action", FINAL)
def test_a_step_that_cannot_be_taken_back_opens_with_cancel(staff: Staff, action: Action) -> None:
    form = open_form(staff, action)
    assert focused(staff) is form.cancel
    press(staff, Qt.Key.Key_Return)
    assert (sent(staff), staff.presenter.changes.asking) == (0, False)
    form = open_form(staff, action)
    press(staff, Qt.Key.Key_Tab)
    assert focused(staff) is form.submit
    press(staff, Qt.Key.Key_Return)
    assert sent(staff) == 1


def test_enter_sends_from_a_field_where_the_step_can_be_taken_back(staff: Staff) -> None:
    open_form(staff, Action.EXTEND)
    press(staff, Qt.Key.Key_Return)
    assert sent(staff) == 1
    press(staff, Qt.Key.Key_Return)
    assert sent(staff) == 1, "while it is sent nothing is sent again"


def test_enter_presses_the_focused_button_of_a_page(staff: Staff) -> None:
    button = staff.pages.customer.page.edit
    button.setFocus()
    press(staff, Qt.Key.Key_Return)
    assert staff.presenter.changes.asking


def test_every_button_of_the_window_takes_enter(staff: Staff) -> None:
    pressed: list[QPushButton] = []
    buttons = [each for each in staff.window.findChildren(QPushButton) if each.isVisible()]
    assert len(buttons) > 5
    for button in buttons:
        button.blockSignals(False)
        button.clicked.disconnect()
        button.clicked.connect(lambda _checked=False, button=button: pressed.append(button))
        button.setFocus()
        press(staff, Qt.Key.Key_Return)
    assert pressed == buttons


def test_escape_closes_an_untouched_form_and_asks_about_an_edited_one(staff: Staff) -> None:
    open_form(staff)
    press(staff, Qt.Key.Key_Escape)
    assert not staff.presenter.changes.asking
    form = open_form(staff)
    why = form.field("why")
    type_text(why, "was ill")
    press(staff, Qt.Key.Key_Escape)
    assert asks(form)
    assert focused(staff) is form.foot.keep_button
    press(staff, Qt.Key.Key_Return)
    assert not asks(form)
    assert form.values()["why"] == "was ill"
    press(staff, Qt.Key.Key_Escape)
    QTest.mouseClick(form.foot.discard_button, Qt.MouseButton.LeftButton)
    assert (staff.presenter.changes.asking, sent(staff)) == (False, 0)
    assert staff.page() is staff.pages.customer.page


def test_a_form_that_is_sent_says_so_and_closes_with_the_answer(staff: Staff) -> None:
    form = open_form(staff)
    press(staff, Qt.Key.Key_Return)
    assert (form.sending, form.submit.text()) == (True, "Sending …")
    press(staff, Qt.Key.Key_Escape)
    assert staff.presenter.changes.form is form
    assert form.failure.text() == "It was sent already. This closes when the answer is here."
    staff.presenter.on_done(staff.task("change"), sold())
    assert not staff.presenter.changes.asking


def test_a_refusal_keeps_the_form_and_what_was_typed(staff: Staff) -> None:
    form = open_form(staff)
    type_text(form.field("why"), "was ill")
    form.submit.click()
    staff.presenter.on_failed(
        staff.task("change"), Failure(Cause.REFUSED, "In English.", "plan_archived")
    )
    assert form.failure.text() == "This plan is archived and no longer sold."
    assert form.values()["why"] == "was ill"
    first = staff.task("change").once
    form.submit.click()
    assert staff.task("change").once != first, "a refused change may be sent anew"


def test_an_edited_second_try_settles_the_first_before_it_is_sent(staff: Staff) -> None:
    form = open_form(staff)
    type_text(form.field("why"), "20")
    form.submit.click()
    first = staff.task("change")
    staff.presenter.on_failed(first, Failure(Cause.TOO_SLOW, ""))
    type_text(form.field("why"), "0")
    form.submit.click()
    assert sent(staff) == 1
    ((asked, (once, _at)),) = staff.asked("withdraw")
    assert (asked, once) == ("withdraw", first.once)
    gone = Withdrawal(state=WithdrawalState.WITHDRAWN)
    staff.presenter.on_done(staff.task("withdraw"), gone)
    assert sent(staff) == 2
    assert staff.task("change").once != first.once


def test_a_first_try_that_arrived_is_not_done_again(staff: Staff) -> None:
    form = open_form(staff)
    type_text(form.field("why"), "20")
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.UNREACHABLE, ""))
    form.cancel.click()
    form = open_form(staff)
    assert form.values()["why"] == "20"
    type_text(form.field("why"), "0")
    form.submit.click()
    arrived = Withdrawal(state=WithdrawalState.CARRIED_OUT, answer={})
    staff.presenter.on_done(staff.task("withdraw"), arrived)
    assert (sent(staff), staff.presenter.changes.asking) == (1, False)
    staff.presenter.on_done(staff.task("customer"), CustomerSheet(profile()))
    assert "Nothing was sent again." in staff.pages.customer.page.message.text()


UNSENT = (Cause.BUSY, Cause.SIGNED_OUT, Cause.NOT_ALLOWED, Cause.STORAGE_FULL, Cause.STARTING)
"""Failures of a second try that say nothing about the first one."""


@pytest.mark.parametrize("cause", UNSENT)
def test_a_second_try_that_did_not_arrive_forgets_nothing_about_the_first(
    staff: Staff, cause: Cause
) -> None:
    form = open_form(staff)
    form.submit.click()
    first = staff.task("change")
    staff.presenter.on_failed(first, Failure(Cause.TOO_SLOW, ""))
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(cause, ""))
    assert "It is not known whether it was carried out." in form.failure.text()
    if cause is Cause.SIGNED_OUT:
        staff.sign_in()
    form.submit.click()
    assert sent(staff) == 3
    assert {task.once for task in staff.tasks if task.name == "change"} == {first.once}


def test_what_is_sent_again_is_the_same_request_on_the_next_day_too(staff: Staff) -> None:
    days = iter(("Monday", "Tuesday"))
    form = Form(staff.presenter._texts, "Odd", "Send", topic="odd")
    form.add_line("line", "Line")

    def filled(_values: object) -> Call[str]:
        day = next(days)
        return lambda _client, _once: day

    staff.presenter.changes.ask(form, filled)
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.TOO_SLOW, ""))
    form.submit.click()
    assert sent(staff) == 2
    assert staff.task("change").call(Recorder(), "") == "Monday"  # type: ignore[arg-type]


def test_what_the_service_has_forgotten_is_asked_about_and_not_sent_again(staff: Staff) -> None:
    form = open_form(staff)
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.TOO_SLOW, ""))
    known = staff.presenter.changes._unsettled
    for topic, each in known.items():
        known[topic] = replace(each, at=each.at - timedelta(days=1))
    form.submit.click()
    assert (sent(staff), staff.tasks[-1].name) == (1, "withdraw")


def test_what_is_too_old_to_be_asked_about_is_said(staff: Staff) -> None:
    form = open_form(staff)
    type_text(form.field("why"), "20")
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.UNREACHABLE, ""))
    type_text(form.field("why"), "0")
    form.submit.click()
    staff.presenter.on_done(staff.task("withdraw"), None)
    assert "too old to be asked about" in form.failure.text()
    form.submit.click()
    assert sent(staff) == 2


def test_another_person_is_warned_about_what_the_first_one_sent(staff: Staff) -> None:
    form = open_form(staff)
    form.submit.click()
    staff.presenter.on_failed(staff.task("change"), Failure(Cause.UNREACHABLE, ""))
    staff.presenter.sign_out()
    staff.presenter.open_home()
    started = session()
    ole = started.staff.model_copy(update={"id": UUID(int=61), "name": "Ole"})
    typed = Credentials(staff.presenter.attempt, "club", "o@club.example", "five loud cranes")
    staff.presenter.on_signed_in(typed, started.model_copy(update={"staff": ole}))
    staff.open_customer()
    form = open_form(staff)
    assert form.failure.text().startswith("Greta Sommer sent this at ")


@pytest.mark.parametrize("action", [Action.ISSUE, Action.ORDER])
def test_a_form_that_comes_late_opens_only_before_who_it_was_asked_for(
    staff: Staff, action: Action
) -> None:
    staff.pages.customer.act(action, None)
    asked = staff.tasks[-1]
    staff.presenter.open(Place("customer", OTHER.id))
    other = profile(customer=OTHER)
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(other))
    staff.presenter.on_done(asked, designs(False) if action is Action.ISSUE else plans())
    assert not staff.presenter.changes.asking
    staff.pages.customer.act(action, None)
    staff.presenter.on_done(staff.tasks[-1], asked_for(action))
    form = staff.presenter.changes.form
    assert form is not None
    assert form.about == "Jonas Brandt · C-000099"


def asked_for(action: Action) -> object:
    """What the form of an action loads first."""
    return designs(False) if action is Action.ISSUE else plans()


def test_while_a_form_is_open_no_other_page_covers_it(staff: Staff) -> None:
    form = open_form(staff)
    before = len(staff.tasks)
    staff.window.commanded.emit(Command.MANAGE)
    assert staff.presenter.changes.form is form
    assert len(staff.tasks) == before
    assert form.isVisible()


def test_a_form_that_cannot_be_read_ends_in_a_sentence(staff: Staff) -> None:
    form = Form(staff.presenter._texts, "Odd", "Send", topic="odd")
    form.add_line("line", "Line")

    def broken(_values: object) -> object:
        raise OverflowError("cannot convert float infinity to integer")

    staff.presenter.changes.ask(form, broken)  # type: ignore[arg-type]
    form.submit.click()
    assert form.failure.text() == "The kiosk itself failed. Its log tells why."
    assert not form.sending


def test_an_answer_that_cannot_be_shown_ends_in_a_sentence(staff: Staff) -> None:
    staff.presenter.reload()
    staff.presenter.on_done(staff.task("customer"), object())
    words = staff.pages.customer.page.message.text()
    assert words == "The kiosk itself failed. Its log tells why."
