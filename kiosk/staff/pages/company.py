"""The profile of a company: as every profile, with its people in a list that can be searched."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import Action, EntryLine, Section, empty, label
from kiosk.staff.pages.profile import Allowed, ProfilePage
from kiosk.staff.words.companies import fits
from kiosk.staff.words.profile import Entry, ProfileWords
from kiosk.style import S
from kiosk.texts import Texts

SHOWN_AT_ONCE = 40
"""Rows of people that are made at once, and by each press for more."""
_SEARCHED_FROM = 8
"""People from which on there is a search for them."""


class CompanyPage(ProfilePage):
    """Shows a company. ``people`` are its people."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts, of_company=True)
        self.people: PeopleList | None = None

    def _entries(self, words: ProfileWords, allowed: Allowed) -> Section:
        then: Callable[[], object] = lambda: self.acted.emit(Action.LINK, None)  # noqa: E731
        link = self._texts.say("Link a person …") if allowed.links else ""
        section = Section(words.entries_title, link, then)
        self.link_button = section.button
        if section.button is not None:
            section.button.setObjectName("primary")
        people = PeopleList(words.entries, self._texts, may_remove=allowed.links)
        people.opened.connect(lambda id_: self.acted.emit(Action.OPEN, id_))
        people.removed.connect(self.removed)
        people.changed.connect(self._keep_lines)
        self.people = people
        self._keep_lines()
        section.add(people)
        if words.entries_note:
            section.add(label(words.entries_note, "muted"))
        return section

    def _keep_lines(self) -> None:
        if self.people is not None:
            self.lines = self.people.lines


class PeopleList(QWidget):
    """Rows of people, the first of them at first; a search finds any of them."""

    opened = Signal(object)
    """Id."""
    removed = Signal(object, str)
    """Id, name."""
    changed = Signal()
    """Other rows are shown."""

    def __init__(self, entries: Sequence[Entry], texts: Texts, *, may_remove: bool) -> None:
        super().__init__()
        self._entries, self._texts, self._may_remove = tuple(entries), texts, may_remove
        self._most = SHOWN_AT_ONCE
        self.lines: list[EntryLine] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(texts.say("Name, number or role"))
        self.search.setAccessibleName(texts.say("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._begin)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(S)
        self.nobody = label("", "muted")
        self.more_button = QPushButton()
        self.more_button.clicked.connect(self._show_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.search)
        column.addLayout(self._rows)
        column.addWidget(self.nobody)
        column.addWidget(self.more_button)
        self.search.setVisible(len(entries) >= _SEARCHED_FROM)
        self._begin()

    def _begin(self) -> None:
        """Show the first of those who fit what is typed."""
        self._most = SHOWN_AT_ONCE
        empty(self._rows)
        self.lines = []
        self._fill()

    def _show_more(self) -> None:
        self._most += SHOWN_AT_ONCE
        self._fill()

    def _fill(self) -> None:
        """Add the rows that are to be shown and are not yet."""
        typed = self.search.text()
        found = [entry for entry in self._entries if fits(entry, typed)]
        for entry in found[len(self.lines) : self._most]:
            line = EntryLine(entry, self._texts, may_remove=self._may_remove)
            line.opened.connect(self.opened)
            line.removed.connect(self.removed)
            self.lines.append(line)
            self._rows.addWidget(line)
        say, left = self._texts.say, len(found) - len(self.lines)
        nobody = say("Nothing found for “{text}”.", text=typed) if typed.strip() else say("None.")
        self.nobody.setText(nobody)
        self.nobody.setVisible(not found)
        self.more_button.setText(say("Show more ({count})", count=left))
        self.more_button.setVisible(left > 0)
        self.changed.emit()
