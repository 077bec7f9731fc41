"""Finds widgets that are windows for a moment: parts that are shown before they have a parent."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget


class WindowWatch(QObject):
    """Keeps what is shown as a window of its own, but for main windows."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QShowEvent)  # its class is asked for faster than its type
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, QMainWindow)
        ):
            self.windows.append(f"{type(watched).__name__} {watched.objectName()}".strip())
        return False


@contextmanager
def no_other_windows() -> Iterator[None]:
    """Fail if a part is shown as a window meanwhile."""
    watch, application = WindowWatch(), QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    try:
        yield
        assert watch.windows == [], watch.windows
    finally:
        application.removeEventFilter(watch)
