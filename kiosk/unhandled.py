"""An error that nobody caught ends in a sentence on screen, besides the log."""

import sys
from types import TracebackType

from PySide6.QtCore import QObject, Signal


class UnhandledErrors(QObject):
    """Reports errors that slots and events raise, in whatever thread, between start and stop."""

    happened = Signal()
    """Something raised an error that nothing handled."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._before = sys.excepthook

    def start(self) -> None:
        """Report from now on. What was done about such an error before is still done."""
        self._before = sys.excepthook
        sys.excepthook = self._on_error

    def stop(self) -> None:
        """Report no longer, unless somebody else has taken over meanwhile."""
        if sys.excepthook == self._on_error:
            sys.excepthook = self._before

    def _on_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._before(kind, error, trace)
        if issubclass(kind, Exception):
            self.happened.emit()
