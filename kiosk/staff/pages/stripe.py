"""The page of card payments through Stripe: the account, and the webhook for Stripe."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from kiosk.staff.pages.lines import CopyField
from kiosk.staff.pages.parts import chip, empty, label, paint_chip
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.stripe import StripeWords
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts


class StripePage(PageView):
    """Shows a ``StripeWords``."""

    shape = Shape.FORM

    connect_wanted = Signal(object)
    """StripeWords."""
    disconnect_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.words: StripeWords | None = None
        self.state = chip("", Tone.NO_MEMBERSHIP)
        self.hint = label("", "muted")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(M)
        self._facts.setVerticalSpacing(S)
        self._facts.setColumnStretch(1, 1)
        self.webhook = CopyField(say("Address for Stripe's webhook"), texts)
        self.connect_button = QPushButton()
        self.connect_button.setObjectName("primary")
        self.connect_button.clicked.connect(lambda: self.connect_wanted.emit(self.words))
        self.disconnect_button = QPushButton(say("Disconnect …"))
        self.disconnect_button.clicked.connect(self.disconnect_wanted)
        head = QHBoxLayout()
        head.addWidget(label(say("Online payments"), "name"), 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.disconnect_button)
        foot.addWidget(self.connect_button)
        intro = label(
            say("Members pay online by card through Stripe."),
            "muted",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(intro)
        layout.addWidget(self.message)
        layout.addLayout(self._facts)
        layout.addWidget(self.hint)
        layout.addWidget(self.webhook)
        layout.addStretch()
        layout.addLayout(foot)

    def show_words(self, words: StripeWords) -> None:
        """Show the state of the account."""
        say = self._texts.say
        self.words = words
        paint_chip(self.state, words.status, words.tone)
        empty(self._facts)
        for row, (name, value) in enumerate(words.facts):
            self._facts.addWidget(label(name, "muted", wraps=False), row, 0)
            self._facts.addWidget(label(value), row, 1)
        self.hint.setText(words.hint)
        self.hint.setVisible(bool(words.hint))
        self.webhook.show_text(words.webhook_url)
        self.connect_button.setText(say("Change …") if words.connected else say("Connect …"))
        self.disconnect_button.setVisible(words.connected)
        self.show_failure("")
