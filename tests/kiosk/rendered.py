"""How well the texts of a widget can be read, from its pixels as they are rendered.

The ratio is that of WCAG 2.2, 1.4.3: of the relative luminances of ink and ground. The ground of a
text is the colour that most of the pixels of its box have, the ink the colour that differs most
from it: the middle of a stroke, where it is not blended with the ground. Disabled controls and
placeholders that are hidden are exempt, as there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

LEAST = 4.5
_MARGIN = 3
"""Pixels of a control's border, which is no text."""


@dataclass(frozen=True)
class Read:
    """A text and the contrast of its pixels; ink and ground as ``#rrggbb``."""

    text: str
    ratio: float
    ink: str
    ground: str
    widget: str


@cache
def luminance(rgb: int) -> float:
    """The relative luminance of a colour ``0xrrggbb`` (WCAG 2.2)."""
    parts = ((rgb >> 16 & 255) / 255, (rgb >> 8 & 255) / 255, (rgb & 255) / 255)
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(one: int, other: int) -> float:
    """The contrast of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def read(image: QImage, box: QRect) -> tuple[int, int]:
    """Ink and ground of the text in a box, as ``0xrrggbb``."""
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    inside = pixels[box.top() : box.bottom() + 1, box.left() : box.right() + 1] & 0xFFFFFF
    colours, counts = np.unique(inside, return_counts=True)
    ground = int(colours[counts.argmax()])
    return max(colours.tolist(), key=lambda ink: ratio(ink, ground)), ground


def text_of(widget: QWidget) -> str:
    """The text that a widget shows; empty for one without."""
    match widget:
        case QLabel() | QAbstractButton():
            return widget.text()
        case QLineEdit():
            return widget.displayText() or widget.placeholderText()
        case QPlainTextEdit():
            return widget.toPlainText() or widget.placeholderText()
        case QComboBox():
            return widget.currentText()
        case _:
            return ""


def readings(shown: QWidget) -> Iterator[Read]:
    """The contrast of each text of a widget that is seen and not disabled."""
    QApplication.processEvents()
    pixmap = shown.grab()
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)
    scale = pixmap.devicePixelRatio()
    for widget in shown.findChildren(QWidget):
        text = text_of(widget).strip()
        if not text or not widget.isVisibleTo(shown) or not widget.isEnabled():
            continue
        if widget.visibleRegion().boundingRect() != widget.rect():
            continue  # scrolled out in part: its text may be what is not in view
        seen = widget.rect().adjusted(*_inside(widget))
        origin = widget.mapTo(shown, QPoint(0, 0))
        box = QRect(
            round((origin.x() + seen.x()) * scale),
            round((origin.y() + seen.y()) * scale),
            round(seen.width() * scale),
            round(seen.height() * scale),
        ).intersected(image.rect())
        if box.width() < _MARGIN or box.height() < widget.fontMetrics().ascent():
            continue
        ink, ground = read(image, box)
        kind = f"{type(widget).__name__} {widget.objectName()}"
        yield Read(text, ratio(ink, ground), f"#{ink:06x}", f"#{ground:06x}", kind)


def _inside(widget: QWidget) -> tuple[int, int, int, int]:
    """What of a widget is border or indicator: left, top, right, bottom."""
    if isinstance(widget, QCheckBox | QRadioButton):
        return 28, 0, 0, 0
    if isinstance(widget, QComboBox):
        return _MARGIN, _MARGIN, -36, -_MARGIN
    if isinstance(widget, QLabel):
        return 0, 0, 0, 0
    return _MARGIN, _MARGIN, -_MARGIN, -_MARGIN
