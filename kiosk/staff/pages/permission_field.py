"""The permissions of a plan as chips: existing ones to switch on, and a line for new labels."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.flow import FlowLayout
from kiosk.staff.pages.inputs import OwnField
from kiosk.staff.pages.parts import empty
from kiosk.staff.words.permissions import (
    MAX_KEY,
    Named,
    clean_key,
    key_of,
    read,
    same_label,
    spelled,
)
from kiosk.style import XS, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.tips import set_tip

_LONGEST_LABEL = 120
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class LabelLine(QLineEdit):
    """A line whose Enter adds what was typed; without a text, Enter is the form's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep an Enter that adds something."""
        adds = event.key() in _ENTER and bool(self.text().strip())
        super().keyPressEvent(event)
        if adds:
            event.accept()


class PermissionField(OwnField):
    """Chooses permissions. ``known`` are those that there are; ``chosen`` those of the plan.

    Its value is a line with key and label for each chosen one, in their order. What is typed and
    not added yet counts as added.
    """

    def __init__(self, texts: Texts, known: Sequence[Named], chosen: Sequence[Named] = ()) -> None:
        super().__init__()
        say, self._texts = texts.say, texts
        self._chosen = list(chosen)
        self._all = list(dict.fromkeys((*chosen, *known)))
        self._new: set[str] = set()
        self.line = LabelLine()
        self.line.setMaxLength(_LONGEST_LABEL)
        self.line.setPlaceholderText(say("Find one, or type a new one"))
        self.line.setAccessibleName(say("Permission"))
        self.add_button = QPushButton(say("Add"))
        self.add_button.setEnabled(False)
        self.chips: dict[str, QPushButton] = {}
        self.key_lines: dict[str, QLineEdit] = {}
        self.keys_button = QPushButton(say("Keys for other systems"))
        self.keys_button.setObjectName("link")
        self.keys_button.setCheckable(True)
        self._keys = QWidget()
        self._key_rows = QGridLayout(self._keys)
        self._key_rows.setContentsMargins(0, 0, 0, 0)
        self._key_rows.setColumnStretch(1, 1)
        self._keys.hide()
        box = QWidget()
        self._flow = FlowLayout(box, spacing=XS + 2)
        typing = QHBoxLayout()
        typing.setSpacing(S)
        typing.addWidget(self.line, 1)
        typing.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addLayout(typing)
        column.addWidget(box)
        column.addWidget(self.keys_button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._keys)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._on_typed)
        self.line.returnPressed.connect(self.add_typed)
        self.add_button.clicked.connect(self.add_typed)
        self.keys_button.toggled.connect(self._show_keys)
        self._show_chips()

    @property
    def value(self) -> str:
        """The chosen permissions, with what is typed now."""
        pending = self._typed()
        more = [] if pending is None or pending in self._chosen else [pending]
        return spelled([*self._chosen, *more])

    def fill(self, text: str) -> None:
        """Choose the permissions in ``text``."""
        self._chosen = read(text)
        self._all += [each for each in self._chosen if each not in self._all]
        self._show_chips()
        self.edited.emit()

    def add_typed(self) -> None:
        """Choose the permission with the label that is typed: an existing one, or a new one."""
        typed = self._typed()
        if typed is None:
            return
        if typed not in self._all:
            self._all.append(typed)
            self._new.add(typed.key)
        if typed not in self._chosen:
            self._chosen.append(typed)
        self._show_chips()
        self.line.clear()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _typed(self) -> Named | None:
        """Return the permission with the label that is typed; None without one."""
        label = " ".join(self.line.text().split())
        if not label:
            return None
        there = (each for each in self._all if same_label(each.label, label))
        return next(there, None) or Named(key_of(label, (each.key for each in self._all)), label)

    def _on_typed(self, typed: str) -> None:
        """Show the chips that fit what is typed; all of those that are chosen."""
        self.add_button.setEnabled(bool(typed.strip()))
        self._fit_chips()
        self.edited.emit()

    def _fit_chips(self) -> None:
        wanted = " ".join(self.line.text().split()).casefold()
        for each in self._all:
            fits = wanted in each.label.casefold() or each in self._chosen
            self.chips[each.key].setVisible(fits)
        self._flow.invalidate()
        self.updateGeometry()

    def _show_chips(self) -> None:
        empty(self._flow)
        self.chips = {}
        for each in self._all:
            chip = QPushButton(each.label.replace("&", "&&"))
            chip.setObjectName("choice")
            chip.setCheckable(True)
            chip.setAutoDefault(False)
            chip.setChecked(each in self._chosen)
            set_tip(chip, each.key)
            chip.setAccessibleName(each.label)
            chip.clicked.connect(lambda on, chip=chip: self._choose(chip, on=on))
            self.chips[each.key] = chip
            self._flow.addWidget(chip)
        self._fit_chips()
        self._show_key_rows()

    def _choose(self, chip: QPushButton, *, on: bool) -> None:
        key = next(key for key, made in self.chips.items() if made is chip)
        permission = next(each for each in self._all if each.key == key)
        if on:
            self._chosen.append(permission)
        else:
            self._chosen.remove(permission)
        self._show_key_rows()
        self.edited.emit()

    def _show_keys(self, on: bool) -> None:
        self._keys.setVisible(on and bool(self._chosen))
        self.updateGeometry()
        self.edited.emit()

    def _show_key_rows(self) -> None:
        """Show the keys of the chosen ones; those that are not stored yet can be edited."""
        empty(self._key_rows)
        self.key_lines = {}
        for row, each in enumerate(self._chosen):
            self._key_rows.addWidget(PlainLabel(each.label), row, 0)
            if each.key in self._new:
                line = QLineEdit(each.key)
                line.setMaxLength(MAX_KEY)
                line.setAccessibleName(self._texts.say("Key of {label}", label=each.label))
                line.editingFinished.connect(lambda line=line: self._set_key(line))
                self.key_lines[each.key] = line
                self._key_rows.addWidget(line, row, 1)
            else:
                self._key_rows.addWidget(PlainLabel(each.key, "muted"), row, 1)
        self.keys_button.setVisible(bool(self._chosen))
        self._show_keys(self.keys_button.isChecked())

    def _set_key(self, line: QLineEdit) -> None:
        """Take a typed key as it can be stored; one that another permission has, with a number."""
        before = next((key for key, made in self.key_lines.items() if made is line), None)
        permission = next((each for each in self._all if each.key == before), None)
        if permission is None:
            return
        others = [each.key for each in self._all if each != permission]
        key = key_of(permission.label, others)
        if (meant := clean_key(line.text())) and meant not in others:
            key = meant
        line.setText(key)
        if key == permission.key:
            return
        now = Named(key, permission.label)
        self._all[self._all.index(permission)] = now
        if permission in self._chosen:
            self._chosen[self._chosen.index(permission)] = now
        self._new.discard(permission.key)
        self._new.add(key)
        self.chips[key] = self.chips.pop(permission.key)
        self.key_lines[key] = self.key_lines.pop(permission.key)
        self.edited.emit()
