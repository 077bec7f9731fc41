"""The page of today: the steps of setting up until they are done, and the visits."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import EntryLine, Section, empty, label
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.profile import Entry
from kiosk.staff.words.today import StepLine, TodayWords
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_STEPS_WIDTH = 640


class TodayPage(PageView):
    """Shows ``StepLine`` rows and a ``TodayWords``."""

    step_wanted = Signal(object)
    """Step."""
    customer_opened = Signal(object)
    """Id."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.day = label("", "muted")
        self.buttons: list[QPushButton] = []
        self.entries: list[EntryLine] = []
        self._steps = QFrame()
        self._steps.setObjectName("line")
        self._steps.setMaximumWidth(_STEPS_WIDTH)
        self._rows = QVBoxLayout(self._steps)
        self._rows.setContentsMargins(M, M, M, M)
        self._rows.setSpacing(S)
        self._numbers = QHBoxLayout()
        self._numbers.setSpacing(M)
        self._latest, self._refused = QVBoxLayout(), QVBoxLayout()
        self._titles = (say("LATEST VISITS"), say("REFUSED TODAY"))
        lists = QHBoxLayout()
        lists.setSpacing(L)
        for column in (self._latest, self._refused):
            column.setSpacing(S)
            lists.addLayout(column, 1)
        body = QWidget()
        body.setObjectName("scrolled")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, S, 0)
        inner.setSpacing(L)
        inner.addWidget(self._steps)
        inner.addLayout(self._numbers)
        inner.addLayout(lists)
        inner.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("Today"), "name", wraps=False))
        layout.addWidget(self.day)
        layout.addWidget(self.message)
        layout.addWidget(scroll, 1)
        self.show_steps(())

    def show_steps(self, lines: Sequence[StepLine]) -> None:
        """Show the checklist; none hides it."""
        say = self._texts.say
        empty(self._rows)
        self.buttons = []
        if lines:
            self._rows.addWidget(label(say("Set up this club"), "title", wraps=False))
        for line in lines:
            self._rows.addWidget(self._step(line))
        self._steps.setVisible(bool(lines))

    def show_words(self, words: TodayWords, day: str) -> None:
        """Show the visits of a day."""
        self.day.setText(day)
        empty(self._numbers)
        for number, below in words.numbers:
            self._numbers.addWidget(_number(number, below), 1)
        self.entries = []
        shown = zip(
            (self._latest, self._refused), self._titles, (words.latest, words.refused), strict=True
        )
        for column, title, entries in shown:
            empty(column)
            column.addWidget(self._section(title, entries), 0, Qt.AlignmentFlag.AlignTop)

    def _step(self, line: StepLine) -> QWidget:
        """Return a row of the checklist: done, next with its button, or to come."""
        say = self._texts.say
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(S)
        mark = label("✓" if line.done else "○", "strong" if line.done else "muted", wraps=False)
        mark.setFixedWidth(M)
        mark.setAccessibleName(say("Done") if line.done else say("To do"))
        inside.addWidget(mark)
        inside.addWidget(label(line.title, "strong" if line.current else ""), 1)
        if not line.done:
            button = QPushButton(say("Set up …"))
            button.setAccessibleName(f"{say('Set up …')} {line.title}")
            button.setEnabled(line.current)
            if line.current:
                button.setObjectName("primary")
            button.clicked.connect(lambda: self.step_wanted.emit(line.step))
            self.buttons.append(button)
            inside.addWidget(button)
        return row

    def _section(self, title: str, entries: Sequence[Entry]) -> Section:
        section = Section(title)
        for entry in entries:
            line = EntryLine(entry, self._texts)
            line.opened.connect(self.customer_opened)
            self.entries.append(line)
            section.add(line)
        if not entries:
            section.add(label(self._texts.say("None."), "muted"))
        return section


def _number(number: str, below: str) -> QFrame:
    """Return a number with what it counts below."""
    box = QFrame()
    box.setObjectName("line")
    box.setAccessibleName(f"{number} {below}")
    column = QVBoxLayout(box)
    column.setContentsMargins(M, S, M, S)
    column.setSpacing(0)
    column.addWidget(PlainLabel(number, "name"))
    column.addWidget(label(below, "muted"))
    return box
