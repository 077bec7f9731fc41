"""Short texts in rounded boxes that wrap: notes and permissions."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.texts import as_shown

from .labels import font_of


class Chips(QWidget):
    """Wrapping chips in at most ``rows`` rows; the last one counts those left out as ``+n``.

    ``filled`` chips draw attention, outlined ones inform. ``pixels`` is the height of the letters.
    """

    def __init__(self, pixels: int, *, filled: bool, rows: int = 2) -> None:
        super().__init__()
        self._rows = rows
        self._pixels = pixels
        self._filled = filled
        self._words: tuple[str, ...] = ()
        self._fill, self._ink = "#000000", "#ffffff"
        self._measured: dict[int, list[tuple[QRectF, str]]] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that are shown."""
        return self._words

    def show_words(self, words: tuple[str, ...], fill: str, ink: str) -> None:
        """Set texts and colours; no text hides the widget."""
        words = tuple(as_shown(each) for each in words)
        self._fill, self._ink = fill, ink
        if words != self._words:
            self._words = words
            self.setAccessibleName(", ".join(words))
            self._clear_measured()
        if self.isHidden() is bool(words):
            self.setVisible(bool(words))
        self.update()

    def set_pixels(self, pixels: int) -> None:
        """Set the height of the letters."""
        self._pixels = pixels
        self._clear_measured()

    def sizeHint(self) -> QSize:
        """Return the height of the rows at the present width."""
        return QSize(60, self.heightForWidth(max(self.width(), 60)))

    def hasHeightForWidth(self) -> bool:
        """Return True: rows wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height in pixels at ``width``."""
        boxes = self._boxes(width)
        return int(boxes[-1][0].bottom()) + 1 if boxes else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height for the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, _event: object) -> None:
        """Draw the chips."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        for box, word in self._boxes(self.width()):
            outline = QPen(QColor(self._ink if self._filled else self._fill), 1.6)
            painter.setPen(Qt.PenStyle.NoPen if self._filled else outline)
            painter.setBrush(QColor(self._fill) if self._filled else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), box.height() / 3, box.height() / 3)
            painter.setPen(QColor(self._ink if self._filled else self._fill))
            inner = box.adjusted(self._pixels * 0.7, 0, -self._pixels * 0.7, 0)
            elided = painter.fontMetrics().elidedText(
                word, Qt.TextElideMode.ElideRight, int(inner.width()) + 1
            )
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, elided)

    def _font(self) -> QFont:
        return font_of(self._pixels, QFont.Weight.DemiBold)

    def _clear_measured(self) -> None:
        self._measured.clear()
        self.updateGeometry()

    def _boxes(self, width: int) -> list[tuple[QRectF, str]]:
        if width not in self._measured:
            self._measured[width] = self._measure(width)
        return self._measured[width]

    def _measure(self, width: int) -> list[tuple[QRectF, str]]:
        """Lay out as many texts as the rows hold, and the count of the others."""
        for shown in range(len(self._words), -1, -1):
            rest = len(self._words) - shown
            words = self._words[:shown] + ((f"+{rest}",) if rest else ())
            boxes = self._lay_out(words, width)
            rows = len({box.top() for box, _ in boxes})
            if rows <= self._rows:
                return boxes
        return []

    def _lay_out(self, words: tuple[str, ...], width: int) -> list[tuple[QRectF, str]]:
        metrics = QFontMetrics(self._font())
        height = metrics.height() + self._pixels * 0.6
        gap = self._pixels * 0.5
        boxes = []
        x = y = 0.0
        for word in words:
            wide = min(metrics.horizontalAdvance(word) + self._pixels * 1.5, float(width))
            if x and x + wide > width:
                x, y = 0.0, y + height + gap
            left = (
                width - x - wide if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else x
            )
            boxes.append((QRectF(left, y, wide, height), word))
            x += wide + gap
        return boxes
