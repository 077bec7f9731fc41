"""The verdict as it is shown: alone at the desk, or over the page of staff, with the way back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.style import S

from .verdict_panel import VerdictPanel


class VerdictScreen(QWidget):
    """A verdict, under a line with "Back to …" if there is a page under it."""

    left = Signal()
    """Back to the page."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = VerdictPanel()
        self.back_button = QPushButton()
        self.back_button.setObjectName("link")
        self.back_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back_button.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(self.back_button)
        head.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addLayout(head)
        layout.addWidget(self.verdict, 1)
        self.say_under("")

    def say_under(self, words: str) -> None:
        """Set the words of the way back; empty if there is no page under the verdict."""
        self.back_button.setText(words.replace("&", "&&"))
        self.back_button.setVisible(bool(words))

    def lay_out(self) -> None:
        """Find the place of everything before it is painted."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.verdict.lay_out()
