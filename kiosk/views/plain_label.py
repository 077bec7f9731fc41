"""Labels that show text as it is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from kiosk.texts import as_shown


class PlainLabel(QLabel):
    """The kiosk's only text label: never reads markup and has no links.

    Names, notes and messages come from people and from other systems. A bare ``QLabel`` guesses
    whether its text is HTML, and would then style it, load its images and open its links.
    ``name`` is the object name by which the style sheet finds it.
    """

    def __init__(self, text: str = "", name: str = "", *, wraps: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setObjectName(name)
        self.setWordWrap(wraps)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, without characters that would make it look like another one."""
        super().setText(as_shown(text))
