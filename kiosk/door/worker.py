"""Opens the door in a thread of its own, so that a relay that hangs holds up no scan."""

import time
from collections.abc import Callable, Sequence

import structlog
from PySide6.QtCore import QObject, Signal, Slot

from .openers import DoorError, Opener
from .opening import LATEST_S, Opening

log = structlog.get_logger(__name__)


class DoorWorker(QObject):
    """Opens the door by each of ``openers``, one opening after the other."""

    failed = Signal(str)
    """Why the door was not opened; empty if it was the turn of an opening too late."""

    def __init__(
        self, openers: Sequence[Opener], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._openers, self._clock = tuple(openers), clock

    @Slot(object)
    def open(self, opening: Opening) -> None:
        """Open the door, unless the verdict is of before: then nobody may stand there."""
        if self._clock() - opening.at_s > LATEST_S:
            log.warning("door not opened", visit=str(opening.visit_id), why="too late")
            self.failed.emit("")
            return
        for each in self._openers:
            try:
                each.open(opening)
            except DoorError as error:
                log.warning("door not opened", visit=str(opening.visit_id), why=str(error))
                self.failed.emit(str(error))

    def close(self) -> None:
        """Close connections."""
        for each in self._openers:
            each.close()
