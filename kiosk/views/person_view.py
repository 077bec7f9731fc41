"""A person: photo or initials, name and number, and what is said of them."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.style import LARGE, NAME, L, Paint, S
from kiosk.verdict import Person

from .labels import FitLabel, font_of

PHOTO = 352
_ROUND = 0.1
_LEAST = 0.6
"""Share of its side that a photo keeps where the height is short."""


class PhotoView(QWidget):
    """A photo in a rounded square, or the initials."""

    def __init__(self) -> None:
        super().__init__()
        self._initials = ""
        self._photo: QPixmap | None = None
        self._paint = Paint("#000000", "#ffffff")
        self._side = 0

    def set_side(self, side: int) -> None:
        """Take a square of ``side`` pixels, or less where the height is short."""
        self._side = side
        self.setMinimumSize(side, int(side * _LEAST))
        self.setMaximumSize(side, side)

    def sizeHint(self) -> QSize:
        """Return the square."""
        return QSize(self._side, self._side)

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
        box = self._square()
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

    def _square(self) -> QRectF:
        """Return the square in the middle, on whole pixels."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

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
    """A photo, and beside it name, number and what else is said of the person.

    ``said`` are widgets that stay where there is no person.
    """

    def __init__(self, *said: QWidget) -> None:
        super().__init__()
        self.photo = PhotoView()
        self.name = FitLabel(NAME, QFont.Weight.Bold, lines=2)
        self.number = FitLabel(LARGE, QFont.Weight.Medium)
        self._words = QVBoxLayout()
        self._words.addStretch()
        for each in (self.name, self.number, *said):
            self._words.addWidget(each)
        self._words.addStretch()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.photo)
        self._row.addLayout(self._words, 1)

    def show_person(self, person: Person | None, paint: Paint) -> None:
        """Show ``person`` in the colours of the verdict; without one only what is said."""
        known = person is not None
        name, number = (person.name, person.number) if person is not None else ("", "")
        if self.photo.isHidden() is known:
            self.photo.setVisible(known)
        if person is not None:
            self.photo.show_initials(person.initials, paint)
        self.name.say(name, paint.ink)
        self.number.say(number, paint.ink)

    def set_scale(self, scale: float) -> None:
        """Scale everything with the panel."""
        self.photo.set_side(int(PHOTO * scale))
        self._row.setSpacing(int(L * scale))
        self._words.setSpacing(int(S * 1.25 * scale))
        self.name.set_pixels(int(NAME * scale))
        self.number.set_pixels(int(LARGE * scale * 0.85))
