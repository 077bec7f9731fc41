"""The profile of a customer: who they are and how they stand, and below it everything of theirs."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.history import HistoryList
from kiosk.staff.pages.menu import DropMenu
from kiosk.staff.pages.note import NoteField
from kiosk.staff.pages.parts import Action, chip, empty, label
from kiosk.staff.pages.profile import Allowed, ProfilePage, scrolled
from kiosk.staff.words.profile import ProfileWords
from kiosk.staff.words.standing import Primary, Step
from kiosk.style import XS, M, S
from kiosk.texts import Texts

_PHOTO = 140
_LONG_NAME = 40
"""Letters of a name from which on it is shown smaller."""
_BESIDE = 700
"""From this width of the page on, the buttons are beside the photo, else below it; in pixels."""
_ACTIONS = {Step.RENEW: Action.RENEW, Step.PAY: Action.PAY, Step.SELL: Action.ASSIGN}


class Tab(StrEnum):
    """A part of the profile, in the order of the tabs."""

    MEMBERSHIPS = "memberships"
    VISITS = "visits"
    PAYMENTS = "payments"
    CARDS = "cards"
    COMPANIES = "companies"
    CHANGES = "changes"


class CustomerPage(ProfilePage):
    """Shows a ``ProfileWords`` of a customer. What many have much of is a tab of its own."""

    wanted = Signal(object)
    """A ``Tab`` whose list is to be loaded, or to grow."""
    stepped = Signal(object)
    """The ``Primary`` whose button was pressed."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts, of_company=False)
        self.photo.setFixedSize(_PHOTO, _PHOTO)
        self.photo.setAccessibleName(texts.say("Photo"))
        self._primary: Primary | None = None

    def show_profile(self, words: ProfileWords, allowed: Allowed) -> None:
        """Show a profile from its first tab."""
        super().show_profile(words, allowed)
        self._fit_name(words.title)
        self.subtitle.setText(" · ".join((words.subtitle, *words.details)))
        self._show_standing(words)
        self._primary = words.primary if allowed.memberships else None
        self.primary.setVisible(self._primary is not None)
        if self._primary is not None:
            self.primary.setText(self._primary.words.replace("&", "&&"))
        self.photo_button.setVisible(allowed.edit)
        self.note.set_allowed(allowed=allowed.edit)
        self._fill_menu(allowed, has_photo=words.photo_path is not None)

    def show_tab(self, tab: Tab) -> None:
        """Go to a tab."""
        self.tabs.setCurrentIndex(list(Tab).index(tab))

    @property
    def tab(self) -> Tab:
        """The tab in front."""
        return list(Tab)[self.tabs.currentIndex()]

    def _head(self) -> QLayout:
        """Return photo, name, standing, the one step that fits, and the note."""
        say = self._texts.say
        self.standing = QHBoxLayout()
        self.standing.setSpacing(S)
        self.primary = self._button("", Action.PAY, name="primary", plain=True)
        self.primary.clicked.connect(lambda: self.stepped.emit(self._primary))
        self.photo_button = self._button(say("Photo …"), Action.PHOTO)
        self.more = QPushButton(say("More"))
        self.menu = DropMenu(self.more, self)
        self.note = NoteField(self._texts)
        self.remove_photo: QPushButton | None = None
        self.merge_button: QPushButton | None = None
        self.erase_button: QPushButton | None = None
        self.end_logins: QPushButton | None = None
        self._actions = QWidget()
        buttons = QHBoxLayout(self._actions)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(S)
        for button in (self.primary, self.edit, self.photo_button, self.more):
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout()
        column.setSpacing(XS)
        column.addWidget(self.title)
        column.addLayout(self.standing)
        column.addWidget(self.subtitle)
        column.addStretch()
        self._beside, self._below = QVBoxLayout(), QVBoxLayout()
        column.addLayout(self._beside)
        head = QHBoxLayout()
        head.setSpacing(M)
        head.addWidget(self.photo, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(column, 1)
        whole = QVBoxLayout()
        whole.setSpacing(S)
        whole.addLayout(head)
        whole.addLayout(self._below)
        whole.addWidget(self.note)
        self._below.addWidget(self._actions)
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons where there is room for them."""
        super().resizeEvent(event)
        wanted = self._beside if self.width() >= _BESIDE else self._below
        if wanted.count() == 0:
            wanted.addWidget(self._actions)

    def _area(self) -> QWidget:
        """Return the tabs."""
        say = self._texts.say
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self._stack = QStackedWidget()
        self._memberships_tab, self._cards_tab, self._companies_tab = (
            scrolled(),
            scrolled(),
            scrolled(),
        )
        self.visits = HistoryList(self._texts, say("No visit yet."))
        self.payments = HistoryList(self._texts, say("No payment yet."))
        self.changes = HistoryList(self._texts, say("No change yet."))
        self._lists = {
            Tab.VISITS: self.visits,
            Tab.PAYMENTS: self.payments,
            Tab.CHANGES: self.changes,
        }
        self._tabs: dict[Tab, QWidget] = {
            Tab.MEMBERSHIPS: self._memberships_tab,
            Tab.CARDS: self._cards_tab,
            Tab.COMPANIES: self._companies_tab,
            **self._lists,
        }
        for tab in Tab:
            self.tabs.addTab("")
            self._stack.addWidget(self._tabs[tab])
        for tab, shown in self._lists.items():
            shown.more_wanted.connect(lambda tab=tab: self.wanted.emit(tab))
        self.tabs.currentChanged.connect(self._on_tab)
        area = QWidget()
        layout = QVBoxLayout(area)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        return area

    def _show_body(self, words: ProfileWords, allowed: Allowed) -> None:
        """Fill the tabs; lists that are not in the profile are loaded when they are opened."""
        self._name_tabs(words, allowed)
        first = QWidget()
        first.setObjectName("scrolled")
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        for flag in self._flags(words, allowed):
            column.addWidget(flag)
        held = self._memberships(words, allowed)
        held.title.setText(" · ".join(words.permissions))
        held.title.setWordWrap(True)
        column.addWidget(held)
        column.addStretch()
        self._memberships_tab.setWidget(first)
        self._cards_tab.setWidget(self._cards(words.cards or (), allowed))
        self._companies_tab.setWidget(self._entries(words, allowed))
        for shown in self._lists.values():
            shown.clear()
        self.visits.add(words.visits, more=words.visits_total > len(words.visits))
        self.show_tab(Tab.MEMBERSHIPS)

    def _name_tabs(self, words: ProfileWords, allowed: Allowed) -> None:
        """Name the tabs, with how many each holds, and hide those of what the role may not see."""
        say = self._texts.say
        cards = words.cards or ()
        names = {
            Tab.MEMBERSHIPS: (say("Memberships"), len(words.memberships), True),
            Tab.VISITS: (say("Visits"), words.visits_total, True),
            Tab.PAYMENTS: (say("Payments"), 0, allowed.payments),
            Tab.CARDS: (say("Cards"), len(cards), words.cards is not None),
            Tab.COMPANIES: (say("Companies"), len(words.entries), True),
            Tab.CHANGES: (say("Changes"), 0, allowed.changes),
        }
        for number, tab in enumerate(Tab):
            name, count, visible = names[tab]
            self.tabs.setTabText(number, f"{name} ({count})" if count else name)
            self.tabs.setTabVisible(number, visible)

    def _fit_name(self, name: str) -> None:
        """Show a long name smaller, and each at the side where the others are."""
        self.title.setObjectName("name" if len(name) <= _LONG_NAME else "title")
        self.title.style().unpolish(self.title)
        self.title.style().polish(self.title)
        side = (
            Qt.AlignmentFlag.AlignRight if self._texts.right_to_left else Qt.AlignmentFlag.AlignLeft
        )
        self.title.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)

    def _show_standing(self, words: ProfileWords) -> None:
        empty(self.standing)
        if words.standing is not None:
            self.standing.addWidget(chip(words.standing.word, words.standing.tone))
            self.standing.addWidget(label(words.standing.sentence, "strong"), 1)

    def _fill_menu(self, allowed: Allowed, *, has_photo: bool) -> None:
        """Fill the menu: what is issued and sold first, what cannot be taken back last, in red."""
        say = self._texts.say
        add, photo, danger = [], [], []
        if allowed.memberships:
            add.append(self._button(say("Sell plan"), Action.ASSIGN))
        if allowed.cards:
            add.append(self._button(say("Issue card …"), Action.ISSUE))
        self.end_logins = self.merge_button = self.erase_button = self.remove_photo = None
        if allowed.edit:
            if has_photo:
                self.remove_photo = self._button(say("Remove photo"), Action.REMOVE_PHOTO)
                photo.append(self.remove_photo)
            self.end_logins = self._danger(say("Log out everywhere …"), Action.END_LOGINS)
            danger.append(self.end_logins)
        if allowed.merge:
            self.merge_button = self._danger(say("Merge with another file …"), Action.MERGE)
            danger.append(self.merge_button)
        if allowed.erase:
            self.erase_button = self._danger(say("Erase personal data …"), Action.ERASE)
            danger.append(self.erase_button)
        self.menu.fill(
            ((say("NEW"), add), (say("PHOTO"), photo), (say("CANNOT BE UNDONE"), danger))
        )

    def _danger(self, words: str, action: Action) -> QPushButton:
        return self._button(words, action, name="danger_item")

    def _button(
        self, words: str, action: Action, *, name: str = "", plain: bool = False
    ) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        if not plain:
            button.clicked.connect(lambda: self.acted.emit(action, None))
        return button

    def _on_tab(self, number: int) -> None:
        """Show a tab, and ask for its list when it is opened for the first time."""
        tab = list(Tab)[number]
        self._stack.setCurrentWidget(self._tabs[tab])
        shown = self._lists.get(tab)
        if shown is not None and shown is not self.visits and not shown.lines:
            self.wanted.emit(tab)
