"""The top bar: club, desk, today's count, states of service and camera, and switches."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from kiosk.status import Health, Status
from kiosk.style import TITLE, L, M, S, Theme
from kiosk.texts import Texts

from .icons import IconView, icon
from .labels import FitLabel
from .language_menu import language_menu
from .plain_label import PlainLabel
from .tips import set_tip


class StatePill(QWidget):
    """Icon and word for the state of a part, with a sentence as tool tip.

    A ``quiet`` one is shown only while something is wrong.
    """

    def __init__(self, icon_name: str, theme: Theme, *, quiet: bool = False) -> None:
        super().__init__()
        self._quiet = quiet
        self._icon_name = icon_name
        self._theme = theme
        self.health, self.sentence = Health.WARN, ""
        self._icon = IconView(size=18)
        self.label = PlainLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(self.label)

    def say(self, health: Health, word: str, sentence: str = "") -> None:
        """Set the state."""
        self.health = health
        colour = getattr(self._theme, health.value)
        self._icon.show_icon(self._icon_name, colour)
        self.label.setText(word)
        self.label.setStyleSheet(f"color: {colour}; font-weight: 600;")
        self.sentence = sentence
        set_tip(self, sentence)
        self.setAccessibleName(f"{word}. {sentence}")
        if self._quiet:
            self.setVisible(health is not Health.GOOD)

    def show_status(self, status: Status) -> None:
        """Set the state."""
        self.say(status.health, status.word, status.sentence)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        self.say(self.health, self.label.text(), self.sentence)


class TopBar(QFrame):
    """The bar at the top of the window."""

    theme_toggled = Signal()
    sound_toggled = Signal()
    full_screen_toggled = Signal()
    scanner_pressed = Signal()
    language_chosen = Signal(str)
    """Code of a language."""

    def __init__(self, theme: Theme, texts: Texts, desk: str) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._texts = texts
        self._muted = False
        self._sound_problem = ""
        self.club = FitLabel(TITLE, QFont.Weight.DemiBold)
        self.desk = PlainLabel(desk, "muted")
        self.count = PlainLabel()
        self.service = StatePill("server", theme, quiet=True)
        self.members_list = StatePill("server", theme, quiet=True)
        self.review = StatePill("could_not_check", theme, quiet=True)
        self.camera = StatePill("camera", theme, quiet=True)
        self.scanner = StatePill("hand_scanner", theme)
        self.scanner.hide()
        self.clock = PlainLabel("", "clock")
        self._scanner = self._button(self.scanner_pressed)
        self._language = self._button(self.open_languages)
        self._language.hide()
        self.languages: QMenu | None = None
        self._sound = self._button(self.sound_toggled)
        self._look = self._button(self.theme_toggled)
        self._full = self._button(self.full_screen_toggled)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.club)
        names.addWidget(self.desk)
        row = QHBoxLayout(self)
        row.setContentsMargins(M + 4, S + 2, M, S + 2)
        row.setSpacing(L)
        row.addLayout(names, 1)
        states = (self.service, self.members_list, self.review, self.camera, self.scanner)
        for widget in (self.count, *states):
            row.addWidget(widget)
        for pill in (self.members_list, self.review):
            pill.say(Health.GOOD, "")
        switches = QHBoxLayout()
        switches.setSpacing(2)
        for button in (self._scanner, self._language, self._sound, self._look, self._full):
            switches.addWidget(button)
        row.addLayout(switches)
        row.addWidget(self.clock)
        self.set_theme(theme)

    def show_club(self, name: str) -> None:
        """Show the name of the club."""
        self.club.say(name, self._theme.ink)

    def show_count(self, visits: int) -> None:
        """Show today's count."""
        self.count.setText(
            self._texts.say_many("{count} visit today", "{count} visits today", visits)
        )

    def offer_languages(self, languages: Mapping[str, str], now: str) -> None:
        """Offer languages, of which ``now`` is the present one. Without this none is offered."""
        chosen = self.language_chosen.emit
        self.languages = language_menu(languages, now, chosen, self)
        self._language.show()

    def open_languages(self) -> None:
        """Open the menu of languages, if they are offered."""
        if self.languages is not None:
            below = self._language.rect().bottomLeft()
            self.languages.popup(self._language.mapToGlobal(below))

    def show_sound(self, *, muted: bool, problem: str) -> None:
        """Show whether sounds are played, or why they cannot be."""
        self._muted, self._sound_problem = muted, problem
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        self.club.say(self.club.text, theme.ink)
        self.service.set_theme(theme)
        self.members_list.set_theme(theme)
        self.review.set_theme(theme)
        self.camera.set_theme(theme)
        self.scanner.set_theme(theme)
        say = self._texts.say
        silent = self._muted or bool(self._sound_problem)
        self._scanner.setIcon(icon("hand_scanner", theme.muted))
        self._name(self._scanner, say("Set up the hand scanner (F8)"))
        self._language.setIcon(icon("language", theme.muted))
        self._name(self._language, say("Language"))
        self._sound.setIcon(icon("sound_off" if silent else "sound", theme.muted))
        self._name(self._sound, self._sound_problem or say("Sound on or off (Ctrl+M)"))
        self._look.setIcon(icon("sun" if theme.name == "dark" else "moon", theme.muted))
        self._name(self._look, say("Light or dark (Ctrl+T)"))
        self._full.setIcon(icon("full_screen", theme.muted))
        self._name(self._full, say("Full screen (F11)"))

    def _button(self, signal: object) -> QToolButton:
        button = QToolButton()
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(signal)
        return button

    def _name(self, button: QToolButton, text: str) -> None:
        set_tip(button, text)
        button.setAccessibleName(text)
