"""A list of what was, newest first, that grows on demand: visits, payments, changes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import empty, label
from kiosk.staff.pages.skeleton import Skeleton
from kiosk.staff.words.visits import HistoryLine
from kiosk.style import M, S
from kiosk.texts import Texts

_OUTLINE = 240
"""Pixels: four rows."""


class HistoryList(QScrollArea):
    """Shows ``HistoryLine``s. ``more_wanted`` is emitted once when it is to grow."""

    more_wanted = Signal()

    def __init__(self, texts: Texts, nothing: str) -> None:
        super().__init__()
        self._texts, self._nothing = texts, nothing
        self.lines: list[HistoryLine] = []
        self.buttons: list[QPushButton] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("scrolled")
        self._column = QVBoxLayout()
        self._column.setSpacing(S)
        self.message = label("", "muted")
        self.outline = Skeleton(texts.say("Loading …"))
        self.outline.setMinimumHeight(_OUTLINE)
        self.more = QPushButton(texts.say("Show more"))
        self.more.clicked.connect(self._ask)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, S, 0)
        layout.setSpacing(S)
        layout.addLayout(self._column)
        layout.addWidget(self.outline)
        layout.addWidget(self.message)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()
        self.setWidget(body)
        self.clear()

    def clear(self) -> None:
        """Show that nothing is known yet."""
        empty(self._column)
        self.lines, self.buttons = [], []
        self.message.hide()
        self.more.hide()
        self.outline.show()
        self.outline.wait()

    def add(
        self,
        lines: Sequence[HistoryLine],
        *,
        more: bool,
        action: str = "",
        then: Sequence[Callable[[], object]] = (),
    ) -> None:
        """Add rows; ``action`` is the button of each, which calls the one of ``then``."""
        for number, line in enumerate(lines):
            button = None
            if action:
                button = QPushButton(action)
                button.setAccessibleName(f"{action} {line.title}")
                button.clicked.connect(then[number])
                self.buttons.append(button)
            self._column.addWidget(_row(line, button))
        self.lines += lines
        self._end_wait(self._texts.say("Show more"))
        self.message.setText("" if self.lines else self._nothing)
        self.message.setVisible(not self.lines)
        self.more.setVisible(more)

    def show_failure(self, sentence: str) -> None:
        """Show why there are no further rows; they can be asked for again."""
        self._end_wait(self._texts.say("Try again"))
        self.message.setText(sentence)
        self.message.show()
        self.more.show()

    def _end_wait(self, next_step: str) -> None:
        """Remove the outline, and name what the button does next."""
        self.outline.stop()
        self.outline.hide()
        self.more.setText(next_step)
        self.more.setEnabled(True)

    def _ask(self) -> None:
        self.more.setEnabled(False)
        self.more_wanted.emit()


def _row(line: HistoryLine, button: QPushButton | None) -> QFrame:
    """Return a row."""
    row = QFrame()
    row.setObjectName("line")
    words = QVBoxLayout()
    words.setSpacing(0)
    title = label(line.title, "muted" if line.struck else "strong")
    if line.struck:
        font = title.font()
        font.setStrikeOut(True)
        title.setFont(font)
    words.addWidget(title)
    for below in line.below:
        words.addWidget(label(below, "muted"))
    layout = QHBoxLayout(row)
    layout.setContentsMargins(M, S, S, S)
    layout.addLayout(words, 1)
    if button is not None:
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return row
