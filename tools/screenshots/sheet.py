"""The contact sheet of a page: all its pictures side by side, each under its name."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

_COLUMNS, _WIDTH, _LABEL, _GAP = 3, 720, 28, 16
"""Lengths in pixels of the sheet."""


def contact_sheet(title: str, pictures: Sequence[tuple[str, Path]]) -> QImage:
    """Return a sheet with these pictures under their labels, scaled to one width."""
    images = [
        QImage(str(path)).scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
        for _, path in pictures
    ]
    rows = [images[at : at + _COLUMNS] for at in range(0, len(images), _COLUMNS)]
    heights = [max(image.height() for image in row) + _LABEL + _GAP for row in rows]
    width = _GAP + min(_COLUMNS, len(images)) * (_WIDTH + _GAP)
    sheet = QImage(width, _LABEL * 2 + sum(heights), QImage.Format.Format_RGB32)
    sheet.fill(QColor("#5c6570"))
    painter = QPainter(sheet)
    font = QFont("Inter")
    font.setPixelSize(_LABEL - 10)
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(QRect(_GAP, 0, width, _LABEL * 2), Qt.AlignmentFlag.AlignVCenter, title)
    top, labels = _LABEL * 2, iter(pictures)
    for row, height in zip(rows, heights, strict=True):
        for column, image in enumerate(row):
            left = _GAP + column * (_WIDTH + _GAP)
            words = QRect(left, top, _WIDTH, _LABEL)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, next(labels)[0])
            painter.drawImage(left, top + _LABEL, image)
        top += height
    painter.end()
    return sheet
