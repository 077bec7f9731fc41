"""The page on which two files of one person are compared and merged."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.member_search import MemberSearch
from kiosk.staff.pages.parts import Section, label
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.merge import MergeWords, PersonWords
from kiosk.staff.words.profile import Entry
from kiosk.style import L, M, Paint, S
from kiosk.texts import Texts
from kiosk.views.person_view import PhotoView

_PHOTO = 64
_INITIALS = Paint("#8f9cab", "#8f9cab")
"""Visible in the light and in the dark theme."""


class MergePage(PageView):
    """Asks for the other file of a person, then shows both side by side."""

    shape = Shape.PROFILE

    searched = Signal(str)
    chosen = Signal(object)
    """Id of the other customer."""
    swapped = Signal()
    merge_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.about = label("", "strong")
        self.hint = label(say("Search for the other profile of the same person."), "muted")
        self.finder = MemberSearch(texts)
        self.finder.searched.connect(self.searched)
        self.finder.chosen.connect(self.chosen)
        self.stays: PersonPart | None = None
        self.goes: PersonPart | None = None
        self._compared = QScrollArea()
        self._compared.setWidgetResizable(True)
        self._compared.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.other_button = QPushButton(say("Somebody else …"))
        self.swap_button = QPushButton(say("Swap"))
        self.swap_button.setAccessibleName(say("The other one stays"))
        self.merge_button = QPushButton(say("Merge …"))
        self.merge_button.setObjectName("primary")
        self.other_button.clicked.connect(self.ask_again)
        self.swap_button.clicked.connect(self.swapped)
        self.merge_button.clicked.connect(self.merge_wanted)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.other_button)
        foot.addStretch()
        foot.addWidget(self.swap_button)
        foot.addWidget(self.merge_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("Merge two profiles"), "name"))
        layout.addWidget(self.about)
        layout.addWidget(self.hint)
        layout.addWidget(self.message)
        layout.addWidget(self.finder, 1)
        layout.addWidget(self._compared, 1)
        layout.addWidget(self._foot)
        self._show_both(shown=False)

    def ask(self, who: str) -> None:
        """Ask for the other file of ``who``."""
        self.about.setText(who)
        self.ask_again()

    def ask_again(self) -> None:
        """Ask for another one."""
        self.stays = self.goes = None
        self._compared.setWidget(QWidget())
        self._show_both(shown=False)
        self.finder.begin()

    def show_hits(self, text: str, hits: Sequence[Entry]) -> None:
        """Show who was found for ``text``, if that is still what is typed."""
        self.finder.show_hits(text, hits)

    def show_words(self, words: MergeWords) -> None:
        """Show both, and what becomes of them."""
        say = self._texts.say
        self.stays = PersonPart(say("STAYS"), words.stays, self._texts)
        self.goes = PersonPart(say("GOES INTO IT"), words.goes, self._texts)
        left, right, whole = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for column, part in ((left, self.stays), (right, self.goes)):
            column.addWidget(part)
            column.addStretch()
        body = QWidget()
        body.setObjectName("scrolled")
        whole.setContentsMargins(0, 0, S, 0)
        whole.setSpacing(L)
        outcome = Section(say("AFTERWARDS"))
        for sentence in words.outcome:
            outcome.add(label(sentence))
        whole.addWidget(Columns(left, right, spacing=L, shares=(1, 1), least=220))
        whole.addWidget(outcome)
        whole.addStretch()
        body.setLayout(whole)
        self._compared.setWidget(body)
        self._show_both(shown=True)
        self.swap_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_photo(self, path: str, photo: QPixmap) -> None:
        """Show a photo, if it is that of one of both."""
        for part in (self.stays, self.goes):
            if part is not None and part.words.photo_path == path:
                part.photo.show_photo(photo)

    def _show_both(self, *, shown: bool) -> None:
        for widget in (self._compared, self._foot):
            widget.setVisible(shown)
        for widget in (self.finder, self.hint, self.about):
            widget.setVisible(not shown)


class PersonPart(QWidget):
    """One of two people: photo, name, number, facts, memberships, subscriptions."""

    def __init__(self, title: str, words: PersonWords, texts: Texts) -> None:
        super().__init__()
        self.words = words
        self.photo = PhotoView()
        self.photo.setFixedSize(_PHOTO, _PHOTO)
        self.photo.show_initials(words.initials, _INITIALS)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(label(words.title, "strong"))
        names.addWidget(label(words.number))
        names.addStretch()
        head = QHBoxLayout()
        head.setSpacing(M)
        head.addWidget(self.photo)
        head.addLayout(names, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        layout.addWidget(label(title, "section", wraps=False))
        layout.addLayout(head)
        layout.addLayout(_grid(words))
        for heading, lines in (
            (texts.say("MEMBERSHIPS"), words.memberships),
            (texts.say("SUBSCRIPTIONS"), words.subscriptions),
        ):
            if lines:
                section = Section(heading)
                for line in lines:
                    section.add(label(line))
                layout.addWidget(section)


def _grid(words: PersonWords) -> QGridLayout:
    """Return labels and values in two columns."""
    grid = QGridLayout()
    grid.setVerticalSpacing(S - 2)
    grid.setHorizontalSpacing(S + 4)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(words.facts):
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value), row, 1)
    return grid
