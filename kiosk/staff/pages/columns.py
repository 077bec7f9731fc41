"""Two columns, side by side if there is room, else one below the other."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from kiosk.style import S


class Columns(QWidget):
    """The body of a scrolled page. ``shares`` are the parts of the width of both columns.

    ``least`` is the least width of a column in pixels, however little it needs.
    """

    def __init__(
        self,
        left: QLayout,
        right: QLayout,
        *,
        spacing: int,
        shares: tuple[int, int],
        least: int = 0,
    ) -> None:
        super().__init__()
        self.setObjectName("scrolled")
        self._halves, self._least = (left, right), least
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, S, 0)
        self._row.setSpacing(spacing)
        self._row.addLayout(left, shares[0])
        self._row.addLayout(right, shares[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction for the new width."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Choose the direction again when a column needs more or less room."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def _fit(self) -> None:
        around = self.parentWidget()
        if around is None:
            return
        needed = sum(max(half.minimumSize().width(), self._least) for half in self._halves)
        fits = needed + self._row.spacing() + S <= around.width()
        wanted = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if self._row.direction() != wanted:
            self._row.setDirection(wanted)
