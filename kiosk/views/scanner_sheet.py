"""The sheet that teaches a hand scanner: three scans, what they taught, and a serial port."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.style import XL, L, M, S
from kiosk.texts import Texts

from .plain_label import PlainLabel
from .tips import set_tip

_WIDTH = 640
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class _Body(QFrame):
    """The part in the middle, as high as its texts need, wrapped at its width."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("form")
        self.setFixedWidth(_WIDTH)

    def sizeHint(self) -> QSize:
        """Return the size that all texts need."""
        layout = self.layout()
        high = layout.totalHeightForWidth(_WIDTH - 2) if layout is not None else 0
        return QSize(_WIDTH, high + 2)

    def hasHeightForWidth(self) -> bool:
        """Return False: the width is fixed."""
        return False

    def minimumSizeHint(self) -> QSize:
        """Return the same: it is scrolled rather than squeezed."""
        return self.sizeHint()


class ScannerSheet(QFrame):
    """Paints what it is given, over the whole window. ``scans``: how many are asked for."""

    cancelled = Signal()
    restarted = Signal()
    accepted = Signal()
    forgotten = Signal()
    connected = Signal(int)
    """Index of the port that was chosen; -1: none."""
    refreshed = Signal()
    """The ports are to be listed again."""

    def __init__(self, texts: Texts, scans: int, parent: QWidget) -> None:
        super().__init__(parent)
        say = texts.say
        self._texts = texts
        self.setObjectName("veil")
        self.setAccessibleName(say("Hand scanner"))
        self.scans = [PlainLabel("", "strong") for _ in range(scans)]
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(M)
        self.facts.setVerticalSpacing(S // 2)
        self.facts.setColumnStretch(1, 1)
        self.problem = PlainLabel("", "failure", wraps=True)
        self.ports = QButtonGroup(self)
        self.port_rows = QVBoxLayout()
        self.port_rows.setSpacing(S // 2)
        self.port_state = PlainLabel("", "strong", wraps=True)
        self.connect_button = self._button(say("Connect"), lambda: self.connected.emit(self.port))
        self.refresh_button = self._button(say("Search again"), self.refreshed.emit)
        self.forget_button = self._button(say("Forget this scanner"), self.forgotten.emit)
        self.cancel_button = self._button(say("Cancel"), self.cancelled.emit)
        self.again_button = self._button(say("Start again"), self.restarted.emit)
        self.save_button = self._button(say("Save"), self.accepted.emit)
        self.save_button.setObjectName("primary")
        self.ports.idToggled.connect(lambda *_: self._allow_connect())
        self._in_use = -1
        self._lay_out()
        self.hide()

    @property
    def port(self) -> int:
        """Index of the port that is marked; -1: none."""
        return max(0, self.ports.checkedId()) - 1

    def open(self) -> None:
        """Show the sheet over its parent, with the focus on Cancel."""
        self.fit()
        self.show()
        self.raise_()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self) -> None:
        """Cover the parent."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def show_scans(self, words: Sequence[str]) -> None:
        """Show what came so far; the next scan is waited for."""
        for number, label in enumerate(self.scans):
            said = words[number] if number < len(words) else ""
            if number == len(words):
                said = self._texts.say("Scan now …")
            label.setText(said)
        self.again_button.setEnabled(bool(words))

    def show_unread(self) -> None:
        """Say that a scan was not read whole, and is to be scanned again."""
        self.problem.setText(self._texts.say("Not read: scan again."))
        self.problem.show()

    def show_facts(self, facts: Sequence[tuple[str, str]], problem: str = "") -> None:
        """Show what was found, or why nothing was."""
        while (item := self.facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(facts):
            self.facts.addWidget(PlainLabel(name, "muted"), row, 0)
            self.facts.addWidget(PlainLabel(value, "strong", wraps=True), row, 1)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def show_ports(self, names: Sequence[str], in_use: int) -> None:
        """Offer ports by their names, with the one in use marked; -1: none is in use."""
        for button in self.ports.buttons():
            self.ports.removeButton(button)
            button.hide()
            button.deleteLater()
        self._in_use = in_use
        words = (self._texts.say("None: the scanner types like a keyboard"), *names)
        for number, name in enumerate(words):
            elide = Qt.TextElideMode.ElideRight
            short = self.fontMetrics().elidedText(name, elide, _WIDTH - 2 * L - XL)
            button = QRadioButton(short.replace("&", "&&"))
            set_tip(button, name)
            self.ports.addButton(button, number)
            button.setChecked(number - 1 == in_use)
            self.port_rows.addWidget(button)
        self._allow_connect()

    def show_port_state(self, words: str) -> None:
        """Show the state of the port in use."""
        self.port_state.setText(words)
        self.port_state.setVisible(bool(words))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus; Esc cancels."""
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in _ENTER and isinstance(focused, QAbstractButton):
            if focused.isEnabled() and not event.isAutoRepeat():
                focused.click()
        else:
            super().keyPressEvent(event)

    def _allow_connect(self) -> None:
        self.connect_button.setEnabled(self.port != self._in_use)

    def _button(self, words: str, pressed: object) -> QPushButton:
        button = QPushButton(words)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        say = self._texts.say
        form = _Body()
        column = QVBoxLayout(form)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(S)
        column.addWidget(PlainLabel(say("Hand scanner"), "title"))
        column.addWidget(
            PlainLabel(
                say("Scan three different cards, at least one of this club."), "muted", wraps=True
            )
        )
        for number, label in enumerate(self.scans, start=1):
            row = QHBoxLayout()
            counted = PlainLabel(str(number), "muted")
            counted.setFixedWidth(M)
            row.addWidget(counted)
            row.addWidget(label, 1)
            column.addLayout(row)
        column.addSpacing(S)
        column.addLayout(self.facts)
        column.addWidget(self.problem)
        column.addSpacing(S)
        column.addWidget(PlainLabel(say("SERIAL PORT"), "section"))
        column.addWidget(
            PlainLabel(
                say("For a scanner in serial mode. Connecting can restart some devices."),
                "muted",
                wraps=True,
            )
        )
        column.addLayout(self.port_rows)
        port = QHBoxLayout()
        port.addWidget(self.port_state, 1)
        port.addStretch()
        port.addWidget(self.refresh_button)
        port.addWidget(self.connect_button)
        column.addLayout(port)
        column.addSpacing(S)
        foot = QHBoxLayout()
        foot.addWidget(self.forget_button)
        foot.addStretch()
        for button in (self.again_button, self.cancel_button, self.save_button):
            foot.addWidget(button)
        column.addLayout(foot)
        inside = QWidget()
        inside.setObjectName("scrolled")
        middle = QVBoxLayout(inside)
        middle.addStretch()
        middle.addWidget(form, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(S, S, S, S)
        around.addWidget(scroll)
