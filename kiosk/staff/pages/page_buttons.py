"""The buttons of a page that can be pressed now: for the key of the main one, and to be found."""

from PySide6.QtWidgets import QAbstractButton, QPushButton, QStackedWidget, QWidget

from kiosk.staff.pages.menu import DropMenu

MAIN_KEY = "F2"


def main_button(page: QWidget) -> QPushButton | None:
    """Return the filled button of a page, if it can be pressed: what is done there most often.

    Of several the last one: a question at the foot of a page comes before what stands in its head.
    """
    filled = [each for each in page.findChildren(QPushButton) if each.objectName() == "primary"]
    usable = [each for each in filled if each.isVisible() and each.isEnabled()]
    return usable[-1] if usable else None


def named_buttons(page: QWidget) -> list[tuple[str, QAbstractButton]]:
    """Return the buttons of a page that can be pressed, with their names.

    Those of its menus, and of its tabs that are not in front, are among them.
    """
    found: dict[str, QAbstractButton] = {}
    for button in page.findChildren(QAbstractButton):
        name = button.accessibleName() or button.text().replace("&&", "&")
        if name and button.isEnabledTo(page) and _within_reach(button, page):
            found.setdefault(name, button)
    return list(found.items())


def _within_reach(button: QWidget, page: QWidget) -> bool:
    """Return whether nothing hides a button but a menu or a tab that can be opened."""
    part: QWidget | None = button
    while part is not None and part is not page:
        around = part.parentWidget()
        opens = isinstance(part, DropMenu) or isinstance(around, QStackedWidget)
        if part.isHidden() and not opens:
            return False
        part = around
    return part is page
