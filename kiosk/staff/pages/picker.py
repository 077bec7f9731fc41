"""Choosing a person or a company by search: who was chosen is shown before anything is done."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.inputs import OwnField
from kiosk.staff.pages.parts import empty, label
from kiosk.staff.pages.permission_field import LabelLine
from kiosk.staff.words.picker import PickHit
from kiosk.style import XS, M, Paint, S
from kiosk.texts import Texts
from kiosk.views.person_view import PhotoView
from kiosk.views.plain_label import PlainLabel

_TYPING_PAUSE_MS = 200
_SEEN_MS = 400
"""How long somebody is on screen before Enter is meant for them, and not for what was typed."""
_SMALL, _LARGE = 40, 88
_INITIALS = Paint("#8f9cab", "#8f9cab")
"""Visible in the light and in the dark theme."""


class Picker(OwnField):
    """A search with what was found below it, then what was chosen in place of both.

    The only one who is found is chosen at once, below the search; another text takes that back.
    Its value is the id of who was chosen, or empty. ``searched`` asks for what is typed;
    ``show_hits`` answers. ``photo_wanted`` asks for the photos that are on screen.
    """

    searched = Signal(str)
    photo_wanted = Signal(str)
    chosen = Signal(object)
    """PickHit, or None when nobody is chosen any more."""
    entered = Signal()
    """Enter was pressed for who is on screen: the form is to be sent."""

    def __init__(self, texts: Texts, placeholder: str) -> None:
        super().__init__()
        self._texts = texts
        self.hit: PickHit | None = None
        self.found_alone = False
        """Whether who is chosen was the only one who was found, and the search is still open."""
        self._on_screen = QElapsedTimer()
        self._entered = ""
        """What was typed when Enter was pressed, before its answer came."""
        self._shown_for = ""
        self.search = LabelLine()
        self.search.setPlaceholderText(placeholder)
        self.search.setAccessibleName(placeholder)
        self.search.setMaxLength(200)
        self.search.setProperty("search", True)
        self.hit_buttons: list[HitButton] = []
        self.nobody = label("", "muted")
        self.nobody.hide()
        box = QWidget()
        self._hits = QVBoxLayout(box)
        self._hits.setContentsMargins(0, 0, 0, 0)
        self._hits.setSpacing(XS)
        self.card = ChosenCard(texts)
        self.card.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.search)
        column.addWidget(self.nobody)
        column.addWidget(box)
        column.addWidget(self.card)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._on_typed)
        self.search.returnPressed.connect(self._on_enter)
        self.card.other_button.clicked.connect(self.choose_other)
        self.known: PickHit | None = None
        """Who was chosen when the form was open before."""
        self.setFocusProxy(self.search)

    @property
    def value(self) -> str:
        """The id of who was chosen; empty if nobody is."""
        return "" if self.hit is None else str(self.hit.id)

    @property
    def typed(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    def fill(self, text: str) -> None:
        """Choose who was ``known`` before, if the id is theirs; else it names nobody to show."""
        if self.known is not None and str(self.known.id) == text:
            self.choose(self.known)

    def show_hits(self, text: str, hits: Sequence[PickHit]) -> None:
        """Show what was found for ``text``, if that is still what is typed."""
        if text != self.typed or (self.hit is not None and not self.found_alone):
            return
        self._shown_for = text
        empty(self._hits)
        self.hit_buttons = []
        if len(hits) == 1 and text:
            self._choose_alone(hits[0])
            hits = ()
        else:
            self._take_back()
        for hit in hits:
            button = HitButton(hit)
            button.clicked.connect(lambda _on=False, hit=hit: self.choose(hit))
            button.moved.connect(self._move)
            self.hit_buttons.append(button)
            self._hits.addWidget(button)
            if hit.photo_path:
                self.photo_wanted.emit(hit.photo_path)
        self.nobody.setText(self._texts.say("Nothing found for “{text}”.", text=text))
        self.nobody.setVisible(bool(text) and not hits and self.hit is None)
        self._grow()
        if text and text == self._entered:
            self._entered = ""
            self._go_on()

    def show_failure(self, sentence: str) -> None:
        """Show why nothing can be found."""
        self.nobody.setText(sentence)
        self.nobody.setVisible(bool(sentence))

    def show_photo(self, path: str, photo: QPixmap) -> None:
        """Show a photo wherever it belongs."""
        for button in self.hit_buttons:
            if button.hit.photo_path == path:
                button.photo.show_photo(photo)
        if self.hit is not None and self.hit.photo_path == path:
            self.card.photo.show_photo(photo)

    def choose(self, hit: PickHit) -> None:
        """Show who was chosen in place of the search."""
        self.hit, self.found_alone = hit, False
        self.card.show_hit(hit)
        if hit.photo_path:
            self.photo_wanted.emit(hit.photo_path)
        self._show_search(on=False)
        self.chosen.emit(hit)
        self.edited.emit()

    def choose_other(self) -> None:
        """Open the search again, with what was typed."""
        self.hit, self.found_alone = None, False
        self._show_search(on=True)
        self.chosen.emit(None)
        self.edited.emit()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.selectAll()
        self._ask()

    def _choose_alone(self, hit: PickHit) -> None:
        """Show the only one who was found below the search, which keeps the focus."""
        if self.hit != hit:
            self.hit, self.found_alone = hit, True
            self._on_screen.start()
            self.card.show_hit(hit)
            if hit.photo_path:
                self.photo_wanted.emit(hit.photo_path)
            self.chosen.emit(hit)
            self.edited.emit()
        self.card.other_button.hide()
        self.card.show()

    def _take_back(self) -> None:
        """Choose nobody, if only who was found alone is chosen."""
        if self.found_alone:
            self.hit, self.found_alone = None, False
            self.card.hide()
            self.chosen.emit(None)

    def _show_search(self, *, on: bool) -> None:
        empty(self._hits)
        self.hit_buttons = []
        self.nobody.hide()
        self.search.setVisible(on)
        self.card.setVisible(not on)
        self.card.other_button.show()
        self.updateGeometry()

    def _grow(self) -> None:
        """Let the form around make room for the rows."""
        self.layout().activate()  # type: ignore[union-attr]
        around: QWidget | None = self
        while around is not None and not around.isWindow():
            around.updateGeometry()
            around = around.parentWidget()

    def _ask(self) -> None:
        self.searched.emit(self.typed)

    def _on_typed(self) -> None:
        self._entered = ""
        self._take_back()
        self._pause.start()
        self.edited.emit()

    def _on_enter(self) -> None:
        """Go on with what was found for exactly what is typed, once the answer is there."""
        if self.found_alone and self.hit is not None:
            if self._on_screen.hasExpired(_SEEN_MS):
                self.entered.emit()
            else:
                self.choose(self.hit)
            return
        self._entered = self.typed
        if self._pause.isActive():
            self._pause.stop()
            self._ask()
        elif self._shown_for == self.typed:
            self._entered = ""
            self._go_on()

    def _go_on(self) -> None:
        """Go on with the only one who was found; of several, go to the first one's row."""
        if self.hit is not None:
            self.choose(self.hit)
        elif self.hit_buttons:
            self.hit_buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _move(self, button: object, by: int) -> None:
        """Focus the row before or after one; before the first one, the search."""
        place = next(n for n, each in enumerate(self.hit_buttons) if each is button) + by
        if place < 0:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        elif place < len(self.hit_buttons):
            self.hit_buttons[place].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from the search to the rows by the arrow key."""
        if event.key() == Qt.Key.Key_Down and self.hit_buttons:
            self.hit_buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


class HitButton(QPushButton):
    """Somebody who was found: photo or initials, name, and what tells them from others."""

    moved = Signal(object, int)
    """The button, and by how many rows to move from it."""

    def __init__(self, hit: PickHit) -> None:
        super().__init__()
        self.setObjectName("hit")
        self.setAutoDefault(False)
        self.hit = hit
        self.setAccessibleName(", ".join(filter(None, (hit.title, hit.below, hit.mark))))
        self.photo = PhotoView()
        self.photo.setFixedSize(_SMALL, _SMALL)
        self.photo.show_initials(hit.initials, _INITIALS)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(PlainLabel(hit.title, "strong"))
        words.addWidget(PlainLabel(hit.below, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(S, S, M, S)
        row.setSpacing(M)
        row.addWidget(self.photo)
        row.addLayout(words, 1)
        if hit.mark:
            row.addWidget(PlainLabel(hit.mark, "tag"))
        for each in self.findChildren(QWidget):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMinimumHeight(_SMALL + 2 * S)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrow keys."""
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(self, by)


class ChosenCard(QFrame):
    """Who was chosen, large enough to be compared with who stands there."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("line")
        self.photo = PhotoView()
        self.photo.setFixedSize(_LARGE, _LARGE)
        self.title, self.below = label("", "title"), label("")
        self.mark = label("", "strong")
        self.other_button = QPushButton(texts.say("Somebody else"))
        self.other_button.setObjectName("link")
        words = QVBoxLayout()
        words.setSpacing(XS)
        for each in (self.title, self.below, self.mark):
            words.addWidget(each)
        words.addWidget(self.other_button, 0, Qt.AlignmentFlag.AlignLeading)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(M, M, M, M)
        row.setSpacing(M)
        row.addWidget(self.photo, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_hit(self, hit: PickHit) -> None:
        """Show somebody."""
        self.photo.show_initials(hit.initials, _INITIALS)
        self.title.setText(hit.title)
        self.below.setText(hit.below)
        self.mark.setText(hit.mark)
        self.mark.setVisible(bool(hit.mark))
