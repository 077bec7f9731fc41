"""The page of the online signup, without a service: what is sent, and what an answer does."""

import json
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.scan import FieldFault, Problem
from api_client.messages.signup import SignupView
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.signup import SignupSheet
from kiosk.staff.disk import Disk
from kiosk.staff.words.signup import places_of, settings_of
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.desk_messages import SITE_KEY, keys, signup
from tests.kiosk.staff.staff_desk import Staff


class Shelf(Disk):
    """A disk with one file."""

    def __init__(self) -> None:
        super().__init__()
        self.data: bytes | None = None
        self.fault = ""

    def pick(self, _window: QWidget, _kinds: str) -> tuple[bytes | None, str]:
        return self.data, self.fault


class Refusing:
    """A client whose service does not take the settings."""

    def set_signup(self, _settings: Any, _once: str) -> None:
        raise Refused(
            Problem(title="Invalid", status=422, code="invalid_request", errors=(
                FieldFault(field="body.allowed_origins.0", message="Value error, is odd"),
            ))
        )  # fmt: skip

    def signup(self) -> SignupView:
        raise AssertionError("nobody has changed them")


class Meanwhile(Refusing):
    """A client of a service where somebody else has changed the settings meanwhile."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def set_signup(self, settings: Any, _once: str) -> Any:
        self.sent.append(settings)
        if len(self.sent) == 1:
            raise Refused(Problem(title="Changed", status=412, code="changed_meanwhile"))
        return signup(open=False, accent="#112233")

    def signup(self) -> SignupView:
        return signup(accent="#112233")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication, shelf: Shelf) -> Staff:
    load_fonts()
    staff = Staff(qtbot, disk=shelf)
    staff.sign_in("organization:write")
    staff.window.show()
    staff.presenter.open_home()
    staff.window.rail.buttons["website"].click()
    assert staff.asked() == [("signup", ()), ("embed_keys", ())]
    staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None, NOON)))
    return staff


def test_the_stored_settings_and_keys_are_shown(staff: Staff) -> None:
    page = staff.pages.signup.page
    assert staff.panel.page is page
    assert page.switch.isChecked()
    assert page.sites.toPlainText() == "https://www.club.example"
    assert page.snippet.text.toPlainText() == "<script></script>"
    assert page.missing.isHidden()
    assert "Good to read" in page.preview.verdict.text()
    assert list(page.keys.revoke_buttons) == ["site-0"]


def test_the_snippet_is_copied_as_it_is(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.snippet.button.click()
    assert QGuiApplication.clipboard().text() == "<script></script>"
    assert page.snippet.button.text() == "Copied"


def test_what_was_changed_is_sent_whole_and_told_to_be_saved(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.switch.setChecked(False)
    page.sites.setPlainText("https://a.example\n\nhttps://B.example/")
    page.save_button.click()
    ((name, (sent, _once)),) = staff.asked()
    assert name == "set_signup"
    assert (sent["open"], sent["member_page"], sent["allowed_origins"]) == (
        False, True, ["https://a.example", "https://B.example/"],
    )  # fmt: skip
    stored = signup(open=False, allowed_origins=("https://a.example", "https://b.example"))
    staff.presenter.on_done(staff.tasks[-1], stored)
    assert page.sites.toPlainText() == "https://a.example\nhttps://b.example"
    assert page.progress.text() == "Saved."


def test_what_somebody_else_changed_is_said_and_stays(staff: Staff) -> None:
    page, client = staff.pages.signup.page, Meanwhile()
    page.switch.setChecked(False)
    for _ in range(2):
        page.save_button.click()
        task = staff.tasks[-1]
        staff.presenter.on_done(task, task.call(client, task.once))  # type: ignore[arg-type]
        assert not page.switch.isChecked()
        if len(client.sent) == 1:
            assert "Buttons and links: “#112233”" in page.message.text()
    assert (client.sent[1]["open"], client.sent[1]["accent"]) == (False, "#112233")
    assert page.progress.text() == "Saved."


def test_who_opens_the_signup_opens_the_page_of_members(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.show_settings(
        settings_of(signup(open=False, member_page=False)), places_of(signup(), Texts("en"))
    )
    assert not page.members.isChecked()
    page.switch.click()
    assert page.members.isChecked()
    page.members.click()
    page.switch.click()
    assert not page.members.isChecked()


def test_who_types_on_while_it_is_saved_keeps_it(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.save_button.click()
    page.addresses["terms_url"].setText("https://club.example/t")
    staff.presenter.on_done(staff.tasks[-1], signup())
    assert page.addresses["terms_url"].text() == "https://club.example/t"


def test_a_refusal_is_told_at_the_field_and_loses_nothing(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.sites.setPlainText("http://odd")
    page.save_button.click()
    task = staff.tasks[-1]
    staff.presenter.on_done(task, task.call(Refusing(), task.once))  # type: ignore[arg-type]
    assert page.failures["allowed_origins"].text() == "http://odd: is odd"
    assert not page.failures["allowed_origins"].isHidden()
    assert page.failures["accent"].isHidden()
    assert page.progress.text() == "Not saved."
    assert page.sites.toPlainText() == "http://odd"


def test_a_service_that_is_away_is_told_on_the_page(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.save_button.click()
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.UNREACHABLE, ""))
    assert page.message.text() == "The membership service cannot be reached."
    assert page.progress.text() == ""


def test_added_keys_are_shown_and_settings_that_were_typed_stay(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.sites.setPlainText("https://typed.example")
    page.keys.paste_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    field = form.field("jwks")
    assert isinstance(field, QPlainTextEdit)
    field.setPlainText(json.dumps({"keys": [SITE_KEY]}))
    form.submit.click()
    assert staff.asked() == [("add_embed_keys", ([SITE_KEY], staff.tasks[-1].once))]
    asked = len(staff.tasks)
    staff.presenter.on_done(staff.tasks[-1], keys(None, None))
    assert len(staff.tasks) == asked
    assert list(page.keys.revoke_buttons) == ["site-0", "site-1"]
    assert page.sites.toPlainText() == "https://typed.example"


def test_a_key_is_revoked_once_it_was_confirmed(staff: Staff) -> None:
    page = staff.pages.signup.page
    page.keys.revoke_buttons["site-0"].click()
    form = staff.presenter.changes.form
    assert form is not None
    assert form.title == "Revoke site-0"
    form.submit.click()
    key = keys(None).items[0].id
    assert staff.asked() == [
        ("revoke_embed_key", (key, staff.tasks[-1].once)),
        ("embed_keys", ()),
    ]


@pytest.mark.parametrize(
    ("data", "fault", "said"),
    [
        (json.dumps(SITE_KEY | {"d": "hidden"}).encode(), "", "This is a private key"),
        (b"\xff\xff", "", "it is not text"),
        (None, "keys.json: Permission denied", "keys.json: Permission denied"),
        (None, "", ""),
    ],
)
def test_a_file_without_public_keys_opens_no_form(
    staff: Staff, shelf: Shelf, data: bytes | None, fault: str, said: str
) -> None:
    shelf.data, shelf.fault = data, fault
    staff.pages.signup.page.keys.file_button.click()
    assert staff.presenter.changes.form is None
    assert said in staff.pages.signup.page.message.text()
    assert "hidden" not in staff.pages.signup.page.message.text()


def test_a_file_of_keys_is_shown_before_it_is_sent(staff: Staff, shelf: Shelf) -> None:
    shelf.data = json.dumps({"keys": [SITE_KEY]}).encode()
    staff.pages.signup.page.keys.file_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    assert json.loads(str(form.values()["jwks"])) == {"keys": [SITE_KEY]}
