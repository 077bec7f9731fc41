"""The window: rail, top bar, side column, and the verdict or the page of staff."""

from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from kiosk.style import M, Theme, next_theme
from kiosk.texts import Texts
from kiosk.verdict import Verdict

from .file_drops import FileDrops
from .keys_sheet import KeysSheet
from .notice_strip import NoticeStrip
from .overlay import Overlay
from .palette import Palette
from .rail import Rail
from .ready_panel import ReadyPanel
from .scanner_sheet import ScannerSheet
from .side_panel import SidePanel
from .top_bar import TopBar
from .use_theme import use_theme
from .verdict_screen import VerdictScreen

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_OVER_SHEETS = {"Esc", "Ctrl+M", "Ctrl+T", "F11"}
_SIDE_WIDTHS = (352, 560)
_SIDE_SHARE = 0.28
"""Width of the side column: a share of the window's width, within bounds in pixels."""
_WIDE = 1150
"""From this width of the window on, the rail has words beside its icons."""
_WIDEST = 1600
"""From this width on, there is room for the side column beside a page."""


class Command(Enum):
    """What a key or a switch of the window requests."""

    CLEAR = auto()
    RECHECK = auto()
    UNDO = auto()
    MUTE = auto()
    OPEN_PROFILE = auto()
    MANAGE = auto()
    BACK = auto()
    GIVE = auto()
    HAND_SCANNER = auto()
    CLOSE_SHEET = auto()


