"""Search for a member, with a button beside each who is found."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.parts import label
from kiosk.staff.words.profile import Entry
from kiosk.style import M, S
from kiosk.texts import Texts

_TYPING_PAUSE_MS = 200


class MemberSearch(QWidget):
    """Asks for who is typed, and shows who was found."""

    searched = Signal(str)
    chosen = Signal(object)
    """Id of a member."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        say, self._texts = texts.say, texts
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Name, number, email or phone of the member"))
        self.search.setAccessibleName(say("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(200)
        # What a scanner types here is a scan, as in the search of the desk.
        self.search.setProperty("search", True)
        self.choose_buttons: list[QPushButton] = []
        self._entered = ""
        """What was typed when Enter was pressed, before its answer came."""
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._on_typed)
        self.search.returnPressed.connect(self._on_enter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        layout.addWidget(self.search)
        layout.addWidget(self._scroll, 1)

    def begin(self) -> None:
        """Empty the search, and focus it."""
        self.search.clear()
        self._pause.stop()
        self.show_hits("", ())
        self.focus()

    def focus(self) -> None:
        """Focus what is typed."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_hits(self, text: str, hits: Sequence[Entry]) -> None:
        """Show who was found for ``text``, if that is still what is typed."""
        if text != self.search.text().strip():
            return
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        self.choose_buttons = []
        for hit in hits:
            button = QPushButton(self._texts.say("Choose"))
            button.setAccessibleName(f"{self._texts.say('Choose')} {hit.title}")
            button.clicked.connect(lambda _on=False, id_=hit.id: self.chosen.emit(id_))
            self.choose_buttons.append(button)
            column.addWidget(ActionLine(hit.title, (hit.below,), (button,)))
        if text and not hits:
            column.addWidget(label(self._texts.say("Nobody found for “{text}”.", text=text)))
        column.addStretch()
        self._scroll.setWidget(body)
        if text and text == self._entered:
            self._entered = ""
            self._go_on()

    def _ask(self) -> None:
        self.searched.emit(self.search.text().strip())

    def _on_typed(self) -> None:
        self._entered = ""
        self.choose_buttons = []
        self._pause.start()

    def _on_enter(self) -> None:
        """Go on with who was found for exactly what is typed, once the answer is there."""
        self._entered = self.search.text().strip()
        if self._pause.isActive():
            self._pause.stop()
            self._ask()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Choose the only one who was found; of several, go to the first one's button."""
        if len(self.choose_buttons) == 1:
            self.choose_buttons[0].click()
        elif self.choose_buttons:
            self.choose_buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
