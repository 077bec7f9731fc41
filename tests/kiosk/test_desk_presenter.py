"""Visits, undo and photos, without a service."""

from uuid import UUID

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, VisitPage, VisitView
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.presenters.desk import DeskPresenter
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.status import Health
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow
from kiosk.workers import PHOTO_SIDE, small_image

from .answers import AMARA, NOON, answer


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> KioskWindow:
    load_fonts()
    made = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def presenter(window: KioskWindow) -> DeskPresenter:
    texts = Texts("en")
    return DeskPresenter(window, IdlePanel(window, texts), texts, desk="Front desk", parent=window)


def visit(number: int, desk: str, *, undone: bool = False) -> VisitView:
    return VisitView(
        id=UUID(int=number), at=NOON, customer_id=AMARA.id, name=f"Visitor {number}",
        number="C-1", outcome=Outcome.ACTIVE, desk=desk, undone_at=NOON if undone else None,
    )  # fmt: skip


def test_undo_takes_this_desks_newest_visit(presenter: DeskPresenter) -> None:
    asked: list[UUID] = []
    presenter.undo_wanted.connect(asked.append)
    presenter.on_visits(
        VisitPage(
            items=(
                visit(5, "Side entrance"),
                visit(4, "Front desk", undone=True),
                visit(3, "Front desk"),
                visit(2, "Front desk"),
            )
        )
    )
    presenter.undo_last()
    assert asked == [UUID(int=3)]


def test_a_scan_shows_its_visit_at_once_and_only_once(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    given = answer()
    presenter.on_answer(given)
    presenter.on_answer(given)
    assert [row.name for row in window.side.visits.rows()] == ["Amara Okafor"]
    assert window.bar.count.text() == "1 visit today"


@pytest.mark.parametrize(
    ("cause", "health"), [(Cause.UNREACHABLE, Health.BAD), (Cause.REFUSED, Health.WARN)]
)
def test_a_scan_that_nobody_answered_shows_in_the_top_line(
    presenter: DeskPresenter, window: KioskWindow, cause: Cause, health: Health
) -> None:
    refreshed: list[int] = []
    presenter.refresh_wanted.connect(lambda: refreshed.append(1))
    presenter.on_scan_failed(UUID(int=1), Failure(cause, ""))
    assert window.bar.service.health is health
    assert refreshed == [1]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "The service is being restarted."),
        ("database_too_new", "The data was written by a newer version of this program."),
        ("not_a_database", "The data file is damaged, or is something else."),
        ("storage_full", "The disk of the membership service is full."),
        ("data_dir_not_writable", "The data folder cannot be written."),
        ("something_new", "The service cannot start."),
    ],
)
def test_why_the_service_is_away_is_said(
    presenter: DeskPresenter, window: KioskWindow, code: str, sentence: str
) -> None:
    presenter.on_embedded_down(code, "file.sqlite3")
    assert window.ready.detail.text == f"{sentence}\nfile.sqlite3"


def encoded(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG")  # type: ignore[call-overload]
    return bytes(data.data())


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (300, 2000), (64, 64)])
def test_photos_are_decoded_no_larger_than_a_screen_needs(width: int, height: int) -> None:
    image = small_image(encoded(width, height))
    assert 0 < max(image.width(), image.height()) <= PHOTO_SIDE
    assert abs(image.width() / image.height() - width / height) < 0.02 * width / height


@pytest.mark.qt_log_ignore("Premature end|Corrupt JPEG|Not a JPEG|Unsupported marker|JPEG")
@pytest.mark.parametrize("data", [b"", b"no picture", encoded(64, 64)[:80]])
def test_what_is_no_photo_is_none(data: bytes) -> None:
    assert small_image(data).isNull()
