"""One's own account at the desk, without a service: the second factor, signing out everywhere."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from api_client.errors import ApiError, Refused, TooSlow
from api_client.management import ManagementClient
from api_client.messages.management import EndedSessions
from api_client.messages.organization import OrganizationSettings
from api_client.messages.requests import Withdrawal, WithdrawalState
from api_client.messages.scan import Problem
from api_client.messages.second_factor import FactorConfirmed, FactorSecret, FactorState
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure, failure_of
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.page import ACCOUNT
from kiosk.staff.worker import Credentials, failure_of_task
from kiosk.texts import Texts
from kiosk.views.qr import QrView
from tests.kiosk.answers import NOON
from tests.kiosk.staff.messages import session
from tests.kiosk.staff.staff_desk import Staff

OFF = FactorState(enabled=False, since=None, recovery_codes_left=0, demanded=False)
ON = FactorState(enabled=True, since=NOON, recovery_codes_left=2, demanded=False)
SECRET = FactorSecret(
    secret="JBSWY3DPEHPK3PXP", uri="otpauth://totp/Club:g?secret=JBSWY3DPEHPK3PXP"
)


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:read")
    staff.presenter.open_home()
    staff.pages.settings.page.account_button.click()
    assert staff.asked() == [("second_factor", ())]
    return staff


def answer(staff: Staff, given: Any) -> None:
    """The service answers the newest task."""
    staff.presenter.on_done(staff.tasks[-1], given)


def fill(staff: Staff, **values: str) -> Any:
    """Fill in the form that is open, and send it."""
    form = staff.presenter.changes.form
    assert form is not None
    for key, value in values.items():
        field = form.field(key)
        assert isinstance(field, QLineEdit)
        field.setText(value)
    form.submit.click()
    return form


def test_it_is_set_up_and_the_recovery_codes_are_shown_once(staff: Staff) -> None:
    answer(staff, OFF)
    page = staff.pages.account.page
    assert page.remove_button.isHidden()
    page.begin_button.click()
    fill(staff, password="four quiet herons")
    assert staff.asked() == [("begin_second_factor", ("four quiet herons",))]
    answer(staff, SECRET)
    form = staff.presenter.changes.form
    assert form is not None
    assert [each.text for each in form.findChildren(QrView)] == [SECRET.uri]
    fill(staff, code="123456")
    assert staff.asked() == [("confirm_second_factor", ("123456",))]
    answer(staff, FactorConfirmed(recovery_codes=("abcd-1", "abcd-2", "abcd-3")))
    assert not page.codes.isHidden()
    assert "abcd-3" in page.codes.text.toPlainText()
    assert not page.remove_button.isHidden()
    staff.presenter.open(ACCOUNT)
    staff.presenter.reload()
    assert page.codes.isHidden()
    assert page.codes.text.toPlainText() == ""


def test_it_is_removed_by_password_and_code(staff: Staff) -> None:
    answer(staff, ON)
    page = staff.pages.account.page
    assert "Few recovery codes" in page.hint.text()
    page.remove_button.click()
    fill(staff, password="four quiet herons", code="123456")
    assert staff.asked() == [("remove_second_factor", ("four quiet herons", "123456"))]


def test_signing_out_everywhere_returns_to_the_desk(staff: Staff) -> None:
    answer(staff, OFF)
    staff.pages.account.page.end_button.click()
    fill(staff)
    assert staff.asked() == [("end_own_sessions", ())]
    answer(staff, EndedSessions(ended=3))
    assert not staff.presenter.signed_in
    assert staff.presenter.front is None


def test_the_password_is_changed(staff: Staff) -> None:
    answer(staff, OFF)
    page = staff.pages.account.page
    page.password_button.click()
    fill(staff, current="four quiet herons", new=" five loud magpies", again=" five loud magpies")
    # Blanks at its ends are part of it.
    assert staff.asked() == [("change_password", ("four quiet herons", " five loud magpies"))]
    answer(staff, None)
    assert "Your password is changed" in page.hint.text()
    assert staff.presenter.changes.form is None


def test_two_new_passwords_that_differ_are_not_sent(staff: Staff) -> None:
    answer(staff, OFF)
    staff.pages.account.page.password_button.click()
    fill(staff, current="four quiet herons", new="five loud magpies", again="five loud magpie")
    with pytest.raises(Refused, match="do not match"):
        staff.asked()


class Account:
    """A client whose service changes passwords, and may lose a request or an answer."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.arrives = self.answers = True

    def change_password(self, current: str, new: str) -> None:
        if self.arrives and current != self.password:
            raise Refused(Problem(title="In English.", status=422, code="password_wrong"))
        if self.arrives:
            self.password = new
        if not self.answers:
            raise TooSlow("no answer in time")


