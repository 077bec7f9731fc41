"""A person: photo or initials, name and number."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.style import LARGE, NAME, L, Paint
from kiosk.verdict import Person

from .labels import FitLabel, font_of

PHOTO = 176
_ROUND = 0.16


class PhotoView(QWidget):
    """A photo in a rounded square, or the initials."""

    def __init__(self) -> None:
        super().__init__()
        self._initials = ""
        self._photo: QPixmap | None = None
        self._paint = Paint("#000000", "#ffffff")

    def show_initials(self, initials: str, paint: Paint) -> None:
        """Show a person without a photo."""
        self._initials, self._photo, self._paint = initials, None, paint
        self.update()

    def show_photo(self, photo: QPixmap) -> None:
        """Show a photo, cropped to the square in its middle."""
        self._photo = self._rounded(photo)
        self.update()

    @property
    def has_photo(self) -> bool:
        """Whether a photo is on screen."""
        return self._photo is not None

    def paintEvent(self, _event: object) -> None:
        """Draw the photo or the initials."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect())
        if self._photo is not None:
            painter.drawPixmap(box, self._photo, QRectF(self._photo.rect()))
            return
        ink = QColor(self._paint.ink)
        ink.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(box, box.width() * _ROUND, box.width() * _ROUND)
        painter.setPen(QColor(self._paint.ink))
        painter.setFont(font_of(int(box.height() * 0.36), QFont.Weight.DemiBold))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._initials)

    def _rounded(self, photo: QPixmap) -> QPixmap:
        """Return the middle square of ``photo`` with round corners, made once for all paintings."""
        side = min(photo.width(), photo.height())
        square = QRectF((photo.width() - side) / 2, (photo.height() - side) / 2, side, side)
        target = QPixmap(side, side)
        target.fill(Qt.GlobalColor.transparent)
        painter = QPainter(target)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(target.rect()), side * _ROUND, side * _ROUND)
        painter.setClipPath(shape)
        painter.drawPixmap(QRectF(target.rect()), photo, square)
        painter.end()
        return target


class PersonView(QWidget):
    """Photo, name and number in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.photo = PhotoView()
        self.name = FitLabel(NAME, QFont.Weight.Bold, lines=2)
        self.number = FitLabel(LARGE, QFont.Weight.Medium)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(self.name)
        words.addWidget(self.number)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(L)
        row.addWidget(self.photo)
        row.addLayout(words, 1)

    def show_person(self, person: Person, paint: Paint) -> None:
        """Show ``person`` in the colours of the verdict."""
        self.photo.show_initials(person.initials, paint)
        self.name.say(person.name, paint.ink)
        self.number.say(person.number, paint.ink)

    def set_scale(self, scale: float) -> None:
        """Scale everything with the panel."""
        self.photo.setFixedSize(int(PHOTO * scale), int(PHOTO * scale))
        self.setMinimumHeight(int(PHOTO * scale))
        self.name.set_pixels(int(NAME * scale))
        self.number.set_pixels(int(LARGE * scale * 0.85))
