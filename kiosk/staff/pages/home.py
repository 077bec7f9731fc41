"""The first page: companies, plans, and a new customer."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QTimer, Signal, SignalInstance
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.parts import EntryLine, Section, label
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.profile import Entry
from kiosk.style import L, M, S
from kiosk.texts import Texts

_TYPING_PAUSE_MS = 200


class HomePage(PageView):
    """Two lists side by side, with buttons to add to them."""

    new_customer = Signal()
    new_member = Signal()
    """Somebody new with a plan."""
    new_company = Signal()
    new_plan = Signal()
    company_opened = Signal(object)
    """Id."""
    plan_opened = Signal(object)
    """Id."""
    companies_wanted = Signal(str)
    """Part of a company's name."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.customer_button = _button(say("New customer …"), self.new_customer)
        self.member_button = _button(say("New member …"), self.new_member)
        self.member_button.setObjectName("primary")
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Company name"))
        self.search.setAccessibleName(say("Company name"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._pause.start)
        self.companies = _ListSection(say("COMPANIES"), say("New company …"), texts, self.search)
        self.plans = _ListSection(say("PLANS"), say("New plan …"), texts)
        self.companies.added.connect(self.new_company)
        self.plans.added.connect(self.new_plan)
        self.companies.opened.connect(self.company_opened)
        self.plans.opened.connect(self.plan_opened)
        self._lay_out()

    def _lay_out(self) -> None:
        say = self._texts.say
        head = QHBoxLayout()
        head.addWidget(label(say("Manage"), "name", wraps=False), 1)
        head.addWidget(self.customer_button)
        head.addWidget(self.member_button)
        lists = QHBoxLayout()
        lists.setSpacing(L)
        lists.addWidget(self.companies, 1)
        lists.addWidget(self.plans, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addLayout(lists, 1)

    def allow(self, scopes: Collection[str]) -> None:
        """Show only the buttons for which ``scopes`` suffice."""
        self.customer_button.setVisible("customers:write" in scopes)
        self.member_button.setVisible({"customers:write", "memberships:write"} <= set(scopes))
        self.companies.add_button.setVisible("companies:write" in scopes)
        self.plans.add_button.setVisible("plans:write" in scopes)

    def clear_search(self) -> None:
        """Empty the search box, without a search."""
        self.search.clear()
        self._pause.stop()

    def _ask(self) -> None:
        self.companies_wanted.emit(self.search.text().strip())


def _button(words: str, pressed: SignalInstance) -> QPushButton:
    """Return a button that emits ``pressed``."""
    button = QPushButton(words)
    button.clicked.connect(pressed)
    return button


class _ListSection(QWidget):
    """A heading with a button, and entries that can be opened."""

    added = Signal()
    opened = Signal(object)

    def __init__(
        self, title: str, action: str, texts: Texts, search: QLineEdit | None = None
    ) -> None:
        super().__init__()
        self._texts = texts
        self.lines: list[EntryLine] = []
        head = Section(title, action, self.added.emit)
        button = head.button
        if button is None:
            raise RuntimeError("a list without its button")
        self.add_button = button
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addWidget(head)
        if search is not None:
            layout.addWidget(search)
        layout.addWidget(self._scroll, 1)

    def show_entries(self, entries: Sequence[Entry], note: str = "") -> None:
        """Replace all entries, and the note below them."""
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        self.lines = []
        for entry in entries:
            line = EntryLine(entry, self._texts)
            line.opened.connect(self.opened)
            self.lines.append(line)
            column.addWidget(line)
        if not entries:
            column.addWidget(label(self._texts.say("None."), "muted"))
        if note:
            column.addWidget(label(note, "muted"))
        column.addStretch()
        self._scroll.setWidget(body)
