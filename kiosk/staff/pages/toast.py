"""What was done, for a few seconds at the foot of the staff side, with Undo where it can be undone.

The time stands still while the toast cannot be seen (under a verdict), under the mouse and while
its button has the focus. Ctrl+Z undoes, too.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kiosk.style import M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.tips import set_tip

SHOWN_MS = 12_000
_STEP_MS = 250
_WIDEST = 720


class Toast(QFrame):
    """Lies over ``parent``, and is hidden while there is nothing to say."""

    def __init__(self, parent: QWidget, texts: Texts) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._undo: Callable[[], None] | None = None
        self._left_ms = 0
        self.words = PlainLabel("", wraps=True)
        self.undo_button = QPushButton(texts.say("Undo"))
        set_tip(self.undo_button, texts.say("Undo (Ctrl+Z)"))
        self.undo_button.clicked.connect(self._on_undo)
        self.close_button = QPushButton("✕")
        self.close_button.setObjectName("link")
        self.close_button.setAccessibleName(texts.say("Close"))
        self.close_button.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, S, S)
        row.setSpacing(M)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo_button)
        row.addWidget(self.close_button)
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP_MS)
        self._clock.timeout.connect(self._on_tick)
        self._key = QShortcut(QKeySequence.StandardKey.Undo, parent)
        self._key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._key.activated.connect(self._on_key)
        self._key.setEnabled(False)
        parent.installEventFilter(self)
        self.hide()

    @property
    def undoes(self) -> bool:
        """Whether what is said can be undone by it now."""
        return self._undo is not None and self.undo_button.isEnabled()

    def tell(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say what was done, in place of what was said before; ``undo`` undoes it."""
        self._undo = undo
        self._left_ms = SHOWN_MS
        self.words.setText(words)
        self.setAccessibleName(words)
        self.undo_button.setEnabled(True)
        self.undo_button.setVisible(undo is not None)
        self._key.setEnabled(undo is not None)
        self.show()
        self._fit()
        self.raise_()
        self._clock.start()

    def wait(self, words: str) -> None:
        """Say that it is being undone; the toast stays until ``tell`` or ``clear``."""
        self.words.setText(words)
        self.undo_button.setEnabled(False)
        self._key.setEnabled(False)
        self._clock.stop()
        self._fit()

    def clear(self) -> None:
        """Say nothing any more."""
        self._clock.stop()
        self._undo = None
        self._key.setEnabled(False)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the parent when that changes its size."""
        if watched is self.parent() and event.type() is QEvent.Type.Resize and self.isVisible():
            self._fit()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        """Begin its time anew: somebody looks at it."""
        super().enterEvent(event)
        self._left_ms = SHOWN_MS

    def _on_tick(self) -> None:
        if not self.isVisible() or self.underMouse() or self.undo_button.hasFocus():
            return
        self._left_ms -= _STEP_MS
        if self._left_ms <= 0:
            self.clear()

    def _on_key(self) -> None:
        if self.isVisible():
            self._on_undo()

    def _on_undo(self) -> None:
        undo = self._undo
        if undo is not None and self.undo_button.isEnabled():
            undo()

    def _fit(self) -> None:
        """Lie in the middle of the parent's foot, as high as the text needs."""
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(_WIDEST, parent.width() - 2 * M)
        needed = self.layout().totalHeightForWidth(width)  # type: ignore[union-attr]
        height = min(needed, parent.height() - 2 * M)
        self.setGeometry((parent.width() - width) // 2, parent.height() - height - M, width, height)