OLD, NEW = "four quiet herons", "five loud magpies"


def send_password(staff: Staff, account: Account, current: str, new: str) -> str:
    """Send the form that is open, and pass what comes of it on; returns what the form says."""
    form = fill(staff, current=current, new=new, again=new)
    if staff.tasks[-1].name == "withdraw":
        answer(staff, Withdrawal(state=WithdrawalState.WITHDRAWN))
    task = staff.tasks[-1]
    try:
        task.call(account, task.once)  # type: ignore[arg-type]
    except ApiError as error:
        staff.presenter.on_failed(task, failure_of_task(error))
        said: str = form.failure.text()
        return said
    answer(staff, None)
    return ""


@pytest.mark.parametrize("how", ["the same again", "corrected", "opened again"])
def test_a_password_that_a_lost_answer_changed_is_not_said_to_be_unchanged(
    staff: Staff, how: str
) -> None:
    answer(staff, OFF)
    button = staff.pages.account.page.password_button
    button.click()
    account = Account(OLD)
    assert "not your current password" in send_password(staff, account, NEW, NEW)
    assert "earlier try" not in send_password(staff, account, NEW, NEW)

    account.answers = False
    assert "not known whether" in send_password(staff, account, OLD, NEW)
    account.answers = True
    if how == "opened again":
        form = staff.presenter.changes.form
        assert form is not None
        form.closed.emit()
        button.click()
    again = NEW if how == "the same again" else "six shy swallows"
    assert "an earlier try" in send_password(staff, account, OLD, again)
    # With the new one it goes on, and the next wrong one is simply wrong.
    assert send_password(staff, account, NEW, OLD) == ""
    button.click()
    assert "earlier try" not in send_password(staff, account, NEW, NEW)


def test_a_password_that_did_not_arrive_is_sent_again(staff: Staff) -> None:
    answer(staff, OFF)
    staff.pages.account.page.password_button.click()
    account = Account(OLD)
    account.arrives = account.answers = False
    assert "not known whether" in send_password(staff, account, OLD, NEW)
    account.arrives = account.answers = True
    assert send_password(staff, account, OLD, NEW) == ""
    assert account.password == NEW


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("password_wrong", "not your current password"),
        ("password_guessable", "mostly your name, your email or the club"),
        ("password_phrase", "well-known phrase"),
        ("password_address", "street address"),
        ("password_common", "easy to guess"),
        ("password_too_short", "at least 10 characters"),
        ("password_too_long", "too long"),
        ("second_factor_wrong", "wrong or was used"),
        ("second_factor_first", "your own second factor first"),
        ("something_new", "In English."),
    ],
)
def test_refusals_are_told_in_the_words_of_the_desk(code: str, told: str) -> None:
    def refuse(_client: ManagementClient, _once: str) -> None:
        raise Refused(Problem(title="In English.", status=422, code=code))

    with pytest.raises(Refused, match=told) as caught:
        in_words(refuse, Texts("en"))(cast(ManagementClient, None), "")
    assert caught.value.problem.code == code


