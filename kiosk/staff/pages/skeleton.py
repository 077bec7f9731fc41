"""The outline of a page while it loads. It does not move, and a short wait does not show it."""

from collections.abc import Iterator
from enum import StrEnum

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.style import L, M, S

LATE_MS = 150
"""How long a wait may be without anything that tells of it."""

_INK = 0.1
_CORNER = 8
_ROW, _BAR, _SMALL, _FIELD, _PHOTO = 60, 16, 12, 40, 96
"""Heights of a row, of a line of text, of a caption, of a field; side of a photo."""

Bar = tuple[float, float, float, float]
"""Left, top, width and height."""


class Shape(StrEnum):
    """What is outlined."""

    ROWS = "rows"
    LIST = "list"
    PROFILE = "profile"
    FORM = "form"


class Skeleton(QWidget):
    """Draws bars where the texts of a page will be, once the wait is ``LATE_MS`` long."""

    def __init__(self, name: str, shape: Shape = Shape.ROWS) -> None:
        super().__init__()
        self.shape = shape
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._drawn = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self.draw)

    @property
    def drawn(self) -> bool:
        """Whether the wait is long enough for the outline."""
        return self._drawn

    def wait(self, shape: Shape | None = None) -> None:
        """Begin to wait: nothing is drawn for ``LATE_MS``."""
        self.shape, self._drawn = shape or self.shape, False
        self._late.start()
        self.update()

    def draw(self) -> None:
        """Draw the outline from now on."""
        self._late.stop()
        self._drawn = True
        self.update()

    def stop(self) -> None:
        """Draw nothing any more: the wait is over."""
        self._late.stop()
        self._drawn = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars, mirrored where the desk is written from right to left."""
        if not self._drawn:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        ink = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        ink.setAlphaF(_INK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for left, top, width, height in bars(self.shape, self.width(), self.height()):
            corner = min(_CORNER, height / 2)
            painter.drawRoundedRect(QRectF(left, top, width, height), corner, corner)


def bars(shape: Shape, width: float, height: float) -> list[Bar]:
    """Return the bars of an outline in a widget of this size. None reaches out of it."""
    match shape:
        case Shape.ROWS:
            drawn = list(_rows(0, width, height))
        case Shape.LIST:
            drawn = [(0, 0, 200, _BAR * 2), (width - 140, 0, 140, _FIELD)]
            drawn += [(0, _FIELD + M, width, _FIELD)]
            drawn += _rows(2 * (_FIELD + M), width, height)
        case Shape.PROFILE:
            drawn = [(0, 0, _PHOTO, _PHOTO), (_PHOTO + M, M, 240, _BAR * 2)]
            drawn += [(_PHOTO + M, M + _BAR * 2 + S, 160, _BAR)]
            drawn += _rows(_PHOTO + L, width, height)
        case Shape.FORM:
            drawn = [(0, 0, 200, _BAR * 2), *_fields(_BAR * 2 + L, width, height)]
    return [each for each in drawn if _inside(each, width, height)]


def _rows(top: float, width: float, height: float) -> Iterator[Bar]:
    """Yield a title, what is below it, and a chip at the end of each row."""
    share = (0.34, 0.26, 0.3, 0.22)
    number = 0
    while top + _ROW <= height:
        yield 0, top + S, width * share[number % len(share)], _BAR
        yield 0, top + S + _BAR + S, width * 0.16, _SMALL
        yield width - 80, top + (_ROW - 20) / 2, 80, 20
        top, number = top + _ROW, number + 1


def _fields(top: float, width: float, height: float) -> Iterator[Bar]:
    """Yield two columns of labels with fields."""
    column = (width - L) / 2
    while top + _SMALL + S + _FIELD <= height:
        for left in (0.0, column + L):
            yield left, top, column * 0.3, _SMALL
            yield left, top + _SMALL + S, column, _FIELD
        top += _SMALL + S + _FIELD + L


def _inside(bar: Bar, width: float, height: float) -> bool:
    left, top, across, down = bar
    return left >= 0 and across > 0 and left + across <= width and top + down <= height
