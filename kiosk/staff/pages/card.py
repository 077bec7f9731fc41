"""The page of a wallet card: the QR code for the customer's phone, or its picture, and actions.

Both have a code that can be scanned: only one of them is on screen at a time, under its heading.
"""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from api_client.messages.cards import WalletKind
from kiosk.staff.pages.menu import DropMenu
from kiosk.staff.pages.parts import Action, chip, empty, label, paint_chip
from kiosk.staff.pages.picture import Picture
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.card import CardWords
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts
from kiosk.views.qr import QrView

_QR_SIDE = 300
_FIRST = (Action.MAIL, Action.PRINT, Action.REPLACE, Action.TAKE_BACK)
"""Actions with a button of their own; the others are in the menu beside them."""


class Side(StrEnum):
    """What is shown of a card."""

    PHONE = "phone"
    PICTURE = "picture"


class CardPage(PageView):
    """Shows a ``CardWords``, and either the code that a phone reads or a picture of the card."""

    shape = Shape.PROFILE

    acted = Signal(object, object)
    """Action, CardWords."""
    wallet_chosen = Signal(object)
    """WalletKind: the wallet in which the card is to be drawn."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self.words: CardWords | None = None
        self.title, self.holder = label("", "name"), label("", "muted")
        self.state = chip("", Tone.ACTIVE)
        self.picture = Picture()
        self.qr = QrView(_QR_SIDE)
        self.hint = label(texts.say("Scan with the member's phone to add the card"), "title")
        self.no_link = label("", "muted")
        self.picture_hint = label(texts.say("What the card looks like in the wallet"), "title")
        self.sides = self._side_buttons()
        self.warning = label("", "failure")
        self._facts = QGridLayout()
        self.wallets = self._wallet_buttons()
        self.buttons = self._action_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(self._head())
        layout.addWidget(self.message)
        layout.addWidget(self._scrolled(), 1)
        layout.addLayout(self._foot())

    def show_card(self, words: CardWords, *, may_change: bool) -> None:
        """Show a card. Its picture is set separately."""
        another = self.words is None or self.words.id != words.id
        self.words = words
        if another:
            self.picture.show_image(QImage())
            self.show_side(Side.PHONE if words.link or not words.has_design else Side.PICTURE)
        self.title.setText(words.title)
        self.holder.setText(words.holder)
        paint_chip(self.state, words.status, words.tone)
        self._show_facts(words)
        self.qr.show_text(words.link)
        self.hint.setVisible(bool(words.link))
        self.qr.setVisible(bool(words.link))
        self.sides[Side.PICTURE].setVisible(words.has_design)
        self.sides[Side.PHONE].setVisible(words.has_design)
        self.no_link.setText(words.no_link)
        self.no_link.setVisible(bool(words.no_link))
        self.warning.setText("\n".join(words.warnings))
        self.warning.setVisible(bool(words.warnings))
        for action, button in self.buttons.items():
            button.setVisible(_possible(action, words, may_change=may_change))
        self.menu.hide()
        rest = (button for action, button in self.buttons.items() if action not in _FIRST)
        self.more.setVisible(any(not button.isHidden() for button in rest))

    def show_picture(self, image: QImage) -> None:
        """Show the card as the chosen wallet draws it."""
        self.picture.show_image(image)

    def show_side(self, side: Side) -> None:
        """Show the code for a phone, or the picture of the card."""
        self.sides[side].setChecked(True)
        self._stack.setCurrentIndex(list(Side).index(side))

    @property
    def side(self) -> Side:
        """What is on screen."""
        return list(Side)[self._stack.currentIndex()]

    @property
    def wallet(self) -> WalletKind:
        """The wallet that is chosen."""
        chosen = (kind for kind, button in self.wallets.items() if button.isChecked())
        return next(chosen, WalletKind.APPLE)

    def _head(self) -> QHBoxLayout:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.holder)
        head = QHBoxLayout()
        head.addLayout(names, 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _scrolled(self) -> QScrollArea:
        """Return the body in a scroll area: a small window is lower than it."""
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(self._body())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        return scroll

    def _body(self) -> QHBoxLayout:
        """Return the code or the picture on the left, and the facts on the right."""
        phone, picture, left, right = QWidget(), QWidget(), QVBoxLayout(), QVBoxLayout()
        column = QVBoxLayout(phone)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        for part in (self.hint, self.no_link):
            column.addWidget(part)
        column.addWidget(self.qr, 1)
        column.addStretch()
        choice = QHBoxLayout()
        choice.setSpacing(S)
        for button in self.wallets.values():
            choice.addWidget(button)
        choice.addStretch()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.picture_hint)
        column.addLayout(choice)
        column.addWidget(self.picture, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(phone)
        self._stack.addWidget(picture)
        tabs = QHBoxLayout()
        tabs.setSpacing(S)
        for button in self.sides.values():
            tabs.addWidget(button)
        tabs.addStretch()
        left.setSpacing(M)
        left.addLayout(tabs)
        left.addWidget(self._stack, 1)
        right.setSpacing(M)
        right.addLayout(self._facts)
        right.addWidget(self.warning)
        right.addStretch()
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, S, 0)
        body.setSpacing(L)
        body.addLayout(left, 3)
        body.addLayout(right, 2)
        return body

    def _side_buttons(self) -> dict[Side, QPushButton]:
        say, group, made = self._texts.say, QButtonGroup(self), {}
        for side, words in (
            (Side.PHONE, say("Add to a phone")),
            (Side.PICTURE, say("Picture of the card")),
        ):
            button = QPushButton(words)
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _on, side=side: self.show_side(side))
            made[side] = button
        return made

    def _foot(self) -> QHBoxLayout:
        """Return one line of buttons: the code above them needs the height."""
        self.more = QPushButton(self._texts.say("More …"), self)  # else it is a window when shown
        foot = QHBoxLayout()
        foot.setSpacing(S)
        for button in (*(self.buttons[each] for each in _FIRST), self.more):
            foot.addWidget(button)
        foot.addStretch()
        self.buttons[Action.REVOKE].setObjectName("danger_item")
        self.menu = DropMenu(self.more, self)
        rest = [button for action, button in self.buttons.items() if action not in _FIRST]
        self.menu.fill((("", rest),))
        return foot

    def _wallet_buttons(self) -> dict[WalletKind, QPushButton]:
        group = QButtonGroup(self)
        made = {}
        for kind, words in ((WalletKind.APPLE, "Apple"), (WalletKind.GOOGLE, "Google")):
            button = QPushButton(words)
            button.setCheckable(True)
            button.setChecked(kind is WalletKind.APPLE)
            group.addButton(button)
            button.clicked.connect(lambda _on, kind=kind: self.wallet_chosen.emit(kind))
            made[kind] = button
        return made

    def _action_buttons(self) -> dict[Action, QPushButton]:
        say = self._texts.say
        made = {}
        for action, words in (
            (Action.MAIL, say("Mail …")),
            (Action.NEW_LINK, say("Send a new link …")),
            (Action.PRINT, say("Print")),
            (Action.REPLACE, say("Replace …")),
            (Action.SAVE_PASS, say("Save pass …")),
            (Action.SAVE_PRINT, say("Save PDF …")),
            (Action.REVOKE, say("Revoke …")),
            (Action.TAKE_BACK, say("Take back …")),
        ):
            button = QPushButton(words)
            button.clicked.connect(lambda _on=False, act=action: self.acted.emit(act, self.words))
            made[action] = button
        return made

    def _show_facts(self, words: CardWords) -> None:
        empty(self._facts)
        self._facts.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(words.facts):
            self._facts.addWidget(label(name, "muted", wraps=False), row, 0)
            self._facts.addWidget(label(value), row, 1)


def _possible(action: Action, words: CardWords, *, may_change: bool) -> bool:
    """Return whether an action is possible and allowed."""
    match action:
        case Action.MAIL | Action.NEW_LINK:
            return may_change and bool(words.link)
        case Action.PRINT | Action.SAVE_PRINT:
            return words.good
        case Action.SAVE_PASS:
            return may_change and words.good and words.has_design
        case Action.TAKE_BACK:
            return may_change and words.foreign
        case _:
            return may_change and words.good
