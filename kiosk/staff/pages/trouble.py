"""What failed, in place: instead of a page that was not loaded, or above the rows of one."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from kiosk.staff.pages.parts import label
from kiosk.staff.words.trouble import TroubleWords
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.icons import IconView

_WIDEST = 440
_ICON = 48


class Trouble(QFrame):
    """Stands in place of a page: what failed, and a button that tries again."""

    retried = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("page")
        self.offline = False
        self.icon = IconView(size=_ICON)
        self.title, self.sentence = label("", "title"), label("", "muted")
        self.again = QPushButton(texts.say("Try again"))
        self.again.setObjectName("primary")
        self.again.clicked.connect(self.retried)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addStretch(2)
        for words in (self.title, self.sentence):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setFixedWidth(_WIDEST)
        for widget in (self.icon, self.title, self.sentence, self.again):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_words(self, words: TroubleWords) -> None:
        """Show what failed."""
        self.offline = words.offline
        self.title.setText(words.title)
        self.sentence.setText(words.sentence)
        self.again.setVisible(words.again)
        ink = self.palette().color(QPalette.ColorRole.WindowText).name()
        self.icon.show_icon("could_not_check" if words.offline else "attention", ink)


class FailureLine(QFrame):
    """A line on a page: what failed there, and a button where it can be tried again."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("failure_line")
        self._again: Callable[[], object] | None = None
        self.words = label("", "failure")
        self.again = QPushButton(texts.say("Try again"))
        self.again.clicked.connect(self._try_again)
        self.again.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.words, 1)
        row.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        """Return what failed; empty if nothing did."""
        return self.words.text()

    def show_failure(self, sentence: str, again: Callable[[], object] | None) -> None:
        """Show what failed, empty for nothing; ``again`` is what the button does."""
        self._again = again
        self.words.setText(sentence)
        self.again.setVisible(again is not None)
        self.setVisible(bool(sentence))

    def _try_again(self) -> None:
        if self._again is not None:
            self._again()
