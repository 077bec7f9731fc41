"""What all pages have in common."""

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtWidgets import QFrame

from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.trouble import FailureLine
from kiosk.texts import Texts

Again = Callable[[], object]
"""Tries again what failed."""


class PageView(QFrame):
    """Base of the widgets of pages. Each places ``message``, which shows what failed.

    ``shape`` is the outline that is shown while it loads.
    """

    shape: ClassVar[Shape] = Shape.LIST

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("page")
        self._texts = texts
        self._failures: dict[str, tuple[str, Again | None]] = {}
        self.message = FailureLine(texts)

    @property
    def heading(self) -> str:
        """Whom the page is about; empty for a page that is about nobody."""
        return ""

    def show_failure(self, sentence: str, thing: str = "", again: Again | None = None) -> None:
        """Show what failed; an empty text removes it.

        Each ``thing`` of a page, such as its picture, has a message of its own: that one succeeded
        says nothing about another. ``again`` is called by the button beside the message.
        """
        self._failures.pop(thing, None)
        if sentence:
            self._failures[thing] = sentence, again
        words = "\n".join(dict.fromkeys(words for words, _ in self._failures.values()))
        can = any(each for _, each in self._failures.values())
        self.message.show_failure(words, self._try_again if can else None)

    def clear_failures(self) -> None:
        """Remove all messages, when a page is shown anew."""
        self._failures.clear()
        self.show_failure("")

    def _try_again(self) -> None:
        """Try again what can be tried again; its message is gone until it fails anew."""
        for thing, (_, again) in list(self._failures.items()):
            if again is not None:
                self.show_failure("", thing)
                again()
