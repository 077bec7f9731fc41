"""A scan that something comes into: a click, a touch, a composed letter, the sheet that teaches.

What came before it is passed on or was recorded; the rest names nobody, sends nothing, teaches
nothing, and it is said that it was not read.
"""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.teaching import Sample

from .key_desk import NONE, Desk, desk

__all__ = ["desk"]


def click(desk: Desk) -> None:
    QTest.mouseClick(desk.window, Qt.MouseButton.LeftButton, NONE, QPoint(5, 5))


def touch(desk: Desk) -> None:
    at = QPoint(5, 5)
    QTest.touchEvent(desk.window, QTest.createTouchDevice()).press(0, at, desk.window).commit()


def compose(desk: Desk) -> None:
    composed = QInputMethodEvent()
    composed.setCommitString("é")
    QCoreApplication.sendEvent(desk.field, composed)


def stop_recording(desk: Desk) -> None:
    desk.filter.record(False)


@pytest.mark.parametrize("pace_ms", [5, 20, 61])
@pytest.mark.parametrize("search", [True, False], ids=["search", "form"])
@pytest.mark.parametrize("interrupt", [click, touch, compose, stop_recording])
def test_the_rest_of_a_scan_that_something_came_into_names_nobody(
    desk: Desk, interrupt: Callable[[Desk], None], search: bool, pace_ms: int
) -> None:
    entered: list[bool] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.field.setProperty("search", search)
    for text in ("12345678", "C-12345678"):
        for place in range(1, len(text) + 1):
            said, told = desk.said, (text, place)
            desk.filter.record(interrupt is stop_recording)
            desk.type(text[:place], pace_ms / 1000)
            interrupt(desk)
            desk.type(text[place:] + "\r", pace_ms / 1000)
            assert {each.typed for each in desk.readings} <= {text}, told
            assert desk.readings or desk.said > said, told
            assert not entered or search, told
            desk.readings.clear()
            desk.now_s += 2
    desk.field.setProperty("search", True)
    desk.type("C-000123\r", 0.005)
    assert [each.typed for each in desk.readings] == ["C-000123"], "the next one is whole again"


@pytest.mark.parametrize("place", [1, 2, 4, 8])
def test_the_rest_of_a_scan_teaches_nothing(desk: Desk, qtbot: QtBot, place: int) -> None:
    entered: list[bool] = []
    samples: list[Sample] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.filter.recorded.connect(samples.append)
    desk.type("12345678"[:place], 0.02)
    desk.filter.record(True)
    desk.type("12345678"[place:] + "\r", 0.02)
    qtbot.waitUntil(lambda: desk.said == 1, timeout=10_000)
    desk.now_s += 1
    desk.type("87654321\r", 0.02)
    qtbot.waitUntil(lambda: bool(samples), timeout=10_000)
    assert ([each.typed for each in samples], entered) == (["87654321"], [])


def test_the_end_of_a_scan_that_was_recorded_reaches_no_window(desk: Desk) -> None:
    entered: list[bool] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.filter.record(True)
    desk.type("12345678\r", 0.02)
    desk.filter.record(False)
    desk.type("\r", 0.02)
    assert (entered, desk.readings) == ([], [])
    desk.now_s += 0.1
    desk.field.setProperty("search", True)
    desk.type("87654321\r", 0.02)
    assert [each.typed for each in desk.readings] == ["87654321"], "the next one is whole"
