"""The list of keys of sites, with buttons to add and revoke them."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.lines import ActionLine, ButtonRows
from kiosk.staff.pages.parts import chip, empty, label
from kiosk.staff.words.site_keys import KeyLine
from kiosk.style import S, Tone
from kiosk.texts import Texts


class KeyList(QWidget):
    """Shows ``KeyLine``s."""

    added = Signal()
    """Keys are to be pasted."""
    file_wanted = Signal()
    revoked = Signal(object)
    """KeyLine."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        say = texts.say
        self.paste_button = QPushButton(say("Paste keys …"))
        self.paste_button.clicked.connect(self.added)
        self.file_button = QPushButton(say("From a file …"))
        self.file_button.clicked.connect(self.file_wanted)
        self.revoke_buttons: dict[str, QPushButton] = {}
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addWidget(label(say("KEYS OF SITES"), "section", wraps=False))
        hint = say("With these keys, a website can log in the visitors it knows.")
        layout.addWidget(label(hint, "muted"))
        layout.addWidget(ButtonRows((self.paste_button, self.file_button)))
        layout.addLayout(self._lines)

    def show_keys(self, keys: Sequence[KeyLine]) -> None:
        """Replace all keys."""
        empty(self._lines)
        self.revoke_buttons = {}
        for key in keys:
            self._lines.addWidget(self._line(key))
        # Widgets that are added later come last in the tab order.
        for before, after in pairwise((self.file_button, *self.revoke_buttons.values())):
            QWidget.setTabOrder(before, after)
        if not keys:
            self._lines.addWidget(label(self._texts.say("No keys yet."), "muted"))

    def _line(self, key: KeyLine) -> ActionLine:
        say = self._texts.say
        if not key.good:
            return ActionLine(key.kid, (key.below,), (), chip(say("revoked"), Tone.CARD_REVOKED))
        button = QPushButton(say("Revoke …"))
        button.setAccessibleName(f"{say('Revoke …')} {key.kid}")
        button.clicked.connect(lambda: self.revoked.emit(key))
        self.revoke_buttons[key.kid] = button
        return ActionLine(key.kid, (key.below,), (button,))
