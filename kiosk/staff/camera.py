"""The desk's camera as the staff side sees it: live pictures, and one in full size on demand."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from scanner.events import FrameRead, SourceChanged, SourceState

_SHOWS = {SourceState.OPENING, SourceState.RUNNING}


class DeskCamera(QObject):
    """Passes pictures on to the page that shows them. Lives in the GUI thread."""

    pictured = Signal(QImage)
    """A live picture, scaled down."""
    taken = Signal(QImage)
    """A picture in full size, after ``still_wanted``."""
    gone = Signal()
    """The camera sends no pictures for now."""
    still_wanted = Signal()
    painted = Signal()
    """A live picture is on screen: the next one can be sent."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.is_gone = True
        """Whether no picture has come since the start, or since the camera was lost."""

    @Slot(QImage, object)
    def on_preview(self, image: QImage, _frame: FrameRead) -> None:
        """A live picture came."""
        self.is_gone = False
        self.pictured.emit(image)

    @Slot(QImage)
    def on_still(self, image: QImage) -> None:
        """A picture in full size came."""
        self.taken.emit(image)

    @Slot(object)
    def on_source_changed(self, changed: SourceChanged) -> None:
        """The camera is in another state."""
        if changed.state not in _SHOWS:
            self.is_gone = True
            self.gone.emit()
