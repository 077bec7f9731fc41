"""The page of API keys: the list, a new key that is shown once, and revoking."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kiosk.staff.pages.lines import ActionLine, CopyField
from kiosk.staff.pages.parts import chip, label
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.api_keys import ApiKeyLine
from kiosk.style import L, M, S
from kiosk.texts import Texts


class ApiKeysPage(PageView):
    """Shows ``ApiKeyLine``s, and a new key once."""

    new_wanted = Signal()
    revoked = Signal(object)
    """ApiKeyLine of a key that is to be revoked."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.new_button = QPushButton(say("New key …"))
        self.new_button.setObjectName("primary")
        self.new_button.clicked.connect(self.new_wanted)
        self.made = CopyField(say("The new key"), texts)
        self.made_hint = label(
            say("Copy it now: it is not shown again."),
            "strong",
        )
        self.lines: dict[str, ActionLine] = {}
        self.revoke_buttons: dict[str, QPushButton] = {}
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QHBoxLayout()
        head.addWidget(label(say("API keys"), "name", wraps=False), 1)
        head.addWidget(self.new_button)
        intro = label(
            say("Keys for desks and programs."),
            "muted",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(intro)
        layout.addWidget(self.message)
        layout.addWidget(self.made)
        layout.addWidget(self.made_hint)
        layout.addWidget(self._scroll, 1)
        self.show_made("")

    def show_made(self, key: str) -> None:
        """Show a new key; an empty text hides it."""
        self.made.show_text(key)
        self.made_hint.setVisible(bool(key))

    def show_keys(self, keys: Sequence[ApiKeyLine], note: str = "") -> None:
        """Replace all keys, and the note below them."""
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        self.lines, self.revoke_buttons = {}, {}
        for key in keys:
            self.lines[str(key.id)] = self._line(key)
            column.addWidget(self.lines[str(key.id)])
        if not keys:
            column.addWidget(label(self._texts.say("No keys yet."), "muted"))
        if note:
            column.addWidget(label(note, "muted"))
        column.addStretch()
        self._scroll.setWidget(body)

    def _line(self, key: ApiKeyLine) -> ActionLine:
        state = chip(key.status, key.tone)
        if not key.good:
            return ActionLine(key.name, key.below, (), state)
        button = QPushButton(self._texts.say("Revoke …"))
        button.setAccessibleName(f"{button.text()} {key.name}")
        button.clicked.connect(lambda: self.revoked.emit(key))
        self.revoke_buttons[str(key.id)] = button
        return ActionLine(key.name, key.below, (button,), state)
