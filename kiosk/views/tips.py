"""Tool tips that show text as it is."""

from html import escape

from PySide6.QtWidgets import QWidget

from kiosk.texts import as_shown


def set_tip(widget: QWidget, text: str) -> None:
    """Set a widget's tool tip. Qt would guess whether the text is HTML, so it is given as such."""
    lines = escape(as_shown(text)).replace("\n", "<br>")
    widget.setToolTip(f"<span>{lines}</span>" if text else "")
