"""The sheet with all keys, on "?"."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.style import L, M, S
from kiosk.texts import Texts

from .overlay import Overlay
from .plain_label import PlainLabel
from .rail import RailItem

_WIDTH = 720


class KeysSheet(Overlay):
    """Keys in two columns: places at the left, what is done at the right."""

    def __init__(self, texts: Texts, parent: QWidget) -> None:
        super().__init__(parent, _WIDTH)
        say = texts.say
        self.setAccessibleName(say("All keys (?)"))
        self._texts = texts
        self._shown: list[tuple[str, str]] = []
        self._places = QGridLayout()
        self.close_button = QPushButton(say("Close (Esc)"))
        self.close_button.clicked.connect(self.left)
        others = QGridLayout()
        for row, (key, words) in enumerate(self._others()):
            _add(others, row, key_words(key, texts), words)
        columns = QHBoxLayout()
        columns.setSpacing(L * 2)
        for title, grid in ((say("GO TO"), self._places), (say("DO"), others)):
            grid.setHorizontalSpacing(M)
            grid.setVerticalSpacing(S)
            grid.setColumnStretch(1, 1)
            column = QVBoxLayout()
            column.addWidget(PlainLabel(title, "section"), 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(grid)
            column.addStretch(1)
            columns.addLayout(column, 1)
        head = QHBoxLayout()
        head.addWidget(PlainLabel(say("Keys"), "title"), 1)
        head.addWidget(self.close_button)
        self.inside.addLayout(head)
        self.inside.addLayout(columns)

    def show_places(self, items: Sequence[RailItem]) -> None:
        """Show the keys of these places."""
        say = self._texts.say
        rows = [(f"Ctrl+{item.digit}", item.words) for item in items]
        rows += [("Ctrl+O", say("Manage")), ("Ctrl+I", say("Profile of the last verdict"))]
        if rows == self._shown:  # as on every way from page to page
            return
        self._shown = rows
        while (old := self._places.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (key, words) in enumerate(rows):
            _add(self._places, row, key_words(key, self._texts), words)

    def focus_first(self) -> None:
        """Focus the button that closes."""
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _others(self) -> list[tuple[str, str]]:
        say = self._texts.say
        return [
            ("Ctrl+K", say("Find a member, a page or a button")),
            ("Ctrl+F", say("Search")),
            ("F2", say("The filled button")),
            ("Ctrl+Enter", say("Check in; send a form")),
            ("F5", say("Check the scan again")),
            ("Ctrl+Z", say("Undo the visit")),
            ("Ctrl+G", say("Give the card to a member")),
            ("Esc", say("Back")),
            ("F8", say("Set up the hand scanner")),
            ("Ctrl+M", say("Sound on or off")),
            ("Ctrl+T", say("Light or dark")),
            ("F11", say("Full screen")),
            ("?", say("All keys")),
        ]


def key_words(key: str, texts: Texts) -> str:
    """Return the name of a key as it is printed on a keyboard of the language."""
    return key.replace("Ctrl", texts.say("Ctrl")).replace("Enter", texts.say("Enter"))


def _add(grid: QGridLayout, row: int, key: str, words: str) -> None:
    """Add a key and what it does."""
    grid.addWidget(PlainLabel(key, "strong"), row, 0)
    grid.addWidget(PlainLabel(words), row, 1)
