"""What all pages have in common."""

from PySide6.QtWidgets import QFrame

from kiosk.staff.pages.parts import label
from kiosk.texts import Texts


class PageView(QFrame):
    """Base of the widgets of pages. Each places ``message``, which shows what failed."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("page")
        self._texts = texts
        self.message = label("", "failure")
        self.message.hide()

    def show_failure(self, sentence: str) -> None:
        """Show what failed; an empty text hides it."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
