"""The sign-in of staff."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_WIDTH = 380


class SignInPage(QWidget):
    """Asks for email and password, and for a name if it creates the first account."""

    submitted = Signal(str, str, str, str)
    """Email, password, a name if this is the first account, and a code if one was asked for."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._first = False
        self.title = PlainLabel("", "title")
        self.words = PlainLabel("", "muted", wraps=True)
        self.name = self._line(texts.say("Your name"))
        self.email = self._line(texts.say("Email"))
        self.password = self._line(texts.say("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.code = self._line(texts.say("Code"))
        self._asks_code = False
        self.failure = PlainLabel("", "failure", wraps=True)
        self.submit = QPushButton()
        self.submit.setObjectName("primary")
        self.other = QPushButton()
        self.other.setObjectName("link")
        box = QFrame()
        box.setObjectName("card")
        box.setFixedWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(S + 4)
        parts: tuple[QWidget, ...] = (
            *(self.title, self.words, self.name, self.email, self.password, self.code),
            *(self.failure, self.submit, self.other),
        )
        for part in parts:
            column.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(M, M, M, M)
        # Not by alignment: the height would then be that of the texts at the width of the page.
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(box)
        row.addStretch()
        layout.addStretch()
        layout.addLayout(row)
        layout.addStretch()
        self.submit.clicked.connect(self._on_submit)
        self.other.clicked.connect(lambda: self.ask(first=not self._first))
        for line in (self.name, self.email, self.password, self.code):
            line.returnPressed.connect(self._on_submit)
        self.ask()

    def ask(self, *, first: bool = False, failure: str = "") -> None:
        """Ask for a sign-in, or for what the ``first`` account needs."""
        say = self._texts.say
        self._first, self._asks_code = first, False
        self.code.clear()
        self.code.hide()
        for line in (self.email, self.password):
            line.show()
        self.other.show()
        self.title.setText(say("First account of this club") if first else say("Staff sign-in"))
        self.words.setText(
            say("It may do everything, and make the accounts of all others.")
            if first
            else say("Whatever is changed is recorded under your name.")
        )
        self.submit.setText(say("Create and sign in") if first else say("Sign in"))
        self.other.setText(say("I have an account") if first else say("There is no account yet"))
        self.name.setVisible(first)
        self.show_failure(failure)
        self.focus_first()

    def ask_code(self, failure: str = "") -> None:
        """Ask for the code of the second factor; email and password stay as they were typed."""
        say = self._texts.say
        self._asks_code = True
        self.title.setText(say("Code of the second factor"))
        self.words.setText(say("Six digits of your authenticator, or a recovery code."))
        for part in (self.email, self.password, self.other):
            part.hide()
        self.code.clear()
        self.code.show()
        self.failure.setText(failure)
        self.failure.setVisible(bool(failure))
        self.submit.setEnabled(True)
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Focus the first field that is empty."""
        if self._asks_code:
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        lines = (
            (self.name, self.email, self.password) if self._first else (self.email, self.password)
        )
        empty = (line for line in lines if not line.text())
        next(empty, self.password).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, sentence: str) -> None:
        """Show why the sign-in failed, and clear the password, which is then asked for again."""
        if self._asks_code and sentence:
            self.ask(failure=sentence)
            return
        self.failure.setText(sentence)
        self.failure.setVisible(bool(sentence))
        self.password.clear()
        self.submit.setEnabled(True)

    def _on_submit(self) -> None:
        """Emit what was typed, if it is complete; once until there is an answer."""
        if not self.submit.isEnabled():
            return
        email, password = self.email.text().strip(), self.password.text()
        name = self.name.text().strip() if self._first else ""
        code = self.code.text().strip() if self._asks_code else ""
        if not all((email, password, name or not self._first, code or not self._asks_code)):
            self.failure.setText(self._texts.say("Please fill in all fields."))
            self.failure.show()
            return
        self.submit.setEnabled(False)
        self.failure.hide()
        self.submitted.emit(email, password, name, code)

    def _line(self, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(label)
        line.setAccessibleName(label)
        line.setMaxLength(254)
        return line
