"""A small preview of the signup page in the chosen colours."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import label
from kiosk.staff.words.signup_colours import JoinLooks
from kiosk.style import M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_EDGE = "#8f9cab"
"""Visible on any background, in the light and in the dark theme."""


class JoinPreview(QWidget):
    """Text and a button on the page's background, and below whether they are readable."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._box = QFrame()
        self._box.setObjectName("join")
        self._plan = PlainLabel(texts.say("Membership"), "plan")
        self._button = PlainLabel(texts.say("Join"), "act")
        self.verdict = label("", "muted")
        row = QHBoxLayout(self._box)
        row.setContentsMargins(M, M, M, M)
        row.addWidget(self._plan, 1)
        row.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addWidget(self._box)
        layout.addWidget(self.verdict)

    def show_looks(self, looks: JoinLooks) -> None:
        """Show the colours."""
        self._box.setStyleSheet(
            f"#join {{ background: {looks.ground}; border: 1px solid {_EDGE};"
            " border-radius: 10px; }"
            f"#plan {{ color: {looks.ink}; font-weight: 600; }}"
            f"#act {{ background: {looks.accent}; color: {looks.on_accent};"
            " border-radius: 10px; padding: 8px 14px; font-weight: 600; }"
        )
        self.verdict.setText(looks.sentence)
        self.verdict.setObjectName("muted" if looks.good else "failure")
        # A changed object name takes effect only when the style is applied again.
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
