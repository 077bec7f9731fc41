"""Gives all windows the colours of a theme."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from kiosk.style import Theme, stylesheet


def use_theme(theme: Theme) -> None:
    """Give all windows the style sheet of ``theme``."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - a window needs one
    # The style sheet sets the mark of a check box, but its background comes from the palette.
    palette = application.palette()
    palette.setColor(QPalette.ColorRole.Base, QColor(theme.raised))
    application.setPalette(palette)
    sheet = stylesheet(theme)
    if application.styleSheet() != sheet:
        # Qt styles a widget once for each of those around it if one sheet replaces another.
        application.setStyleSheet("")
        application.setStyleSheet(sheet)
