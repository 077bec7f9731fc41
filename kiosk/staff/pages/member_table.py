"""The table of members: rows that open, are ticked, and are filtered by what is typed."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from kiosk.staff.pages.member_model import MemberModel
from kiosk.staff.words.members import Column
from kiosk.texts import Texts

_ROW_HEIGHT = 40
_TYPING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
"""Held for capital letters, and with the keys of the number pad."""
_FIT = 5
"""Columns that the narrowest window has room for; more are scrolled."""
_WIDTHS = {
    Column.NAME: 210,
    Column.NUMBER: 100,
    Column.STATUS: 186,
    Column.PLAN: 140,
    Column.UNTIL: 124,
    Column.COMPANY: 160,
    Column.EMAIL: 230,
    Column.PHONE: 150,
    Column.PHOTO: 70,
    Column.CARD: 70,
}
SORTED = {Column.NAME: "name", Column.NUMBER: "number"}
"""Columns by whose heading the list is sorted, and what is sent for them."""


class MemberTable(QTableView):
    """Shows a ``MemberModel``. Enter and a click open a row, Space ticks it."""

    opened = Signal(object)
    """Id of a customer."""
    typed = Signal(str)
    """A character that was typed into the table."""
    sort_wanted = Signal(str)
    """Name of an order."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.members = MemberModel(texts, self)
        self.setModel(self.members)
        self.setAccessibleName(texts.say("Members"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        head.setHighlightSections(False)
        head.setSortIndicatorShown(True)
        head.sectionClicked.connect(self._on_heading)

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show these columns, each as wide as it needs to be."""
        self.members.show_columns(columns)
        for place, column in enumerate(columns):
            self.setColumnWidth(place, _WIDTHS[column])
        # The name takes what is left, unless the others need more than there is.
        head, stretch = self.horizontalHeader(), QHeaderView.ResizeMode.Stretch
        fits = len(columns) <= _FIT
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        if columns and fits:
            head.setSectionResizeMode(0, stretch)

    def show_order(self, order: str) -> None:
        """Mark the heading by which the list is sorted."""
        columns = self.members.columns
        place = next((at for at, each in enumerate(columns) if SORTED.get(each) == order), -1)
        self.horizontalHeader().setSortIndicator(place, Qt.SortOrder.AscendingOrder)

    def focus_row(self, number: int) -> None:
        """Make a row the current one, if there is one."""
        if self.members.total:
            self.setCurrentIndex(self.members.index(min(number, self.members.total - 1), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Enter, go to the ends by Home and End, and pass on what is typed."""
        at, plain = self.currentIndex(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        types = not event.modifiers() & ~_TYPING
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if at.isValid():
                self._open(at)
            case Qt.Key.Key_Home if plain:
                self.focus_row(0)
            case Qt.Key.Key_End if plain:
                self.focus_row(self.members.total - 1)
            case Qt.Key.Key_Space if at.isValid():
                self._toggle(at)
            case _ if types and event.text().isprintable() and event.text().strip():
                self.typed.emit(event.text())
            case _:
                super().keyPressEvent(event)

    def keyboardSearch(self, _text: str) -> None:
        """Search nothing here: Qt would read every row, which asks for all of them."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the row that was clicked, unless its box was ticked."""
        at = self.indexAt(event.position().toPoint())
        before = self.members.data(at, Qt.ItemDataRole.CheckStateRole) if at.isValid() else None
        pressed = self.currentIndex()
        super().mouseReleaseEvent(event)
        if not at.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        after = self.members.data(at, Qt.ItemDataRole.CheckStateRole)
        if before == after and at.row() == pressed.row():
            self._open(at)

    def _open(self, at: QModelIndex) -> None:
        row = self.members.row(at.row())
        if row is not None:
            self.opened.emit(row.customer.id)

    def _toggle(self, at: QModelIndex) -> None:
        first = self.members.index(at.row(), 0)
        on = self.members.data(first, Qt.ItemDataRole.CheckStateRole)
        if on is not None:
            other = (
                Qt.CheckState.Unchecked if on is Qt.CheckState.Checked else Qt.CheckState.Checked
            )
            self.members.setData(first, other, Qt.ItemDataRole.CheckStateRole)

    def _on_heading(self, section: int) -> None:
        order = SORTED.get(self.members.columns[section])
        if order is not None:
            self.sort_wanted.emit(order)
