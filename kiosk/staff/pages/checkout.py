"""The page of an online order: the QR code for the customer's phone, and whether it is paid."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from kiosk.staff.pages.parts import chip, label, paint_chip
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.checkout import CheckoutWords
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts
from kiosk.views.qr import QrView

_QR_SIDE = 260
_SHARES = (3, 1)
"""Of the QR code and the texts: Stripe's addresses are long, so the code has many modules."""


class CheckoutPage(PageView):
    """Shows a ``CheckoutWords``."""

    shape = Shape.PROFILE

    left = Signal()
    """The button that leads back was pressed."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self._copy, self._copied = say("Copy the address"), say("Copied")
        self._waiting = say("Waiting for the payment …")
        self._url = ""
        self.title, self.payer = label("", "name"), label("", "muted")
        self.state = chip("", Tone.NOT_YET_STARTED)
        self.hint = label("", "strong")
        self.good_until = label("", "muted")
        self.progress = label("", "muted")
        self.qr = QrView(_QR_SIDE)
        self.copy_button = QPushButton(self._copy)
        self.copy_button.clicked.connect(self._to_clipboard)
        self.back_button = QPushButton(say("Back to the profile"))
        self.back_button.clicked.connect(self.left)
        self._lay_out()

    def show_words(self, words: CheckoutWords) -> None:
        """Show the state of the order."""
        self.title.setText(words.title)
        self.payer.setText(words.payer)
        paint_chip(self.state, words.status, words.tone)
        self.hint.setText(words.hint)
        self.good_until.setText(words.good_until)
        self.good_until.setVisible(bool(words.good_until))
        self.qr.show_text(words.code)
        if words.url != self._url:
            self._url = words.url
            self.copy_button.setText(self._copy)
        self.copy_button.setVisible(bool(words.url))
        self.progress.setText(self._waiting if words.url else "")
        self._set_primary(not words.url)

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.payer)
        head = QHBoxLayout()
        head.addLayout(names, 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(M)
        for words in (self.hint, self.good_until, self.progress, self.message):
            column.addWidget(words)
        column.addStretch()
        body = QHBoxLayout()
        body.setSpacing(M)
        body.addWidget(self.qr, _SHARES[0])
        body.addLayout(column, _SHARES[1])
        foot = QHBoxLayout()
        foot.setSpacing(S)
        foot.addStretch()
        foot.addWidget(self.copy_button)
        foot.addWidget(self.back_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addLayout(body, 1)
        layout.addLayout(foot)

    def _set_primary(self, primary: bool) -> None:
        """Highlight the way back once there is nothing to wait for."""
        name = "primary" if primary else ""
        if self.back_button.objectName() != name:
            self.back_button.setObjectName(name)
            self.back_button.style().unpolish(self.back_button)
            self.back_button.style().polish(self.back_button)

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self._url)
        self.copy_button.setText(self._copied)
