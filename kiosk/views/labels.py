"""Text that fits its widget: it is scaled down to a least size, then elided."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from kiosk.style import FONT_FAMILY
from kiosk.texts import as_shown

_SMALLEST = 12
_STEP = 0.93
_ENDLESS = 1 << 16
_MOST_DRAWN = 600
"""Letters of a text that are laid out. Of more, the screen would wait for what nobody can read."""
_ROUNDING = 2
"""Pixels that vertical centring may add to the height of a line."""


def font_of(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the bundled font at a height in pixels."""
    font = QFont(FONT_FAMILY)
    font.setPixelSize(max(pixels, 1))
    font.setWeight(weight)
    return font


class FitLabel(QWidget):
    """A text in at most ``lines`` lines, ``pixels`` high or smaller if it needs that."""

    def __init__(
        self,
        pixels: int,
        weight: QFont.Weight = QFont.Weight.Normal,
        *,
        lines: int = 1,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeading,
    ) -> None:
        super().__init__()
        self._pixels = pixels
        self._weight = weight
        self._lines = lines
        self._align = align
        self._text = self._drawn = ""
        self._colour = QColor("#000000")
        self._fonts: dict[int, QFont] = {}
        self._heights: dict[int, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """The text in full."""
        return self._text

    def say(self, text: str, colour: str) -> None:
        """Set the text and its colour; an empty text hides the widget."""
        text = as_shown(text)
        self._colour = QColor(colour)
        if text != self._text:
            self._text = text
            self._drawn = text if len(text) <= _MOST_DRAWN else f"{text[:_MOST_DRAWN]}…"
            self._clear_measured()
            self.setAccessibleName(text)
        if self.isHidden() is bool(text):
            self.setVisible(bool(text))
        self.update()

    def set_pixels(self, pixels: int) -> None:
        """Set the height of the letters at full size."""
        if pixels != self._pixels:
            self._pixels = pixels
            self._clear_measured()
            self.update()

    def set_lines(self, lines: int) -> None:
        """Set how many lines the text may take."""
        if lines != self._lines:
            self._lines = lines
            self._clear_measured()

    def sizeHint(self) -> QSize:
        """Return the height of the lines at the present width, and a small width."""
        return QSize(60, self._height_for(self.width()))

    def hasHeightForWidth(self) -> bool:
        """Return True: the height depends on how the text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height in pixels at ``width``."""
        return self._height_for(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height for the new width."""
        super().resizeEvent(event)
        if self._lines > 1 and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def fitted(self, width: int) -> QFont:
        """Return the largest font in which the text fits ``width`` pixels and the lines."""
        if width not in self._fonts:
            self._fonts[width] = self._fit(width)
        return self._fonts[width]

    def paintEvent(self, _event: object) -> None:
        """Draw the text."""
        painter = QPainter(self)
        painter.setFont(self.fitted(self.width()))
        painter.setPen(self._colour)
        text = self._drawn
        if self._lines == 1:
            cut = Qt.TextElideMode.ElideRight
            text = painter.fontMetrics().elidedText(text, cut, self.width() + _ROUNDING)
        painter.drawText(self.rect(), self._flags(), text)

    def _clear_measured(self) -> None:
        """Clear the cache of measurements; layouts ask for the same few widths repeatedly."""
        self._fonts.clear()
        self._heights.clear()
        self.updateGeometry()

    def _fit(self, width: int) -> QFont:
        if self._lines == 1:
            return self._fit_line(width)
        pixels = float(self._pixels)
        while True:
            font = font_of(max(int(pixels), _SMALLEST), self._weight)
            if pixels <= _SMALLEST or self._fits(QFontMetrics(font), width):
                return font
            pixels *= _STEP

    def _flags(self) -> int:
        aligned = QStyle.visualAlignment(self.layoutDirection(), self._align)
        flags = aligned | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        wrap = Qt.TextFlag.TextWordWrap if self._lines > 1 else Qt.TextFlag.TextSingleLine
        return int(flags) | int(wrap)

    def _fit_line(self, width: int) -> QFont:
        font = font_of(self._pixels, self._weight)
        advance = QFontMetrics(font).horizontalAdvance(self._drawn)
        if advance <= width:
            return font
        return font_of(max(int(self._pixels * width / advance), _SMALLEST), self._weight)

    def _fits(self, metrics: QFontMetrics, width: int) -> bool:
        box = QRect(0, 0, max(width, 1), _ENDLESS)
        bounds = metrics.boundingRect(box, self._flags(), self._drawn)
        highest = self._lines * (metrics.lineSpacing() + _ROUNDING)
        return bounds.width() <= width and bounds.height() <= highest

    def _height_for(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._measured_height(width)
        return self._heights[width]

    def _measured_height(self, width: int) -> int:
        if self._lines == 1:
            return QFontMetrics(font_of(self._pixels, self._weight)).lineSpacing()
        metrics = QFontMetrics(self.fitted(width))
        bounds = metrics.boundingRect(
            QRect(0, 0, max(width, 1), _ENDLESS), self._flags(), self._drawn
        )
        return max(bounds.height(), metrics.lineSpacing())
