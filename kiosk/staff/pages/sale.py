"""The sheet of a sale: what is sold, for when, what it costs, how it is paid, what follows."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QVBoxLayout

from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.words.sale import ChangeDue, Paid, QuoteWords
from kiosk.staff.words.typed_days import Years
from kiosk.style import S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

PLAN, STARTS, METHOD, OTHER, AMOUNT, WHY = (
    "plan_id", "starts_on", "method", "other", "amount", "note")  # fmt: skip
GIVEN, PAY_UNTIL, RECEIPT, CARD = "given", "pay_until", "receipt", "card"


class QuoteBox(QFrame):
    """The period in words, the amount in large letters, tax and what else happens."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("line")
        self._texts = texts
        self.period = PlainLabel("", "strong", wraps=True)
        self.amount = PlainLabel("", "name", wraps=True)
        self.tax = PlainLabel("", "muted", wraps=True)
        self.notes = PlainLabel("", "warning", wraps=True)
        self.why = PlainLabel("", "failure", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(S + 4, S, S + 4, S)
        column.setSpacing(2)
        for part in (self.period, self.amount, self.tax, self.notes, self.why):
            column.addWidget(part)
        self.wait()

    def wait(self) -> None:
        """Say that the service works it out."""
        self._show(self._texts.say("Price and period …"), "", "", "", "")

    def show_quote(self, quote: QuoteWords) -> None:
        """Show what the service previewed."""
        self._show(quote.period, quote.amount, quote.tax, " ".join(quote.notes), "")

    def show_failure(self, why: str) -> None:
        """Show why there is no preview: it cannot be sold so."""
        self._show("", "", "", "", why)

    def _show(self, *texts: str) -> None:
        parts = (self.period, self.amount, self.tax, self.notes, self.why)
        for part, words in zip(parts, texts, strict=True):
            part.setText(words)
            part.setVisible(bool(words))


class SaleForm(Form):
    """A ``Form`` whose rows follow what is chosen. It decides nothing: the controller does."""

    changed = Signal()
    """What the preview depends on was changed: plan, first day, or another amount."""
    paying = Signal()
    """Something about the payment was changed."""

    def __init__(self, texts: Texts, title: str, action: str, *, topic: str, about: str) -> None:
        super().__init__(texts, title, action, topic=topic, about=about)
        self.quote = QuoteBox(texts)
        self.change = PlainLabel("", "name", wraps=True)
        self.change.hide()

    def add_person(self) -> None:
        """Ask for somebody new."""
        say = self._texts.say
        self.add_line("given_name", say("Given name"))
        self.add_line("family_name", say("Family name"))
        self.add_line("email", say("Email"))
        self.add_line("phone", say("Phone"))

    def add_plan(self, plans: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Ask which plan; a chosen one that is not sold any more is left out."""
        known = chosen if any(value == chosen for value, _ in plans) else ""
        self.add_choice(PLAN, self._texts.say("Plan"), plans, known)
        self.choice(PLAN).currentIndexChanged.connect(self.changed)

    def add_start(self, today: date) -> None:
        """Ask for the first day."""
        self.add_day(STARTS, self._texts.say("First day"), today)
        field = self.field(STARTS)
        if isinstance(field, DayField):
            field.changed.connect(self.changed)

    def add_payment(self, ways: Sequence[tuple[str, str]], later: date) -> None:
        """Show what it costs, and ask how it is paid."""
        say = self._texts.say
        self.add_part(self.quote)
        self.add_choice(METHOD, say("Paid by"), ways)
        self.choice(METHOD).currentIndexChanged.connect(self.paying)
        self.add_line(GIVEN, say("Cash given"))
        self.line(GIVEN).textChanged.connect(self.paying)
        self.add_part(self.change)
        self.add_day(PAY_UNTIL, say("To be paid by"), later, years=Years.NEXT)
        self.add_switch(OTHER, say("Another amount"))
        switch = self.field(OTHER)
        if isinstance(switch, QCheckBox):
            switch.toggled.connect(self.changed)
        self.add_line(AMOUNT, say("Amount"))
        self.line(AMOUNT).textChanged.connect(self.changed)
        self.add_line(WHY, say("Reason"))

    def add_after(
        self, receipts: Sequence[tuple[str, str]], receipt: str, cards: Sequence[tuple[str, str]]
    ) -> None:
        """Ask for the receipt, and for a card if there is a choice."""
        self.add_choice(RECEIPT, self._texts.say("Receipt"), receipts, receipt)
        if cards:
            self.add_choice(CARD, self._texts.say("Wallet card"), cards)

    def choice(self, key: str) -> Choice:
        """Return the choice of that key. Raises TypeError for another field."""
        field = self.field(key)
        if not isinstance(field, Choice):
            raise TypeError(f"{key} is no choice")
        return field

    def line(self, key: str) -> QLineEdit:
        """Return the line of that key. Raises TypeError for another field."""
        field = self.field(key)
        if not isinstance(field, QLineEdit):
            raise TypeError(f"{key} is no line")
        return field

    @property
    def paid(self) -> Paid:
        """How it is paid."""
        return Paid(str(self.choice(METHOD).chosen or Paid.NOTHING.value))

    def offer_ways(self, ways: Sequence[tuple[str, str]]) -> None:
        """Offer other ways to pay; the chosen one stays if it is among them."""
        choice = self.choice(METHOD)
        if [choice.itemData(index) for index in range(choice.count())] == [v for v, _ in ways]:
            return
        chosen = choice.chosen
        choice.blockSignals(True)
        choice.set_options(ways)
        if choice.offers(chosen):
            choice.choose(chosen)
        choice.blockSignals(False)

    def show_change(self, due: ChangeDue | None, hint: str) -> None:
        """Show the change of what was typed, else of what is likely to be given."""
        words = due.words if due is not None else hint
        name = "muted" if due is None else "failure" if due.missing else "name"
        if self.change.objectName() != name:
            self.change.setObjectName(name)
            self.change.style().unpolish(self.change)
            self.change.style().polish(self.change)
        self.change.setText(words)
        self.change.setVisible(bool(words))

    def lay_out_rows(self, *, free: bool) -> None:
        """Show the rows that belong to the way it is paid."""
        paid, at_desk = self.paid, self.paid in {Paid.CASH, Paid.CARD_TERMINAL, Paid.TRANSFER}
        switch = self.field(OTHER)
        other = at_desk and isinstance(switch, QCheckBox) and switch.isChecked()
        rows = {
            METHOD: not free,
            GIVEN: paid is Paid.CASH,
            PAY_UNTIL: paid is Paid.LATER,
            OTHER: at_desk,
            AMOUNT: other,
            WHY: other,
            RECEIPT: at_desk,
        }
        for key, shown in rows.items():
            self.show_field(key, shown=shown)

    def allow(self, *, words: str, sells: bool) -> None:
        """Say what the button does, and whether it can be pressed."""
        self.foot.name_action(words)
        if not self.sending:
            self.submit.setEnabled(sells)

    def restore(self, values: Mapping[str, Value], sentence: str) -> None:
        """As every form, and ask for the preview of what was restored."""
        super().restore(values, sentence)
        self.changed.emit()
