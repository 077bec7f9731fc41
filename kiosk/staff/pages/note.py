"""A note that is edited where it stands."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import label
from kiosk.style import XS, S
from kiosk.texts import Texts

_LINE, _AROUND = 19, 26
"""Height of a line, and of what is around the text, in pixels."""
_MOST_LINES = 3


class NoteField(QWidget):
    """A note with Save and Discard while it differs from what is stored."""

    saved = Signal(str)
    """The text to be stored."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        say = texts.say
        self._stored = ""
        self._sending = False
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.setPlaceholderText(say("Note for the desk, shown at each scan"))
        self.text.setAccessibleName(say("Note"))
        self.save = QPushButton(say("Save"))
        self.save.setObjectName("primary")
        self.discard = QPushButton(say("Discard"))
        self.failure = label("", "failure")
        self.failure.hide()
        self.save.clicked.connect(self._on_save)
        self.discard.clicked.connect(lambda: self.show_note(self._stored))
        self.text.textChanged.connect(self._arrange)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.text, 1)
        row.addWidget(self.save, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.discard, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(XS)
        layout.addLayout(row)
        layout.addWidget(self.failure)
        self._arrange()

    @property
    def typed(self) -> str:
        """The text as it is in the field."""
        return self.text.toPlainText().strip()

    @property
    def edited(self) -> bool:
        """Whether the text differs from what is stored."""
        return self.typed != self._stored.strip()

    def show_note(self, note: str) -> None:
        """Show what is stored in place of what was typed."""
        self._stored, self._sending = note, False
        self.text.setPlainText(note)
        self._set_failure("")
        self._arrange()

    def know_stored(self, note: str) -> None:
        """Take over what is stored, but keep a text that was typed."""
        self._sending = False
        if self.edited:
            self._stored = note
            self._arrange()
        else:
            self.show_note(note)

    def show_failure(self, sentence: str) -> None:
        """Show why the text was not stored; it stays and can be sent again."""
        self._sending = False
        self._set_failure(sentence)
        self._arrange()

    def set_allowed(self, *, allowed: bool) -> None:
        """Let the note be edited, or only read."""
        self.text.setReadOnly(not allowed)
        self.text.setVisible(allowed or bool(self._stored))

    def _set_failure(self, sentence: str) -> None:
        self.failure.setText(sentence)
        self.failure.setVisible(bool(sentence))

    def _on_save(self) -> None:
        self._sending = True
        self._set_failure("")
        self._arrange()
        self.saved.emit(self.typed)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the lines of the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the text, within bounds."""
        lines = max(1, min(int(self.text.document().size().height()), _MOST_LINES))
        more = lines == _MOST_LINES
        policy = Qt.ScrollBarPolicy
        self.text.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if more else policy.ScrollBarAlwaysOff
        )
        self.text.setFixedHeight(_AROUND + _LINE * lines)

    def _arrange(self) -> None:
        """Show the buttons while there is something to store."""
        self._fit()
        edited = self.edited
        for button in (self.save, self.discard):
            button.setVisible(edited)
            button.setEnabled(not self._sending)
