"""A form over the page in front: whom it is about, labelled fields, and why it was not carried out.

It is a sheet inside the staff panel, so that the verdict of a scan covers it and it is still there,
with what was typed, when the verdict is gone.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QScrollArea, QVBoxLayout, QWidget

from kiosk.staff.pages.form_foot import FormFoot
from kiosk.staff.pages.form_rows import FormRows, field_label
from kiosk.staff.pages.form_values import Value, fill, value_of
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.undo import Undoing
from kiosk.style import L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

__all__ = ["Form", "Value", "field_label"]

_WIDTH, _WIDE = 480, 832
_LEAST_OF_TWO = 720
"""Pixels across below which two columns are narrower than what is typed into them."""
_MANY = 6
"""Fields from which on a form stands in two columns."""
_BORDER = 2
"""Pixels of the style sheet's border, with one to spare; the layout does not count it."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Form(FormRows):
    """Asks for a few values. Stays open until ``finish``, with ``show_failure`` in between.

    ``topic`` names the change and what it changes, such as ``renew:<id>``: a second form for the
    same change has the same topic. ``about`` is the person or thing, with name and number. A
    ``final`` step cannot be taken back: Cancel has the focus, and is what Enter does. ``undo``
    returns how any other one is undone.
    """

    submitted = Signal(dict)
    """Values by key: text, bool or day; None for an optional day that was left out."""
    closed = Signal()
    """The form is done with: carried out, cancelled or discarded."""

    refused = Signal(str)
    """The service refused it, with this code: what was shown may have changed."""

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
        super().__init__(texts, title)
        self.setObjectName("form")
        self.setAccessibleName(title)
        self.topic, self.about, self.final = topic, about, final
        self.undo: Undoing[Any] | None = None
        self._room: QWidget | None = None
        self._initial: Mapping[str, Value | str] | None = None
        heading = PlainLabel(title, "title", wraps=True)
        subject = PlainLabel(about, "strong", wraps=True)
        if not about:
            subject.hide()
        self.foot = FormFoot(texts, action, final=final)
        self.failure, self.submit, self.cancel = (
            self.foot.failure,
            self.foot.submit,
            self.foot.cancel,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L - S, M)
        layout.setSpacing(M)
        layout.addWidget(heading)
        layout.addWidget(subject)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.foot)
        self._fit()
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
        if layout is None:
            return super().sizeHint()
        across = self.width() - 2 * _BORDER
        return QSize(self.width(), layout.totalHeightForWidth(across) + 2 * _BORDER)

    def hasHeightForWidth(self) -> bool:
        """Return False: the form sets its own width, whatever the layout around it offers."""
        return False

    def minimumSizeHint(self) -> QSize:
        """Return the size at which heading and foot are whole and the fields scroll."""
        whole, area = self.sizeHint(), self.area
        spare = area.sizeHint().height() - area.minimumSizeHint().height()
        return QSize(whole.width(), whole.height() - spare)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the form anew when what it lies on has another size."""
        if watched is self._room and event.type() is QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Set width and columns by the number of fields and the room around the form."""
        wanted = _WIDE if self.area.narrow >= _MANY else _WIDTH
        room = self._room.width() if self._room is not None else wanted
        across = min(wanted, room)
        inner = across - 2 * L + S - 2 * _BORDER
        self.setFixedWidth(across)
        self.area.fit(2 if wanted == _WIDE and across >= _LEAST_OF_TWO else 1, inner)
        self.updateGeometry()

    def values(self) -> dict[str, Value]:
        """Return the values of all fields."""
        return {key: value_of(widget) for key, widget in self._fields.items()}

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
                fill(field, value)
        self.foot.show_failure(sentence)

    def show_failure(self, sentence: str) -> None:
        """Show why it was not carried out; the fields stay as they are and can be sent again."""
        self._set_sending(sending=False)
        self.foot.show_failure(sentence)

    def show_errors(self, sentence: str, errors: Mapping[str, str]) -> None:
        """Show what is wrong beside each field, by the name under which it is sent.

        ``sentence`` is shown at the foot, with errors of names that are no field of this form.
        The focus goes to the first field with an error.
        """
        self._set_sending(sending=False)
        elsewhere = [*filter(None, (sentence,)), *self._show_errors(errors)]
        self.foot.show_failure("\n".join(elsewhere))
        self._focus_wrong()

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
        if first is not None and first is not self.submit:
            self.area.ensureWidgetVisible(first)

    def focus_again(self) -> None:
        """Focus the field that had the focus before the form was covered, else as at first."""
        focused = self.focusWidget()
        if focused is not None and any(
            field is focused or field.focusProxy() is focused for field in self._fields.values()
        ):
            focused.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus_first()

    def showEvent(self, event: QShowEvent) -> None:
        """Set the tab order, and the focus where work begins."""
        super().showEvent(event)
        self._find_room()
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
        if not self._check():
            self.foot.show_failure("")
            self._focus_wrong()
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

    def _find_room(self) -> None:
        """Follow the size of what the form lies on."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if isinstance(around, QScrollArea) and self._room is None:
            self._room = around.viewport()
            self._room.installEventFilter(self)
        self._fit()

    def _typed(self) -> dict[str, Value | str]:
        """Return what is in the fields as it was typed, also where it cannot be read."""
        return {
            key: widget.line.text() if isinstance(widget, DayField) else value_of(widget)
            for key, widget in self._fields.items()
        }
