"""Files that are dropped on the window, before a text field takes their address as text."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent

_OVER = {QEvent.Type.DragEnter, QEvent.Type.DragMove}


class FileDrops(QObject):
    """An event filter for the window's ``QWindow``."""

    dropped = Signal(str)
    """Path of the file; of several files the first one."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files; what else is dragged goes to the widgets."""
        if event.type() in _OVER and isinstance(event, QDragMoveEvent) and path_of(event):
            event.acceptProposedAction()
            return True
        if event.type() is QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = path_of(event)
            if path:
                event.acceptProposedAction()
                self.dropped.emit(path)
                return True
        return super().eventFilter(watched, event)


def path_of(event: QDropEvent) -> str:
    """Return the path of the first file that is dragged; empty if there is none."""
    urls = event.mimeData().urls()
    return next((url.toLocalFile() for url in urls if url.isLocalFile()), "")
