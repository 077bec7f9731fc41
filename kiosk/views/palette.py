"""The palette on Ctrl+K: finds a member or a page while it is typed. It checks nobody in."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from kiosk.style import Theme
from kiosk.texts import Texts, as_shown

from .icons import icon
from .overlay import Overlay
from .plain_label import PlainLabel

_WIDTH = 560
_ROW = 48
_ROWS = 8
_TYPING_PAUSE_MS = 120
_KEY = Qt.ItemDataRole.UserRole
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True)
class Found:
    """A row: what is opened, its title, what is said beside it, and its icon."""

    key: object
    title: str
    below: str
    icon: str


class Palette(Overlay):
    """A search box with rows below; the first one is chosen by Enter."""

    typed = Signal(str)
    searched = Signal(str)
    """The text, once typing pauses."""
    chosen = Signal(object)
    """Key of the row."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget) -> None:
        super().__init__(parent, _WIDTH)
        self._theme = theme
        words = texts.say("Find a member, a page or a button")
        self.setAccessibleName(words)
        self.line = QLineEdit()
        self.line.setPlaceholderText(words)
        self.line.setAccessibleName(words)
        self.line.setMaxLength(200)
        self.line.installEventFilter(self)
        self.rows = QListWidget()
        self.rows.setAccessibleName(texts.say("Found"))
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setIconSize(QSize(20, 20))
        self.rows.itemClicked.connect(self._choose)
        self.message = PlainLabel("", "muted", wraps=True)
        self.inside.addWidget(self.line)
        self.inside.addWidget(self.rows)
        self.inside.addWidget(self.message)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text))
        self.line.textChanged.connect(self._on_typed)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.line.text().strip()

    def focus_first(self) -> None:
        """Focus the search box; what was typed before is there, selected."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self._on_typed()

    def show_found(self, found: Sequence[Found], message: str = "") -> None:
        """Replace all rows, and the message below them."""
        self.rows.clear()
        for each in found:
            words = as_shown(f"{each.title}  ·  {each.below}" if each.below else each.title)
            item = QListWidgetItem(icon(each.icon, self._theme.ink), words)
            item.setData(_KEY, each.key)
            item.setSizeHint(QSize(0, _ROW))
            self.rows.addItem(item)
        self.rows.setCurrentRow(0)
        self.rows.setFixedHeight(min(len(found), _ROWS) * _ROW + 4)
        self.rows.setVisible(bool(found))
        self.message.setText(message)
        self.message.setVisible(bool(message))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``, from the next rows on."""
        self._theme = theme

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the selection with the arrow keys, and choose with Enter."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                row = self.rows.currentRow() + step
                self.rows.setCurrentRow(max(0, min(row, self.rows.count() - 1)))
                return True
            if event.key() in _ENTER:
                if not event.isAutoRepeat():
                    self._choose(self.rows.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self) -> None:
        self.typed.emit(self.text)
        if self.text:
            self._pause.start()
        else:
            self._pause.stop()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            key = item.data(_KEY)
            self.line.clear()
            self.left.emit()
            self.chosen.emit(key)
