"""Shows text that is held in the field that may get it, without a change of the field.

It is shown as an input method shows text that is not entered yet, so that text, selection and undo
list are as before if it turns out to be a code. That would delete a selection, so there a label
over the field shows what the field would.
"""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QStyle, QWidget
from shiboken6 import isValid

from .views.plain_label import PlainLabel


class HeldText:
    """Text over or in the field with the focus; a password is shown as bullets."""

    def __init__(self) -> None:
        self._field: QWidget | None = None
        self._cover: PlainLabel | None = None
        self.composing = False
        """Whether an input method event that is being sent is ours."""

    @property
    def shown(self) -> bool:
        """Whether something is shown."""
        return self._field is not None

    def show(self, text: str) -> None:
        """Show a text in the field that has the focus; nothing if none can."""
        field = self._field or QApplication.focusWidget()
        if field is None or not isValid(field):
            return
        if isinstance(field, QLineEdit) and not field.isReadOnly():
            self._field = field
            self._show_in_line(field, text)
        elif isinstance(field, QPlainTextEdit) and not field.textCursor().hasSelection():
            self._field = field
            self._compose(text)

    def hide(self) -> None:
        """Show the field as it is."""
        if self._cover is not None:
            if isValid(self._cover):
                self._cover.hide()
                self._cover.deleteLater()
        elif self._field is not None:
            self._compose("")
        self._field = self._cover = None

    def _show_in_line(self, field: QLineEdit, text: str) -> None:
        if field.echoMode() is not QLineEdit.EchoMode.Normal:
            hint = QStyle.StyleHint.SH_LineEdit_PasswordCharacter
            text = chr(field.style().styleHint(hint, None, field)) * len(text)
        if self._cover is None and not field.hasSelectedText():
            self._compose(text)
            return
        if self._cover is None:
            self._cover = PlainLabel()
            self._cover.setParent(field)
            self._cover.setObjectName("held")
            self._cover.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._cover.setGeometry(field.rect().adjusted(2, 2, -2, -2))
            self._cover.setIndent(field.textMargins().left() + 12)
        start, end = field.selectionStart(), field.selectionEnd()
        whole = field.displayText()
        self._cover.setText(f"{whole[:start]}{text}{whole[end:]}")
        self._cover.show()

    def _compose(self, text: str) -> None:
        if self._field is not None and isValid(self._field):
            self.composing = True
            try:
                QCoreApplication.sendEvent(self._field, QInputMethodEvent(text, []))
            finally:
                self.composing = False
