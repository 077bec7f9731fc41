"""A sheet with the pages of a PDF, which prints and saves it."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from kiosk.staff.pages.form import Form
from kiosk.texts import Texts

_MOST_ACROSS = 420
"""Device-independent pixels of a page."""
_LINE = "#8a949e"
"""Seen around a white page in every theme."""


class PdfPage(QWidget):
    """The picture of a page, as wide as there is room for."""

    def __init__(self, image: QImage, name: str) -> None:
        super().__init__()
        self._image = image
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Return True: a page keeps its proportions."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the page, with its border."""
        across = min(width, _MOST_ACROSS)
        return round(across * self._image.height() / max(1, self._image.width())) + 2

    def sizeHint(self) -> QSize:
        """Return the size at its full width."""
        return QSize(_MOST_ACROSS, self.heightForWidth(_MOST_ACROSS))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the page in the middle, in a thin frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        across = min(self.width(), _MOST_ACROSS) - 2
        high = across * self._image.height() / max(1, self._image.width())
        box = QRectF((self.width() - across) / 2, 1, across, high)
        painter.drawImage(box, self._image)
        painter.setPen(QPen(QColor(_LINE), 1))
        painter.drawRect(box)


class PdfSheet(Form):
    """Shows pages. ``submitted`` prints the file, ``saved`` asks where to save it."""

    saved = Signal()

    def __init__(self, texts: Texts, name: str, pages: tuple[QImage, ...], more: str) -> None:
        super().__init__(texts, name, texts.say("Print"), topic=f"pdf:{name}")
        self.cancel.setText(texts.say("Close"))
        self.save_button = QPushButton(texts.say("Save …"))
        self.save_button.clicked.connect(self.saved)
        self.foot.add_button(self.save_button)
        for number, image in enumerate(pages, 1):
            self.add_part(PdfPage(image, texts.say("Page {number}", number=number)))
        if more:
            self.add_words(more)
