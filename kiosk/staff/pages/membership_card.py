"""One membership on a profile: what it is, its next step, and a menu with everything else."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.menu import DropMenu
from kiosk.staff.pages.parts import Action, chip, label
from kiosk.staff.words.membership import MembershipLine
from kiosk.style import M, S, Tone
from kiosk.texts import Texts, capitalized

_FIRST = (Action.RENEW, Action.PAY, Action.OPEN, Action.SUBSCRIPTION, Action.PAYMENTS)
"""What is the next step, the first of these that is possible."""


class MembershipCard(QFrame):
    """One membership: plan, status, period, source, its next step and the menu of the others.

    ``around`` is the page, in which the menu drops down.
    """

    acted = Signal(object, object)
    """Action, MembershipLine."""

    def __init__(
        self,
        line: MembershipLine,
        texts: Texts,
        around: QWidget,
        *,
        may_change: bool,
        sees_payments: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("line")
        self.line = line
        head = QHBoxLayout()
        head.addWidget(label(line.plan, "strong"), 1)
        head.addWidget(chip(line.status, line.tone))
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S + 4, M, S + 4)
        column.setSpacing(S - 4)
        column.addLayout(head)
        column.addWidget(label(line.period))
        for words in filter(
            None, (capitalized(line.source), line.billing, line.note, *line.history)
        ):
            column.addWidget(label(words, "muted"))
        self.buttons: dict[Action, QPushButton] = {
            action: self._button(action, words)
            for action, words, can in _possible(line, texts, may_change, sees_payments)
            if can
        }
        self.more = QPushButton(texts.say("More …"), self)
        self.more.hide()
        self.more.setAccessibleName(f"{texts.say('More …')} {line.plan}")
        self.menu = DropMenu(self.more, around)
        self.destroyed.connect(self.menu.deleteLater)
        if self.buttons:
            column.addSpacing(S - 4)
            column.addLayout(self._row())

    def _row(self) -> QHBoxLayout:
        """Return the next step, and the menu of the other steps; a single one has no menu."""
        row = QHBoxLayout()
        row.setSpacing(S)
        overdue = self.line.tone is Tone.ATTENTION and Action.PAY in self.buttons
        order = (Action.PAY, *_FIRST) if overdue else _FIRST
        first = next((each for each in order if each in self.buttons), None)
        rest = [button for action, button in self.buttons.items() if action is not first]
        if first is not None:
            row.addWidget(self.buttons[first])
        if first is not None and len(rest) == 1:
            row.addWidget(rest.pop())
        if Action.END in self.buttons and self.buttons[Action.END] in rest:
            self.buttons[Action.END].setObjectName("danger_item")
        self.menu.fill((("", rest),))
        if rest:
            row.addWidget(self.more)
        row.addStretch()
        return row

    def _button(self, action: Action, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setAccessibleName(f"{words} {self.line.plan}")
        button.clicked.connect(lambda: self.acted.emit(action, self.line))
        return button


def _possible(
    line: MembershipLine, texts: Texts, may_change: bool, sees_payments: bool
) -> tuple[tuple[Action, str, bool], ...]:
    """Return what can be done with a membership, with its words and whether it can be."""
    say = texts.say
    return (
        (Action.RENEW, say("Renew"), may_change and line.can_renew),
        (Action.PAY, say("Payment …"), may_change and line.can_pay),
        (Action.SUBSCRIPTION, say("Subscription …"), sees_payments and line.order_id is not None),
        (Action.PAYMENTS, say("Receipts"), sees_payments and line.can_pay),
        (Action.EXTEND, say("Extend …"), may_change and line.can_extend),
        (Action.TRANSFER, say("Change plan …"), may_change and line.can_end),
        (Action.OPEN, say("Open company"), may_change and line.company_id is not None),
        (Action.UNDO, say("Undo …"), may_change and line.change_id is not None),
        (Action.END, say("End …"), may_change and line.can_end),
    )
