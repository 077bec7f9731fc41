"""A menu of buttons in groups, which drops down inside the page, so that a verdict covers it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QFrame,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.parts import label
from kiosk.style import XS, S

_CLOSING = {Qt.Key.Key_Escape}


class DropMenu(QFrame):
    """Drops down from ``opener``; a press of a button, Esc or the loss of the focus closes it.

    Arrows move between the buttons.
    """

    def __init__(self, opener: QPushButton, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("menu")
        self._opener = opener
        self._buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(S, S, S, S)
        self._column.setSpacing(XS)
        opener.setCheckable(True)
        opener.clicked.connect(self._toggle)
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - a widget needs one
        application.focusChanged.connect(self._on_focus)

    def fill(self, groups: Sequence[tuple[str, Sequence[QPushButton]]]) -> None:
        """Show these groups, each with its title; empty ones are left out."""
        self.hide()
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # else it is seen beside the new ones until it is deleted
                widget.deleteLater()
        self._buttons = []
        for title, buttons in groups:
            if buttons and title:
                self._column.addWidget(label(title, "section", wraps=False))
            for button in buttons:
                button.clicked.connect(self.hide)
                self._buttons.append(button)
                self._column.addWidget(button)
        self._opener.setVisible(bool(self._buttons))
        self.adjustSize()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from going back while the menu is open."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _CLOSING
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by arrows, close by Esc."""
        match event.key():
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case Qt.Key.Key_Escape:
                self.hide()
                self._opener.setFocus(Qt.FocusReason.OtherFocusReason)
            case _:
                super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Say that the menu is closed."""
        super().hideEvent(event)
        self._opener.setChecked(False)

    def _toggle(self) -> None:
        if self.isVisible():
            self.hide()
            return
        around = self.parentWidget()
        assert around is not None  # noqa: S101 - it was made with one
        self.adjustSize()
        below = self._opener.mapTo(around, QPoint(0, self._opener.height() + XS))
        beside = below.x()
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            beside += self._opener.width() - self.width()
        left = max(S, min(beside, around.width() - self.width() - S))
        self.move(left, min(below.y(), max(S, around.height() - self.height() - S)))
        self._watch_scrolling(around)
        self.show()
        self.raise_()
        self._opener.setChecked(True)
        if self._buttons:
            self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _watch_scrolling(self, around: QWidget) -> None:
        """Close when what the opener lies in is scrolled: the menu would not move with it."""
        for area in around.findChildren(QAbstractScrollArea):
            if area.isAncestorOf(self._opener):
                bar = area.verticalScrollBar()
                bar.valueChanged.connect(self.hide, Qt.ConnectionType.UniqueConnection)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        inside = now is None or now is self._opener or self.isAncestorOf(now)
        if self.isVisible() and not inside:
            self.hide()
