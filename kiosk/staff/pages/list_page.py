"""Pages with a list: searched, filtered, and fetched as it is scrolled to."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.row_list import ListRow, RowList
from kiosk.staff.pages.view import PageView
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_TYPING_PAUSE_MS = 200
_LONGEST = 200
"""Characters of a search."""


class SearchPage(PageView):
    """Shows rows in a ``view``; ``wanted`` asks for those that fit what is typed and chosen.

    ``placeholder`` names what can be typed. The filters stand beside the search, or below it.
    """

    opened = Signal(object)
    """Id of a row."""
    wanted = Signal()

    def __init__(self, texts: Texts, title: str, placeholder: str, view: QAbstractItemView) -> None:
        super().__init__(texts)
        self._view = view
        self.search = QLineEdit()
        self.search.setPlaceholderText(placeholder)
        self.search.setAccessibleName(placeholder)
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(_LONGEST)
        self.count = PlainLabel("", "muted")
        self.nothing = label("", "empty")
        self._choices: list[tuple[Choice, object]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.wanted)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._on_enter)
        self._head, self._filters = QHBoxLayout(), QHBoxLayout()
        self._head.addWidget(label(title, "name", wraps=False))
        self._head.addSpacing(S)
        self._head.addWidget(self.count, 1, Qt.AlignmentFlag.AlignBottom)

    @property
    def typed(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    def add_button(self, button: QAbstractButton) -> None:
        """Add a button at the end of the heading."""
        self._head.addWidget(button)

    def add_filter(self, choice: Choice, name: str) -> None:
        """Add a choice beside the search; the one it has now is what a new session begins with."""
        choice.setAccessibleName(name)
        choice.currentIndexChanged.connect(self.wanted)
        self._choices.append((choice, choice.chosen))
        self._filters.addWidget(choice)

    def clear_search(self) -> None:
        """Forget what was searched for, without asking anew."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        for choice, first in self._choices:
            choice.blockSignals(True)
            choice.choose(first)
            choice.blockSignals(False)
        self._pause.stop()

    def _on_enter(self) -> None:
        """Go from the search to what was found."""
        rows = self._view.model()
        if rows.rowCount():
            self._view.setFocus(Qt.FocusReason.TabFocusReason)
            self._view.setCurrentIndex(rows.index(0, 0))

    def _lay_out(
        self, *below: QWidget, beside: QWidget | None = None, stacked: bool = False
    ) -> None:
        """Lay out the page, with ``below`` under the rows; ``stacked`` filters have a line."""
        self._filters.setSpacing(S)
        body, column = QHBoxLayout(), QVBoxLayout()
        column.setSpacing(S if stacked else M)
        if stacked:
            column.addWidget(self.search)
        else:
            self._filters.insertWidget(0, self.search, 1)
        column.addLayout(self._filters)
        column.addWidget(self.nothing)
        column.addWidget(self._view, 1)
        column.addStretch()
        for each in below:
            column.addWidget(each)
        body.setSpacing(L)
        body.addLayout(column, 1)
        if beside is not None:
            body.addWidget(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(self._head)
        layout.addWidget(self.message)
        layout.addLayout(body, 1)


class ListPage(SearchPage):
    """Shows rows one below the other. ``none_yet`` is shown where there is no row at all."""

    more = Signal()
    """Asks for the rows after the last one."""

    def __init__(
        self,
        texts: Texts,
        title: str,
        placeholder: str,
        none_yet: str,
        *,
        beside: QWidget | None = None,
    ) -> None:
        self.list = RowList(title)
        super().__init__(texts, title, placeholder, self.list)
        self._none_yet = none_yet
        self.list.opened.connect(self.opened)
        self.list.more.connect(self.more)
        self._lay_out(beside=beside)

    def show_rows(self, rows: Sequence[ListRow], count: str, *, complete: bool) -> None:
        """Show the first rows; ``count`` says how many there are, more follow if not complete."""
        self.count.setText(count)
        nothing = self._texts.say("Nothing found for “{text}”.", text=self.typed)
        self.nothing.setText(nothing if self.typed else self._none_yet)
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.list.show_rows(rows, complete=complete)
