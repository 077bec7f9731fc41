"""A file that is dropped anywhere on the window comes to the page in front, never into a field."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.staff.dropped import DroppedFiles
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from tests.kiosk.answers import AMARA, answer
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Staff, in_focus

WHERE = "A photo can be dropped on the open profile of a member."
COPY, LEFT, NONE = (
    Qt.DropAction.CopyAction,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Amara's file, with what takes dropped files."""
    made = in_focus(qtbot)
    DroppedFiles(made.window, Texts("en"), made.presenter, made.window)
    return made


def drop(staff: Staff, path: Path) -> bool:
    """Drop a file in the middle of the window. Returns whether it was taken while dragged."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    handle = staff.window.windowHandle()
    assert handle is not None
    middle = staff.window.rect().center()
    enter = QDragEnterEvent(middle, COPY, data, LEFT, NONE)
    QApplication.sendEvent(handle, enter)
    dropped = QDropEvent(QPointF(middle), COPY, data, LEFT, NONE, QEvent.Type.Drop)
    QApplication.sendEvent(handle, dropped)
    return enter.isAccepted()


def test_a_page_that_has_no_use_for_it_says_where_it_can_be_dropped(
    staff: Staff, tmp_path: Path
) -> None:
    staff.presenter.go_to_desk()
    assert drop(staff, tmp_path / "members.csv")
    assert staff.window.side.notice.text() == WHERE


def test_a_picture_on_a_profile_becomes_the_photo_once_confirmed(
    staff: Staff, tmp_path: Path
) -> None:
    file = tmp_path / "amara.png"
    picture = QImage(200, 240, QImage.Format.Format_RGB32)
    picture.fill(QColor("#aa7755"))
    assert picture.save(str(file))
    drop(staff, file)
    assert staff.presenter.front == Place("photo", AMARA.id)
    staff.presenter.on_done(staff.task("photo"), profile())
    task = staff.task("read_photo")
    staff.presenter.on_done(task, task.call(None, task.once))  # type: ignore[arg-type]
    assert staff.pages.photo.page.image is not None
    assert "store_photo" not in [each.name for each in staff.tasks]


@pytest.mark.parametrize("name", ["members.csv", "letter.pdf", "none"])
def test_what_is_no_picture_is_not_taken(staff: Staff, tmp_path: Path, name: str) -> None:
    drop(staff, tmp_path / name)
    assert staff.presenter.front == Place("customer", AMARA.id)
    assert staff.window.side.notice.text() == WHERE


def test_who_may_not_change_a_member_drops_nothing(staff: Staff, tmp_path: Path) -> None:
    staff.sign_in("customers:read")
    drop(staff, tmp_path / "amara.jpg")
    assert staff.presenter.front == Place("customer", AMARA.id)
    assert staff.window.side.notice.text() == WHERE


def test_nothing_is_taken_under_a_form_or_a_verdict(staff: Staff, tmp_path: Path) -> None:
    staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    drop(staff, tmp_path / "amara.jpg")
    assert staff.window.side.notice.text() == WHERE
    form = staff.presenter.changes.form
    assert form is not None
    assert not form.edited
    form.closed.emit()
    staff.window.side.notice.setText("")
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    drop(staff, tmp_path / "amara.jpg")
    assert staff.window.side.notice.text() == WHERE
