"""The settings: rows with a heading for each of person, desk, club, payments and connections."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout

from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.parts import Section, label
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.style import L, M
from kiosk.texts import Texts

_AT_THE_LEFT = 2
_LEAST = 380
"""Pixels of a column, at the least."""


class SettingsPage(PageView):
    """Shows what the role allows; each row opens its page or form."""

    shape = Shape.FORM

    account_wanted = Signal()
    scanner_wanted = Signal()
    language_wanted = Signal()
    formats_wanted = Signal()
    receipts_wanted = Signal()
    numbers_wanted = Signal()
    seats_wanted = Signal()
    stripe_wanted = Signal()
    keys_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self._languages = False
        self._needs: dict[QPushButton, str] = {}
        self._lines: dict[QPushButton, ActionLine] = {}
        club = "organization:write"
        self.account_button = self._row(
            say("My account"), say("Email, password, second factor"), self.account_wanted
        )
        self.scanner_button = self._row(
            say("Hand scanner"), say("What it sends, and its port"), self.scanner_wanted
        )
        self.language_button = self._row(say("Language"), "", self.language_wanted)
        self.formats_button = self._row(
            say("Camera"), say("Which kinds of codes it reads"), self.formats_wanted, club
        )
        self.receipts_button = self._row(
            say("Receipts"), say("Address, tax number and rates"), self.receipts_wanted, club
        )
        self.numbers_button = self._row(
            say("Member numbers"), say("What a scanned number is"), self.numbers_wanted, club
        )
        self.seats_button = self._row(
            say("Company seats"), say("Who takes a seat"), self.seats_wanted, club
        )
        self.stripe_button = self._row(
            say("Online payments"), say("The club's account at Stripe"), self.stripe_wanted, club
        )
        self.keys_button = self._row(
            say("API keys"), say("For other programs"), self.keys_wanted, "keys:write"
        )
        self._groups = {
            say("YOU"): (self.account_button,),
            say("THIS DESK"): (self.language_button, self.scanner_button, self.formats_button),
            say("CLUB"): (self.receipts_button, self.numbers_button, self.seats_button),
            say("PAYMENTS"): (self.stripe_button,),
            say("CONNECTIONS"): (self.keys_button,),
        }
        self._sections: list[tuple[Section, Sequence[QPushButton]]] = []
        self._lay_out()
        self.allow(())

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for number, (title, buttons) in enumerate(self._groups.items()):
            section = Section(title)
            for button in buttons:
                section.add(self._lines[button])
            self._sections.append((section, buttons))
            (left if number < _AT_THE_LEFT else right).addWidget(section)
        for column in (left, right):
            column.setSpacing(M)
            column.addStretch()
        body = Columns(left, right, spacing=L, shares=(1, 1), least=_LEAST)
        body.setObjectName("scrolled")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(self._texts.say("Settings"), "name", wraps=False))
        layout.addWidget(self.message)
        layout.addWidget(scroll, 1)

    def offer_languages(self) -> None:
        """Show the row of the language; it is not there where a setting decides."""
        self._languages = True

    def allow(self, scopes: Collection[str]) -> None:
        """Show only the rows for which ``scopes`` suffice."""
        shown = {button for button, scope in self._needs.items() if not scope or scope in scopes}
        if not self._languages:
            shown.discard(self.language_button)
        for button, line in self._lines.items():
            button.setVisible(button in shown)
            line.setVisible(button in shown)
        for section, buttons in self._sections:
            section.setVisible(any(button in shown for button in buttons))

    def _row(self, title: str, below: str, pressed: SignalInstance, scope: str = "") -> QPushButton:
        """Make a row, and return its button, which emits ``pressed``."""
        button = QPushButton(self._texts.say("Open"))
        button.setAccessibleName(title)
        button.clicked.connect(pressed)
        self._needs[button] = scope
        self._lines[button] = ActionLine(title, (below,), (button,))
        return button
