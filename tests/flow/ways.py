"""Three ways to work at the desk: by mouse, by keys, and by the tree that a screen reader reads.

Each counts what is done with it. One action is a field that is filled in or a choice that is made,
with the click, Tabs or shortcut that lead there; or anything else that is pressed: a button, a row,
a tab, a shortcut, Enter. Reading, waiting and turning the wheel are none.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)

from kiosk.staff.pages.form_field import REQUIRED
from tests.keys import type_text

from .desk import Desk

_MOST_TABS = 12
_LOOK_MS = 500
_PRESSED_MS = 150
_MOST_TURNS, _NOTCH = 20, 120
_LEFT = Qt.MouseButton.LeftButton


class Way:
    """What all ways have in common. Names may hold ``*`` for any text."""

    name = ""

    def __init__(self, at: Desk) -> None:
        self.at, self.actions = at, 0

    def press(self, name: str, keys: str = "") -> None:
        """Press a button, once it can be pressed. ``keys`` are its shortcuts, one action each."""
        raise NotImplementedError

    def open_row(self, name: str) -> None:
        """Open the row of a list of hits; by keys it is the selected one."""
        raise NotImplementedError

    def open_tab(self, name: str) -> None:
        """Open a tab of a page."""
        raise NotImplementedError

    def fill(self, name: str, text: str, key: str = "") -> None:
        """Fill in a field, to which ``key`` or Tab leads."""
        raise NotImplementedError

    def choose(self, name: str, option: str) -> None:
        """Choose the option that begins with ``option``."""
        raise NotImplementedError

    def look(self) -> None:
        """Look at what has appeared, as long as a person does at least."""
        QTest.qWait(_LOOK_MS)

    def _key(self, key: str) -> None:
        """Press a key in the window, wherever the focus is."""
        handle = self.at.window.windowHandle()
        assert handle is not None
        ctrl, _, plain = key.rpartition("+")
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(handle, Qt.Key[f"Key_{plain}"], held)

    def _focused(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None, f"{self.name}: nothing has the focus"
        return focused

    def _type(self, text: str) -> None:
        """Type a text in place of what is in the field with the focus."""
        self._key("Ctrl+A")
        type_text(self._focused(), text)


class Mouse(Way):
    """Clicks at what can be seen, and types where text is needed."""

    name = "mouse"

    def press(self, name: str, keys: str = "") -> None:  # noqa: ARG002 - of keys
        """Click a button."""
        self._click(self._seen(QAbstractButton, name))

    def open_row(self, name: str) -> None:
        """Click a row."""
        rows: list[tuple[QListView, QPoint]] = []

        def seen() -> bool:
            rows[:] = [
                (view, view.visualRect(index).center())
                for view in self.at.window.findChildren(QListView)
                if view.isVisible() and view.model() is not None
                for index in (view.model().index(row, 0) for row in range(view.model().rowCount()))
                if fnmatchcase(str(index.data()), name)
            ]
            return len(rows) == 1

        self.at.wait_until(seen)
        view, place = rows[0]
        self._click(view.viewport(), place)

    def open_tab(self, name: str) -> None:
        """Click a tab."""
        bars = [each for each in self.at.window.findChildren(QTabBar) if each.isVisible()]
        (found,) = (
            (bar, bar.tabRect(number).center())
            for bar in bars
            for number in range(bar.count())
            if bar.isTabVisible(number) and fnmatchcase(bar.tabText(number), name)
        )
        self._click(*found)

    def fill(self, name: str, text: str, key: str = "") -> None:  # noqa: ARG002 - of keys
        """Click a field, and type."""
        field = self._seen((QLineEdit, QPlainTextEdit), name)
        self._click(field)
        self.at.wait_until(field.hasFocus)
        self._type(text)

    def choose(self, name: str, option: str) -> None:
        """Open a choice, and click an option."""
        choice = self._seen(QComboBox, name)
        assert isinstance(choice, QComboBox)
        self._click(choice)
        self.actions -= 1
        options = choice.view()
        self.at.wait_until(options.isVisible)
        row = next(n for n in range(choice.count()) if choice.itemText(n).startswith(option))
        place = options.visualRect(choice.model().index(row, 0)).center()
        QTest.qWait(QApplication.doubleClickInterval() + 50)
        QTest.mouseClick(options.viewport(), _LEFT, pos=place)
        self.actions += 1
        self.at.wait_until(lambda: choice.currentText().startswith(option))

    def _seen(self, kinds: type[QWidget] | tuple[type[QWidget], ...], name: str) -> QWidget:
        """Wait for the only usable widget of that name that is on screen, and return it."""
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        found: list[QWidget] = []

        def seen() -> bool:
            found[:] = [
                each
                for kind in kinds
                for each in self.at.window.findChildren(kind)
                if each.isVisible() and each.isEnabled() and fnmatchcase(_name_of(each), name)
            ]
            return len(found) == 1

        self.at.wait_until(seen)
        return found[0]

    def _click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Click in the window where a widget is; what lies over it gets the click."""
        window, handle = self.at.window, self.at.window.windowHandle()
        inside = widget.rect().center() if place is None else place
        QCoreApplication.processEvents()  # what was shown just now has its place
        self._scroll_to(widget, inside)
        QTest.mouseClick(handle, _LEFT, pos=widget.mapTo(window, inside))
        self.actions += 1

    def _scroll_to(self, widget: QWidget, inside: QPoint) -> None:
        """Turn the wheel until a place of a widget is in sight."""
        for _ in range(_MOST_TURNS):
            if widget.visibleRegion().contains(inside):
                return
            area = widget.parentWidget()
            while area is not None and not isinstance(area, QScrollArea):
                area = area.parentWidget()
            assert isinstance(area, QScrollArea), f"{_name_of(widget)!r} is not in sight"
            place = area.viewport().rect().center().toPointF()
            turn = QWheelEvent(
                place, area.viewport().mapToGlobal(place), QPoint(), QPoint(0, -_NOTCH),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QCoreApplication.sendEvent(area.viewport(), turn)
            QCoreApplication.processEvents()
        raise AssertionError(f"{_name_of(widget)!r} is not in sight")


def _name_of(widget: QWidget) -> str:
    """Return the words of a widget as they are seen or read."""
    seen = widget.text().replace("&&", "&") if isinstance(widget, QAbstractButton) else ""
    return seen or widget.accessibleName()


class Keys(Way):
    """Presses keys only, from where the desk stands."""

    name = "keys"

    def press(self, name: str, keys: str = "") -> None:
        """Press the keys of a button, once it can be pressed."""
        assert keys, f"no key leads to {name!r}"

        def usable() -> bool:
            buttons = self.at.window.findChildren(QAbstractButton)
            shown = [each for each in buttons if each.isVisible() and each.isEnabled()]
            return any(fnmatchcase(_name_of(each), name) for each in shown)

        self.at.wait_until(usable)
        for key in keys.split():
            self._key(key)
            self.actions += 1

    def find(self, words: str) -> None:
        """Find a button of the page by its words, and press it: Ctrl+K, the words, Enter."""
        palette = self.at.window.finder
        self.fill("Find a member, a page or a button", words, "Ctrl+K")
        self.at.wait_until(lambda: palette.rows.count() > 0)
        self._key("Return")
        self.actions += 1

    def open_row(self, name: str) -> None:
        """Press Enter, once the row is the selected one of those that were found."""
        side = self.at.window.side
        self.at.wait_until(lambda: (row := side.hits.chosen()) is not None
                           and fnmatchcase(f"{row.name}, {row.below}", name))  # fmt: skip
        self._key("Return")
        self.actions += 1

    def fill(self, name: str, text: str, key: str = "") -> None:
        """Go to a field, and type."""
        self._go_to(name, key)
        self._type(text)
        self.actions += 1

    def choose(self, name: str, option: str) -> None:
        """Go to a choice, and type how the option begins."""
        self._go_to(name, "")
        choice = self._focused()
        assert isinstance(choice, QComboBox)
        type_text(choice, option)
        assert choice.currentText().startswith(option), choice.currentText()
        self.actions += 1

    def _is_there(self, name: str) -> bool:
        """Return whether a usable field of that name is on screen."""
        kinds: tuple[type[QWidget], ...] = (QLineEdit, QPlainTextEdit, QComboBox)
        fields = [each for kind in kinds for each in self.at.window.findChildren(kind)]
        shown = [each for each in fields if each.isVisible() and each.isEnabled()]
        return any(fnmatchcase(each.accessibleName(), name) for each in shown)

    def _go_to(self, name: str, key: str) -> None:
        if key:
            self._key(key)
        self.at.wait_until(lambda: self._is_there(name))
        for _ in range(_MOST_TABS):
            if fnmatchcase(self._focused().accessibleName(), name):
                return
            self._key("Tab")
        raise AssertionError(f"Tab does not lead to {name!r}")


Roles = tuple[QAccessible.Role, ...]
BUTTONS: Roles = (QAccessible.Role.Button, QAccessible.Role.CheckBox)
FIELDS: Roles = (QAccessible.Role.EditableText,)


class Reader(Way):
    """Finds everything by role and name, and uses the interfaces of the tree; no widgets."""

    name = "screen reader"

    def press(self, name: str, keys: str = "") -> None:  # noqa: ARG002 - of keys
        """Do the action of a button, which is carried out once it has been seen as pressed."""
        self._act(self._found(BUTTONS, name), QAccessibleActions.PRESS)
        QTest.qWait(_PRESSED_MS)
        self.actions += 1

    def open_row(self, name: str) -> None:
        """Press Enter on the row that the tree shows as the selected one."""
        row = self._found((QAccessible.Role.ListItem,), name)
        assert row.state().selected, f"{name!r} is not the row that Enter opens"
        self._key("Return")
        self.actions += 1

    def open_tab(self, name: str) -> None:
        """Do the action of a tab."""
        self._act(self._found((QAccessible.Role.PageTab,), name), QAccessibleActions.PRESS)
        self.actions += 1

    def fill(self, name: str, text: str, key: str = "") -> None:  # noqa: ARG002 - of keys
        """Set the text of a field, which takes the focus."""
        field = self._found(FIELDS, name)
        self._act(field, QAccessibleActions.FOCUS)
        field.setText(QAccessible.Text.Value, text)
        self.actions += 1

    def choose(self, name: str, option: str) -> None:
        """Open a choice, type how the option begins, and press Enter; the tree has it then."""
        choice = self._found((QAccessible.Role.ComboBox,), name)
        self._act(choice, QAccessibleActions.OPEN)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        options = popup.focusWidget()
        type_text(options, option)
        QTest.keyClick(options, Qt.Key.Key_Return)
        value = choice.text(QAccessible.Text.Value)
        assert value.startswith(option), value
        self.actions += 1

    def _act(self, node: QAccessibleInterface, action: str) -> None:
        actions = node.actionInterface()
        assert action in actions.actionNames(), f"{node.text(QAccessible.Text.Name)}: no {action}"
        actions.doAction(action)

    def _found(self, roles: Roles, name: str) -> QAccessibleInterface:
        """Wait for the only usable node of that role and name, and return it."""
        found: list[QAccessibleInterface] = []

        def there() -> bool:
            found[:] = [
                node
                for node in self._nodes()
                if node.role() in roles
                and not node.state().disabled
                and fnmatchcase(_said_of(node), name)
            ]
            return len(found) == 1

        self.at.wait_until(there)
        return found[0]

    def _nodes(self) -> Iterator[QAccessibleInterface]:
        """Return all nodes of the window that are not hidden, from the top."""
        yield from _below(QAccessible.queryAccessibleInterface(self.at.window))


class QAccessibleActions:
    """Names of actions, which Qt has as functions of no object."""

    PRESS, FOCUS, OPEN = "Press", "SetFocus", "ShowMenu"


def _said_of(node: QAccessibleInterface) -> str:
    """Return the name of a node; that of a choice is its label, as its own is what is chosen."""
    if node.role() is not QAccessible.Role.ComboBox:
        return node.text(QAccessible.Text.Name)
    labels = [each for each, what in node.relations() if what is QAccessible.RelationFlag.Label]
    said = [each.text(QAccessible.Text.Name).removesuffix(REQUIRED) for each in labels]
    return said[0] if said else node.text(QAccessible.Text.Description)


def _below(node: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield node
    for number in range(node.childCount()):
        child = node.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from _below(child)
