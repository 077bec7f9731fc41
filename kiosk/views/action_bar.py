"""Buttons of a verdict in its colours, each with its key; they wrap."""

from functools import lru_cache

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from kiosk.offers import KEYS, Act, Offer
from kiosk.style import TITLE, Paint, S

from .labels import font_of

_MOST = 5
_LOWEST = 40
"""Height of a button in pixels at least, for fingers."""
_SMALLEST = 14


@lru_cache(maxsize=32)
def _fonts(pixels: int) -> tuple[QFont, QFont]:
    """Return the fonts of the words and of the key."""
    key = max(int(pixels * 0.72), 12)
    return font_of(pixels, QFont.Weight.DemiBold), font_of(key, QFont.Weight.Medium)


@lru_cache(maxsize=128)
def _size(words: str, key: str, pixels: int) -> QSize:
    """Return the size of a button."""
    fonts = _fonts(pixels)
    wide = QFontMetrics(fonts[0]).horizontalAdvance(words)
    wide += QFontMetrics(fonts[1]).horizontalAdvance(key)
    return QSize(wide + int(pixels * 2.6), max(int(pixels * 2.4), _LOWEST))


class ActionButton(QPushButton):
    """One act: its words, and its key beside them. The ``primary`` one is filled."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.offer: Offer | None = None
        self._words = ""
        self._primary = False
        self._paint = Paint("#000000", "#ffffff")
        self._pixels = TITLE
        # Tab reaches it; a click does not, so that no later Enter presses it again.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def show_offer(self, offer: Offer | None, paint: Paint, *, primary: bool) -> None:
        """Show an act in the colours of a verdict; None hides the button."""
        self.offer, self._paint, self._primary = offer, paint, primary
        if offer is not None:
            self.say(offer.label)
            self.setAccessibleDescription(offer.key)
            self.setEnabled(True)
        if self.isHidden() is (offer is not None):
            self.setVisible(offer is not None)
        self.update()

    def say(self, words: str) -> None:
        """Set the words, in which ``&`` is a letter and no mark of a key."""
        self._words = words
        self.setText(words.replace("&", "&&"))

    def set_pixels(self, pixels: int) -> None:
        """Set the height of the letters."""
        self._pixels = max(pixels, _SMALLEST)

    def sizeHint(self) -> QSize:
        """Return the size of the words, the key and the space around them."""
        return _size(self._words, self.offer.key if self.offer is not None else "", self._pixels)

    def paintEvent(self, _event: object) -> None:
        """Draw the button."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, fill = QColor(self._paint.ink), QColor(self._paint.fill)
        if not self.isEnabled():
            painter.setOpacity(0.55)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(ink, 2))
        back = QColor(ink)
        if not self._primary:
            back.setAlphaF(0.18 if self.underMouse() or self.isDown() else 0.0)
        elif self.underMouse() or self.isDown():
            back.setAlphaF(0.86)
        painter.setBrush(back)
        painter.drawRoundedRect(box, 10, 10)
        painter.setPen(fill if self._primary else ink)
        inner = box.adjusted(self._pixels * 0.9, 0, -self._pixels * 0.9, 0)
        painter.setFont(_fonts(self._pixels)[0])
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        trailing = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        painter.setLayoutDirection(self.layoutDirection())
        painter.drawText(inner, leading, self._words)
        painter.setFont(_fonts(self._pixels)[1])
        painter.drawText(inner, trailing, self.offer.key if self.offer is not None else "")
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(fill if self._primary else ink, 2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(box.adjusted(4, 4, -4, -4), 7, 7)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()


class ActionBar(QWidget):
    """The buttons of a verdict, the fitting one first and filled."""

    acted = Signal(object)
    """Offer of the button that was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons = [ActionButton(self) for _ in range(_MOST)]
        for button in self.buttons:
            button.clicked.connect(lambda _=False, pressed=button: self.acted.emit(pressed.offer))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_offers(self, offers: tuple[Offer, ...], paint: Paint) -> None:
        """Show the acts of a verdict. A button that had the focus gives it back to the window."""
        if any(button.hasFocus() for button in self.buttons):
            self.window().setFocus()
        for index, button in enumerate(self.buttons):
            offer = offers[index] if index < len(offers) else None
            fits = offer is not None and offer.act not in {Act.PROFILE, Act.UNDO}
            button.show_offer(offer, paint, primary=fits and index == 0)
        if self.isHidden() is bool(offers):
            self.setVisible(bool(offers))
        if self.heightForWidth(self.width()) != self.height():
            self.updateGeometry()
        self._place(self.width())

    def button_of(self, act: Act) -> ActionButton | None:
        """Return the button of an act that is offered; None if it is not."""
        return next((each for each in self.buttons if each.offer and each.offer.act is act), None)

    def show_undo(self, words: str, *, enabled: bool) -> None:
        """Show what becomes of undoing the visit, where that was offered."""
        button = self.button_of(Act.UNDO)
        if button is not None:
            button.say(words)
            button.setEnabled(enabled)
            self._place(self.width())

    def press(self, key: str) -> None:
        """Press the button with a key, as ``KEYS`` has it, if there is one."""
        for button in self.buttons:
            if button.offer is not None and KEYS[button.offer.act] == key and button.isEnabled():
                button.click()
                return

    def set_scale(self, scale: float) -> None:
        """Scale the buttons with the panel."""
        for button in self.buttons:
            button.set_pixels(int(TITLE * 0.9 * scale))
        self._place(self.width())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the height of the rows at the present width."""
        return QSize(60, self.heightForWidth(max(self.width(), 60)))

    def hasHeightForWidth(self) -> bool:
        """Return True: buttons wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height in pixels at ``width``."""
        return self._lay_out(width)[1]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons anew."""
        super().resizeEvent(event)
        self._place(event.size().width())
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _place(self, width: int) -> None:
        for button, at, size in self._lay_out(width)[0]:
            button.setGeometry(at.x(), at.y(), size.width(), size.height())

    def _lay_out(self, width: int) -> tuple[list[tuple[ActionButton, QPoint, QSize]], int]:
        """Return where each button is, and the height of all."""
        placed = []
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = y = bottom = 0
        for button in self.buttons:
            if button.offer is None:
                continue
            size = button.sizeHint().boundedTo(QSize(max(width, 1), 1 << 12))
            if x and x + size.width() > width:
                x, y = 0, bottom + S
            left = width - x - size.width() if mirrored else x
            placed.append((button, QPoint(left, y), size))
            x += size.width() + S
            bottom = y + size.height()
        return placed, bottom
