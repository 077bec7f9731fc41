"""The hands of a receptionist: real key and mouse events on the real window."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget

from kiosk.staff.pages.form import Form
from kiosk.staff.pages.form_field import Field
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.pages.picker import Picker
from kiosk.staff.pages.sale import SaleForm
from tests.keys import scan_into, type_text

from .desk import Desk


def said(form: Form) -> str:
    """Return why a form was not carried out: what is beside its fields, then what is below them."""
    beside = [field.error.text() for field in form.findChildren(Field) if field.wrong]
    return "\n".join([*beside, form.failure.text()])


class Hands:
    """Clicks and types at a desk."""

    def __init__(self, at: Desk) -> None:
        self.at = at

    def click(self, widget: QWidget) -> None:
        """Click a widget that can be seen and used."""
        assert widget.isVisible(), f"{widget.accessibleName() or widget} is not on screen"
        assert widget.isEnabled(), f"{widget.accessibleName() or widget} is disabled"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        """Press a key in the window, wherever the focus is."""
        handle = self.at.window.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key)

    def focused(self) -> QWidget:
        """Return the widget with the focus."""
        widget = self.at.window.focusWidget()
        assert widget is not None
        return widget

    def type_over(self, widget: QWidget, text: str) -> None:
        """Replace the text of a field, or choose the option that begins with ``text``."""
        match widget:
            case Choice():
                self.choose(widget, text)
                return
            case DayField():
                widget = widget.line
            case Picker():
                self.pick(widget, text)
                return
            case QLineEdit() | QPlainTextEdit():
                pass
            case _:
                raise TypeError(type(widget).__name__)
        self.click(widget.viewport() if isinstance(widget, QPlainTextEdit) else widget)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        type_text(widget, text)

    def pick(self, picker: Picker, text: str) -> None:
        """Search in a picker, and choose the only one who is found."""
        if not picker.search.isVisible():
            self.click(picker.card.other_button)
        self.type_over(picker.search, text)
        self.at.wait_until(lambda: picker.hit is not None)

    def choose(self, choice: Choice, text: str) -> None:
        """Choose an option with the arrow keys."""
        choice.setFocus()
        QTest.keyClick(choice, Qt.Key.Key_Home)
        for _ in range(choice.count()):
            if choice.currentText().startswith(text):
                return
            QTest.keyClick(choice, Qt.Key.Key_Down)
        raise AssertionError(f"no option begins with {text!r}")

    def scan(self, code: str) -> None:
        """Read a card with a hand scanner, which types its code and Enter at once."""
        handle = self.at.window.windowHandle()
        assert handle is not None
        scan_into(handle, code)

    def form(self) -> Form:
        """Wait for the form that opens, and return it."""
        changes = self.at.kiosk.management.changes
        self.at.wait_until(lambda: changes.form is not None and changes.form.isVisible())
        form = changes.form
        assert form is not None
        return form

    def fill(self, **values: str) -> Form:
        """Fill in the form that opens."""
        form = self.form()
        for key, value in values.items():
            self.type_over(form.field(key), value)
        if isinstance(form, SaleForm):  # what it does is previewed first
            self.at.wait_until(form.submit.isEnabled)
        return form

    def send(self, form: Form) -> None:
        """Press the button of a form."""
        button: QAbstractButton = form.submit
        self.click(button)
