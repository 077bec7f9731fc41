"""All companies, with a search; however many there are, only those in view are painted."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.row_list import ListRow, RowList
from kiosk.staff.pages.view import PageView
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_TYPING_PAUSE_MS = 200
ACTIVE, ARCHIVED, ALL = "active", "archived", "all"


class CompaniesPage(PageView):
    """Shows companies; ``wanted`` asks for those that fit what is typed and chosen."""

    new_company = Signal()
    opened = Signal(object)
    """Id."""
    wanted = Signal()
    more = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.new_button = QPushButton(say("New company …"))
        self.new_button.setObjectName("primary")
        self.new_button.clicked.connect(self.new_company)
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Company name"))
        self.search.setAccessibleName(say("Company name"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(200)
        self.state = Choice(
            [(ACTIVE, say("Active")), (ARCHIVED, say("Archived")), (ALL, say("All"))]
        )
        self.state.setAccessibleName(say("State"))
        self.count = PlainLabel("", "muted")
        self.nothing = label("", "empty")
        self.list = RowList(say("Companies"))
        self.list.opened.connect(self.opened)
        self.list.more.connect(self.more)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.wanted)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._on_enter)
        self.state.currentIndexChanged.connect(self.wanted)
        self._lay_out(say("Companies"))

    @property
    def typed(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    @property
    def archived(self) -> bool | None:
        """Whether archived companies are wanted, or only others; None for all."""
        return {ACTIVE: False, ARCHIVED: True}.get(str(self.state.chosen))

    def show_companies(
        self, rows: Sequence[ListRow], count: str, *, complete: bool, may_add: bool
    ) -> None:
        """Show the first companies; ``count`` says how many there are."""
        self.new_button.setVisible(may_add)
        self.count.setText(count)
        say = self._texts.say
        nothing = say("Nothing found for “{text}”.", text=self.typed)
        self.nothing.setText(nothing if self.typed else say("No company yet."))
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.list.show_rows(rows, complete=complete)

    def add_companies(self, rows: Sequence[ListRow], *, complete: bool) -> None:
        """Show further companies."""
        self.list.add_rows(rows, complete=complete)

    def clear_search(self) -> None:
        """Forget what was searched for, without asking anew."""
        for each in (self.search, self.state):
            each.blockSignals(True)
        self.search.clear()
        self.state.choose(ACTIVE)
        for each in (self.search, self.state):
            each.blockSignals(False)
        self._pause.stop()

    def _on_enter(self) -> None:
        """Go from the search to what was found."""
        if self.list.rows.rows:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            self.list.setCurrentIndex(self.list.rows.index(0))

    def _lay_out(self, title: str) -> None:
        head, filters = QHBoxLayout(), QHBoxLayout()
        head.addWidget(label(title, "name", wraps=False))
        head.addSpacing(S)
        head.addWidget(self.count, 1, Qt.AlignmentFlag.AlignBottom)
        head.addWidget(self.new_button)
        filters.setSpacing(S)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addLayout(filters)
        layout.addWidget(self.nothing)
        layout.addWidget(self.list, 1)
        layout.addStretch()
