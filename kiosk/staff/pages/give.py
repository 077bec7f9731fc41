"""The page on which a card that names nobody is given to a member: search, choose, undo."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kiosk.staff.pages.member_search import MemberSearch
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.profile import Entry
from kiosk.style import L, M
from kiosk.texts import Texts


class GivePage(PageView):
    """Shows who was found for what is typed, and once a card is given, whom it belongs to."""

    shape = Shape.FORM

    searched = Signal(str)
    chosen = Signal(object)
    """Id of a member."""
    undone = Signal()
    profile_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.code = label("", "muted")
        self.finder = MemberSearch(texts)
        self.search = self.finder.search
        self.done = label("", "strong")
        self.undo_button = QPushButton(say("Undo"))
        self.profile_button = QPushButton(say("Open profile"))
        self.profile_button.setObjectName("primary")
        self.finder.searched.connect(self.searched)
        self.finder.chosen.connect(self.chosen)
        self.undo_button.clicked.connect(self.undone)
        self.profile_button.clicked.connect(self.profile_wanted)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.undo_button)
        foot.addWidget(self.profile_button)
        foot.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addWidget(label(say("Give this card to a member"), "name"))
        layout.addWidget(self.code)
        layout.addWidget(self.message)
        layout.addWidget(self.done)
        layout.addWidget(self._foot)
        layout.addWidget(self.finder, 1)
        self._rest = QWidget()
        layout.addWidget(self._rest, 1)

    @property
    def choose_buttons(self) -> list[QPushButton]:
        """The buttons beside those who were found."""
        return self.finder.choose_buttons

    def ask(self, code: str) -> None:
        """Ask for the member who gets the card with this code."""
        self.code.setText(self._texts.say("Code: {code}", code=code))
        self._show_state("")
        self.finder.begin()

    def show_hits(self, text: str, hits: Sequence[Entry]) -> None:
        """Show who was found for ``text``, if that is still what is typed."""
        self.finder.show_hits(text, hits)

    def show_given(self, sentence: str) -> None:
        """Show whom the card belongs to now, with Undo."""
        self._show_state(sentence, may_undo=True)
        self.profile_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_undone(self, sentence: str) -> None:
        """Show that the card is nobody's again, and the search."""
        self._show_state("")
        self.done.setText(sentence)
        self.done.show()
        self.finder.focus()

    def _show_state(self, sentence: str, *, may_undo: bool = False) -> None:
        self.done.setText(sentence)
        self.done.setVisible(bool(sentence))
        self._foot.setVisible(may_undo)
        self.finder.setVisible(not may_undo)
        self._rest.setVisible(may_undo)
        self.undo_button.setEnabled(True)
