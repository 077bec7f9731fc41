"""Rows of lists with buttons, rows of buttons, and texts to copy."""

from collections.abc import Collection, Sequence
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.parts import label
from kiosk.style import M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_AROUND = 28
"""Pixels of padding, border and margin above and below a text to copy."""


class ActionLine(QFrame):
    """A row of a list: title, details, state and buttons."""

    def __init__(
        self,
        title: str,
        below: Sequence[str],
        buttons: Sequence[QPushButton],
        state: PlainLabel | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("line")
        self.buttons = tuple(buttons)
        head = QHBoxLayout()
        head.addWidget(label(title, "strong"), 1)
        if state is not None:
            head.addWidget(state)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        for each in filter(None, below):
            words.addWidget(label(each, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, S, S)
        row.setSpacing(S)
        row.addLayout(words, 1)
        for button in buttons:
            row.addWidget(button)


class ButtonRows(QWidget):
    """Buttons of equal width, as many side by side as there is room for."""

    def __init__(self, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self._buttons = self._shown = tuple(buttons)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(S)
        self._fit()

    def show_only(self, shown: Collection[QPushButton]) -> None:
        """Show only these buttons, in their order."""
        self._shown = tuple(button for button in self._buttons if button in shown)
        for button in self._buttons:
            button.setVisible(button in self._shown)
        self._columns = 0
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the buttons for the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self._shown
        widest = max((button.sizeHint().width() for button in shown), default=1)
        most = max(1, min(len(shown), (self.width() + S) // (widest + S)))
        rows = -(-len(shown) // most)
        # Fill the rows evenly, rather than leave one button alone in the last.
        columns = -(-len(shown) // max(rows, 1)) or 1
        if columns == self._columns:
            return
        self._columns = columns
        for button in self._buttons:
            self._grid.removeWidget(button)
        for number, button in enumerate(shown):
            self._grid.addWidget(button, number // columns, number % columns)


class WholeText(QPlainTextEdit):
    """A read-only text that is as high as all its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the height for the new line breaks."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Set the height that the text needs at this width."""
        layout, block, height = self.document().documentLayout(), self.document().begin(), 0.0
        while block.isValid():
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        self.setFixedHeight(ceil(height) + _AROUND)


class CopyField(QWidget):
    """A text to copy, shown in full with a button."""

    def __init__(self, words: str, texts: Texts) -> None:
        super().__init__()
        self._copied, self._copy = texts.say("Copied"), texts.say("Copy")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.text = WholeText()
        self.text.setAccessibleName(words)
        self.button = QPushButton(self._copy)
        self.button.setAccessibleName(f"{self._copy} {words}")
        self.button.clicked.connect(self._to_clipboard)
        head = QHBoxLayout()
        head.addWidget(label(words), 1)
        head.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addLayout(head)
        layout.addWidget(self.text)

    def show_text(self, text: str) -> None:
        """Show a text; an empty one hides the field."""
        self.text.setPlainText(text)
        self.text.fit()
        self.button.setText(self._copy)
        self.setVisible(bool(text))

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.button.setText(self._copied)
