"""The verdict: one colour fills the panel, and it can be read from three metres away."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QPainter,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.style import (
    BODY,
    CAPTION,
    DESIGN_HEIGHT,
    HEADLINE,
    LARGE,
    RADIUS,
    TITLE,
    TONES,
    XL,
    L,
    M,
    Paint,
    S,
    Tone,
)
from kiosk.verdict import Fact, Verdict

from .action_bar import ActionBar
from .chips import Chips
from .icons import IconView
from .labels import FitLabel
from .person_view import PersonView

_DESIGN_WIDTH = 820
_TALL = 0.98
"""Height of a panel by its width from which on a headline takes two lines rather than shrink."""
_WIDEST_BORDER = 10
_FACTS = 6
_COLUMNS = 3


class FactsView(QWidget):
    """Labelled values in columns."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(2)
        self._cells = []
        for index in range(_FACTS):
            label = FitLabel(CAPTION, QFont.Weight.DemiBold)
            value = FitLabel(TITLE, QFont.Weight.Medium)
            row, column = divmod(index, _COLUMNS)
            grid.addWidget(label, row * 3, column)
            grid.addWidget(value, row * 3 + 1, column)
            grid.setRowMinimumHeight(row * 3 + 2, S)
            grid.setColumnStretch(column, 1)
            self._cells.append((label, value))

    def show_facts(self, facts: tuple[Fact, ...], ink: str) -> None:
        """Show at most six facts."""
        for index, (label, value) in enumerate(self._cells):
            fact = facts[index] if index < len(facts) else Fact("", "")
            label.say(fact.label, ink)
            value.say(fact.value, ink)
        if self.isHidden() is bool(facts):
            self.setVisible(bool(facts))

    def set_scale(self, scale: float) -> None:
        """Scale everything with the panel."""
        for label, value in self._cells:
            label.set_pixels(int(CAPTION * scale))
            value.set_pixels(int(TITLE * scale))


