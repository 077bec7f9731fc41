"""The rail at the left of the window: the places of the desk, and who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from kiosk.style import XS, S, Theme
from kiosk.texts import Texts

from .icons import icon
from .plain_label import PlainLabel
from .tips import set_tip

_WIDE, _NARROW = 188, 58
_ICON = 20
_GAP = "  "
"""Between icon and words, for which the style sheet has no length."""


@dataclass(frozen=True)
class RailItem:
    """A place on the rail: its name, its words, its icon, and the digit of Ctrl+digit."""

    name: str
    words: str
    icon: str
    digit: int


class RailButton(QToolButton):
    """An icon with its words, or the icon alone with the words as its tip."""

    def __init__(self, words: str, icon_name: str, tip: str = "", digit: int = -1) -> None:
        super().__init__()
        self.digit = digit
        self.words, self._icon_name, self._tip = words, icon_name, tip or words
        self._colour = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)
        self.setAccessibleDescription(self._tip if tip else "")

    def set_wide(self, wide: bool) -> None:
        """Show the words beside the icon, or as a tip."""
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self.setToolButtonStyle(beside if wide else Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setText(f"{_GAP}{self.words}".replace("&", "&&") if wide else "")
        set_tip(self, self._tip)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the colours of ``theme``, if it is not drawn in them."""
        colour = theme.accent if self.isChecked() else theme.ink
        if colour != self._colour:
            self._colour = colour
            self.setIcon(icon(self._icon_name, colour, _ICON))


class Rail(QFrame):
    """Shows the places it is given; one of them is the current one."""

    wanted = Signal(str)
    """Name of the place that was pressed."""
    signed_out = Signal()
    keys_wanted = Signal()

    def __init__(self, theme: Theme, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(texts.say("Places"))
        self._theme, self._texts = theme, texts
        self._wide = True
        self._current = ""
        self.buttons: dict[str, RailButton] = {}
        self._places = QVBoxLayout()
        self._places.setSpacing(2)
        self._picture = QVBoxLayout()
        self.who = PlainLabel("", "muted", wraps=True)
        say = texts.say
        self.sign_out_button = RailButton(say("Sign out"), "sign_out")
        self.sign_out_button.clicked.connect(self.signed_out)
        self.keys_button = RailButton(say("Keys"), "help", say("All keys (?)"))
        self.keys_button.clicked.connect(self.keys_wanted)
        who = QHBoxLayout()
        who.setContentsMargins(S, S, S, 0)
        who.addWidget(self.who)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(XS + 2, S, XS + 2, S)
        layout.setSpacing(2)
        layout.addLayout(self._places)
        layout.addStretch(1)
        layout.addLayout(self._picture)
        layout.addLayout(who)
        layout.addWidget(self.sign_out_button)
        layout.addWidget(self.keys_button)
        self.show_who("")
        self.set_wide(wide=True)

    @property
    def wide(self) -> bool:
        """Whether the words are beside the icons."""
        return self._wide

    def show_items(self, items: Sequence[RailItem]) -> None:
        """Show these places in place of those before."""
        if [button.words for button in self.buttons.values()] == [each.words for each in items]:
            return
        for button in self.buttons.values():
            self._places.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {each.name: self._made(each) for each in items}
        for button in self.buttons.values():
            self._places.addWidget(button)
        self.set_wide(self._wide)
        self.show_current(self._current)

    def show_current(self, name: str) -> None:
        """Mark the place where staff are."""
        self._current = name
        for each, button in self.buttons.items():
            button.setChecked(each == name)
        self.set_theme(self._theme)

    def press(self, digit: int) -> None:
        """Go to the place of a digit, if it is shown."""
        for name, button in self.buttons.items():
            if button.digit == digit:
                self._press(name)
                return

    def show_who(self, name: str) -> None:
        """Show the name of the person who is signed in; an empty one hides the sign-out too."""
        self.who.setText(name)
        set_tip(self.sign_out_button, f"{name}\n{self._texts.say('Sign out')}".strip())
        self.who.setVisible(bool(name) and self._wide)
        self.sign_out_button.setVisible(bool(name))

    def set_wide(self, wide: bool) -> None:
        """Show words beside the icons, or as their tips."""
        self._wide = wide
        self.setFixedWidth(_WIDE if wide else _NARROW)
        for button in (*self.buttons.values(), self.sign_out_button, self.keys_button):
            button.set_wide(wide)
        self.show_who(self.who.text())

    def hold_picture(self, picture: QWidget) -> None:
        """Take the camera's picture in, above the foot."""
        self._picture.addWidget(picture)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        for button in (*self.buttons.values(), self.sign_out_button, self.keys_button):
            button.set_theme(theme)

    def _made(self, item: RailItem) -> RailButton:
        button = RailButton(
            item.words,
            item.icon,
            f"{item.words} ({self._texts.say('Ctrl')}+{item.digit})",
            item.digit,
        )
        button.setCheckable(True)
        button.clicked.connect(lambda: self._press(item.name))
        return button

    def _press(self, name: str) -> None:
        """A click checks a button by itself; which place is the current one is shown later."""
        self.show_current(self._current)
        self.wanted.emit(name)
