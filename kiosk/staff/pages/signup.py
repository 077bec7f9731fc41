"""The page of the online signup: open or closed, sites, colours, and keys of sites."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.fields import ColourField
from kiosk.staff.pages.lines import CopyField
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.signup_preview import JoinPreview
from kiosk.staff.pages.site_keys import KeyList
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.signup import FIELDS, JoinPlaces, JoinSettings
from kiosk.staff.words.signup_colours import join_looks
from kiosk.style import L, M, S
from kiosk.texts import Texts

_SITES_HEIGHT = 96
_LONGEST_ADDRESS = 500
_NARROWEST = 360
"""Least width of a column in pixels, since addresses are long."""


class SignupPage(PageView):
    """Shows and edits the settings; nothing is stored before ``saved``."""

    shape = Shape.FORM

    saved = Signal()
    edited = Signal()
    """Something was typed or switched."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.switch = QCheckBox(say("Anyone may join"))
        self.members = QCheckBox(say("Members have a page of their own"))
        self.sites = QPlainTextEdit()
        self.sites.setTabChangesFocus(True)
        self.sites.setFixedHeight(_SITES_HEIGHT)
        self.colours = {
            "accent": ColourField(say("Buttons and links")),
            "background": ColourField(say("Background")),
        }
        self.addresses = {"terms_url": QLineEdit(), "privacy_url": QLineEdit()}
        for line in self.addresses.values():
            line.setMaxLength(_LONGEST_ADDRESS)
            line.setPlaceholderText("https://")
        self.failures = {name: label("", "failure") for name in FIELDS}
        self.preview = JoinPreview(texts)
        self.address = CopyField(say("Address of the page"), texts)
        self.snippet = CopyField(say("Code for your website"), texts)
        self.missing = label("", "muted")
        self.keys = KeyList(texts)
        self.progress = label("", "muted")
        self.save_button = QPushButton(say("Save"))
        self.save_button.setObjectName("primary")
        self._scroll = QScrollArea()
        self._lay_out()
        self._connect()
        self.show_failures({})

    def show_settings(self, settings: JoinSettings, places: JoinPlaces) -> None:
        """Show the stored settings, and the address of the signup page."""
        self.switch.setChecked(settings.open)
        self.members.setChecked(settings.member_page)
        self.sites.setPlainText(settings.sites)
        self.colours["accent"].set_colour(settings.accent)
        self.colours["background"].set_colour(settings.background)
        self.addresses["terms_url"].setText(settings.terms_url)
        self.addresses["privacy_url"].setText(settings.privacy_url)
        self.address.show_text(places.page_url)
        self.snippet.show_text(places.snippet)
        self.missing.setText(places.missing)
        self.missing.setVisible(bool(places.missing))
        self.clear_failures()
        self.show_failures({})
        self.show_progress("")

    def settings(self) -> JoinSettings:
        """Return the settings as they are on the page."""
        return JoinSettings(
            open=self.switch.isChecked(),
            member_page=self.members.isChecked(),
            sites=self.sites.toPlainText().strip(),
            accent=self.colours["accent"].colour,
            background=self.colours["background"].colour,
            terms_url=self.addresses["terms_url"].text().strip(),
            privacy_url=self.addresses["privacy_url"].text().strip(),
        )

    def show_failures(self, failures: Mapping[str, str]) -> None:
        """Show failures beside their fields; those of no field are under ``""``."""
        for name, shown in self.failures.items():
            shown.setText(failures.get(name, ""))
            shown.setVisible(name in failures)
        self.show_failure(failures.get("", ""))
        first = next((shown for name, shown in self.failures.items() if name in failures), None)
        if first is not None:
            # The layout gives it its position in the next turn of the event loop.
            QTimer.singleShot(0, self, partial(self._scroll.ensureWidgetVisible, first))
        if failures:
            self.show_progress(self._texts.say("Not saved."))

    def set_saving(self, *, saving: bool) -> None:
        """Let nothing be saved twice at once."""
        self.save_button.setEnabled(not saving)

    def show_progress(self, sentence: str) -> None:
        """Show the progress of saving; an empty text clears it."""
        self.progress.setText(sentence)

    def _lay_out(self) -> None:
        say = self._texts.say
        left, right = self._page_half(), self._sites_half()
        self._scroll.setWidget(Columns(left, right, spacing=L, shares=(1, 1), least=_NARROWEST))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("Online signup"), "name", wraps=False))
        layout.addWidget(self.message)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    def _page_half(self) -> QVBoxLayout:
        """Return the column about the signup page itself."""
        say = self._texts.say
        column = _column()
        column.addWidget(label(say("THE PAGE"), "section", wraps=False))
        column.addWidget(self.switch)
        hint = say("It offers the plans that anyone may join.")
        column.addWidget(label(hint, "muted"))
        column.addWidget(self.members)
        hint = say("Their card, invoices and cancellation.")
        column.addWidget(label(hint, "muted"))
        self._add(column, say("Buttons and links"), self.colours["accent"], "accent")
        self._add(column, say("Background"), self.colours["background"], "background")
        column.addWidget(self.preview)
        self._add(column, say("Terms"), self.addresses["terms_url"], "terms_url")
        self._add(column, say("Privacy"), self.addresses["privacy_url"], "privacy_url")
        column.addStretch()
        return column

    def _sites_half(self) -> QVBoxLayout:
        """Return the column about web sites and their keys."""
        say = self._texts.say
        column = _column()
        column.addWidget(label(say("WEBSITES"), "section", wraps=False))
        self._add(column, say("Allowed sites, one per line"), self.sites, "allowed_origins")
        for part in (self.address, self.snippet, self.missing):
            column.addWidget(part)
        column.addSpacing(M)
        column.addWidget(self.keys)
        column.addStretch()
        return column

    def _add(self, column: QVBoxLayout, words: str, field: QWidget, name: str) -> None:
        """Add a field with its label above and its failure below."""
        caption = label(words)
        if not isinstance(field, ColourField):
            field.setAccessibleName(words)
        caption.setBuddy(field)
        column.addWidget(caption)
        column.addWidget(field)
        column.addWidget(self.failures[name])

    def _connect(self) -> None:
        self.save_button.clicked.connect(self.saved)
        self.switch.toggled.connect(self._on_edited)
        self.switch.clicked.connect(self._on_switched)
        self.members.toggled.connect(self._on_edited)
        self.sites.textChanged.connect(self._on_edited)
        for line in self.addresses.values():
            line.textChanged.connect(self._on_edited)
        for field in self.colours.values():
            field.changed.connect(self._on_edited)
            field.changed.connect(self._draw)

    def _on_switched(self, is_open: bool) -> None:
        """Open the page of members with the signup: who joins there is sent to it."""
        if is_open:
            self.members.setChecked(True)

    def _on_edited(self) -> None:
        self.show_progress("")
        self.edited.emit()

    def _draw(self) -> None:
        """Show the colours once both are complete."""
        accent, background = (self.colours[name].colour for name in ("accent", "background"))
        looks = join_looks(accent, background, self._texts)
        if looks is not None:
            self.preview.show_looks(looks)


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(S)
    return column
