"""A picture with a square frame for the face, which can be moved and resized."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.style import BODY, RADIUS
from kiosk.views.icons import draw_icon
from kiosk.views.labels import font_of

LEAST = 100
"""Shortest side of a frame, in pixels of the picture."""

_STEP, _GROWTH = 0.03, 1.1
"""How far a key moves the frame, as a share of its side, and by how much it resizes it."""
_FACE = QRectF(0.24, 0.14, 0.52, 0.66)
"""Where a face belongs within the frame, as shares of its side."""


@dataclass(frozen=True)
class Frame:
    """A square within a picture: its left top corner and side, in pixels of the picture."""

    x: float
    y: float
    side: float

    def moved(self, right: float, down: float, width: int, height: int) -> "Frame":
        """Return the frame further right and down, within a picture of that size."""
        x = min(max(0.0, self.x + right), width - self.side)
        y = min(max(0.0, self.y + down), height - self.side)
        return Frame(x, y, self.side)

    def sized(self, factor: float, width: int, height: int) -> "Frame":
        """Return the frame larger or smaller around its middle, within a picture of that size."""
        most = float(min(width, height))
        side = max(min(float(LEAST), most), min(self.side * factor, most))
        grown = (self.side - side) / 2
        return Frame(self.x + grown, self.y + grown, side).moved(0, 0, width, height)

    def box(self) -> tuple[int, int, int]:
        """Return left, top and side in whole pixels."""
        return int(self.x), int(self.y), int(self.side)


def middle(width: int, height: int, share: float = 1.0) -> Frame:
    """Return the frame in the middle of a picture: ``share`` of its shorter side."""
    side = min(width, height) * share
    return Frame((width - side) / 2, (height - side) / 2, side)


class CropView(QWidget):
    """Shows a picture with its frame. ``painted`` is called after each painting.

    Only an ``adjustable`` frame is moved, by mouse, wheel and keys.
    """

    def __init__(self, painted: Callable[[], None]) -> None:
        super().__init__()
        self._painted = painted
        self._image: QImage | None = None
        self._message = ""
        self._grabbed: QPointF | None = None
        self.frame: Frame | None = None
        self.adjustable = False
        self.setMinimumSize(280, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def message(self) -> str:
        """The text in place of a picture; empty while one is shown."""
        return self._message

    def show_picture(self, image: QImage, share: float, *, adjustable: bool) -> None:
        """Show a picture with the frame in its middle, ``share`` of its shorter side."""
        self._image, self._message = image, ""
        self.frame = middle(image.width(), image.height(), share)
        self._set_adjustable(adjustable)
        self.update()

    def show_message(self, message: str) -> None:
        """Show a text in place of the picture."""
        self._image, self.frame, self._message = None, None, message
        self._set_adjustable(False)
        self.setAccessibleDescription(message)
        self.update()

    def paintEvent(self, _event: object) -> None:
        """Draw the picture, what the frame leaves out darker, and where the face belongs."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF(), RADIUS - 4, RADIUS - 4)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor("#0b0e12"))
        if self._image is not None and self.frame is not None:
            target = self._target(self._image.size())
            painter.drawImage(target, self._image)
            self._draw_frame(painter, target, self.frame)
        elif self._message:
            self._draw_message(painter)
        painter.end()
        self._painted()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the frame."""
        self._grabbed = event.position() if self.adjustable else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the frame with the mouse."""
        if self._grabbed is not None and self._image is not None:
            by = (event.position() - self._grabbed) / self._scale()
            self._grabbed = event.position()
            self._move(by.x(), by.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let the frame stay."""
        self._grabbed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Resize the frame."""
        if event.angleDelta().y():
            self.resize_frame(_GROWTH if event.angleDelta().y() < 0 else 1 / _GROWTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the frame by arrows, resize it by plus and minus."""
        step = _STEP * self.frame.side if self.frame is not None else 0.0
        moves = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        key = Qt.Key(event.key())
        if not self.adjustable:
            super().keyPressEvent(event)
        elif key in moves:
            self._move(*moves[key])
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Minus}:
            self.resize_frame(_GROWTH if key is Qt.Key.Key_Plus else 1 / _GROWTH)
        else:
            super().keyPressEvent(event)

    def resize_frame(self, factor: float) -> None:
        """Make an adjustable frame larger or smaller."""
        if self.adjustable and self.frame is not None and self._image is not None:
            self.frame = self.frame.sized(factor, self._image.width(), self._image.height())
            self.update()

    def _set_adjustable(self, adjustable: bool) -> None:
        self.adjustable, self._grabbed = adjustable, None
        focus = Qt.FocusPolicy.StrongFocus if adjustable else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)
        if adjustable:
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.unsetCursor()

    def _move(self, right: float, down: float) -> None:
        if self.frame is not None and self._image is not None:
            self.frame = self.frame.moved(right, down, self._image.width(), self._image.height())
            self.update()

    def _scale(self) -> float:
        """Return pixels of the screen for one of the picture."""
        assert self._image is not None  # noqa: S101 - asked while one is shown
        return self._target(self._image.size()).width() / self._image.width()

    def _target(self, size: QSize) -> QRectF:
        fitted = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left = (self.width() - fitted.width()) / 2
        top = (self.height() - fitted.height()) / 2
        return QRectF(left, top, fitted.width(), fitted.height())

    def _draw_frame(self, painter: QPainter, target: QRectF, frame: Frame) -> None:
        scale = self._scale()
        box = QRectF(target.x() + frame.x * scale, target.y() + frame.y * scale,
                     frame.side * scale, frame.side * scale)  # fmt: skip
        outside = QPainterPath()
        outside.addRect(self.rect().toRectF())
        outside.addRect(box)
        painter.fillPath(outside, QColor(11, 14, 18, 150))
        pen = QPen(QColor("#2ee6a8"), 3 if self.hasFocus() or not self.adjustable else 2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.setPen(QPen(QColor(255, 255, 255, 150), 2, Qt.PenStyle.DashLine))
        face = QRectF(box.x() + _FACE.x() * box.width(), box.y() + _FACE.y() * box.height(),
                      _FACE.width() * box.width(), _FACE.height() * box.height())  # fmt: skip
        painter.drawEllipse(face)

    def _draw_message(self, painter: QPainter) -> None:
        box = self.rect().toRectF()
        side = min(64.0, box.height() * 0.2)
        top = box.height() * 0.3
        draw_icon(
            painter, "camera_off", "#ffc14d", QRectF((box.width() - side) / 2, top, side, side)
        )
        painter.setPen(QColor("#eef2f5"))
        painter.setFont(font_of(BODY, QFont.Weight.Medium))
        words = QRectF(24, top + side + 12, box.width() - 48, box.height() - top - side - 16)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, int(flags) | int(Qt.TextFlag.TextWordWrap), self._message)
