"""The bar below the list of members: what is done with those who are ticked."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from kiosk.staff.pages.parts import label
from kiosk.style import S
from kiosk.texts import Texts


class BulkBar(QFrame):
    """Says how many are ticked; asks before mails are sent, and says what became of them."""

    all_wanted = Signal(bool)
    """Whether everybody in the list is to be ticked, or nobody."""
    export_wanted = Signal()
    letter_wanted = Signal()
    """Asks for a mail that the desk's mail program writes."""
    mail_wanted = Signal()
    """Asks for mails with the links of cards."""
    mail_confirmed = Signal()
    mail_stopped = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        say = texts.say
        self._texts = texts
        self.setObjectName("line")
        self.ticked = label("", "strong", wraps=False)
        self.all_button = QPushButton(say("Tick all"))
        self.none_button = QPushButton(say("Tick nobody"))
        self.export_button = QPushButton(say("Export list …"))
        self.letter_button = QPushButton(say("Write mail …"))
        self.mail_button = QPushButton(say("Mail card link …"))
        self.said = label("", "muted")
        self.details = label("", "muted")
        self.send_button = QPushButton(say("Send"))
        self.send_button.setObjectName("primary")
        self.stop_button = QPushButton(say("Cancel"))
        self.all_button.clicked.connect(lambda: self.all_wanted.emit(True))
        self.none_button.clicked.connect(lambda: self.all_wanted.emit(False))
        self.export_button.clicked.connect(self.export_wanted)
        self.letter_button.clicked.connect(self.letter_wanted)
        self.mail_button.clicked.connect(self.mail_wanted)
        self.send_button.clicked.connect(self.mail_confirmed)
        self.stop_button.clicked.connect(self.mail_stopped)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.ticked, 1)
        for button in (
            self.all_button,
            self.none_button,
            self.letter_button,
            self.mail_button,
            self.export_button,
        ):
            row.addWidget(button)
        asked = QHBoxLayout()
        asked.setSpacing(S)
        asked.addWidget(self.said, 1)
        asked.addWidget(self.stop_button)
        asked.addWidget(self.send_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(S + 4, S, S, S)
        column.setSpacing(S)
        column.addLayout(row)
        column.addLayout(asked)
        column.addWidget(self.details)
        self.report("")
        self.show_ticked(0, 0)

    def allow(self, scopes: Collection[str]) -> None:
        """Offer what the role allows."""
        self.export_button.setVisible("exports:read" in scopes)
        self.mail_button.setVisible("cards:write" in scopes)

    def show_ticked(self, count: int, total: int | None) -> None:
        """Show how many are ticked, of all or of more than are counted."""
        words = self._texts.say_many("{count} ticked", "{count} ticked", count)
        self.ticked.setText(words if count else self._texts.say("Nobody is ticked"))
        self.all_button.setVisible(total is not None and count < total)
        self.none_button.setVisible(count > 0)
        self.letter_button.setEnabled(count > 0)
        self.mail_button.setEnabled(count > 0)

    def ask(self, question: str, details: str, count: int) -> None:
        """Ask before ``count`` mails are sent."""
        self.report(question, details)
        self.send_button.setText(
            self._texts.say_many("Send {count} mail", "Send {count} mails", count)
        )
        self.send_button.setVisible(count > 0)
        self.stop_button.setText(self._texts.say("Cancel"))
        self.stop_button.show()
        self.stop_button.setFocus()

    def work(self, done: int, count: int) -> None:
        """Show how far the sending is."""
        self.report(self._texts.say("{done} of {count} mails …", done=done, count=count))
        self.stop_button.setText(self._texts.say("Stop"))
        self.stop_button.show()

    def report(self, words: str, details: str = "") -> None:
        """Show what happened, without a question; empty texts remove it."""
        for shown, text in ((self.said, words), (self.details, details)):
            shown.setText(text)
            shown.setVisible(bool(text))
        self.send_button.hide()
        self.stop_button.hide()
