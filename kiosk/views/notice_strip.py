"""A notice at the foot of the window, while the side column that shows notices is not there."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from kiosk.style import M

from .plain_label import PlainLabel

_SHOWN_MS = 8000
_WIDEST = 560


class NoticeStrip(PlainLabel):
    """A sentence over the lower edge of its parent, for some seconds."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "notice", wraps=True)
        self.setParent(parent)
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.setInterval(_SHOWN_MS)
        self._over.timeout.connect(self.hide)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self.setText(sentence)
        self.fit()
        self.show()
        self.raise_()
        self._over.start()

    def fit(self) -> None:
        """Find the place in the middle, at the foot."""
        parent = self.parentWidget()
        if parent is None or not self.text():
            return
        wide = min(_WIDEST, parent.width() - 2 * M)
        self.setFixedWidth(wide)
        high = max(self.heightForWidth(wide), self.sizeHint().height())
        self.setFixedHeight(high)
        self.move((parent.width() - wide) // 2, parent.height() - high - M)
