"""Rows of people with their verdict, for recent visits and search results."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kiosk.style import BODY, CAPTION, TONES, Theme, Tone
from kiosk.texts import as_shown

from .icons import draw_icon
from .labels import font_of

ROW = Qt.ItemDataRole.UserRole
_HEIGHT = 52
_BADGE = 30


@dataclass(frozen=True)
class Row:
    """A row of a list. ``key`` is the id of what it shows; ``struck`` rows are crossed out."""

    key: str
    name: str
    beside: str
    below: str
    tone: Tone
    struck: bool = False


class RowDelegate(QStyledItemDelegate):
    """Draws a ``Row``: a badge with the verdict's colour and icon, and two lines of text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the fixed height of a row."""
        return QSize(120, _HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the row."""
        row: Row = index.data(ROW)
        box = QRectF(option.rect)
        badge = QRect(option.rect.left() + 10, 0, _BADGE, _BADGE)
        badge.moveTop(option.rect.center().y() - _BADGE // 2)
        words = option.rect.adjusted(_BADGE + 20, 6, -10, -6)
        badge = QStyle.visualRect(option.direction, option.rect, badge)
        words = QStyle.visualRect(option.direction, option.rect, words)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(self._theme.accent))
            painter.setBrush(QColor(self._theme.raised))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 8, 8)
        self._draw_badge(painter, QRectF(badge), row.tone)
        painter.setLayoutDirection(option.direction)
        self._draw_words(painter, QRectF(words), row)
        painter.restore()

    def _draw_badge(self, painter: QPainter, badge: QRectF, tone: Tone) -> None:
        paint = TONES[tone]
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(QColor(paint.fill))
        painter.drawRoundedRect(badge, 8, 8)
        draw_icon(painter, tone.value, paint.ink, badge.adjusted(6, 6, -6, -6))

    def _draw_words(self, painter: QPainter, box: QRectF, row: Row) -> None:
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(font_of(CAPTION))
        beside = painter.fontMetrics().horizontalAdvance(row.beside)
        top = QRectF(box.left(), box.top(), box.width(), box.height() / 2)
        low = QRectF(box.left(), box.center().y(), box.width(), box.height() / 2)
        trailing = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(top, trailing, row.beside)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        _elided(painter, low, leading, row.below)
        font = font_of(BODY, QFont.Weight.DemiBold)
        font.setStrikeOut(row.struck)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.ink))
        mirrored = painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
        name = top.adjusted(beside + 8, 0, 0, 0) if mirrored else top.adjusted(0, 0, -beside - 8, 0)
        _elided(painter, name, leading, row.name)


def _elided(painter: QPainter, box: QRectF, flags: Qt.AlignmentFlag, text: str) -> None:
    cut = painter.fontMetrics().elidedText(
        as_shown(text), Qt.TextElideMode.ElideRight, int(box.width())
    )
    painter.drawText(box, flags, cut)
