"""The profile of a company, and what that of a customer has in common with it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.membership_card import MembershipCard
from kiosk.staff.pages.parts import Action, EntryLine, Section, label
from kiosk.staff.pages.skeleton import Shape
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
    ``changes``: what was changed may be read.
    """

    memberships: bool
    edit: bool
    links: bool
    cards: bool = False
    payments: bool = False
    online: bool = False
    merge: bool = False
    erase: bool = False
    changes: bool = False


class ProfilePage(PageView):
    """Shows a ``ProfileWords``; ``acted`` is emitted for every button."""

    shape = Shape.PROFILE

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
        self.cards: list[MembershipCard] = []
        self.lines: list[EntryLine] = []
        self.card_lines: list[EntryLine] = []
        self.replace_buttons: list[QPushButton] = []
        self.link_button: QPushButton | None = None
        self.flag_lines: list[ActionLine] = []
        self.issue_button: QPushButton | None = None
        self.order_button: QPushButton | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(self._head())
        layout.addWidget(self.message)
        layout.addWidget(self._area(), 1)

    def _head(self) -> QLayout:
        """Return what stays in view above the body."""
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.subtitle)
        head = QHBoxLayout()
        head.setSpacing(M)
        head.addWidget(self.photo)
        head.addLayout(names, 1)
        head.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _area(self) -> QWidget:
        """Return where the body of a profile is shown."""
        self._scroll = scrolled()
        return self._scroll

    def _show_body(self, words: ProfileWords, allowed: Allowed) -> None:
        """Show memberships on the left, everything else on the right."""
        self._scroll.setWidget(self._body(words, allowed))

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
        self.show_failure("")
        self._show_body(words, allowed)

    def show_photo(self, photo: QPixmap) -> None:
        """Show the customer's photo."""
        self.photo.show_photo(photo)

    def _body(self, words: ProfileWords, allowed: Allowed) -> QWidget:
        left, right = QVBoxLayout(), QVBoxLayout()
        for flag in self._flags(words, allowed):
            left.addWidget(flag)
        left.addWidget(self._memberships(words, allowed))
        left.addStretch()
        right.setSpacing(L)
        right.addLayout(_facts(words))
        right.addWidget(self._entries(words, allowed))
        right.addStretch()
        return Columns(left, right, spacing=M, shares=(1, 1))

    def _flags(self, words: ProfileWords, allowed: Allowed) -> list[ActionLine]:
        """Return the payments that staff have to look at."""
        self.flag_lines = []
        return [self._flag(flag, allowed) for flag in words.flags]

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
                self,
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
        self.card_lines, self.replace_buttons = [], []
        for card in cards:
            more = [self._replace_button(card)] if allowed.cards and card.replaceable else []
            line = EntryLine(Entry(card.id, card.title, card.below), self._texts, more=more)
            line.opened.connect(lambda id_: self.acted.emit(Action.OPEN_CARD, id_))
            self.card_lines.append(line)
            section.add(line)
        if not cards:
            section.add(label(self._texts.say("No card yet."), "muted"))
        return section

    def _replace_button(self, card: CardLine) -> QPushButton:
        """Return the button for a lost card: it is replaced by a new one."""
        button = QPushButton(self._texts.say("Lost? New card …"))
        button.setAccessibleName(f"{button.text()} {card.title}")
        button.clicked.connect(lambda: self.acted.emit(Action.REPLACE, card.id))
        self.replace_buttons.append(button)
        return button

    def _entries(self, words: ProfileWords, allowed: Allowed) -> Section:
        add = allowed.links
        then: Callable[[], object] = lambda: self.acted.emit(Action.LINK, None)  # noqa: E731
        link = self._texts.say("Link to a company …") if add else ""
        section = Section(words.entries_title, link, then)
        self.link_button = section.button
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


def scrolled() -> QScrollArea:
    """Return an area that is scrolled up and down only."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
