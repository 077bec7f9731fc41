"""Widget of the big panel while there is no verdict: an icon, a headline and a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.style import LARGE, RADIUS, TITLE, XXL, M, Theme

from .icons import IconView
from .labels import FitLabel


class ReadyPanel(QWidget):
    """An icon, a headline and a sentence in the middle of the panel."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = "card"
        centre = Qt.AlignmentFlag.AlignHCenter
        self.icon = IconView(size=112)
        self.headline = FitLabel(int(LARGE * 1.5), QFont.Weight.Bold, lines=2, align=centre)
        self.detail = FitLabel(TITLE, lines=4, align=centre)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(XXL, XXL, XXL, XXL)
        layout.setSpacing(M)
        layout.addStretch(1)
        layout.addWidget(self.icon, alignment=centre)
        layout.addWidget(self.headline)
        layout.addWidget(self.detail)
        layout.addStretch(1)

    def say(self, icon: str, headline: str, detail: str = "") -> None:
        """Set icon and texts, and announce them to screen readers."""
        self._icon_name = icon
        self.icon.show_icon(icon, self._theme.accent)
        self.headline.say(headline, self._theme.ink)
        self.detail.say(detail, self._theme.muted)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{headline}. {detail}"))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        self.say(self._icon_name, self.headline.text, self.detail.text)
        self.update()

    def paintEvent(self, _event: object) -> None:
        """Draw the surface."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self._theme.surface))
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.drawRoundedRect(
            self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS
        )
