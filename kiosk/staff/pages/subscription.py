"""The page of a subscription: its state, its invoices, cancelling and resuming."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.parts import Action, chip, empty, label, paint_chip
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.subscription import SubscriptionWords
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts


class SubscriptionPage(PageView):
    """Shows a ``SubscriptionWords``."""

    shape = Shape.PROFILE

    acted = Signal(object, object)
    """Action, SubscriptionWords."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self.words: SubscriptionWords | None = None
        self.title, self.payer = label("", "name"), label("", "muted")
        self.state = chip("", Tone.ACTIVE)
        self.warning = label("", "muted")
        self.progress = label("", "muted")
        self.lines: list[ActionLine] = []
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(M)
        self._facts.setVerticalSpacing(S)
        self._facts.setColumnStretch(1, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.buttons = self._action_buttons()
        self._lay_out()

    def show_words(self, words: SubscriptionWords, *, may_change: bool) -> None:
        """Show the state of the subscription."""
        self.words = words
        self.title.setText(words.title)
        self.payer.setText(words.payer)
        paint_chip(self.state, words.status, words.tone)
        empty(self._facts)
        for row, (name, value) in enumerate(words.facts):
            self._facts.addWidget(label(name, "muted", wraps=False), row, 0)
            self._facts.addWidget(label(value), row, 1)
        self._scroll.setWidget(self._invoices(words))
        self.warning.setText(words.warning)
        self.warning.setVisible(bool(words.warning))
        possible = {
            Action.REFRESH: True,
            Action.KEEP: words.runs and words.stops,
            Action.CANCEL: words.runs and not words.stops,
            Action.END: words.runs,
            Action.CHANGE_PLAN: bool(words.choices) and not words.changes,
            Action.KEEP_PLAN: bool(words.changes),
        }
        for action, button in self.buttons.items():
            button.setVisible(possible[action] and may_change)
        self.show_failure("")
        self.show_progress("")

    def show_progress(self, sentence: str) -> None:
        """Show the progress of asking Stripe; an empty text hides it."""
        self.progress.setText(sentence)
        self.progress.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.payer)
        head = QHBoxLayout()
        head.addLayout(names, 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        known = QHBoxLayout()
        known.addLayout(self._facts, 1)
        known.addWidget(self.buttons[Action.REFRESH], 0, Qt.AlignmentFlag.AlignBottom)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        foot.addStretch()
        for action in (Action.KEEP, Action.CANCEL, Action.END):
            foot.addWidget(self.buttons[action])
        plans = QHBoxLayout()
        plans.addStretch()
        for action in (Action.CHANGE_PLAN, Action.KEEP_PLAN):
            plans.addWidget(self.buttons[action])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addLayout(known)
        layout.addWidget(label(self._texts.say("INVOICES"), "section", wraps=False))
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.warning)
        layout.addWidget(self.progress)
        layout.addLayout(plans)
        layout.addLayout(foot)

    def _invoices(self, words: SubscriptionWords) -> QWidget:
        """Return the invoices, newest first."""
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        self.lines = []
        for each in words.invoices:
            line = ActionLine(each.title, each.below, (), chip(each.status, each.tone))
            self.lines.append(line)
            column.addWidget(line)
        if not words.invoices:
            column.addWidget(label(self._texts.say("No invoices."), "muted"))
        column.addStretch()
        return body

    def _action_buttons(self) -> dict[Action, QPushButton]:
        say = self._texts.say
        made = {}
        for action, words in (
            (Action.REFRESH, say("Check now")),
            (Action.KEEP, say("Keep it …")),
            (Action.CHANGE_PLAN, say("Change the plan …")),
            (Action.KEEP_PLAN, say("Keep the present plan …")),
            (Action.CANCEL, say("Cancel at the end of the period …")),
            (Action.END, say("Cancel now …")),
        ):
            button = QPushButton(words)
            button.clicked.connect(lambda _on=False, act=action: self.acted.emit(act, self.words))
            made[action] = button
        return made
