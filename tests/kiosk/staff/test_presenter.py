"""Sign-in, navigation and changes, without a service: what is sent, and what an answer does."""

from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from api_client.messages.management import CustomerRecord
from api_client.messages.members import MemberPage
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.company import CompanySheet
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.controllers.signup import SignupSheet
from kiosk.staff.forms.sale import Sold
from kiosk.staff.page import Place
from kiosk.staff.pages.form_field import Field
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.sale import Paid
from kiosk.staff.worker import Credentials
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import Command
from tests.kiosk.answers import AMARA, NOON, answer
from tests.kiosk.staff.desk_messages import keys, signup
from tests.kiosk.staff.messages import (
    NORTHWIND,
    company,
    plans,
    preview,
    profile,
    sale_view,
    session,
)
from tests.kiosk.staff.staff_desk import Staff


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    return Staff(qtbot)


def test_nothing_is_asked_before_somebody_signed_in(staff: Staff) -> None:
    wanted: list[Credentials] = []
    staff.presenter.sign_in_wanted.connect(wanted.append)
    staff.presenter.open_home()
    assert staff.panel.page is staff.panel.sign_in
    assert staff.tasks == []
    staff.panel.sign_in.submit.click()
    assert wanted == []
    shown = {each.error.text() for each in staff.panel.sign_in.findChildren(Field) if each.wrong}
    assert shown == {"Please fill this in."}
    staff.panel.sign_in.email.setText("g@club.example")
    staff.panel.sign_in.password.setText("four quiet herons")
    staff.panel.sign_in.submit.click()
    attempt = staff.presenter.attempt
    assert wanted == [Credentials(attempt, "club", "g@club.example", "four quiet herons")]
    assert "herons" not in repr(wanted[0])
    staff.sign_in()
    assert staff.asked() == [("members", ({}, None, "name", 100))]


def test_a_failed_sign_in_says_why_and_forgets_the_password(staff: Staff) -> None:
    staff.presenter.open_home()
    page = staff.panel.sign_in
    page.password.setText("wrong")
    typed = Credentials(staff.presenter.attempt, "club", "g@club.example", "wrong")
    staff.presenter.on_sign_in_failed(typed, Failure(Cause.NOT_ALLOWED, ""))
    assert page.failure.text() == "The email or the password is wrong."
    assert page.password.text() == ""
    staff.presenter.on_sign_in_failed(typed, Failure(Cause.UNREACHABLE, ""))
    assert page.failure.text() == "The membership service cannot be reached."


def test_only_what_the_role_allows_is_offered(staff: Staff) -> None:
    staff.sign_in("memberships:write")
    staff.open_customer()
    page = staff.pages.customer.page
    assert page.edit.isHidden()
    assert set(page.cards[0].buttons) == {
        Action.RENEW, Action.PAY, Action.EXTEND, Action.TRANSFER, Action.END,
    }  # fmt: skip
    staff.sign_in("customers:read")
    staff.open_customer()
    assert all(card.buttons == {} for card in staff.pages.customer.page.cards)


def test_a_plan_is_assigned_to_whose_file_is_open(staff: Staff) -> None:
    staff.sign_in()
    staff.open_customer()
    form = staff.sheet(Action.ASSIGN)
    form.submit.click()
    change, seen = staff.task("change"), preview()
    (name, given) = staff.asked("change")[0]
    assert (name, given[1]) == ("sell", change.once)
    assert given[0] == {
        "kind": "new",
        "customer_id": str(AMARA.id),
        "plan_id": str(plans().items[0].id),
        "payment": {"method": "cash", "note": ""},
        "expected": {
            "amount_minor": seen.amount_minor,
            "currency": seen.currency,
            "first_day": str(seen.first_day),
            "last_day": str(seen.last_day),
        },
        "again": False,
    }
    staff.presenter.on_done(change, Sold(Paid.CASH, AMARA.id, view=sale_view()))
    assert not staff.presenter.changes.asking
    assert staff.asked() == [("customer", (AMARA.id,))]


def test_a_failure_keeps_the_form_and_a_second_try_is_the_same_wish(staff: Staff) -> None:
    staff.sign_in()
    staff.open_customer()
    line = staff.pages.customer.page.cards[0].line
    staff.pages.customer.act(Action.END, line)
    form = staff.presenter.changes.form
    assert form is not None
    reason = form.field("why")
    assert isinstance(reason, QPlainTextEdit)
    reason.setPlainText("moved away")
    form.submit.click()
    first = staff.tasks[-1]
    assert not form.submit.isEnabled()
    staff.presenter.on_failed(first, Failure(Cause.TOO_SLOW, ""))
    assert form.failure.text() == (
        "The membership service did not answer in time. It is not known whether it was carried "
        "out. Send it again to find out: nothing is done twice."
    )
    assert reason.toPlainText() == "moved away"
    form.submit.click()
    assert staff.tasks[-1].once == first.once
    acted = (line.id, {"why": "moved away"}, first.once, line.etag)
    assert staff.asked() == [("end", acted)]


def test_answers_that_come_late_do_not_replace_the_page(staff: Staff) -> None:
    staff.sign_in()
    staff.presenter.open(Place("customer", AMARA.id))
    late = staff.tasks[-1]
    staff.presenter.back()
    assert not staff.window.managing
    staff.presenter.on_done(late, CustomerSheet(profile()))
    assert not staff.window.managing


def test_from_the_file_of_a_customer_to_their_company_and_back(staff: Staff) -> None:
    staff.sign_in()
    staff.open_customer()
    staff.pages.customer.page.lines[0].open_button.click()
    recorder = staff.asked()
    assert recorder == [("company", (NORTHWIND,)), ("people_of", (NORTHWIND, None))]
    staff.presenter.on_done(staff.tasks[-1], CompanySheet(*company()))
    assert staff.panel.page is staff.pages.company.page
    staff.presenter.back()
    assert staff.asked() == [("customer", (AMARA.id,))]


