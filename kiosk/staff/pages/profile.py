"""The profile of a customer or a company: facts, memberships, cards, links."""

from collections.abc import Callable
from dataclasses import dataclass

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
from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.parts import Action, EntryLine, MembershipCard, Section, label
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.card import CardLine
from kiosk.staff.words.profile import Entry, ProfileWords
from kiosk.staff.words.subscription import Flag
from kiosk.style import L, M, Paint, S
from kiosk.texts import Texts
from kiosk.views.person_view import PhotoView

_PHOTO = 84
_INITIALS = Paint("#8f9cab", "#8f9cab")
"""Visible in the light and in the dark theme."""


@dataclass(frozen=True)
class Allowed:
    """What the role of the person who is signed in allows on a profile.

    ``online``: plans can be ordered and paid online. ``merge`` and ``erase`` are of a person.
    """

    memberships: bool
    edit: bool
    links: bool
    cards: bool = False
    payments: bool = False
    online: bool = False
    merge: bool = False
    erase: bool = False


class ProfilePage(PageView):
    """Shows a ``ProfileWords``; ``acted`` is emitted for every button."""

    acted = Signal(object, object)
    """Action and its target: MembershipLine, id, or None for the whole profile."""
    removed = Signal(object, str)
    """Id and name of a person to unlink."""

    def __init__(self, texts: Texts, *, of_company: bool) -> None:
        super().__init__(texts)
        self._of_company = of_company
        self.photo = PhotoView()
        self.photo.setFixedSize(_PHOTO, _PHOTO)
        self.title = label("", "name")
        self.subtitle = label("", "muted")
        self.edit = QPushButton(texts.say("Edit …"))
        self.edit.clicked.connect(lambda: self.acted.emit(Action.EDIT, None))
        self.end_logins = QPushButton(texts.say("Log out …"))
        self.end_logins.clicked.connect(lambda: self.acted.emit(Action.END_LOGINS, None))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.subtitle)
        head = QHBoxLayout()
        head.setSpacing(M)
        head.addWidget(self.photo)
        head.addLayout(names, 1)
        head.addWidget(self.end_logins, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addWidget(self._scroll, 1)
        self.cards: list[MembershipCard] = []
        self.lines: list[EntryLine] = []
        self.card_lines: list[EntryLine] = []
        self.flag_lines: list[ActionLine] = []
        self.issue_button: QPushButton | None = None
        self.order_button: QPushButton | None = None
        self.merge_button: QPushButton | None = None
        self.erase_button: QPushButton | None = None

    @property
    def heading(self) -> str:
        """The name of whom the page is about."""
        return self.title.text()

    def show_profile(self, words: ProfileWords, allowed: Allowed) -> None:
        """Show a profile from the top."""
        self.photo.show_initials(words.initials, _INITIALS)
        self.title.setText(words.title)
        self.subtitle.setText(words.subtitle)
        self.edit.setVisible(allowed.edit)
        self.end_logins.setVisible(allowed.edit and not self._of_company)
        self.show_failure("")
        self._scroll.setWidget(self._body(words, allowed))

    def show_photo(self, photo: QPixmap) -> None:
        """Show the customer's photo."""
        self.photo.show_photo(photo)

    def _body(self, words: ProfileWords, allowed: Allowed) -> QWidget:
        """Return memberships on the left, everything else on the right."""
        left, right = QVBoxLayout(), QVBoxLayout()
        self.flag_lines = []
        for flag in words.flags:
            left.addWidget(self._flag(flag, allowed))
        left.addWidget(self._memberships(words, allowed))
        left.addStretch()
        right.setSpacing(L)
        right.addLayout(_facts(words))
        if words.permissions:
            right.addWidget(_permissions(words, self._texts))
        if words.cards is not None:
            right.addWidget(self._cards(words.cards, allowed))
        right.addWidget(self._entries(words, allowed))
        if allowed.merge or allowed.erase:
            right.addWidget(self._whole_person(allowed))
        right.addStretch()
        return Columns(left, right, spacing=M, shares=(3, 2))

    def _flag(self, flag: Flag, allowed: Allowed) -> ActionLine:
        """Return a payment that staff have to look at."""
        buttons = []
        if allowed.memberships:
            asks = flag.refunded_invoice is not None
            words = self._texts.say("Decide …") if asks else self._texts.say("Settled …")
            settle = QPushButton(words)
            settle.clicked.connect(lambda: self.acted.emit(Action.SETTLE, flag))
            buttons.append(settle)
        line = ActionLine(flag.title, (flag.below,), buttons)
        self.flag_lines.append(line)
        return line

    def _memberships(self, words: ProfileWords, allowed: Allowed) -> Section:
        then: Callable[[], object] = lambda: self.acted.emit(Action.ASSIGN, None)  # noqa: E731
        assign = self._texts.say("Assign plan …") if allowed.memberships else ""
        section = Section(self._texts.say("MEMBERSHIPS"), assign, then)
        self.cards = []
        for line in words.memberships:
            card = MembershipCard(
                line,
                self._texts,
                may_change=allowed.memberships,
                sees_payments=allowed.payments,
            )
            card.acted.connect(self.acted)
            self.cards.append(card)
            section.add(card)
        if not words.memberships:
            section.add(label(self._texts.say("No membership yet."), "muted"))
        self.order_button = None
        if allowed.memberships and allowed.online:
            self.order_button = QPushButton(self._texts.say("Order online …"))
            self.order_button.clicked.connect(lambda: self.acted.emit(Action.ORDER, None))
            section.add(self.order_button)
        return section

    def _cards(self, cards: tuple[CardLine, ...], allowed: Allowed) -> Section:
        """Return the customer's wallet cards."""
        then: Callable[[], object] = lambda: self.acted.emit(Action.ISSUE, None)  # noqa: E731
        issue = self._texts.say("Issue card …") if allowed.cards else ""
        section = Section(self._texts.say("CARDS"), issue, then)
        self.issue_button = section.button
        self.card_lines = []
        for card in cards:
            line = EntryLine(Entry(card.id, card.title, card.below), self._texts)
            line.opened.connect(lambda id_: self.acted.emit(Action.OPEN_CARD, id_))
            self.card_lines.append(line)
            section.add(line)
        if not cards:
            section.add(label(self._texts.say("No card yet."), "muted"))
        return section

    def _whole_person(self, allowed: Allowed) -> Section:
        """Return the buttons of what is done to a person as a whole, for good."""
        say = self._texts.say
        section = Section(say("THE WHOLE FILE"))
        self.merge_button = self.erase_button = None
        if allowed.merge:
            self.merge_button = QPushButton(say("Merge with …"))
            self.merge_button.clicked.connect(lambda: self.acted.emit(Action.MERGE, None))
            section.add(self.merge_button)
        if allowed.erase:
            self.erase_button = QPushButton(say("Erase …"))
            self.erase_button.clicked.connect(lambda: self.acted.emit(Action.ERASE, None))
            section.add(self.erase_button)
        return section

    def _entries(self, words: ProfileWords, allowed: Allowed) -> Section:
        add = self._of_company and allowed.links
        then: Callable[[], object] = lambda: self.acted.emit(Action.LINK, None)  # noqa: E731
        section = Section(words.entries_title, self._texts.say("Link …") if add else "", then)
        self.lines = []
        for entry in words.entries:
            line = EntryLine(entry, self._texts, may_remove=add)
            line.opened.connect(lambda id_: self.acted.emit(Action.OPEN, id_))
            line.removed.connect(self.removed)
            self.lines.append(line)
            section.add(line)
        if not words.entries:
            section.add(label(self._texts.say("None."), "muted"))
        if words.entries_note:
            section.add(label(words.entries_note, "muted"))
        return section


def _facts(words: ProfileWords) -> QGridLayout:
    """Return labels and values in two columns."""
    grid = QGridLayout()
    grid.setVerticalSpacing(S)
    grid.setHorizontalSpacing(S + 4)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(words.facts):
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value), row, 1)
    return grid


def _permissions(words: ProfileWords, texts: Texts) -> Section:
    """Return what the customer may use now."""
    section = Section(texts.say("PERMISSIONS"))
    granted = label(" · ".join(words.permissions))
    section.add(granted)
    return section
