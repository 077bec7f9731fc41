"""Icons of one family from ``resources/icons``, drawn in any colour at any size."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

import resources


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = resources.path(f"icons/{name}.svg").read_bytes()
    return QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode())))


def draw_icon(painter: QPainter, name: str, colour: str, box: QRectF) -> None:
    """Draw the icon ``name`` into ``box``."""
    _renderer(name, colour).render(painter, box)


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return the icon ``name`` as a ``QIcon``, in two pixels per ``size`` for dense screens."""
    pixmap = QPixmap(QSize(size, size) * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_icon(painter, name, colour, QRectF(0, 0, size, size))
    painter.end()
    return QIcon(pixmap)


class IconView(QWidget):
    """Shows one icon, as large as the widget."""

    def __init__(self, name: str = "", colour: str = "#000000", size: int = 20) -> None:
        super().__init__()
        self._name = name
        self._colour = colour
        self.set_size(size)

    def show_icon(self, name: str, colour: str) -> None:
        """Change the icon and its colour."""
        self._name, self._colour = name, colour
        self.update()

    def set_size(self, size: int) -> None:
        """Change the size, in pixels."""
        self.setFixedSize(size, size)

    def paintEvent(self, _event: object) -> None:
        """Draw the icon."""
        if self._name:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_icon(painter, self._name, self._colour, QRectF(self.rect()))
