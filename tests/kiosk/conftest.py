"""Windows end with their tests, so that none is styled anew for those that come after."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def _no_window_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Carry out deletions that wait for an event loop, which most of these tests never enter.

    The next test begins without a style sheet, as a kiosk does: with one, each part of a window
    that is built is styled as often as something is built around it.
    """
    yield
    if "qapp" in request.fixturenames:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if isinstance(application := QApplication.instance(), QApplication):
            application.setStyleSheet("")
