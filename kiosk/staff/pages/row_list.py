"""A long list of rows that open: only those in view are painted, and further ones are fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kiosk.style import BODY, CAPTION, TONES, S, Tone
from kiosk.texts import as_shown, capitalized
from kiosk.views.labels import font_of

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole
_HEIGHT = 60
_MARGIN = 14
_AHEAD = 30
"""Rows before the last one from which on further ones are fetched."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True)
class ListRow:
    """A row: ``beside`` stands at its end, above ``state``, which is a chip in ``tone``."""

    id: UUID
    title: str
    below: str = ""
    beside: str = ""
    state: str = ""
    tone: Tone = Tone.ACTIVE

    @property
    def words(self) -> str:
        """All texts of the row, for screen readers."""
        return ", ".join(filter(None, (self.title, self.below, self.beside, self.state)))


class RowModel(QAbstractListModel):
    """The rows that were fetched so far."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ListRow] = []

    def set_rows(self, rows: Sequence[ListRow]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def add_rows(self, rows: Sequence[ListRow]) -> None:
        """Add rows behind the others."""
        if rows:
            last = len(self.rows) + len(rows) - 1
            self.beginInsertRows(QModelIndex(), len(self.rows), last)
            self.rows += rows
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the row, or its texts."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == _ROW:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return row.words
        return None


class RowList(QListView):
    """Shows rows; a click or Enter opens one. ``more`` asks for the rows after the last one."""

    opened = Signal(object)
    """Id of a row."""
    more = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows = RowModel()
        self._complete, self._asked = True, False
        self.setModel(self.rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._open)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def show_rows(self, rows: Sequence[ListRow], *, complete: bool) -> None:
        """Show rows from the top; those that follow are fetched unless they are ``complete``."""
        self.rows.set_rows(rows)
        self._complete, self._asked = complete, False
        self.scrollToTop()

    def add_rows(self, rows: Sequence[ListRow], *, complete: bool) -> None:
        """Add the rows that ``more`` asked for."""
        self.rows.add_rows(rows)
        self._complete, self._asked = complete, False

    def retry(self) -> None:
        """Ask for further rows again, once the list is scrolled: the last try failed."""
        self._asked = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current row on Enter."""
        if event.key() in _ENTER and not event.isAutoRepeat() and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)
        self._on_scrolled()

    def _open(self, index: Index) -> None:
        self.opened.emit(index.data(_ROW).id)

    def _on_scrolled(self) -> None:
        """Ask for further rows when the last ones are near."""
        last = self.indexAt(self.viewport().rect().bottomLeft())
        seen = last.row() if last.isValid() else len(self.rows.rows) - 1
        if not self._complete and not self._asked and seen + _AHEAD >= len(self.rows.rows):
            self._asked = True
            self.more.emit()


class _RowDelegate(QStyledItemDelegate):
    """Draws a row in the colours of its list."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row, framed where the mouse or the focus is."""
        row: ListRow = index.data(_ROW)
        ink = QColor(option.palette.color(QPalette.ColorRole.Text))
        muted = QColor(ink)
        muted.setAlphaF(0.72)
        box = QRectF(option.rect).adjusted(1, 3, -1, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(option.direction)
        self._frame(painter, option, box, ink)
        words = box.adjusted(_MARGIN, 7, -_MARGIN, -7)
        end = self._draw_end(painter, option.direction, words, row, muted)
        if option.direction is Qt.LayoutDirection.RightToLeft:
            words.setLeft(words.left() + end)
        else:
            words.setRight(words.right() - end)
        upper, lower = _halves(words)
        painter.setPen(ink)
        painter.setFont(font_of(BODY, QFont.Weight.DemiBold))
        _line(painter, upper if row.below else words, row.title)
        painter.setPen(muted)
        painter.setFont(font_of(CAPTION))
        _line(painter, lower, row.below)
        painter.restore()

    def _frame(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, ink: QColor
    ) -> None:
        state, fill, edge = option.state, QColor(ink), QColor(ink)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        fill.setAlphaF(0.09 if over else 0.04)
        edge.setAlphaF(0.85 if focused else 0.14)
        painter.setPen(edge)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 10, 10)

    def _draw_end(
        self,
        painter: QPainter,
        direction: Qt.LayoutDirection,
        words: QRectF,
        row: ListRow,
        muted: QColor,
    ) -> float:
        """Draw what stands at the end of a row; return its width with the space before it."""
        painter.setFont(font_of(CAPTION, QFont.Weight.DemiBold))
        state = capitalized(row.state)
        chip = painter.fontMetrics().horizontalAdvance(state) + 20 if state else 0
        painter.setFont(font_of(CAPTION))
        beside = painter.fontMetrics().horizontalAdvance(row.beside)
        width = min(max(chip, beside), words.width() / 2)
        if not width:
            return 0
        end = QRectF(words.right() - width, words.top(), width, words.height())
        if direction is Qt.LayoutDirection.RightToLeft:
            end.moveLeft(words.left())
        upper, lower = _halves(end)
        painter.setPen(muted)
        both = bool(row.state and row.beside)
        trailing = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(upper if both else end, trailing, row.beside)
        if row.state:
            paint = TONES[row.tone]
            pill = QRectF(0, 0, chip, 20)
            pill.moveCenter((lower if both else end).center())
            if direction is Qt.LayoutDirection.RightToLeft:
                pill.moveLeft(end.left())
            else:
                pill.moveRight(end.right())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(paint.fill))
            painter.drawRoundedRect(pill, 10, 10)
            painter.setPen(QColor(paint.ink))
            painter.setFont(font_of(CAPTION, QFont.Weight.DemiBold))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, state)
        return width + 2 * S


def _halves(box: QRectF) -> tuple[QRectF, QRectF]:
    """Return the upper and the lower half of a box."""
    middle = box.height() / 2
    return box.adjusted(0, 0, 0, -middle), box.adjusted(0, middle, 0, 0)


def _line(painter: QPainter, box: QRectF, text: str) -> None:
    """Draw a text in one line, cut where there is no room for it."""
    flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
    width = int(box.width())
    cut = painter.fontMetrics().elidedText(as_shown(text), Qt.TextElideMode.ElideRight, width)
    painter.drawText(box, flags, cut)
