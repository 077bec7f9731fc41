"""The page of what the camera reads, without a service: what it shows, sends and keeps."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.code_formats import DEFAULT_CODE_FORMATS, ClubFormats
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.staff.controllers.code_formats import CODE_FORMATS, CodeFormatsController
from scanner.events import FrameRead
from tests.kiosk.staff.staff_desk import Staff
from tests.scanner.pictures import code

STORED = ClubFormats(code_formats=DEFAULT_CODE_FORMATS)


class Refusing:
    """A client whose service does not take the formats."""

    def set_code_formats(self, _formats: Any, _once: str) -> None:
        raise Refused(Problem(title="Invalid", status=422, code="x", detail="no format “ITF”"))

    def code_formats(self) -> ClubFormats:
        raise AssertionError("nobody has changed them")


class Meanwhile(Refusing):
    """A client of a service where somebody else has chosen other formats meanwhile."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def set_code_formats(self, formats: Any, _once: str) -> Any:
        self.sent.append(formats)
        if len(self.sent) == 1:
            raise Refused(Problem(title="Changed", status=412, code="changed_meanwhile"))
        return ClubFormats(code_formats=formats)

    def code_formats(self) -> ClubFormats:
        return ClubFormats(code_formats=("Aztec",))


def test_what_somebody_else_chose_is_said_before_it_is_replaced(staff: Staff) -> None:
    page, client = controller(staff).page, Meanwhile()
    page.boxes["ITF"].setChecked(True)
    for _ in range(2):
        page.save_button.click()
        task = staff.tasks[-1]
        staff.presenter.on_done(task, task.call(client, task.once))  # type: ignore[arg-type]
        if len(client.sent) == 1:
            assert "What the camera reads: “Aztec”" in page.message.text()
            assert "ITF" in page.ticked()
    assert client.sent[1] == client.sent[0]
    assert page.progress.text() == "Saved for all desks."


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("organization:write")
    staff.window.show()
    staff.presenter.open_home()
    staff.pages.settings.page.formats_button.click()
    assert staff.asked() == [("code_formats", ())]
    staff.presenter.on_done(staff.tasks[-1], STORED)
    return staff


def controller(staff: Staff) -> CodeFormatsController:
    return staff.pages.code_formats


def see(staff: Staff, *read: tuple[str, str], frames: int = 4) -> None:
    """Some frames in which these codes are read: format and text."""
    codes = tuple(code(text, name) for name, text in read)
    for number in range(frames):
        controller(staff).on_codes(FrameRead(number + 1, 0, 0, 1280, 720, codes, None))


def test_the_stored_formats_are_ticked(staff: Staff) -> None:
    page = controller(staff).page
    assert staff.panel.page is page
    assert page.ticked() == DEFAULT_CODE_FORMATS
    assert controller(staff).unsaved() is None


def test_what_is_read_is_shown_with_whether_it_counts(staff: Staff) -> None:
    page = controller(staff).page
    see(staff, ("QRCode", "MC1-CARD"))
    see(staff, ("Code39", "FOB-7712"), frames=2)
    assert [(read.format, read.text) for read in page.reads] == [("QR code", "MC1-CARD")]
    see(staff, ("Code39", "FOB-7712"), ("EAN13", "0012345678905"))
    assert [(read.format, read.text, read.status) for read in page.reads] == [
        ("UPC / EAN-13", "0012345678905", "is read at the desk"),
        ("Code 39", "FOB-7712", "not ticked"),
        ("QR code", "MC1-CARD", "is read at the desk"),
    ]
    page.boxes["Code39"].setChecked(True)
    page.boxes["EAN13"].setChecked(False)
    assert [read.status for read in page.reads][:2] == ["not ticked", "is read at the desk"]


def test_long_and_odd_texts_are_shown_short_and_plain(staff: Staff) -> None:
    see(staff, ("QRCode", "A" * 4000), ("QRCode", "left\u202eright\x1d<b>"))
    texts = [read.text for read in controller(staff).page.reads]
    assert texts == ["leftright <b>", "A" * 120 + "…"]


def test_the_camera_belongs_to_the_page_only_while_it_is_seen(staff: Staff) -> None:
    trying: list[bool] = []
    controller(staff).trying.connect(trying.append)
    see(staff, ("QRCode", "MC1-CARD"))
    staff.presenter.lock("Locked.")
    assert trying == [False]
    assert controller(staff).page.reads == []
    staff.sign_in("organization:write")
    staff.presenter.on_done(staff.task("code_formats"), STORED)
    assert trying == [False, True]
    staff.presenter.sign_out()
    assert trying[-1] is False


def test_formats_that_this_desk_does_not_know_are_kept(staff: Staff) -> None:
    controller(staff).show(ClubFormats(code_formats=("QRCode", "Rune7")))
    page = controller(staff).page
    assert page.ticked() == ("QRCode",)
    page.boxes["ITF"].setChecked(True)
    assert controller(staff).unsaved() == ("QRCode", "ITF")
    changed: list[bool] = []
    controller(staff).changed.connect(lambda: changed.append(True))
    page.save_button.click()
    ((name, (formats, _once)),) = staff.asked("code_formats")
    assert (name, formats) == ("set_code_formats", ("QRCode", "ITF", "Rune7"))
    staff.presenter.on_done(staff.tasks[-1], ClubFormats(code_formats=formats))
    assert page.progress.text() == "Saved for all desks."
    assert changed == [True]
    assert controller(staff).unsaved() is None


def test_at_least_one_format_is_ticked(staff: Staff) -> None:
    page, sent = controller(staff).page, len(staff.tasks)
    for box in page.boxes.values():
        box.setChecked(False)
    page.save_button.click()
    assert page.message.text() == "Tick at least one format."
    assert len(staff.tasks) == sent


def test_a_refusal_is_shown_and_the_ticks_stay(staff: Staff) -> None:
    page = controller(staff).page
    page.boxes["ITF"].setChecked(True)
    page.save_button.click()
    task = staff.tasks[-1]
    staff.presenter.on_done(task, task.call(Refusing(), task.once))  # type: ignore[arg-type]
    assert page.message.text() == "no format “ITF”"
    assert "ITF" in page.ticked()
    assert page.save_button.isEnabled()


def test_an_older_service_is_said_to_be_one(staff: Staff) -> None:
    controller(staff).show(ClubFormats())
    page = controller(staff).page
    assert page.message.text() == "This service is too old to store what the camera reads."
    assert not page.save_button.isEnabled()
    assert controller(staff).open(CODE_FORMATS).place == CODE_FORMATS
