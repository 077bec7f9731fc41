"""The page of one's own account: the second factor, and signing out everywhere."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.lines import CopyField
from kiosk.staff.pages.parts import chip, empty, label, paint_chip
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.account import AccountWords
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts

_IN_A_LINE = 2


class AccountPage(PageView):
    """Shows an ``AccountWords``, and new recovery codes once."""

    shape = Shape.FORM

    begin_wanted = Signal()
    remove_wanted = Signal()
    end_wanted = Signal()
    password_wanted = Signal()
    demand_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.who = label("", "muted")
        self.state = chip("", Tone.NO_MEMBERSHIP)
        self.hint = label("", "strong")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(M)
        self._facts.setVerticalSpacing(S)
        self._facts.setColumnStretch(1, 1)
        self.codes = CopyField(say("Recovery codes"), texts)
        self.codes_hint = label(
            say("Keep them away from your phone. Each signs you in once. They are shown only now."),
            "muted",
        )
        self.begin_button = QPushButton(say("Set up …"))
        self.begin_button.setObjectName("primary")
        self.begin_button.clicked.connect(self.begin_wanted)
        self.remove_button = QPushButton(say("Remove …"))
        self.remove_button.clicked.connect(self.remove_wanted)
        self.end_button = QPushButton(say("Sign out everywhere …"))
        self.end_button.clicked.connect(self.end_wanted)
        self.password_button = QPushButton(say("Change password …"))
        self.password_button.clicked.connect(self.password_wanted)
        self.of_club = QWidget()
        self.demand_title = label(say("Second factor of managers and admins"), "strong")
        self.demand = label("", "muted")
        self.demand_button = QPushButton(say("Change …"))
        self.demand_button.setAccessibleName(say("Second factor of managers and admins"))
        self.demand_button.clicked.connect(self.demand_wanted)
        self._lay_out()
        self.show_codes(())

    def _lay_out(self) -> None:
        say = self._texts.say
        factor = QHBoxLayout()
        factor.addWidget(label(say("Second factor"), "strong"), 1)
        factor.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        acts, demand, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row, buttons in (
            (acts, (self.remove_button, self.begin_button)),
            (demand, (self.demand_button,)),
            (foot, (self.password_button, self.end_button)),
        ):
            row.setSpacing(S)
            for button in buttons:
                row.addWidget(button)
            row.addStretch()
        intro = label(
            say("A code from your phone, besides the password."),
            "muted",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("My account"), "name"))
        layout.addWidget(self.who)
        layout.addWidget(self.message)
        layout.addLayout(factor)
        layout.addWidget(intro)
        layout.addLayout(self._facts)
        layout.addWidget(self.hint)
        layout.addWidget(self.codes)
        layout.addWidget(self.codes_hint)
        layout.addLayout(acts)
        of_club = QVBoxLayout(self.of_club)
        of_club.setContentsMargins(0, M, 0, 0)
        of_club.setSpacing(M)
        of_club.addWidget(self.demand_title)
        of_club.addWidget(self.demand)
        of_club.addLayout(demand)
        layout.addWidget(self.of_club)
        layout.addStretch()
        layout.addLayout(foot)

    def show_words(self, words: AccountWords, who: str) -> None:
        """Show the state of the second factor."""
        self.who.setText(who)
        paint_chip(self.state, words.status, words.tone)
        empty(self._facts)
        for row, (name, value) in enumerate(words.facts):
            self._facts.addWidget(label(name, "muted", wraps=False), row, 0)
            self._facts.addWidget(label(value), row, 1)
        self.show_hint(words.hint)
        self.demand.setText(words.demand)
        self.begin_button.setVisible(not words.enabled)
        self.remove_button.setVisible(words.enabled)
        self.show_failure("")

    def show_allowed(self, *, password: bool, demand: bool, change_demand: bool) -> None:
        """Show what the role may see and change of the account and the club."""
        self.password_button.setVisible(password)
        self.demand_title.setVisible(demand)
        self.demand.setVisible(demand)
        self.demand_button.setVisible(change_demand)

    def show_hint(self, hint: str) -> None:
        """Show what to do next; an empty text hides it."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def show_codes(self, codes: Sequence[str]) -> None:
        """Show new recovery codes; none hides them."""
        self.of_club.setVisible(not codes)  # on a small screen the codes need the room
        lines = [codes[at : at + _IN_A_LINE] for at in range(0, len(codes), _IN_A_LINE)]
        self.codes.show_text("\n".join("   ".join(line) for line in lines))
        self.codes_hint.setVisible(bool(codes))
