"""Cycles with Qt objects in them are freed in the GUI thread, whoever allocates."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from kiosk.garbage import collect_due, collected_here


class Knot(QObject):
    """A Qt object that only the collection can free."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def tie_up(knots: int = 5_000) -> None:
    """Leave cycles behind: what sets off the automatic collection many times over."""
    for _ in range(knots):
        knot: list[object] = []
        knot.append(knot)


@pytest.fixture
def automatic() -> Iterator[None]:
    was_on, threshold = gc.isenabled(), gc.get_threshold()
    gc.enable()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*threshold)
    if not was_on:
        gc.disable()


@pytest.mark.usefixtures("qapp", "automatic")
def test_another_thread_frees_no_qt_object_and_the_event_loop_does(qtbot: QtBot) -> None:
    freed_in: list[int] = []
    with collected_here():
        knot = Knot()
        weakref.finalize(knot, lambda: freed_in.append(threading.get_ident()))
        del knot
        other = threading.Thread(target=tie_up)
        other.start()
        other.join()
        assert freed_in == []

        def freed_here() -> bool:
            tie_up()  # widgets of earlier tests that are freed now make less seem to be due
            return freed_in == [threading.get_ident()]

        qtbot.waitUntil(freed_here)
    assert gc.isenabled()


@pytest.mark.usefixtures("automatic")
def test_the_automatic_collection_comes_back_as_it_was() -> None:
    gc.disable()
    with collected_here():
        assert not gc.isenabled()
    assert not gc.isenabled()


@pytest.mark.usefixtures("automatic")
def test_older_generations_are_collected_more_rarely() -> None:
    gc.disable()
    collected = []
    for _ in range(300):
        tie_up(1000)
        collected.append(collect_due())
    assert collect_due() is None
    assert collected.count(0) > 5 * collected.count(1) > 25 * collected.count(2) > 0
