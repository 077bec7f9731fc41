"""What a key event of Qt is to the wedge decoder: its kind, its place, and the field it goes to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from .keys import Field, KeyKind

_TERMINATORS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
MODIFIERS = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_Meta,
    }
)
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""The modifiers by which Windows reports AltGr."""
_DEAD_KEYS = range(Qt.Key.Key_Dead_Grave.value, Qt.Key.Key_Dead_Longsolidusoverlay.value + 1)
_CONTROL_KEYS = range(Qt.Key.Key_At.value, Qt.Key.Key_Underscore.value + 1)
"""Keys that give a control character (C0) with Ctrl: ``@``, letters, ``[ \\ ] ^ _``."""
_DIGIT_KEYS = range(Qt.Key.Key_0.value, Qt.Key.Key_9.value + 1)
_FUNCTIONS = {
    Qt.Key.Key_Escape,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
}
_FUNCTION_KEYS = range(Qt.Key.Key_F1.value, Qt.Key.Key_F35.value + 1)
_XKB_OFFSET = 8
"""X11 and Wayland number keys eight higher than the PC scan code."""


def kind_of(event: QKeyEvent, *, repeated: bool) -> KeyKind:
    """Return the kind of a key press that is no modifier. ``repeated``: the key is held down."""
    held = event.modifiers() & (_ALT_GR | Qt.KeyboardModifier.MetaModifier)
    printable = bool(event.text()) and event.text().isprintable()
    if repeated:
        return KeyKind.OTHER
    if held and not (held == _ALT_GR and printable):
        control = held == Qt.KeyboardModifier.ControlModifier and event.key() in _CONTROL_KEYS
        number = held == Qt.KeyboardModifier.AltModifier and event.key() in _DIGIT_KEYS
        return KeyKind.CONTROL if control or number else KeyKind.OTHER
    if event.key() in _TERMINATORS:
        return KeyKind.TERMINATOR
    if event.key() in _FUNCTIONS or event.key() in _FUNCTION_KEYS:
        return KeyKind.FUNCTION
    return KeyKind.CHARACTER if printable or event.key() in _DEAD_KEYS else KeyKind.OTHER


def field_of(widget: QWidget | None) -> Field:
    """Return what kind of field has the focus; a search box has the property ``search``."""
    if isinstance(widget, QLineEdit) and not widget.isReadOnly():
        if widget.echoMode() is not QLineEdit.EchoMode.Normal:
            return Field.PASSWORD
        return Field.SEARCH if widget.property("search") else Field.TEXT
    if isinstance(widget, QPlainTextEdit) and not widget.isReadOnly():
        return Field.TEXT
    return Field.CHOICE if isinstance(widget, QComboBox | QAbstractItemView) else Field.NOWHERE


def scan_code(native: int, platform: str) -> int:
    """Return the PC scan code (set 1) of a key, or 0 if the platform does not report it."""
    if platform == "win32":
        return native & 0xFF if native < 0x100 else 0
    if platform == "darwin":
        return 0
    return max(native - _XKB_OFFSET, 0)
