"""The page of what the camera reads: codes as they are read, and the formats to look for."""

import re
from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.parts import chip, empty, label
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.code_formats import ReadLine, format_titles, weak_hint
from kiosk.style import L, M, S
from kiosk.texts import Texts

_UNBROKEN = re.compile(r"\S{24}")
"""Codes are often one long word, which has to break somewhere."""

_ROWS = 4
"""Check boxes one below the other; the first column holds the two-dimensional formats."""


class CodeFormatsPage(PageView):
    """Shows what is read, and check boxes; nothing is stored before ``saved``."""

    shape = Shape.FORM

    saved = Signal()
    edited = Signal()
    watching = Signal(bool)
    """The page came to the front, or left it."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(S)
        for number, (name, title) in enumerate(format_titles(texts).items()):
            box = QCheckBox(title)
            box.toggled.connect(self._on_edited)
            self.boxes[name] = box
            column, row = divmod(number, _ROWS)
            self._grid.addWidget(box, row, column)
            self._grid.setColumnStretch(column, 1)
        self.reads: list[ReadLine] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        self.progress = label("", "muted")
        self.save_button = QPushButton(say("Save"))
        self.save_button.setObjectName("primary")
        self.save_button.clicked.connect(self.saved)
        self._lay_out()
        self.show_reads(())

    def show_formats(self, chosen: Collection[str], *, can_save: bool) -> None:
        """Tick the stored formats."""
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
            box.setEnabled(can_save)
        self.save_button.setEnabled(can_save)
        self.show_progress("")

    def ticked(self) -> tuple[str, ...]:
        """Return the formats that are ticked, in their order."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    def show_reads(self, reads: Sequence[ReadLine]) -> None:
        """Show codes that were read, the newest first."""
        self.reads = list(reads)
        empty(self._lines)
        for read in reads:
            self._lines.addWidget(_ReadRow(read))
        if not reads:
            words = self._texts.say("Hold a card before the camera.")
            self._lines.addWidget(label(words, "muted"))
        self._lines.addStretch()

    def set_saving(self, *, saving: bool) -> None:
        """Let nothing be saved twice at once."""
        self.save_button.setEnabled(not saving)

    def show_progress(self, sentence: str) -> None:
        """Show the progress of saving; an empty text clears it."""
        self.progress.setText(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        """The page came to the front."""
        super().showEvent(event)
        if event.type() == QEvent.Type.Show and not event.spontaneous():
            self.watching.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """The page left the front: another page, a verdict or the sign-in covers it."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.watching.emit(False)

    def _lay_out(self) -> None:
        say = self._texts.say
        body = QWidget()
        body.setObjectName("scrolled")
        self._lines.setContentsMargins(0, 0, S, 0)
        body.setLayout(self._lines)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        intro = say("Nobody is checked in while this page is open.")
        foot = QHBoxLayout()
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("What the camera reads"), "name", wraps=False))
        layout.addWidget(label(intro, "muted"))
        layout.addWidget(self.message)
        layout.addWidget(label(say("LOOK FOR"), "section", wraps=False))
        layout.addLayout(self._grid)
        layout.addWidget(label(weak_hint(self._texts), "muted"))
        layout.addWidget(label(say("READ NOW"), "section", wraps=False))
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)

    def _on_edited(self) -> None:
        self.show_progress("")
        self.edited.emit()


class _ReadRow(QFrame):
    """A code that was read."""

    def __init__(self, read: ReadLine) -> None:
        super().__init__()
        self.setObjectName("line")
        head = QHBoxLayout()
        head.addWidget(label(read.format, "muted"), 1)
        head.addWidget(chip(read.status, read.tone), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(S + 4, S + 4, S + 4, S + 4)
        column.setSpacing(S - 2)
        column.addLayout(head)
        column.addWidget(label(_UNBROKEN.sub("\\g<0>\u200b", read.text), "strong"))
