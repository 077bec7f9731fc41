"""A field of a form: label and required mark above it, hint and error below it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.inputs import Choice, DayField, OwnField
from kiosk.style import XS, S
from kiosk.views.plain_label import PlainLabel

REQUIRED = "\u00a0*"
"""Stands behind the label of a field that must not be empty."""


class Field(QWidget):
    """One or two inputs under a label. ``show_error`` marks it until it is edited.

    A field without a ``label`` is a check box, which has its own. ``wide`` fields take the whole
    width of a form of two columns.
    """

    edited = Signal()

    def __init__(
        self,
        label: str,
        inputs: Sequence[QWidget],
        *,
        hint: str = "",
        required: bool = False,
        wide: bool = False,
    ) -> None:
        super().__init__()
        self.label, self.inputs, self.required, self.wide = label, tuple(inputs), required, wide
        self.hint = PlainLabel(hint, "hint", wraps=True)
        if not hint:  # shown before it has a parent, it would be a window
            self.hint.hide()
        self.error = PlainLabel("", "error", wraps=True)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        self.label_view: PlainLabel | None = None
        if label and not isinstance(self.inputs[0], QCheckBox):
            self.label_view = PlainLabel(
                label + (REQUIRED if required else ""), "label", wraps=True
            )
            self.label_view.setBuddy(self.inputs[0])
            column.addWidget(self.label_view)
        row = QHBoxLayout()
        row.setSpacing(S)
        for place, each in enumerate(self.inputs):
            row.addWidget(each, 1 + place, Qt.AlignmentFlag.AlignTop)
            each.setAccessibleName(label)
            _on_edit(each, self._on_edited)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.error)
        column.addStretch()
        self._describe()

    @property
    def wrong(self) -> bool:
        """Whether an error is shown."""
        return not self.error.isHidden()

    @property
    def empty(self) -> bool:
        """Whether nothing was entered or chosen."""
        match self.inputs[0]:
            case QLineEdit() as line:
                return not line.text().strip()
            case QPlainTextEdit() as note:
                return not note.toPlainText().strip()
            case Choice() as choice:
                return choice.chosen in {None, ""}
            case DayField() as day:
                return not day.line.text().strip()
            case OwnField() as own:
                return not own.value
            case _:
                return False

    def show_error(self, sentence: str) -> None:
        """Show what is wrong with the field; an empty sentence takes it away."""
        if sentence == self.error.text() and bool(sentence) == self.wrong:
            return
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        for each in self.inputs:
            _mark(each, wrong=bool(sentence))
        self._describe()

    def show_hint(self, sentence: str) -> None:
        """Change the hint; an empty sentence takes it away."""
        self.hint.setText(sentence)
        self.hint.setVisible(bool(sentence))
        self._describe()

    def _on_edited(self) -> None:
        self.show_error("")
        self.edited.emit()

    def _describe(self) -> None:
        """Tell screen readers hint and error."""
        words = " ".join(filter(None, (self.error.text(), self.hint.text())))
        for each in self.inputs:
            described = each.line if isinstance(each, DayField) else each
            described.setAccessibleDescription(words)


def _on_edit(widget: QWidget, then: Callable[[], object]) -> None:
    """Call ``then`` whenever the input is changed."""
    match widget:
        case QLineEdit():
            widget.textChanged.connect(lambda _text: then())
        case QPlainTextEdit():
            widget.textChanged.connect(then)
        case Choice():
            widget.currentIndexChanged.connect(lambda _index: then())
        case DayField():
            widget.changed.connect(then)
        case OwnField():
            widget.edited.connect(then)
        case QCheckBox():
            widget.toggled.connect(lambda _on: then())


def _mark(widget: QWidget, *, wrong: bool) -> None:
    """Draw an input as one with an error, or as one without."""
    marked = widget.line if isinstance(widget, DayField) else widget
    marked.setProperty("wrong", wrong)
    marked.style().unpolish(marked)
    marked.style().polish(marked)