class KioskWindow(QMainWindow):
    """Paints what it is given, and emits what was pressed.

    ``picture_painted`` is called after each painting of the camera's picture.
    """

    commanded = Signal(object)
    """Command."""
    page_key = Signal(str)
    """``F2`` or ``Ctrl+Return``, pressed on a page of staff."""
    file_dropped = Signal(str)
    """Path of a file that was dropped on the window."""

    def __init__(
        self, texts: Texts, theme: Theme, desk: str, picture_painted: Callable[[], None]
    ) -> None:
        super().__init__()
        self._styled = False
        """Whether the application has the style sheet of the theme."""
        self.setWindowTitle(texts.say("Front desk"))
        self.setMinimumSize(900, 600)
        self.resize(1280, 800)
        self.bar = TopBar(theme, texts, desk)
        self.side = SidePanel(theme, texts, picture_painted)
        self.rail = Rail(theme, texts)
        self._over = VerdictScreen()
        self.verdict = self._over.verdict
        self.ready = ReadyPanel(theme)
        self._screens = QStackedWidget()
        self._screens.addWidget(self.ready)
        self._screens.addWidget(self._over)
        self._management: QWidget | None = None
        self._sheet: ScannerSheet | Overlay | None = None
        self._choosing = False
        """Whether the side column offers people to choose from."""
        self._focused: QWidget | None = None
        self._working = False
        """Whether a page of staff is in front, or under the verdict."""
        root = QWidget()
        root.setObjectName("root")
        below = QHBoxLayout()
        below.setSpacing(M - 4)
        below.addWidget(self.side)
        below.addWidget(self._screens, 1)
        right = QVBoxLayout()
        right.setSpacing(M - 4)
        right.addWidget(self.bar)
        right.addLayout(below, 1)
        layout = QHBoxLayout(root)
        layout.setContentsMargins(M - 4, M - 4, M - 4, M - 4)
        layout.setSpacing(M - 4)
        layout.addWidget(self.rail)
        layout.addLayout(right, 1)
        self.setCentralWidget(root)
        self.finder = Palette(theme, texts, self)
        self.keys = KeysSheet(texts, self)
        self._notice = NoticeStrip(self)
        self._drops = FileDrops(self)
        self._drops.dropped.connect(self.file_dropped)
        self.setAcceptDrops(True)
        if texts.right_to_left:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._bind_keys()
        self.set_theme(theme)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()

    def fit_screen(self) -> None:
        """Make the window no larger than the part of the screen that is free for it."""
        free = self.screen().availableGeometry()
        self.resize(self.size().boundedTo(free.size()))

    @property
    def theme(self) -> Theme:
        """Light or dark."""
        return self._theme

    @property
    def showing_verdict(self) -> bool:
        """Whether a verdict is on screen."""
        return self._screens.currentWidget() is self._over

    def show_verdict(self, verdict: Verdict, answered: str) -> None:
        """Paint a verdict before returning. Palette, keys and menus make room for it."""
        if isinstance(self._sheet, Overlay):
            self.hide_sheet()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        self.verdict.show_verdict(verdict, answered)
        self._screens.setCurrentWidget(self._over)
        self._over.lay_out()
        self.verdict.repaint()

    def say_under(self, words: str) -> None:
        """Set the words of the way back from a verdict; empty if no page is under it."""
        self._over.say_under(words)

    def warm_up(self, verdict: Verdict) -> None:
        """Paint a verdict invisibly, which loads fonts and icons before the first one."""
        self.verdict.show_verdict(verdict, "")
        self.verdict.grab()

    def show_ready(self, icon: str, headline: str, detail: str = "") -> None:
        """Show the idle panel with these texts, unless staff are working."""
        self.ready.say(icon, headline, detail)
        if not self.managing:
            self._screens.setCurrentWidget(self.ready)

    def add_management(self, panel: QWidget) -> None:
        """Add the panel in which staff work; it takes the place of the verdict when it is shown."""
        self._management = panel
        self._screens.addWidget(panel)

    def show_sheet(self, sheet: ScannerSheet | Overlay) -> None:
        """Show a sheet over everything, which takes no input meanwhile."""
        self._sheet = sheet
        self._focused = self.focusWidget()
        for part in self._parts():
            part.setEnabled(False)
        sheet.open()

    def _parts(self) -> tuple[QWidget, ...]:
        return (self.rail, self.bar, self.side, self._screens)

    def hide_sheet(self) -> None:
        """Hide the sheet, if there is one."""
        if self._sheet is not None:
            self._sheet.hide()
            self._sheet = None
            for part in self._parts():
                part.setEnabled(True)
            before = self._focused
            (before if before is not None and isValid(before) else self).setFocus()

    @property
    def managing(self) -> bool:
        """Whether the panel in which staff work is on screen."""
        return self._screens.currentWidget() is self._management

    def enter_management(self) -> None:
        """Show the panel in which staff work. Raises RuntimeError if none was added."""
        if self._management is None:
            raise RuntimeError("a window without a staff side")
        self._working = True
        self._arrange()
        self._screens.setCurrentWidget(self._management)

    def leave_management(self) -> None:
        """Show the desk again; a verdict that is on screen stays."""
        self._working = False
        if self.managing:
            self._screens.setCurrentWidget(self.ready)
            self.setFocus()
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``: of a window that is not shown yet, once it is."""
        self._theme = theme
        if self._styled:
            use_theme(theme)
        self.verdict.set_around(theme.window)
        self.bar.set_theme(theme)
        self.rail.set_theme(theme)
        self.side.set_theme(theme)
        self.ready.set_theme(theme)
        self.finder.set_theme(theme)

    def setVisible(self, visible: bool) -> None:
        """Style what was built, before it is shown: each part that is added is styled anew."""
        if visible and not self._styled:
            self._styled = True
            use_theme(self._theme)
        super().setVisible(visible)

    def toggle_theme(self) -> None:
        """Switch between light and dark."""
        self.set_theme(next_theme(self._theme))

    def toggle_full_screen(self) -> None:
        """Switch full screen on or off."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus, once; show the keys on "?".

        A text field takes its keys before they come here.
        """
        focused = self.focusWidget()
        if event.key() in _ENTER and isinstance(focused, QAbstractButton) and focused.isEnabled():
            if not event.isAutoRepeat():
                focused.click()
        elif event.text() == "?" and self._sheet is None:
            self.show_sheet(self.keys)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give rail and side column the width that there is room for."""
        super().resizeEvent(event)
        least, most = _SIDE_WIDTHS
        self.side.setFixedWidth(max(least, min(int(self.width() * _SIDE_SHARE), most)))
        self.rail.set_wide(self.width() >= _WIDE)
        self._arrange()
        if self._sheet is not None:
            self._sheet.fit()
        self._notice.fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Take files that are dropped, from the first time on."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self._drops)

    def _arrange(self) -> None:
        """Show the side column where there is room; without it the picture is on the rail."""
        beside = not self._working or self._choosing or self.width() >= _WIDEST
        if beside is not self.side.isHidden():
            return
        if beside:
            self.side.take_picture()
        else:
            self.rail.hold_picture(self.side.preview)
        self.side.setVisible(beside)

    def _on_key(self, key: str, then: Callable[[], object]) -> None:
        """Carry out a shortcut; under a sheet only what concerns the window."""
        if self._sheet is None or key in _OVER_SHEETS:
            then()

    def _escape(self) -> None:
        """Close the sheet, clear the search, go back, or remove the verdict: the first there is."""
        if isinstance(self._sheet, Overlay):
            self.hide_sheet()
        elif self._sheet is not None:
            self.commanded.emit(Command.CLOSE_SHEET)
        elif self.side.end_search():
            self.setFocus()
        elif self.managing:
            self.commanded.emit(Command.BACK)
        else:
            self.commanded.emit(Command.CLEAR)
            if not self.managing:
                self.setFocus()

    def _search(self) -> None:
        """Begin a search where there is a box for it: in the side column, or in the palette."""
        if self.side.isHidden():
            self.show_sheet(self.finder)
        else:
            self.side.begin_search()

    def _on_notice(self, sentence: str) -> None:
        if self.side.isHidden():
            self._notice.say(sentence)

    def _on_offering(self, choosing: bool) -> None:
        self._choosing = choosing
        self._arrange()

    def _recheck(self) -> None:
        """Check the scan on screen again; a page of staff has none."""
        if not self.managing:
            self.commanded.emit(Command.RECHECK)

    def _press(self, key: str) -> None:
        """Press the button of the verdict on screen that has this key, or that of the page."""
        if self.showing_verdict:
            self.verdict.buttons.press(key)
        elif self.managing:
            self.page_key.emit(key)

    def _bind_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Esc": self._escape,
            "F5": self._recheck,
            "Ctrl+Z": lambda: self.commanded.emit(Command.UNDO),
            "Ctrl+M": lambda: self.commanded.emit(Command.MUTE),
            "Ctrl+I": lambda: self.commanded.emit(Command.OPEN_PROFILE),
            "Ctrl+O": lambda: self.commanded.emit(Command.MANAGE),
            "Ctrl+G": lambda: self.commanded.emit(Command.GIVE),
            "Ctrl+F": self._search,
            "Ctrl+K": lambda: self.show_sheet(self.finder),
            "F2": lambda: self._press("F2"),
            "Ctrl+Return": lambda: self._press("Ctrl+Return"),
            "Ctrl+Enter": lambda: self._press("Ctrl+Return"),
            "Ctrl+T": self.toggle_theme,
            "F8": lambda: self.commanded.emit(Command.HAND_SCANNER),
            "F11": self.toggle_full_screen,
        }
        keys |= {f"Ctrl+{digit}": partial(self.rail.press, digit) for digit in range(10)}
        for key, then in keys.items():
            QShortcut(QKeySequence(key), self, partial(self._on_key, key, then), autoRepeat=False)
        self.bar.theme_toggled.connect(self.toggle_theme)
        self.bar.full_screen_toggled.connect(self.toggle_full_screen)
        self.rail.keys_wanted.connect(lambda: self.show_sheet(self.keys))
        for overlay in (self.finder, self.keys):
            overlay.left.connect(self.hide_sheet)
        self.side.noticed.connect(self._on_notice)
        self.side.offering.connect(self._on_offering)
        self._over.left.connect(lambda: self.commanded.emit(Command.CLEAR))
        self.bar.scanner_pressed.connect(lambda: self.commanded.emit(Command.HAND_SCANNER))
        self.bar.sound_toggled.connect(lambda: self.commanded.emit(Command.MUTE))
