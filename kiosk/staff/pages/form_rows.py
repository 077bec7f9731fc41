"""The rows of a form: fields with labels, hints and errors, and texts between them."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QPlainTextEdit, QWidget

from kiosk.staff.pages.form_area import FormArea
from kiosk.staff.pages.form_field import Field
from kiosk.staff.pages.form_values import choice_of
from kiosk.staff.pages.inputs import DayField, OwnField
from kiosk.staff.words.typed_days import Years
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.qr import QrView

_NOTE_HEIGHT = 88
_NOTE_LINE = 20


class FormRows(QFrame):
    """A frame to which rows are added, and that shows an error beside each field."""

    def __init__(self, texts: Texts, title: str) -> None:
        super().__init__()
        self.title = title
        self.area = FormArea()
        self._texts = texts
        self._fields: dict[str, QWidget] = {}
        self._rows: dict[str, Field] = {}
        self._sent_as: dict[str, str] = {}
        self._unasked: frozenset[Field] = frozenset()

    def add_words(self, words: str) -> None:
        """Add a text above the fields that follow."""
        self.area.add(PlainLabel(words, "muted", wraps=True))

    def add_part(self, part: QWidget) -> None:
        """Add a row that is only looked at."""
        self.area.add(part)

    def add_code(self, text: str, side: int) -> None:
        """Add a QR code of ``text``, ``side`` pixels high."""
        code = QrView(side)
        code.setFixedHeight(side)
        code.setAccessibleName(self.title)
        code.show_text(text)
        self.area.add(code)

    def add_fact(self, words: str) -> None:
        """Add a text that is to be typed elsewhere."""
        self.area.add(PlainLabel(words, "strong", wraps=True))

    def add_line(
        self,
        key: str,
        label: str,
        value: str = "",
        *,
        secret: bool = False,
        hint: str = "",
        required: bool = False,
    ) -> QLineEdit:
        """Add a field for one line of text."""
        line = QLineEdit(value)
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self._add(key, label, line, hint=hint, required=required)
        return line

    def add_note(
        self,
        key: str,
        label: str,
        value: str = "",
        *,
        lines: int = 3,
        hint: str = "",
        required: bool = False,
    ) -> None:
        """Add a field for several lines of text, of which ``lines`` are seen at once."""
        note = QPlainTextEdit(value)
        note.setTabChangesFocus(True)
        note.setFixedHeight(_NOTE_HEIGHT - (3 - lines) * _NOTE_LINE)
        self._add(key, label, note, hint=hint, required=required, wide=True)

    def add_choice(
        self,
        key: str,
        label: str,
        options: Sequence[tuple[str, str]],
        chosen: str = "",
        *,
        hint: str = "",
        required: bool = False,
    ) -> None:
        """Add a choice of ``options``: value and label; the first one unless another is chosen.

        Raises LookupError if ``chosen`` is not among them.
        """
        self._add(key, label, choice_of(options, chosen), hint=hint, required=required)

    def add_count(
        self,
        key: str,
        label: str,
        count: int,
        options: Sequence[tuple[str, str]],
        chosen: str,
        *,
        hint: str = "",
    ) -> None:
        """Add a number with a unit in one row, as ``<key>_count`` and ``<key>_unit``."""
        line, choice = QLineEdit(str(count)), choice_of(options, chosen)
        self._fields |= {f"{key}_count": line, f"{key}_unit": choice}
        self._add_row(key, Field(label, (line, choice), hint=hint))

    def add_day(
        self,
        key: str,
        label: str,
        day: date | None,
        *,
        optional: bool = False,
        years: Years = Years.NEAREST,
        hint: str = "",
    ) -> None:
        """Add a field for a day; an ``optional`` one may be left empty.

        ``years`` says which year is meant where it is not typed.
        """
        field = DayField(self._texts, day, optional=optional, years=years)
        self._add(key, label, field, hint=hint, required=not optional)
        field.opened.connect(lambda: self._scroll_to(self._rows[key]))

    def add_own(
        self, key: str, label: str, field: OwnField, *, hint: str = "", required: bool = False
    ) -> None:
        """Add an input that is made of several widgets, over the whole width."""
        self._add(key, label, field, hint=hint, required=required, wide=True)

    def add_switch(self, key: str, label: str, *, on: bool = False, hint: str = "") -> None:
        """Add a check box."""
        switch = QCheckBox(label.replace("&", "&&"))
        switch.setChecked(on)
        self._add(key, label, switch, hint=hint, wide=True)

    def send_as(self, **names: str) -> None:
        """Say under which names of the request fields are sent: ``send_as(price="price_minor")``.

        An error of the service about that name is shown beside the field.
        """
        self._sent_as |= {name: key for key, name in names.items()}

    def label_of(self, name: str) -> str:
        """Return the label of the field that is sent as ``name``; empty if there is none."""
        row = self._rows.get(self._sent_as.get(name, name))
        return row.label if row is not None else ""

    def show_field(self, key: str, *, shown: bool) -> None:
        """Show or hide a field with its label. A hidden one keeps its value and is never wrong."""
        row = self._rows[key]
        self._unasked = (self._unasked - {row}) if shown else (self._unasked | {row})
        self.area.leave_out(row, out=not shown)

    def field(self, key: str) -> QWidget:
        """Return the widget of a field."""
        return self._fields[key]

    def error_of(self, key: str) -> str:
        """Return the error that is shown beside a field; empty if there is none."""
        row = self._rows[key]
        return row.error.text() if row.wrong else ""

    def _show_errors(self, errors: Mapping[str, str]) -> list[str]:
        """Show errors beside their fields, and return those of names that are no field here."""
        elsewhere = []
        for row in self._rows.values():
            row.show_error("")
        for name, words in errors.items():
            row_of = self._rows.get(self._sent_as.get(name, name))
            if row_of is None:
                elsewhere.append(words)
            else:
                row_of.show_error(words)
        return elsewhere

    def _check(self) -> bool:
        """Show what is missing or cannot be read, and return whether that is nothing."""
        for row in self._rows.values():
            row.show_error(self._missing(row))
        return not any(row.wrong for row in self._rows.values())

    def _missing(self, row: Field) -> str:
        """Return what is wrong with a field before it is sent; empty if nothing is."""
        first = row.inputs[0]
        if row in self._unasked:
            return ""
        if isinstance(first, DayField):
            return first.problem
        return self._texts.say("Please fill this in.") if row.required and row.empty else ""

    def _focus_wrong(self) -> None:
        """Focus the first field with an error, and scroll to it."""
        row = next((each for each in self._rows.values() if each.wrong), None)
        if row is not None:
            row.inputs[0].setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll_to(row)

    def _scroll_to(self, row: Field) -> None:
        """Show a whole row once it has its size, its end first."""

        def scroll() -> None:
            self.area.ensureVisible(0, row.y() + row.height(), 0, 0)

        QTimer.singleShot(0, row, scroll)

    def _add(
        self,
        key: str,
        label: str,
        widget: QWidget,
        *,
        hint: str = "",
        required: bool = False,
        wide: bool = False,
    ) -> None:
        self._fields[key] = widget
        self._add_row(key, Field(label, (widget,), hint=hint, required=required, wide=wide))

    def _add_row(self, key: str, row: Field) -> None:
        self._rows[key] = row
        self.area.add(row)


def field_label(words: str, field: QWidget) -> PlainLabel:
    """Return the label of a field, for a row of a ``QFormLayout``."""
    made = PlainLabel(words)
    made.setBuddy(field)
    return made
