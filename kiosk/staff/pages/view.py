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
        self._failures: dict[str, str] = {}
        self.message = label("", "failure")
        self.message.hide()

    @property
    def heading(self) -> str:
        """Whom the page is about; empty for a page that is about nobody."""
        return ""

    def show_failure(self, sentence: str, thing: str = "") -> None:
        """Show what failed; an empty text removes it.

        Each ``thing`` of a page, such as its picture, has a message of its own: that one succeeded
        says nothing about another.
        """
        self._failures.pop(thing, None)
        if sentence:
            self._failures[thing] = sentence
        words = "\n".join(dict.fromkeys(self._failures.values()))
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def clear_failures(self) -> None:
        """Remove all messages, when a page is shown anew."""
        self._failures.clear()
        self.show_failure("")
