"""A QR code on screen for phones."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_QUIET = 4
"""Width of the quiet zone in modules (ISO/IEC 18004, 9.1)."""


def modules_of(text: str) -> list[list[bool]]:
    """Return the modules of a QR code by rows, True for dark ones, with the quiet zone.

    Raises ``qrcode.exceptions.DataOverflowError`` or ValueError for a text that is too long.
    """
    import qrcode  # noqa: PLC0415 - with Pillow; shown on few pages

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(each) for each in row] for row in code.get_matrix()]


class QrView(QWidget):
    """A QR code, as large as whole pixels per module allow, on white in every theme.

    ``least`` is its smallest side in pixels.
    """

    def __init__(self, least: int) -> None:
        super().__init__()
        self._modules: list[list[bool]] = []
        self.text = ""
        self.setMinimumSize(least, least)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_text(self, text: str) -> None:
        """Show the code of ``text``; an empty one hides the widget."""
        if text != self.text:
            self._modules = modules_of(text) if text else []
            self.text = text
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the code in the middle."""
        if not self._modules:
            return
        count = len(self._modules)
        step = max(1, min(self.width(), self.height()) // count)
        side = step * count
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter = QPainter(self)
        painter.fillRect(QRect(left, top, side, side), QColor(Qt.GlobalColor.white))
        black = QColor(Qt.GlobalColor.black)
        for row, line in enumerate(self._modules):
            for column, dark in enumerate(line):
                if dark:
                    painter.fillRect(left + column * step, top + row * step, step, step, black)
        painter.end()
