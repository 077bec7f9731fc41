"""The rows of the list of members, in pages that are asked for as they come into view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPixmap

from api_client.messages.members import MemberRow
from kiosk.staff.words.members import TONES, Column, cell_words, column_words, status_words
from kiosk.style import TONES as PAINTS
from kiosk.style import Tone
from kiosk.texts import Texts

PAGE = 100
"""Rows that are asked for together."""
_MOST_PAGES = 40
"""Pages that are kept; what is farther away is asked for again."""
_DOT = 10
# A table asks for some hundred cells, each in several roles, whenever it is painted: the names of
# Qt's enums are looked up once.
_PICTURE, _SPOKEN, _BOX = (
    Qt.ItemDataRole.DecorationRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.CheckStateRole,
)
_ROLES = frozenset(
    map(int, (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, _PICTURE, _SPOKEN, _BOX))
)
_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_FLAGS_OF_NAME = _FLAGS | Qt.ItemFlag.ItemIsUserCheckable
_NO_FLAGS = Qt.ItemFlag.NoItemFlags
_NO_INDEX = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class MemberModel(QAbstractTableModel):
    """Shows ``total`` rows, most of which are not here. Lives in the GUI thread.

    A row that is not here has empty cells, and its page is wanted once.
    """

    page_wanted = Signal(int)
    """Number of a page, from 0."""
    ticked_changed = Signal()

    def __init__(self, texts: Texts, parent: QObject) -> None:
        super().__init__(parent)
        self._texts, self._headings = texts, column_words(texts)
        self.columns: tuple[Column, ...] = ()
        self.total = 0
        self.complete = True
        """Whether ``total`` is all; there are more if not, which are added as they are reached."""
        self._pages: dict[int, tuple[MemberRow, ...]] = {}
        self._asked: set[int] = set()
        self._dots: dict[Tone, QPixmap] = {}
        self.ticked: dict[UUID, MemberRow] = {}
        self.all_ticked = False
        """Whether everybody in the list is ticked but those in ``left_out``."""
        self.left_out: set[UUID] = set()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of rows, whether they are here or not."""
        return 0 if parent.isValid() else self.total

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns that are shown."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the heading of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or section >= len(self.columns):
            return None
        return self._headings[self.columns[section]]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; a row that is not here is asked for."""
        if role not in _ROLES:
            return None
        row = self.row(index.row())
        if row is None:
            self._want(index.row() // PAGE)
            return None
        column = self.columns[index.column()]
        if role == _BOX:
            return self._tick(row) if column is Column.NAME else None
        if role == _PICTURE:
            return self._dot(TONES[row.status]) if column is Column.STATUS else None
        words = cell_words(row, column, self._texts)
        if role == _SPOKEN and column is Column.NAME:
            return f"{words}, {status_words(row.status, self._texts)}"
        return words

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the first cell of a row be ticked."""
        if not index.isValid():
            return _NO_FLAGS
        return _FLAGS_OF_NAME if self.columns[index.column()] is Column.NAME else _FLAGS

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick a row."""
        row = self.row(index.row())
        if role != Qt.ItemDataRole.CheckStateRole or row is None:
            return False
        on, who = Qt.CheckState(value) is Qt.CheckState.Checked, row.customer.id
        if self.all_ticked:
            (self.left_out.discard if on else self.left_out.add)(who)
        elif on:
            self.ticked[who] = row
        else:
            self.ticked.pop(who, None)
        self.dataChanged.emit(index, index)
        self.ticked_changed.emit()
        return True

    @property
    def count_ticked(self) -> int:
        """How many are ticked."""
        return self.total - len(self.left_out) if self.all_ticked else len(self.ticked)

    def tick_all(self, on: bool) -> None:
        """Tick everybody in the list, here or not, or nobody."""
        self.ticked, self.all_ticked, self.left_out = {}, on, set()
        if self.total and self.columns:
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.total - 1, len(self.columns) - 1)
            )
        self.ticked_changed.emit()

    def row(self, number: int) -> MemberRow | None:
        """Return the member in a row; None if it is not here."""
        some = self._pages.get(number // PAGE, ())
        return some[number % PAGE] if number % PAGE < len(some) else None

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns in this order."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def begin(self, rows: Sequence[MemberRow], total: int, *, same: bool = False) -> None:
        """Show a list by its first page; who is ticked stays so if it is the ``same`` list."""
        self.beginResetModel()
        self.total, self.complete = total, True
        self._pages, self._asked = {0: tuple(rows)}, {0}
        if not same:
            self.ticked, self.all_ticked, self.left_out = {}, False, set()
        self.endResetModel()
        self.ticked_changed.emit()

    def count(self, total: int, *, complete: bool) -> None:
        """Show how long the list is, once that is known, or how long it is at least."""
        self.complete = complete
        if total > self.total:
            self.beginInsertRows(_NO_INDEX, self.total, total - 1)
            self.total = total
            self.endInsertRows()
        elif total < self.total:
            self.beginRemoveRows(_NO_INDEX, total, self.total - 1)
            self.total = total
            self.endRemoveRows()

    def fill(self, page: int, rows: Sequence[MemberRow]) -> None:
        """Show a page that was asked for; those that are farthest from it are dropped."""
        self._pages[page] = tuple(rows)
        while len(self._pages) > _MOST_PAGES:
            far = max(self._pages, key=lambda each: abs(each - page))
            del self._pages[far]
            self._asked.discard(far)
        last = min((page + 1) * PAGE, self.total) - 1
        if last >= page * PAGE and self.columns:
            self.dataChanged.emit(
                self.index(page * PAGE, 0), self.index(last, len(self.columns) - 1)
            )

    def give_up(self, page: int) -> None:
        """Ask for a page again when it is next in view: it could not be loaded."""
        self._asked.discard(page)

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self.page_wanted.emit(page)

    def _tick(self, row: MemberRow) -> Qt.CheckState:
        who = row.customer.id
        on = who not in self.left_out if self.all_ticked else who in self.ticked
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked

    def _dot(self, tone: Tone) -> QPixmap:
        """Return a dot in the colour of a verdict; its words stand beside it."""
        if tone not in self._dots:
            dot = QPixmap(2 * _DOT, 2 * _DOT)  # sharp on screens of 200 %
            dot.setDevicePixelRatio(2)
            dot.fill(Qt.GlobalColor.transparent)
            painter = QPainter(dot)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(PAINTS[tone].ink))
            painter.setBrush(QColor(PAINTS[tone].fill))
            painter.drawEllipse(1, 1, _DOT - 2, _DOT - 2)
            painter.end()
            self._dots[tone] = dot
        return self._dots[tone]
