"""Values of the inputs of a form: read, filled in, typed."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget

from kiosk.staff.pages.inputs import Choice, DayField, OwnField

Value = str | bool | date | None


def choice_of(options: Sequence[tuple[str, str]], chosen: str) -> Choice:
    """Return a choice of values and labels. Raises LookupError if ``chosen`` is none of them."""
    choice = Choice(options)
    if chosen:
        choice.choose(chosen)
    return choice


def value_of(widget: QWidget) -> Value:
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
        case OwnField():
            return widget.value
        case QCheckBox():
            return widget.isChecked()
        case _:
            raise TypeError(f"a form has no fields of type {type(widget).__name__}")


def fill(widget: QWidget, value: Value) -> None:
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
        case OwnField(), str():
            widget.fill(value)
        case QCheckBox(), bool():
            widget.setChecked(value)
        case _:
            raise TypeError(f"{value!r} is no value of a {type(widget).__name__}")