def test_a_new_customers_file_is_opened(staff: Staff) -> None:
    staff.sign_in()
    staff.presenter.open_home()
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    staff.pages.members.page.customer_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    name = form.field("given_name")
    assert isinstance(name, QLineEdit)
    name.setText("Bela")
    form.submit.click()
    ((asked, (fields, once)),) = staff.asked()
    assert (asked, once) == ("create_customer", staff.tasks[-1].once)
    assert fields["given_name"] == "Bela"
    assert fields["email"] is None
    record = CustomerRecord(
        customer=AMARA, given_name="Amara", family_name="", email=None, phone=None,
        birth_date=None, desk_note=None, created_at=NOON,
    )  # fmt: skip
    staff.presenter.on_done(staff.tasks[-1], record)
    assert staff.asked() == [("customer", (AMARA.id,))]


def test_signing_out_closes_the_page_and_the_next_must_sign_in(staff: Staff) -> None:
    gone: list[str] = []
    staff.presenter.sign_out_wanted.connect(gone.append)
    staff.sign_in()
    staff.open_customer()
    staff.window.rail.sign_out_button.click()
    assert gone == ["ms_secret"]
    assert not staff.window.managing
    staff.presenter.open_person()
    assert staff.panel.page is staff.panel.sign_in


def test_a_form_left_open_is_locked_and_kept_for_its_owner(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.sign_in()
    staff.open_customer()
    staff.pages.customer.edit()
    form = staff.presenter.changes.form
    assert form is not None
    line = form.field("given_name")
    assert isinstance(line, QLineEdit)
    line.setText("Amara Maria")
    staff.presenter._on_idle()
    assert not staff.presenter.signed_in
    assert staff.page() is staff.panel.sign_in
    assert not form.isVisible()
    staff.sign_in()
    assert staff.page() is staff.pages.customer.page
    assert staff.presenter.changes.form is form
    assert line.text() == "Amara Maria"


def test_a_form_that_another_person_finds_is_closed(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.sign_in()
    staff.open_customer()
    staff.pages.customer.edit()
    staff.presenter._on_idle()
    another = session()
    another = another.model_copy(
        update={"staff": another.staff.model_copy(update={"id": UUID(int=61), "name": "Ole"})}
    )
    typed = Credentials(staff.presenter.attempt, "club", "o@club.example", "five loud cranes")
    staff.presenter.on_signed_in(typed, another)
    assert staff.presenter.changes.form is None
    assert staff.window.rail.who.text() == "Ole"


def test_escape_goes_back_and_a_timer_of_the_desk_closes_no_file(staff: Staff) -> None:
    pressed: list[Command] = []
    staff.window.commanded.connect(pressed.append)
    staff.sign_in()
    staff.open_customer()
    staff.window._escape()
    assert pressed == [Command.BACK]
    staff.window.show_ready("card", "Ready")
    assert staff.window.managing


def test_leaving_shows_the_desk(staff: Staff) -> None:
    staff.sign_in()
    staff.open_customer()
    staff.window.leave_management()
    assert not staff.window.managing


def test_a_sign_in_that_was_left_ends_its_session_when_it_comes(staff: Staff) -> None:
    gone: list[str] = []
    staff.presenter.sign_out_wanted.connect(gone.append)
    staff.presenter.open_home()
    typed = Credentials(staff.presenter.attempt, "club", "g@club.example", "four quiet herons")
    staff.presenter.back()
    staff.presenter.on_signed_in(typed, session())
    assert (gone, staff.presenter.signed_in, staff.window.managing) == (["ms_secret"], False, False)
    staff.presenter.on_sign_in_failed(typed, Failure(Cause.UNREACHABLE, ""))
    assert staff.panel.sign_in.failure.text() == ""


def test_a_sign_in_under_a_verdict_leaves_the_verdict_on_screen(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    staff.sign_in()
    assert staff.window.showing_verdict
    assert staff.presenter.signed_in
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    assert staff.window.showing_verdict
    staff.presenter.on_cleared()
    assert staff.page() is staff.pages.members.page
    assert staff.window.managing


def test_an_ended_session_is_asked_for_over_page_and_form(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.sign_in()
    staff.open_customer()
    staff.pages.customer.edit()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    change = staff.task("change")
    staff.presenter.on_failed(change, Failure(Cause.SIGNED_OUT, "session_invalid"))
    assert staff.page() is staff.panel.sign_in
    assert staff.panel.sign_in.failure.text() == "Your sign-in has ended. Sign in again."
    staff.sign_in()
    assert staff.page() is staff.pages.customer.page
    assert staff.presenter.changes.form is form
    form.submit.click()
    assert staff.task("change") is not change


def test_keys_and_clicks_keep_a_person_signed_in_and_polling_does_not(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.sign_in()
    idle = staff.presenter._idle
    assert idle.isActive()
    for act, restarts in ((staff.presenter.on_used, True), (staff.presenter.reload, False)):
        idle.stop()
        act()
        assert idle.isActive() is restarts


def test_text_that_is_not_saved_is_not_left_by_one_escape(staff: Staff) -> None:
    staff.presenter.open_home()
    staff.sign_in("organization:write", "designs:write")
    staff.presenter.open(Place("signup"))
    staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None)))
    page = staff.pages.signup.page
    page.sites.setPlainText("https://typed.example")
    staff.presenter.back()
    assert staff.page() is page
    assert page.message.text() == ("Not saved yet. Go back once more to leave without saving.")
    staff.presenter.back()
    assert staff.presenter.front == Place("members")
