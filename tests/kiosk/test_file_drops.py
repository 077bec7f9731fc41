"""A file that is dropped anywhere on the window comes to the page in front, never into a field."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.staff.dropped import DroppedFiles
from kiosk.staff.pages.parts import Action
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from tests.kiosk.answers import answer
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


def test_the_page_in_front_gets_the_path(staff: Staff, tmp_path: Path) -> None:
    got: list[str] = []
    staff.window.file_dropped.connect(got.append)
    drop(staff, tmp_path / "amara.jpg")
    assert got == [str(tmp_path / "amara.jpg")]


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
