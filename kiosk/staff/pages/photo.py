"""Taking the photo of a customer: the live picture with a frame, then what was taken."""

from PySide6.QtCore import QBuffer, QIODevice, Qt, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from kiosk.staff.pages.crop import CropView
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.photo import no_camera
from kiosk.style import L, M, S
from kiosk.texts import Texts

PHOTO_SIDE = 1024
"""Longest side of a photo that is stored, in pixels."""

_QUALITY = 90
_LIVE_SHARE = 0.8
"""Part of the height of a live picture that its frame takes."""


def photo_of(image: QImage, left: int, top: int, side: int) -> bytes:
    """Return a square of a picture as a JPEG, without anything but its pixels."""
    square = image.copy(left, top, side, side)
    if side > PHOTO_SIDE:
        square = square.scaled(
            PHOTO_SIDE,
            PHOTO_SIDE,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    square = square.convertToFormat(QImage.Format.Format_RGB888)
    # Texts and colour space belong to an image and would be written; a new one has only pixels.
    wide, high, line = square.width(), square.height(), square.bytesPerLine()
    plain = QImage(square.constBits(), wide, high, line, QImage.Format.Format_RGB888)
    out = QBuffer()
    out.open(QIODevice.OpenModeFlag.WriteOnly)
    plain.save(out, "JPEG", _QUALITY)  # type: ignore[call-overload]  # of Qt's stubs
    return bytes(out.data().data())


class PhotoPage(PageView):
    """Shows the live picture, or the picture that was taken or chosen until it is used."""

    shape = Shape.FORM

    take_pressed = Signal()
    file_pressed = Signal()
    again_pressed = Signal()
    cancelled = Signal()
    used = Signal(bytes)
    """The photo as it is stored."""
    painted = Signal()
    """A picture is on screen: the next one can come."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.image: QImage | None = None
        """What was taken or chosen; None while the live picture is shown."""
        self._busy = self._live = False
        self.title = label("", "title")
        self.hint = label("", "muted")
        self.view = CropView(self.painted.emit)
        self.view.setAccessibleName(say("Photo"))
        self.take = self._button(say("Take photo"), "primary")
        self.use = self._button(say("Use photo"), "primary")
        self.again = self._button(say("Take again"))
        self.file = self._button(say("From file …"))
        self.cancel = self._button(say("Cancel"))
        self.larger, self.smaller = self._button("+"), self._button("\u2212")
        self.larger.setAccessibleName(say("Larger frame"))
        self.smaller.setAccessibleName(say("Smaller frame"))
        self.take.clicked.connect(self.take_pressed)
        self.use.clicked.connect(self._on_use)
        self.again.clicked.connect(self.again_pressed)
        self.file.clicked.connect(self.file_pressed)
        self.cancel.clicked.connect(self.cancelled)
        self.larger.clicked.connect(lambda: self.view.resize_frame(1.1))
        self.smaller.clicked.connect(lambda: self.view.resize_frame(1 / 1.1))
        row = QHBoxLayout()
        row.setSpacing(S)
        for button in (self.take, self.use, self.again, self.file):
            row.addWidget(button)
        row.addStretch()
        for button in (self.smaller, self.larger, self.cancel):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(S)
        layout.addWidget(self.title)
        layout.addWidget(self.hint)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.message)
        layout.addLayout(row)

    @property
    def heading(self) -> str:
        """The name of whom the page is about."""
        return self.title.text()

    def begin(self, title: str, *, camera: bool) -> None:
        """Show the live picture, or without a ``camera`` that there is none."""
        self.title.setText(title)
        self.image, self._busy, self._live = None, False, camera
        self.view.show_message("" if camera else no_camera(self._texts))
        self._arrange()

    def show_live(self, picture: QImage) -> None:
        """Show a live picture, unless one was taken."""
        if self.image is None:
            self.view.show_picture(picture, _LIVE_SHARE, adjustable=False)
            if not self._live:
                self._live = True
                self._arrange()

    def show_no_camera(self) -> None:
        """Show that there is no live picture; one that was taken stays."""
        self._live = False
        if self.image is None:
            self._busy = False
            self.view.show_message(no_camera(self._texts))
        self._arrange()

    def show_taken(self, image: QImage, *, live: bool) -> None:
        """Show what was taken, with the frame of the ``live`` picture, or what was chosen."""
        self.image, self._busy = image, False
        self.view.show_picture(image, _LIVE_SHARE if live else 1.0, adjustable=True)
        self._arrange()
        self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, *, busy: bool) -> None:
        """Allow no press while a picture is taken, read or stored."""
        self._busy = busy
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for a live picture."""
        super().showEvent(event)
        self.painted.emit()

    def _arrange(self) -> None:
        """Show the buttons of the present step."""
        say, taken = self._texts.say, self.image is not None
        for button in (self.use, self.again, self.larger, self.smaller):
            button.setVisible(taken)
        self.take.setVisible(not taken)
        self.take.setEnabled(self._live and not self._busy)
        for button in (self.use, self.again, self.file):
            button.setEnabled(not self._busy)
        if taken:
            self.hint.setText(say("Drag the frame over the face; + and \u2212 resize it."))
        else:
            self.hint.setText(say("The face belongs into the frame."))

    def _on_use(self) -> None:
        if self.image is not None and self.view.frame is not None and not self._busy:
            self.used.emit(photo_of(self.image, *self.view.frame.box()))

    def _button(self, words: str, name: str = "") -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        return button
