"""A form in front of the window: labelled fields, and under them why it was not carried out."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.day_field import day_field, day_of
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

Value = str | bool | date | None
_WIDTH = 460
_NOTE_HEIGHT = 84


class Form(QDialog):
    """Asks for a few values. Stays open until ``finish``, with ``show_failure`` in between."""

    submitted = Signal(dict)
    """Values by key: text, bool or day; None for an optional day that was left out."""

    def __init__(self, parent: QWidget, texts: Texts, title: str, action: str) -> None:
        super().__init__(parent)
        self.setObjectName("form")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._fields: dict[str, QWidget] = {}
        self._locale = QLocale(str(texts.locale))
        heading = PlainLabel(title, "title", wraps=True)
        self._rows = QFormLayout()
        self._rows.setSpacing(S + 2)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.failure = PlainLabel("", "failure", wraps=True)
        self.failure.hide()
        self.submit = QPushButton(action)
        self.submit.setObjectName("primary")
        self.submit.setDefault(True)
        self._cancel = QPushButton(texts.say("Cancel"))
        self._cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.submit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(heading)
        layout.addLayout(self._rows)
        layout.addWidget(self.failure)
        layout.addLayout(buttons)
        self._cancel.clicked.connect(self.reject)
        self.submit.clicked.connect(self._on_submit)

    def add_words(self, words: str) -> None:
        """Add a text above the fields that follow."""
        self._rows.addRow(PlainLabel(words, "muted", wraps=True))

    def add_line(self, key: str, label: str, value: str = "", *, secret: bool = False) -> QLineEdit:
        """Add a field for one line of text."""
        line = QLineEdit(value)
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self._add(key, label, line)
        return line

    def add_note(self, key: str, label: str, value: str = "") -> None:
        """Add a field for several lines of text."""
        note = QPlainTextEdit(value)
        note.setTabChangesFocus(True)
        note.setFixedHeight(_NOTE_HEIGHT)
        self._add(key, label, note)

    def add_choice(
        self, key: str, label: str, options: Sequence[tuple[str, str]], chosen: str = ""
    ) -> None:
        """Add a choice of ``options``: value and label."""
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

    def add_day(self, key: str, label: str, day: date) -> None:
        """Add a field for a day."""
        self._add(key, label, day_field(day, self._locale))

    def add_switch(self, key: str, label: str, *, on: bool = False) -> None:
        """Add a check box."""
        switch = QCheckBox(label)
        switch.setChecked(on)
        self._fields[key] = switch
        self._rows.addRow("", switch)

    def field(self, key: str) -> QWidget:
        """Return the widget of a field."""
        return self._fields[key]

    def values(self) -> dict[str, Value]:
        """Return the values of all fields."""
        return {key: _value(widget) for key, widget in self._fields.items()}

    def show_failure(self, sentence: str) -> None:
        """Show why it was not carried out; the fields stay as they are and can be sent again."""
        self.failure.setText(sentence)
        self.failure.show()
        self.submit.setEnabled(True)

    def finish(self) -> None:
        """Close the form after it was carried out."""
        self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Focus the first field, and set the tab order of fields and buttons."""
        super().showEvent(event)
        stops = [*self._fields.values(), self._cancel, self.submit]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
        stops[0].setFocus()

    def _on_submit(self) -> None:
        """Emit the values, and prevent a second submit."""
        self.submit.setEnabled(False)
        self.failure.clear()
        self.failure.hide()
        self.submitted.emit(self.values())

    def _add(self, key: str, label: str, widget: QWidget) -> None:
        widget.setAccessibleName(label)
        self._fields[key] = widget
        self._rows.addRow(field_label(label, widget), widget)


def field_label(words: str, field: QWidget) -> PlainLabel:
    """Return the label of a field, for a row of a ``QFormLayout``."""
    made = PlainLabel(words)
    made.setBuddy(field)
    return made


def _choice(options: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
    """Return a combo box of values and labels."""
    choice = QComboBox()
    for value, words in options:
        choice.addItem(words, value)
    choice.setCurrentIndex(max(choice.findData(chosen), 0))
    return choice


def _value(widget: QWidget) -> Value:
    """Return the value of a field."""
    match widget:
        case QLineEdit():
            return widget.text().strip()
        case QPlainTextEdit():
            return widget.toPlainText().strip()
        case QComboBox():
            return str(widget.currentData(Qt.ItemDataRole.UserRole))
        case QDateEdit():
            return day_of(widget)
        case QCheckBox():
            return widget.isChecked()
        case _:
            raise TypeError(f"a form has no fields of type {type(widget).__name__}")
