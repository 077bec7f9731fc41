"""Parts that several pages share: labels, chips, sections, rows."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.words.profile import Entry
from kiosk.style import TONES, M, S, Tone
from kiosk.texts import Texts, capitalized
from kiosk.views.plain_label import PlainLabel

_LONG = re.compile(r"\S{18,}")
_BREAKS = re.compile(r"[@._-]")


class Action(StrEnum):
    """What the buttons of profiles and of the pages that they open do."""

    ASSIGN = "assign"
    ORDER = "order"
    SUBSCRIPTION = "subscription"
    RENEW = "renew"
    PAY = "pay"
    PAYMENTS = "payments"
    EXTEND = "extend"
    TRANSFER = "transfer"
    END = "end"
    UNDO = "undo"
    EDIT = "edit"
    LINK = "link"
    UNLINK = "unlink"
    OPEN = "open"
    ISSUE = "issue"
    OPEN_CARD = "open_card"
    MAIL = "mail"
    NEW_LINK = "new_link"
    PRINT = "print"
    SAVE_PRINT = "save_print"
    SAVE_PASS = "save_pass"  # noqa: S105 - a pass is a card
    REPLACE = "replace"
    REVOKE = "revoke"
    TAKE_BACK = "take_back"
    REFRESH = "refresh"
    CANCEL = "cancel"
    KEEP = "keep"
    CHANGE_PLAN = "change_plan"
    KEEP_PLAN = "keep_plan"
    END_LOGINS = "end_logins"
    MERGE = "merge"
    ERASE = "erase"
    PHOTO = "photo"
    REMOVE_PHOTO = "remove_photo"
    SETTLE = "settle"


def chip(words: str, tone: Tone) -> PlainLabel:
    """Return a label on the colour of a verdict."""
    made = PlainLabel()
    paint_chip(made, words, tone)
    return made


def paint_chip(shown: PlainLabel, words: str, tone: Tone) -> None:
    """Set text and colour of a chip; its text begins with a capital."""
    paint = TONES[tone]
    shown.setText(capitalized(words))
    shown.setStyleSheet(
        f"background: {paint.fill}; color: {paint.ink}; border-radius: 8px;"
        "padding: 2px 10px; font-weight: 600;"
    )


def empty(layout: QLayout) -> None:
    """Remove and delete all widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def label(words: str, name: str = "", *, wraps: bool = True) -> PlainLabel:
    """Return a label that wraps, inside long words too; ``name`` is its name in the style sheet."""
    return PlainLabel(_LONG.sub(_breakable, words) if wraps else words, name, wraps=wraps)


def _breakable(word: re.Match[str]) -> str:
    """Insert break opportunities into a long word, such as an email address."""
    return _BREAKS.sub("\\g<0>\u200b", word.group())


class Section(QWidget):
    """A heading with a button beside it, and rows below."""

    def __init__(self, title: str, action: str = "", then: Callable[[], object] | None = None):
        super().__init__()
        self.title = label(title, "section", wraps=False)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        self.button: QPushButton | None = None
        if action and then is not None:
            self.button = QPushButton(action)
            self.button.clicked.connect(then)
            head.addWidget(self.button)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addLayout(head)
        layout.addLayout(self._lines)

    def add(self, line: QWidget) -> None:
        """Add a row."""
        self._lines.addWidget(line)


class EntryLine(QFrame):
    """A row with a person or a company, and buttons to open and to unlink it."""

    opened = Signal(object)
    """Id."""
    removed = Signal(object, str)
    """Id, title."""

    def __init__(
        self,
        entry: Entry,
        texts: Texts,
        *,
        may_remove: bool = False,
        more: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__()
        self.setObjectName("line")
        self.entry = entry
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(entry.title, "strong"))
        if entry.below:
            words.addWidget(label(entry.below, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, S, S)
        row.addLayout(words, 1)
        self.open_button = QPushButton(texts.say("Open"))
        self.open_button.setAccessibleName(f"{texts.say('Open')} {entry.title}")
        self.open_button.clicked.connect(lambda: self.opened.emit(entry.id))
        for button in (*more, self.open_button):
            row.addWidget(button)
        self.remove_button: QPushButton | None = None
        if may_remove and entry.removable:
            self.remove_button = QPushButton(texts.say("Unlink"))
            self.remove_button.setAccessibleName(f"{texts.say('Unlink')} {entry.title}")
            self.remove_button.clicked.connect(self._remove)
            row.addWidget(self.remove_button)

    def _remove(self) -> None:
        id_: UUID = self.entry.id
        self.removed.emit(id_, self.entry.title)
