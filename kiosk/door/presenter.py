"""Connects the verdicts with the door, and shows why it was not opened."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.texts import Texts

from .opening import opening_of


class DoorPresenter(QObject):
    """Opens the door once for each scan whose verdict on screen allows it.

    ``show_notice`` shows a sentence beside the verdict, which it does not change. Lives in the GUI
    thread.
    """

    wanted = Signal(object)
    """Opening for the worker."""

    def __init__(
        self,
        show_notice: Callable[[str], None],
        texts: Texts,
        *,
        desk: str,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._show_notice, self._texts, self._desk = show_notice, texts, desk
        self._clock = clock
        self._last: PendingScan | None = None

    @Slot(object)
    def on_showed(self, shown: DisplayedScan) -> None:
        """Open the door for a scan that allows it; not again where it is only checked again.

        A card that is shown once more is another scan, though it is the same visit.
        """
        answer = shown.recorded
        opening = None if answer is None else opening_of(answer, self._desk, self._clock())
        if opening is not None and shown.scan is not self._last:
            self._last = shown.scan
            self.wanted.emit(opening)

    @Slot(str)
    def on_failed(self, why: str) -> None:
        """Say that the door was not opened, and why."""
        say = self._texts.say
        why = why or say("it was busy for too long")
        self._show_notice(say("The door did not open: {why}", why=why))
