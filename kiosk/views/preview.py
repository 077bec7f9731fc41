"""The camera's picture, with an outline around each code that was read."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.style import BODY, CAPTION, RADIUS, Theme
from scanner.events import FrameRead

from .icons import draw_icon
from .labels import font_of

_LEAST = 96
"""Width in pixels below which a picture shows nothing that could be recognized."""


class PreviewView(QWidget):
    """The live picture. ``painted`` is called after each painting, to request the next picture."""

    def __init__(self, theme: Theme, painted: Callable[[], None]) -> None:
        super().__init__()
        self._theme = theme
        self._painted = painted
        self._image: QImage | None = None
        self._frame: FrameRead | None = None
        self._message = ""
        self._ribbon = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def message(self) -> str:
        """The message over the picture; empty while the picture is live."""
        return self._message

    @property
    def ribbon(self) -> str:
        """The text across the picture."""
        return self._ribbon

    def show_picture(self, image: QImage, frame: FrameRead) -> None:
        """Show a picture with the codes of its frame."""
        self._image, self._frame, self._message = image, frame, ""
        self.update()

    def show_message(self, message: str) -> None:
        """Show why there is no live picture."""
        self._message = message
        self.setAccessibleDescription(message)
        self.update()

    def show_ribbon(self, text: str) -> None:
        """Show a text across the picture; an empty one removes it."""
        self._ribbon = text
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the aspect ratio of 16:9."""
        super().resizeEvent(event)
        self.setFixedHeight(self.width() * 9 // 16)

    def paintEvent(self, _event: object) -> None:
        """Draw the picture, the outlines of codes and the texts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF(), RADIUS - 4, RADIUS - 4)
        painter.setClipPath(shape)
        if self.width() < _LEAST:
            self._draw_sign(painter)
            painter.end()
            self._painted()
            return
        painter.fillRect(self.rect(), QColor("#0b0e12"))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            target = self._target(self._image.size())
            painter.drawImage(target, self._image)
            self._draw_codes(painter, target)
        if self._message:
            self._draw_message(painter)
        if self._ribbon:
            self._draw_ribbon(painter)
        painter.end()
        self._painted()

    def _draw_sign(self, painter: QPainter) -> None:
        """Draw whether the camera runs, where there is no room for its picture."""
        painter.fillRect(self.rect(), QColor(self._theme.raised))
        side = min(20.0, self.height())
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        stopped = bool(self._message)
        colour = self._theme.warn if stopped else self._theme.muted
        draw_icon(painter, "camera_off" if stopped else "camera", colour, box)

    def _target(self, size: QSize) -> QRectF:
        fitted = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left = (self.width() - fitted.width()) / 2
        top = (self.height() - fitted.height()) / 2
        return QRectF(left, top, fitted.width(), fitted.height())

    def _draw_codes(self, painter: QPainter, target: QRectF) -> None:
        frame = self._frame
        if frame is None or self._message:
            return
        painter.setPen(QPen(QColor("#2ee6a8"), 3))
        painter.setBrush(QColor(46, 230, 168, 46))
        across, down = target.width() / frame.width, target.height() / frame.height
        for code in frame.codes:
            corners = [
                QPointF(target.left() + x * across, target.top() + y * down)
                for x, y in code.corners
            ]
            painter.drawPolygon(QPolygonF(corners))

    def _draw_message(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(11, 14, 18, 205))
        box = self.rect().toRectF()
        side = box.height() * 0.2
        top = box.height() * 0.16
        draw_icon(
            painter, "camera_off", "#ffc14d", QRectF((box.width() - side) / 2, top, side, side)
        )
        painter.setPen(QColor("#eef2f5"))
        painter.setFont(font_of(BODY))
        words = QRectF(16, top + side + 8, box.width() - 32, box.height() - top - side - 12)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, int(flags) | int(Qt.TextFlag.TextWordWrap), self._message)

    def _draw_ribbon(self, painter: QPainter) -> None:
        painter.setFont(font_of(CAPTION, QFont.Weight.DemiBold))
        high = painter.fontMetrics().height() + 10
        box = QRectF(0, self.height() - high, self.width(), high)
        painter.fillRect(box, QColor(245, 179, 1, 235))
        painter.setPen(QColor("#241a00"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._ribbon)