class VerdictPanel(QWidget):
    """Paints one ``Verdict``."""

    acted = Signal(object)
    """Offer of the button that was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("")
        self._tone, self._recorded = Tone.UNKNOWN_CODE, True
        self._around = QColor("#000000")
        # It fills all of itself: nothing of the window is painted under it first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.icon = IconView()
        self.headline = FitLabel(HEADLINE, QFont.Weight.Bold)
        self.detail = FitLabel(LARGE, QFont.Weight.Medium, lines=3)
        self.note = FitLabel(TITLE, QFont.Weight.DemiBold, lines=4)
        self.notes = Chips(TITLE, filled=True, rows=3)
        self.facts = FactsView()
        self.permissions = Chips(BODY, filled=False, rows=1)
        self.person = PersonView(self.detail, self.notes)
        self.buttons = ActionBar()
        self.buttons.acted.connect(self.acted)
        self.answered = FitLabel(BODY, align=Qt.AlignmentFlag.AlignTrailing)
        self._head = QHBoxLayout()
        self._head.addWidget(self.icon)
        self._head.addWidget(self.headline, 1)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._head)
        self._layout.addWidget(self.person)
        self._layout.addWidget(self.note)
        self._layout.addWidget(self.buttons)
        self._layout.addStretch(1)
        self._layout.addWidget(self.facts)
        self._layout.addWidget(self.permissions)
        self._layout.addWidget(self.answered)
        self._follow_size()

    @property
    def tone(self) -> Tone:
        """The kind of verdict on screen."""
        return self._tone

    def set_around(self, colour: str) -> None:
        """Set the colour of the window, which is seen outside the round corners."""
        self._around = QColor(colour)
        self.update()

    def show_verdict(self, verdict: Verdict, answered: str) -> None:
        """Set the verdict; ``answered`` is a text with the time of the answer.

        Call ``lay_out`` before painting at once, without waiting for the event loop.
        """
        paint = TONES[verdict.tone]
        self._tone, self._recorded = verdict.tone, verdict.recorded
        self.setAccessibleDescription(verdict.spoken)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, verdict.spoken))
        self.person.show_person(verdict.person, paint)
        self.icon.show_icon(verdict.tone.value, paint.ink)
        self.headline.say(verdict.headline, paint.ink)
        self.detail.say(verdict.detail, paint.ink)
        self.note.say(verdict.desk_note, paint.ink)
        self.notes.show_words(verdict.notes, paint.ink, paint.fill)
        self.buttons.show_offers(verdict.offers, paint)
        self.facts.show_facts(verdict.facts, paint.ink)
        self.permissions.show_words(verdict.permissions, paint.ink, paint.ink)
        self.answered.say(answered, paint.ink)
        self.update()

    def lay_out(self) -> None:
        """Lay out now instead of in the event loop.

        The first pass sets the widths, which determine the heights that the second pass sets.
        """
        for _ in range(2):
            for inner in (self.person.layout(), self.facts.layout()):
                if inner is not None:
                    inner.activate()
            self._layout.activate()

    def show_photo(self, photo: QPixmap) -> None:
        """Show a photo beside the name."""
        self.person.photo.show_photo(photo)

    def paintEvent(self, _event: object) -> None:
        """Fill the panel; dashes around it say that nobody was checked in, or could not be."""
        painter = QPainter(self)
        for strip in _edges(self.rect(), RADIUS + _WIDEST_BORDER):
            painter.fillRect(strip, self._around)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = TONES[self._tone]
        painter.setBrush(QColor(paint.fill))
        painter.setPen(_border(self._tone, paint, recorded=self._recorded))
        inset = painter.pen().widthF() / 2 if painter.pen().style() else 0.0
        box = self.rect().toRectF().adjusted(inset, inset, -inset, -inset)
        if not inset:
            # Smooth edges are needed in the corners only, and cost ten times as much elsewhere.
            for part in _cross(self.rect(), RADIUS):
                painter.fillRect(part, painter.brush())
            painter.setClipRegion(_corners(self.rect(), RADIUS))
        painter.drawRoundedRect(box, RADIUS, RADIUS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale the type with the panel."""
        super().resizeEvent(event)
        self._follow_size()

    def _follow_size(self) -> None:
        scale = min(self.height() / DESIGN_HEIGHT, self.width() / _DESIGN_WIDTH)
        scale = max(0.5, min(scale, 2.0))
        margin = int(XL * scale)
        self._layout.setContentsMargins(margin, margin, margin, int(M * scale))
        self._layout.setSpacing(int(S * 1.5 * scale))
        self._head.setSpacing(int(M * scale))
        self.person.set_scale(scale)
        self.icon.set_size(int(HEADLINE * 0.9 * scale))
        self.headline.set_lines(2 if self.height() > self.width() * _TALL else 1)
        self.buttons.set_scale(scale)
        self.headline.set_pixels(int(HEADLINE * scale))
        self.detail.set_pixels(int(LARGE * scale))
        self.note.set_pixels(int(TITLE * 1.1 * scale))
        self.notes.set_pixels(int(TITLE * scale))
        self.facts.set_scale(scale)
        self.permissions.set_pixels(int(BODY * scale))
        self.answered.set_pixels(int(BODY * 0.95 * scale))


def _edges(box: QRect, width: int) -> tuple[QRect, ...]:
    """Return the strips along the sides of ``box``, ``width`` pixels wide."""
    return (
        QRect(box.left(), box.top(), box.width(), width),
        QRect(box.left(), box.bottom() + 1 - width, box.width(), width),
        QRect(box.left(), box.top(), width, box.height()),
        QRect(box.right() + 1 - width, box.top(), width, box.height()),
    )


def _cross(box: QRect, side: int) -> tuple[QRect, ...]:
    """Return what ``box`` is without the squares in its corners."""
    return (
        box.adjusted(side, 0, -side, 0),
        QRect(box.left(), box.top() + side, side, box.height() - 2 * side),
        QRect(box.right() + 1 - side, box.top() + side, side, box.height() - 2 * side),
    )


def _corners(box: QRect, side: int) -> QRegion:
    """Return the squares in the corners of ``box``."""
    right, bottom = box.right() + 1 - side, box.bottom() + 1 - side
    corners = QRegion()
    for x in (box.left(), right):
        for y in (box.top(), bottom):
            corners += QRect(x, y, side, side)
    return corners


def _border(tone: Tone, paint: Paint, *, recorded: bool) -> QPen:
    if tone is Tone.COULD_NOT_CHECK or not recorded:
        return QPen(QColor(paint.ink), 4, Qt.PenStyle.DashLine)
    if tone is Tone.BLOCKED:
        return QPen(QColor(TONES[Tone.EXPIRED].fill), _WIDEST_BORDER)
    return QPen(Qt.PenStyle.NoPen)
