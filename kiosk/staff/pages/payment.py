"""The page of payments: days, sums by method, and each payment with its receipt."""

from datetime import date

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.inputs import DayField
from kiosk.staff.pages.lines import ActionLine
from kiosk.staff.pages.parts import chip, empty, label
from kiosk.staff.pages.skeleton import Skeleton
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.payment import PaymentLine, PaymentsWords
from kiosk.staff.words.typed_days import Years
from kiosk.style import L, M, S, Tone
from kiosk.texts import Texts

_TYPING_PAUSE_MS = 500


class PaymentsPage(PageView):
    """Shows a ``PaymentsWords``, of a membership or of some days."""

    days_chosen = Signal(object, object)
    """First and last day."""
    receipt_wanted = Signal(object)
    """Id of the payment."""
    mail_wanted = Signal(object)
    """Id of the payment whose receipt is to be mailed."""
    voided = Signal(object)
    """Id of a payment that is to be voided."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self.may_void = False
        self._showing = False
        self.title = label("", "name")
        self.first = DayField(texts, years=Years.PAST)
        self.last = DayField(texts, years=Years.PAST)
        self._days = QWidget()
        self.warning, self.note = label("", "muted"), label("", "muted")
        self._sums = QGridLayout()
        self.sums: tuple[tuple[str, str, str], ...] = ()
        self.lines: dict[str, ActionLine] = {}
        self.receipt_buttons: dict[str, QPushButton] = {}
        self.mail_buttons: dict[str, QPushButton] = {}
        self.void_buttons: dict[str, QPushButton] = {}
        self._scroll = QScrollArea()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._choose)
        self._lay_out()
        for field in (self.first, self.last):
            field.changed.connect(self._on_typed)

    def show_payments(
        self, words: PaymentsWords, days: tuple[date, date] | None, *, may_void: bool
    ) -> None:
        """Show payments; without ``days`` they are those of a membership."""
        self.may_void = may_void
        self._showing = True
        self._days.setVisible(days is not None)
        if days is not None:
            for field, day in zip((self.first, self.last), days, strict=True):
                if field.day != day:
                    field.set_day(day)
        self._showing = False
        self.title.setText(words.title)
        self.clear_failures()
        self._paint(words)

    def clear(self, why: str) -> None:
        """Show what is wrong with the days: there are no payments of such."""
        self._paint(PaymentsWords(self.title.text(), (), ()))
        self.show_failure(why)

    def show_not_loaded(self, why: str) -> None:
        """Show why the payments of the days are not there; they can be asked for again."""
        self._scroll.setWidget(QWidget())
        self.show_failure(why, "days", self._ask_again)

    def show_mailing(self, receipt: str, words: str, *, enabled: bool) -> None:
        """Show on the button of a receipt, if it is still there, what became of its mail."""
        button = self.mail_buttons.get(receipt)
        if button is not None:
            button.setText(words)
            button.setEnabled(enabled)

    def show_note(self, words: str) -> None:
        """Show what was done; an empty text removes it."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _wait(self) -> None:
        """Show that payments are loaded: those on screen are not of the days that are typed."""
        self._paint(PaymentsWords(self.title.text(), (), ()))
        self.clear_failures()
        outline = Skeleton(self._texts.say("Loading …"))
        self._scroll.setWidget(outline)
        outline.wait()

    def _ask_again(self) -> None:
        self._wait()
        self._choose()

    def _lay_out(self) -> None:
        say = self._texts.say
        days = QHBoxLayout(self._days)
        days.setContentsMargins(0, 0, 0, 0)
        days.setSpacing(S)
        for words, field in ((say("From"), self.first), (say("to"), self.last)):
            field.setAccessibleName(words)
            days.addWidget(label(words, wraps=False), 0, Qt.AlignmentFlag.AlignTop)
            days.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sums.setHorizontalSpacing(L)
        self._sums.setVerticalSpacing(S - 4)
        self._sums.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(self.title)
        layout.addWidget(self._days)
        layout.addWidget(self.message)
        layout.addLayout(self._sums)
        layout.addWidget(self.warning)
        layout.addWidget(self.note)
        layout.addWidget(self._scroll, 1)

    def _paint(self, words: PaymentsWords) -> None:
        """Show payments."""
        self._paint_sums(words.sums)
        self.warning.setText(words.warning)
        self.warning.setVisible(bool(words.warning))
        self.show_note("")
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(S)
        self.lines, self.receipt_buttons, self.void_buttons = {}, {}, {}
        self.mail_buttons = {}
        for line in words.lines:
            self.lines[line.receipt] = self._line(line)
            column.addWidget(self.lines[line.receipt])
        if not words.lines:
            column.addWidget(label(self._texts.say("No payments."), "muted"))
        column.addStretch()
        self._scroll.setWidget(body)

    def _paint_sums(self, sums: tuple[tuple[str, str, str], ...]) -> None:
        self.sums = sums
        empty(self._sums)
        for row, (method, count, amount) in enumerate(sums):
            shown = label(amount, "strong", wraps=False)
            self._sums.addWidget(label(method, wraps=False), row, 0)
            self._sums.addWidget(label(count, "muted", wraps=False), row, 1)
            self._sums.addWidget(shown, row, 2, Qt.AlignmentFlag.AlignRight)

    def _line(self, line: PaymentLine) -> ActionLine:
        say = self._texts.say
        receipt = QPushButton(say("Receipt"))
        receipt.setAccessibleName(f"{say('Receipt')} {line.receipt}")
        receipt.clicked.connect(lambda: self.receipt_wanted.emit(line.id))
        self.receipt_buttons[line.receipt] = receipt
        buttons = [receipt]
        if self.may_void:
            mail = QPushButton(say("Mail it"))
            mail.setAccessibleName(say("Mail receipt {receipt}", receipt=line.receipt))
            mail.clicked.connect(lambda: self.mail_wanted.emit(line.id))
            self.mail_buttons[line.receipt] = mail
            buttons.append(mail)
        if self.may_void and not line.void:
            void = QPushButton(say("Void …"))
            void.setAccessibleName(f"{say('Void …')} {line.receipt}")
            void.clicked.connect(lambda: self.voided.emit(line.id))
            self.void_buttons[line.receipt] = void
            buttons.append(void)
        state = chip(line.void, Tone.CARD_REVOKED) if line.void else None
        return ActionLine(line.title, line.below, buttons, state)

    def _on_typed(self) -> None:
        if not self._showing:
            self._wait()
            self._pause.start()

    def _choose(self) -> None:
        for field in (self.first, self.last):
            if field.problem:
                self.clear(field.problem)
                return
        self.days_chosen.emit(self.first.day, self.last.day)
