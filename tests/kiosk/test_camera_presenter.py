"""What is said of a camera, and what its late pictures do not cover."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.presenters.camera import CameraPresenter
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.views.window import KioskWindow
from scanner.events import FrameRead, SourceChanged, SourceState
from scanner.settings import ScannerSettings

GONE = (SourceState.LOST, SourceState.STALLED, SourceState.FROZEN, SourceState.CRASHED)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> KioskWindow:
    load_fonts()
    made = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def camera(window: KioskWindow) -> CameraPresenter:
    texts, source = Texts("en"), ScannerSettings(source="0")
    idle_panel = IdlePanel(window, texts)
    return CameraPresenter(window, idle_panel, texts, Trace(None), scanner=source, parent=window)


def picture(camera: CameraPresenter, window: KioskWindow, number: int) -> str:
    """Let a picture arrive; returns what is said in its place, empty if it is shown."""
    image = QImage(16, 9, QImage.Format.Format_Grayscale8)
    image.fill(0)
    camera.on_preview(image, FrameRead(number, 0, 0, 16, 9, (), None))
    return window.side.preview.message


def test_pictures_are_shown_once_the_camera_runs(
    camera: CameraPresenter, window: KioskWindow
) -> None:
    assert "being opened" in window.side.preview.message
    camera.on_source_changed(SourceChanged(SourceState.RUNNING, ""))
    assert picture(camera, window, 1) == ""


@pytest.mark.parametrize("state", GONE)
def test_a_late_picture_covers_nothing(
    camera: CameraPresenter, window: KioskWindow, state: SourceState
) -> None:
    camera.on_source_changed(SourceChanged(SourceState.RUNNING, ""))
    picture(camera, window, 1)
    camera.on_source_changed(SourceChanged(state, "It is gone."))
    said = window.side.preview.message
    assert said
    assert picture(camera, window, 2) == said
    camera.on_source_changed(SourceChanged(SourceState.RUNNING, ""))
    assert picture(camera, window, 3) == ""
