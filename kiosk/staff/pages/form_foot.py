"""The foot of a form: what failed, the buttons, and the question before typed text is discarded."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.style import S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel


class FormFoot(QWidget):
    """Cancel and the action, or Keep and Discard. A ``final`` action is shown in red."""

    kept = Signal()
    """What was typed is kept; the question is gone."""
    discarded = Signal()

    def __init__(self, texts: Texts, action: str, *, final: bool) -> None:
        super().__init__()
        self._texts, self._action = texts, action
        self.sending = False
        self.failure = PlainLabel("", "failure", wraps=True)
        self.failure.hide()
        self.submit = _button(action, "danger" if final else "primary")
        self.cancel = _button(texts.say("Cancel"))
        self.keep_button = _button(texts.say("Keep editing"), "primary")
        self.discard_button = _button(texts.say("Discard"), "danger")
        self._question = PlainLabel(texts.say("Discard what you entered?"), "strong", wraps=True)
        self._buttons = _row(self.cancel, self.submit)
        self._asked = _row(self.discard_button, self.keep_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, S, 0)
        layout.setSpacing(S)
        for part in (self.failure, self._question, self._buttons, self._asked):
            layout.addWidget(part)
        self.keep_button.clicked.connect(self.keep)
        self.discard_button.clicked.connect(self.discarded)
        self._show_question(shown=False)

    @property
    def asking(self) -> bool:
        """Whether the question is shown."""
        return not self._asked.isHidden()

    def add_button(self, button: QPushButton) -> None:
        """Add a button before that of the action."""
        row = self._buttons.layout()
        assert isinstance(row, QHBoxLayout)  # noqa: S101 - made by _row
        row.insertWidget(row.indexOf(self.submit), button)

    def show_failure(self, sentence: str) -> None:
        """Show a sentence above the buttons; an empty one hides it."""
        self.failure.setText(sentence)
        self.failure.setVisible(bool(sentence))

    def name_action(self, action: str) -> None:
        """Change what the button of the action says."""
        self._action = action
        if not self.sending:
            self.submit.setText(action)

    def set_sending(self, *, sending: bool) -> None:
        """Show that it is being sent, or that it can be sent again."""
        self.sending = sending
        if sending:
            self.show_failure("")
        self.submit.setText(self._texts.say("Sending …") if sending else self._action)
        self.submit.setEnabled(not sending)
        self.cancel.setEnabled(not sending)

    def ask_to_discard(self) -> None:
        """Ask whether what was typed is to be discarded; Enter keeps it."""
        self._show_question(shown=True)
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep(self) -> None:
        """Take the question away and keep what was typed."""
        self._show_question(shown=False)
        self.kept.emit()

    def _show_question(self, *, shown: bool) -> None:
        self._question.setVisible(shown)
        self._asked.setVisible(shown)
        self._buttons.setVisible(not shown)


def _button(words: str, name: str = "") -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    return button


def _row(*buttons: QPushButton) -> QWidget:
    """Return buttons at the right."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch()
    for button in buttons:
        layout.addWidget(button)
    return row
