"""The part of a form that scrolls: its fields and texts in one column or two."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from kiosk.staff.pages.form_field import Field
from kiosk.style import M, S

_LEAST_HEIGHT = 128
"""Pixels of the fields that are seen on the lowest screen, before the sheet itself scrolls."""


class FormArea(QScrollArea):
    """Holds the rows of a form. Wants as much height as they need at its width."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: list[QWidget] = []
        self._left_out: set[QWidget] = set()
        self._columns, self._across = 1, 0
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, S, 0)
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(M)
        self.setWidget(inside)

    @property
    def narrow(self) -> int:
        """The number of fields that may stand side by side."""
        return sum(isinstance(row, Field) and not row.wide for row in self._rows)

    def add(self, row: QWidget) -> None:
        """Add a row below the others."""
        self._rows.append(row)
        self._arrange()

    def leave_out(self, row: QWidget, *, out: bool) -> None:
        """Hide a row, or show it again; those after it close up."""
        if out != (row in self._left_out):
            (self._left_out.add if out else self._left_out.discard)(row)
            row.setVisible(not out)
            self._arrange()
            self.updateGeometry()

    def fit(self, columns: int, across: int) -> None:
        """Arrange the rows in ``columns`` (1 or 2), ``across`` pixels wide together."""
        if (columns, across) != (self._columns, self._across):
            self._columns, self._across = columns, across
            self._arrange()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size at which nothing is scrolled."""
        return QSize(self._across, self._grid.totalHeightForWidth(self._across))

    def minimumSizeHint(self) -> QSize:
        """Return the size of which the form itself scrolls its fields."""
        return QSize(0, min(self.sizeHint().height(), _LEAST_HEIGHT))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when a row has another one."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        """Place the rows anew: a wide one has a line of its own."""
        for row in self._rows:
            # An item that Python still holds would keep the next one of the row from its sizes.
            self._grid.removeWidget(row)
        line, place = 0, 0
        for row in self._rows:
            if row in self._left_out:
                continue
            wide = not isinstance(row, Field) or row.wide or self._columns == 1
            if wide and place:
                line, place = line + 1, 0
            span = self._columns if wide else 1
            self._grid.addWidget(row, line, place, 1, span)
            place += span
            if place >= self._columns:
                line, place = line + 1, 0
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < self._columns))
        self._grid.setRowStretch(line + 1, 1)
