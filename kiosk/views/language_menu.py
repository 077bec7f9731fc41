"""The menu of the languages, by their own names."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


def language_menu(
    languages: Mapping[str, str], now: str, chosen: Callable[[str], None], parent: QWidget
) -> QMenu:
    """Return a menu that marks the language ``now`` and passes the code of another one on."""
    menu = QMenu(parent)
    group = QActionGroup(menu)
    for code, name in languages.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(code == now)
        action.triggered.connect(partial(chosen, code))
        group.addAction(action)
    return menu
