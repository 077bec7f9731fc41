"""The sign-in of staff."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.form_field import Field
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_WIDTH = 400
_SHORTEST = 10
"""Characters of a password, as the service demands them; it refuses what is easy to guess, too."""


class SignInPage(QWidget):
    """Asks for email and password, and for a name if it creates the first account."""

    submitted = Signal(str, str, str, str)
    """Email, password, a name if this is the first account, and a code if one was asked for."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        say = texts.say
        self._texts = texts
        self._first = self._asks_code = False
        self._may_be_first = True
        self.title = PlainLabel("", "title", wraps=True)
        self.words = PlainLabel("", "muted", wraps=True)
        self.name, self.email, self.password, self.code = (_line() for _ in range(4))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._fields = {
            self.name: Field(say("Your name"), (self.name,)),
            self.email: Field(say("Email"), (self.email,)),
            self.password: Field(say("Password"), (self.password,)),
            self.code: Field(say("Code"), (self.code,)),
        }
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
        for part in (
            *(self.title, self.words, *self._fields.values()),
            *(self.failure, self.submit, self.other),
        ):
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
        for line in self._fields:
            line.returnPressed.connect(self._on_submit)
        self.ask()

    def know_accounts(self, exist: bool | None) -> None:
        """Offer the first account only if it can be made; None if the service does not say."""
        self._may_be_first = exist is not True
        self.other.setVisible(self._may_be_first and not self._asks_code)
        typed = any(line.text() for line in self._fields)
        if self._first and exist and not typed:
            self.ask()

    def ask(self, *, first: bool = False, failure: str = "") -> None:
        """Ask for a sign-in, or for what the ``first`` account needs."""
        say = self._texts.say
        self._first, self._asks_code = first, False
        self.code.clear()
        self._show_fields(self._asked())
        self.other.setVisible(self._may_be_first)
        self.title.setText(say("Set up this club") if first else say("Staff sign-in"))
        self.words.setText(say("Your account, as the club's first admin.") if first else "")
        self.words.setVisible(first)
        self.submit.setText(say("Create account") if first else say("Sign in"))
        self.other.setText(say("I have an account") if first else say("Set up this club"))
        hint = say("At least 10 characters, such as four words that have nothing in common.")
        self._fields[self.password].show_hint(hint if first else "")
        self.show_failure(failure)
        self.focus_first()

    def ask_code(self, failure: str = "") -> None:
        """Ask for the code of the second factor; email and password stay as they were typed."""
        say = self._texts.say
        self._asks_code = True
        self.title.setText(say("Second factor"))
        self.words.setText(say("Six digits of your authenticator, or a recovery code."))
        self.words.show()
        self._show_fields((self.code,))
        self.other.hide()
        self.code.clear()
        self.failure.setText(failure)
        self.failure.setVisible(bool(failure))
        self.submit.setEnabled(True)
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Focus the first field that is empty."""
        asked = self._asked()
        empty = (line for line in asked if not line.text())
        next(empty, asked[-1]).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, sentence: str) -> None:
        """Show why the sign-in failed, and clear the password, which is then asked for again."""
        if self._asks_code and sentence:
            self.ask(failure=sentence)
            return
        self.failure.setText(sentence)
        self.failure.setVisible(bool(sentence))
        self.password.clear()
        self.submit.setEnabled(True)

    def _show_fields(self, shown: Collection[QLineEdit]) -> None:
        """Show only these fields, without errors."""
        for line, field in self._fields.items():
            field.show_error("")
            field.setVisible(line in shown)
            line.setVisible(line in shown)

    def _asked(self) -> list[QLineEdit]:
        """Return the fields that are asked for now."""
        if self._asks_code:
            return [self.code]
        return [*([self.name] if self._first else []), self.email, self.password]

    def _on_submit(self) -> None:
        """Emit what was typed, if it is complete; once until there is an answer."""
        if not self.submit.isEnabled():
            return
        say, asked = self._texts.say, self._asked()
        self.failure.hide()
        for line in asked:
            missing = not line.text().strip() and line is not self.password
            missing = missing or not line.text()
            self._fields[line].show_error(say("Please fill this in.") if missing else "")
        if self._first and 0 < len(self.password.text()) < _SHORTEST:
            self._fields[self.password].show_error(say("At least 10 characters."))
        wrong = [line for line in asked if self._fields[line].wrong]
        if wrong:
            wrong[0].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.submit.setEnabled(False)
        name = self.name.text().strip() if self._first else ""
        code = self.code.text().strip() if self._asks_code else ""
        self.submitted.emit(self.email.text().strip(), self.password.text(), name, code)


def _line() -> QLineEdit:
    line = QLineEdit()
    line.setMaxLength(254)
    return line
