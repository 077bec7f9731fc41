"""A form over the page in front: whom it is about, labelled fields, and why it was not carried out.

It is a sheet inside the staff panel, so that the verdict of a scan covers it and it is still there,
with what was typed, when the verdict is gone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.form_foot import FormFoot
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.qr import QrView

Value = str | bool | date | None
_WIDTH = 460
_NOTE_HEIGHT = 84
_NOTE_LINE = 19
_BORDER = 2
"""Pixels of the style sheet's border, with one to spare; the layout does not count it."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Form(QFrame):
    """Asks for a few values. Stays open until ``finish``, with ``show_failure`` in between.

    ``topic`` names the change and what it changes, such as ``renew:<id>``: a second form for the
    same change has the same topic. ``about`` is the person or thing, with name and number. A
    ``final`` step cannot be taken back: Cancel has the focus, and is what Enter does.
    """

    submitted = Signal(dict)
    """Values by key: text, bool or day; None for an optional day that was left out."""
    closed = Signal()
    """The form is done with: carried out, cancelled or discarded."""

    def __init__(
        self,
        texts: Texts,
        title: str,
        action: str,
        *,
        topic: str,
        about: str = "",
        final: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("form")
        self.setAccessibleName(title)
        self.setFixedWidth(_WIDTH)
        self.topic, self.title, self.about, self.final = topic, title, about, final
        self._texts = texts
        self._fields: dict[str, QWidget] = {}
        self._initial: Mapping[str, Value | str] | None = None
        heading = PlainLabel(title, "title", wraps=True)
        subject = PlainLabel(about, "strong", wraps=True)
        if not about:
            subject.hide()
        self._rows = QFormLayout()
        self._rows.setSpacing(S + 2)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.foot = FormFoot(texts, action, final=final)
        self.failure, self.submit, self.cancel = (
            self.foot.failure,
            self.foot.submit,
            self.foot.cancel,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(heading)
        layout.addWidget(subject)
        layout.addLayout(self._rows)
        layout.addWidget(self.foot)
        self.cancel.clicked.connect(self.closed)
        self.submit.clicked.connect(self._on_submit)
        self.foot.discarded.connect(self.closed)
        self.foot.kept.connect(self.focus_first)

    @property
    def sending(self) -> bool:
        """Whether it was sent and the answer has not come yet."""
        return self.foot.sending

    @property
    def edited(self) -> bool:
        """Whether a field has another text or value than when the form was opened."""
        return self._initial is not None and self._typed() != self._initial

    def sizeHint(self) -> QSize:
        """Return the size that all texts need, wrapped at the form's width."""
        layout = self.layout()
        if layout is None or not layout.hasHeightForWidth():
            return super().sizeHint()
        return QSize(_WIDTH, layout.totalHeightForWidth(_WIDTH - 2 * _BORDER) + 2 * _BORDER)

    def hasHeightForWidth(self) -> bool:
        """Return False: the width is fixed, whatever the layout around the form offers."""
        return False

    def minimumSizeHint(self) -> QSize:
        """Return the same: a form is scrolled rather than squeezed."""
        return self.sizeHint()

    def add_words(self, words: str) -> None:
        """Add a text above the fields that follow."""
        self._rows.addRow(PlainLabel(words, "muted", wraps=True))

    def add_part(self, part: QWidget) -> None:
        """Add a row that is only looked at."""
        self._rows.addRow(part)

    def add_code(self, text: str, side: int) -> None:
        """Add a QR code of ``text``, ``side`` pixels high."""
        code = QrView(side)
        code.setFixedHeight(side)
        code.setAccessibleName(self.title)
        code.show_text(text)
        self._rows.addRow(code)

    def add_fact(self, words: str) -> None:
        """Add a text that is to be typed elsewhere."""
        self._rows.addRow(PlainLabel(words, "strong", wraps=True))

    def add_line(self, key: str, label: str, value: str = "", *, secret: bool = False) -> QLineEdit:
        """Add a field for one line of text."""
        line = QLineEdit(value)
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self._add(key, label, line)
        return line

    def add_note(self, key: str, label: str, value: str = "", *, lines: int = 3) -> None:
        """Add a field for several lines of text, of which ``lines`` are seen at once."""
        note = QPlainTextEdit(value)
        note.setTabChangesFocus(True)
        note.setFixedHeight(_NOTE_HEIGHT - (3 - lines) * _NOTE_LINE)
        self._add(key, label, note)

    def add_choice(
        self, key: str, label: str, options: Sequence[tuple[str, str]], chosen: str = ""
    ) -> None:
        """Add a choice of ``options``: value and label; the first one unless another is chosen.

        Raises LookupError if ``chosen`` is not among them.
        """
        self._add(key, label, _choice(options, chosen))

    def add_count(
        self, key: str, label: str, count: int, options: Sequence[tuple[str, str]], chosen: str
    ) -> None:
        """Add a number with a unit in one row, as ``<key>_count`` and ``<key>_unit``."""
        line, choice = QLineEdit(str(count)), _choice(options, chosen)
        line.setAccessibleName(label)
        choice.setAccessibleName(label)
        self._fields |= {f"{key}_count": line, f"{key}_unit": choice}
        row = QHBoxLayout()
        row.addWidget(line, 1)
        row.addWidget(choice, 2)
        self._rows.addRow(PlainLabel(label), row)

    def add_day(self, key: str, label: str, day: date | None, *, optional: bool = False) -> None:
        """Add a field for a day; an ``optional`` one may be left empty."""
        self._add(key, label, DayField(self._texts, day, optional=optional))

    def add_switch(self, key: str, label: str, *, on: bool = False) -> None:
        """Add a check box."""
        switch = QCheckBox(label.replace("&", "&&"))
        switch.setChecked(on)
        self._fields[key] = switch
        self._rows.addRow("", switch)

    def field(self, key: str) -> QWidget:
        """Return the widget of a field."""
        return self._fields[key]

    def values(self) -> dict[str, Value]:
        """Return the values of all fields."""
        return {key: _value(widget) for key, widget in self._fields.items()}

    def restore(self, values: Mapping[str, Value], sentence: str) -> None:
        """Fill in values that were sent before, and show a sentence about them.

        A choice that is offered no longer is said; the form keeps the first one then.
        """
        for key, value in values.items():
            field = self._fields.get(key)
            if isinstance(field, Choice) and not field.offers(value):
                gone = self._texts.say("What was chosen then is offered no longer.")
                sentence = f"{sentence} {gone}"
            elif field is not None:
                _fill(field, value)
        self.foot.show_failure(sentence)

    def show_failure(self, sentence: str) -> None:
        """Show why it was not carried out; the fields stay as they are and can be sent again."""
        self._set_sending(sending=False)
        self.foot.show_failure(sentence)

    def finish(self) -> None:
        """Close the form after it was carried out."""
        self.closed.emit()

    def leave(self) -> None:
        """Close the form on Esc: not while it is being sent, and edited fields are asked about."""
        if self.sending:
            self.foot.show_failure(
                self._texts.say("It was sent already. This closes when the answer is here.")
            )
        elif self.foot.asking:
            self.foot.keep()
        elif self.edited:
            self.foot.ask_to_discard()
        else:
            self.closed.emit()

    def focus_first(self) -> None:
        """Focus the first field, and on a final step Cancel."""
        first = None if self.final else next(iter(self._fields.values()), self.submit)
        (first or self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_again(self) -> None:
        """Focus the field that had the focus before the form was covered, else as at first."""
        focused = self.focusWidget()
        if any(
            field is focused or field.focusProxy() is focused for field in self._fields.values()
        ):
            focused.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus_first()

    def showEvent(self, event: QShowEvent) -> None:
        """Set the tab order, and the focus where work begins."""
        super().showEvent(event)
        if self._initial is None:
            self._initial = self._typed()
            stops = [*self._fields.values(), self.cancel, self.submit]
            for before, after in pairwise(stops):
                QWidget.setTabOrder(before, after)
            self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out Enter where no button has the focus: send, or on a final step cancel.

        Enter that is held down since before the form opened does nothing.
        """
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
            return
        if event.isAutoRepeat():
            return
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton) and not isinstance(focused, QCheckBox):
            if focused.isEnabled():
                focused.click()
        elif self.final:
            self.leave()
        elif self.submit.isEnabled() and self.submit.isVisible():
            self._on_submit()

    def _on_submit(self) -> None:
        """Emit the values if every field can be read, and prevent a second submit."""
        if self.sending:
            return
        for widget in self._fields.values():
            if isinstance(widget, DayField) and widget.problem:
                self.foot.show_failure(widget.problem)
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self._set_sending(sending=True)
        self.submitted.emit(self.values())

    def _set_sending(self, *, sending: bool) -> None:
        focused = self.focusWidget()
        self.foot.set_sending(sending=sending)
        for widget in self._fields.values():
            widget.setEnabled(not sending)
        if not sending and focused is not None and focused.isEnabled():
            focused.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, key: str, label: str, widget: QWidget) -> None:
        widget.setAccessibleName(label)
        self._fields[key] = widget
        self._rows.addRow(field_label(label, widget), widget)

    def _typed(self) -> dict[str, Value | str]:
        """Return what is in the fields as it was typed, also where it cannot be read."""
        return {
            key: widget.line.text() if isinstance(widget, DayField) else _value(widget)
            for key, widget in self._fields.items()
        }


def field_label(words: str, field: QWidget) -> PlainLabel:
    """Return the label of a field, for a row of a ``QFormLayout``."""
    made = PlainLabel(words)
    made.setBuddy(field)
    return made


def _choice(options: Sequence[tuple[str, str]], chosen: str) -> Choice:
    """Return a choice of values and labels. Raises LookupError if ``chosen`` is none of them."""
    choice = Choice(options)
    if chosen:
        choice.choose(chosen)
    return choice


def _value(widget: QWidget) -> Value:
    """Return the value of a field."""
    match widget:
        case QLineEdit():
            secret = widget.echoMode() is QLineEdit.EchoMode.Password
            # A password may begin or end with a blank.
            return widget.text() if secret else widget.text().strip()
        case QPlainTextEdit():
            return widget.toPlainText().strip()
        case Choice():
            return "" if widget.chosen is None else str(widget.chosen)
        case DayField():
            return widget.day
        case QCheckBox():
            return widget.isChecked()
        case _:
            raise TypeError(f"a form has no fields of type {type(widget).__name__}")


def _fill(widget: QWidget, value: Value) -> None:
    """Set the value of a field."""
    match widget, value:
        case QLineEdit(), str():
            widget.setText(value)
        case QPlainTextEdit(), str():
            widget.setPlainText(value)
        case Choice(), str():
            widget.choose(value)
        case DayField(), date() | None:
            widget.set_day(value)
        case QCheckBox(), bool():
            widget.setChecked(value)
        case _:
            raise TypeError(f"{value!r} is no value of a {type(widget).__name__}")
