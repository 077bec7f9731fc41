"""Text that fits its widget: it is scaled down to a least size, then elided."""

from functools import lru_cache

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QPixmapCache, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from kiosk.style import FONT_FAMILY
from kiosk.texts import as_shown

_SMALLEST = 12
_STEP = 0.93
_ENDLESS = 1 << 16
_MOST_DRAWN = 600
"""Letters of a text that are laid out. Of more, the screen would wait for what nobody can read."""
_OUTLINED = 64
"""Height in pixels of letters from which on each is drawn by its outline, and not from a cache."""
_ROUNDING = 2
"""Pixels that vertical centring may add to the height of a line."""


def font_of(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the bundled font at a height in pixels."""
    font = QFont(FONT_FAMILY)
    font.setPixelSize(max(pixels, 1))
    font.setWeight(weight)
    return font


@lru_cache(maxsize=256)
def _font(pixels: int, weight: QFont.Weight) -> tuple[QFont, QFontMetrics]:
    """Return a font that nobody changes, and its metrics; making one takes long in a verdict."""
    font = font_of(pixels, weight)
    return font, QFontMetrics(font)


@lru_cache(maxsize=64)
def _flags_of(direction: Qt.LayoutDirection, align: Qt.AlignmentFlag, wraps: bool) -> int:
    """Return the flags with which a text is drawn and measured."""
    aligned = QStyle.visualAlignment(direction, align)
    flags = aligned | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
    wrap = Qt.TextFlag.TextWordWrap if wraps else Qt.TextFlag.TextSingleLine
    return int(flags) | int(wrap)


@lru_cache(maxsize=1024)
def _fitted_pixels(
    text: str, width: int, pixels: int, weight: QFont.Weight, *, lines: int, flags: int
) -> int:
    """Return the largest height of letters at which ``text`` fits ``width`` and ``lines``.

    Most texts of verdicts come again and again.
    """
    advance = _font(pixels, weight)[1].horizontalAdvance(text)
    if advance <= width and "\n" not in text:
        return pixels
    if lines == 1:
        return max(int(pixels * width / max(advance, 1)), _SMALLEST)
    size = float(pixels)
    while True:
        now = max(int(size), _SMALLEST)
        metrics = _font(now, weight)[1]
        bounds = metrics.boundingRect(QRect(0, 0, max(width, 1), _ENDLESS), flags, text)
        highest = lines * (metrics.lineSpacing() + _ROUNDING)
        if size <= _SMALLEST or (bounds.width() <= width and bounds.height() <= highest):
            return now
        size *= _STEP


@lru_cache(maxsize=1024)
def _fitted_height(text: str, width: int, pixels: int, weight: QFont.Weight, flags: int) -> int:
    """Return the height of ``text`` in lines of ``width`` at a height of letters."""
    metrics = _font(pixels, weight)[1]
    if "\n" not in text and metrics.horizontalAdvance(text) <= width:
        return metrics.lineSpacing() + _ROUNDING
    bounds = metrics.boundingRect(QRect(0, 0, max(width, 1), _ENDLESS), flags, text)
    return max(bounds.height(), metrics.lineSpacing())


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
        self._heights: dict[int, int] = {}
        self._known_flags: int | None = None
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
            self._known_flags = None
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
        return _font(self._fitted_pixels(width), self._weight)[0]

    def _fitted_pixels(self, width: int) -> int:
        return _fitted_pixels(
            self._drawn, width, self._pixels, self._weight, lines=self._lines, flags=self._flags()
        )

    def paintEvent(self, _event: object) -> None:
        """Draw the text; large letters once, as outlines take milliseconds each time."""
        width, painter = self.width(), QPainter(self)
        pixels = self._fitted_pixels(width)
        metrics = _font(pixels, self._weight)[1]
        text = self._drawn
        if self._lines == 1 and pixels != self._pixels:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width + _ROUNDING)
        if pixels < _OUTLINED:
            self._draw(painter, text, pixels)
            return
        ratio, look = self.devicePixelRatioF(), (pixels, self._weight, self._flags())
        key = f"{look} {self.width()} {self.height()} {ratio} {self._colour.name()} {text}"
        drawn = QPixmap()
        if not QPixmapCache.find(key, drawn):
            drawn = QPixmap(self.size() * ratio)
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(drawn) as once:
                self._draw(once, text, pixels)
            QPixmapCache.insert(key, drawn)
        painter.drawPixmap(0, 0, drawn)

    def _draw(self, painter: QPainter, text: str, pixels: int) -> None:
        painter.setFont(_font(pixels, self._weight)[0])
        painter.setPen(self._colour)
        painter.drawText(self.rect(), self._flags(), text)

    def _clear_measured(self) -> None:
        """Clear the cache of measurements; layouts ask for the same few widths repeatedly."""
        self._heights.clear()
        self.updateGeometry()

    def _flags(self) -> int:
        if self._known_flags is None:  # a layout asks for them twenty times a verdict
            direction = self.layoutDirection()
            self._known_flags = _flags_of(direction, self._align, self._lines > 1)
        return self._known_flags

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew when texts run the other way."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._known_flags = None
            self._clear_measured()

    def _height_for(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._measured_height(width)
        return self._heights[width]

    def _measured_height(self, width: int) -> int:
        if self._lines == 1:
            return _font(self._pixels, self._weight)[1].lineSpacing()
        pixels = self._fitted_pixels(width)
        return _fitted_height(self._drawn, width, pixels, self._weight, self._flags())
