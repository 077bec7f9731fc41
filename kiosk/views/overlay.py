"""A sheet over the whole window that Esc or a click beside it closes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kiosk.style import L, M


class Overlay(QFrame):
    """A veil with ``box`` at its top; a subclass fills the box. Covers its parent."""

    left = Signal()
    """It is to be closed."""

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self.setObjectName("veil")
        self.box = QFrame()
        self.box.setObjectName("form")
        self.box.setFixedWidth(width)
        self.inside = QVBoxLayout(self.box)
        self.inside.setContentsMargins(L, M, L, M)
        self.inside.setSpacing(M - 4)
        around = QVBoxLayout(self)
        around.setContentsMargins(M, M * 3, M, M)
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        around.addWidget(self.box, 0, top)
        self.hide()

    def open(self) -> None:
        """Show the sheet over its parent, with the focus on what is used first."""
        self.fit()
        self.show()
        self.raise_()
        self.focus_first()

    def focus_first(self) -> None:
        """Focus what is used first."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self) -> None:
        """Cover the parent."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the box."""
        if not self.box.geometry().contains(event.position().toPoint()):
            self.left.emit()
