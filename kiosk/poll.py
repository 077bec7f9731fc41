"""When the service is asked for its state: now and then, and soon again after a failure."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

AGAIN_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds after the first, second and every further failure in a row; never more than the period.

A proxy whose service restarts, or a cable that is plugged in again, is back within seconds.
"""


class Poll(QObject):
    """Emits ``wanted`` every ``period_s`` seconds, and after a failure sooner, with back-off."""

    wanted = Signal()

    def __init__(self, period_s: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._period_s = period_s
        self._failures = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)

    @property
    def pause_s(self) -> float:
        """Seconds from when the service was last heard of to when it is asked."""
        return self._timer.interval() / 1000

    def start(self) -> None:
        """Begin; the first time is after one period."""
        self._wait(self._period_s)

    def stop(self) -> None:
        """End; answers that still come begin nothing."""
        self._period_s = 0.0
        self._timer.stop()

    @Slot()
    def on_answered(self) -> None:
        """Ask again after a period: the service has answered."""
        self._failures = 0
        self._wait(self._period_s)

    @Slot()
    def on_failed(self) -> None:
        """Ask again at once, then less and less often: the service has not answered."""
        pause_s = AGAIN_S[min(self._failures, len(AGAIN_S) - 1)]
        self._failures += 1
        self._wait(min(pause_s, self._period_s))

    def _ask(self) -> None:
        """Ask, and once more after a period if nothing comes of it."""
        self._wait(self._period_s)
        self.wanted.emit()

    def _wait(self, seconds: float) -> None:
        if self._period_s > 0:
            self._timer.start(int(seconds * 1000))
