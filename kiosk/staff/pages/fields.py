"""Fields for a colour and for a picture."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from kiosk.style import S
from kiosk.texts import Texts

_SWATCH = 44


class ColourField(QWidget):
    """A colour as ``#rrggbb``, typed or chosen."""

    changed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(words)
        self.line.setMaxLength(7)
        self.swatch = QPushButton()
        self.swatch.setAccessibleName(words)
        self.swatch.setFixedWidth(_SWATCH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.line, 1)
        row.addWidget(self.swatch)
        self.line.textChanged.connect(self._on_text)
        self.swatch.clicked.connect(self._choose)

    @property
    def colour(self) -> str:
        """The typed text."""
        return self.line.text().strip().lower()

    def set_colour(self, colour: str) -> None:
        """Show a colour."""
        self.line.setText(colour)

    def _on_text(self) -> None:
        if QColor.isValidColorName(self.colour):
            self.swatch.setStyleSheet(f"background: {self.colour};")
        self.changed.emit()

    def _choose(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.colour), self)
        if chosen.isValid():
            self.set_colour(chosen.name())


class ImageField(QWidget):
    """A picture of a design, chosen from a file, or none."""

    wanted = Signal()
    removed = Signal()

    def __init__(self, words: str, texts: Texts) -> None:
        super().__init__()
        self.choose = QPushButton(texts.say("Choose …"))
        self.choose.setAccessibleName(f"{texts.say('Choose …')} {words}")
        self.remove = QPushButton(texts.say("Remove"))
        self.remove.setAccessibleName(f"{texts.say('Remove')} {words}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.choose)
        row.addWidget(self.remove)
        row.addStretch()
        self.choose.clicked.connect(self.wanted)
        self.remove.clicked.connect(self.removed)