@pytest.mark.parametrize(
    ("scopes", "seen", "changed"),
    [
        (("customers:read",), False, False),
        (("customers:read", "plans:write"), True, False),
        (("customers:read", "plans:write", "organization:write"), True, True),
    ],
    ids=["reception", "manager", "admin"],
)
def test_the_demand_is_shown_to_managers_and_changed_by_admins(
    qtbot: QtBot, qapp: QApplication, scopes: tuple[str, ...], *, seen: bool, changed: bool
) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in(*scopes)
    staff.presenter.open(ACCOUNT)
    answer(staff, ON.model_copy(update={"demanded": True}))
    page = staff.pages.account.page
    assert (not page.demand.isHidden(), not page.demand_button.isHidden()) == (seen, changed)
    assert page.demand.text() == "Required for managers and admins."
    if not changed:
        return
    page.demand_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    switch = form.field("demanded")
    assert isinstance(switch, QCheckBox)
    assert switch.isChecked()
    switch.setChecked(False)
    form.submit.click()
    save = staff.tasks[-1]
    present = OrganizationSettings(numbers_prove=False, second_factor_demanded=True)
    present.received('"seen"')
    client = Organization(present)
    save.call(client, "once")  # type: ignore[arg-type]
    assert client.sent == [({"second_factor_demanded": False}, "once", '"seen"')]
    other = Organization(OrganizationSettings(second_factor_demanded=False))
    with pytest.raises(Refused, match="changed this meanwhile"):
        save.call(other, "once")  # type: ignore[arg-type]
    assert other.sent == []


@dataclass
class Organization:
    """A client of a service with these settings."""

    present: OrganizationSettings
    sent: list[Any] = field(default_factory=list)

    def organization(self) -> OrganizationSettings:
        """What is there."""
        return self.present

    def change_organization(self, fields: Any, once: str, *, if_match: str) -> Any:
        """Keep what is sent."""
        self.sent.append((fields, once, if_match))


def test_who_must_set_it_up_is_led_there(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.presenter.open_home()
    typed = Credentials(staff.presenter.attempt, "club", "g@club.example", "four quiet herons")
    started = session().model_copy(update={"scopes": (), "second_factor_missing": True})
    staff.presenter.on_signed_in(typed, started)
    assert staff.presenter.front == ACCOUNT
    answer(staff, OFF.model_copy(update={"demanded": True}))
    assert "requires a second factor" in staff.pages.account.page.hint.text()


def test_the_sign_in_asks_for_the_code(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.presenter.open_home()
    wanted: list[Credentials] = []
    staff.presenter.sign_in_wanted.connect(wanted.append)
    page = staff.panel.sign_in
    page.email.setText("g@club.example")
    page.password.setText("four quiet herons")
    page.submit.click()
    needed = Failure(Cause.NOT_ALLOWED, "A code is needed.", "second_factor_needed")
    staff.presenter.on_sign_in_failed(wanted[-1], needed)
    assert (page.password.isHidden(), page.code.isHidden()) == (True, False)
    assert page.failure.isHidden()
    page.code.setText("123 456")
    page.submit.click()
    assert (wanted[-1].password, wanted[-1].code) == ("four quiet herons", "123 456")
    wrong = Failure(Cause.NOT_ALLOWED, "The code is wrong.", "second_factor_wrong")
    staff.presenter.on_sign_in_failed(wanted[-1], wrong)
    assert "This code is wrong" in page.failure.text()
    page.code.setText("654321")
    page.submit.click()
    assert wanted[-1].code == "654321"
    # Another failure begins anew, with the password.
    staff.presenter.on_sign_in_failed(wanted[-1], Failure(Cause.BUSY, "busy"))
    assert (page.password.isHidden(), page.code.isHidden()) == (False, True)
    assert not page.failure.isHidden()
    page.password.setText("four quiet herons")
    page.submit.click()
    assert wanted[-1].code == ""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("password_common", "easy to guess"),
        ("password_stolen", "declined: It was in a list of stolen ones."),
        ("staff_exists", "sign in with it"),
        ("email_taken", "declined: It was in a list of stolen ones."),
    ],
)
def test_why_a_first_account_is_refused_is_said_in_any_case(
    qtbot: QtBot, qapp: QApplication, code: str, told: str
) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.presenter.open_home()
    detail = "It was in a list of stolen ones."
    failure = failure_of(Refused(Problem(title="No.", detail=detail, status=422, code=code)))
    typed = Credentials(staff.presenter.attempt, "club", "g@club.example", OLD, "Greta")
    staff.presenter.on_sign_in_failed(typed, failure)
    assert told in staff.panel.sign_in.failure.text()
