"""The panel in which staff work: one page at a time, under a line with the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from kiosk.staff.pages.parts import label
from kiosk.staff.pages.sign_in import SignInPage
from kiosk.staff.pages.view import PageView
from kiosk.style import M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel


class StaffPanel(QWidget):
    """Shows the sign-in, "Loading …" or one of the pages that were added.

    ``home`` is the first of them, set by the router.
    """

    back = Signal()
    locked = Signal()
    home: PageView

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.sign_in = SignInPage(texts)
        self.waiting = label(texts.say("Loading …"), "empty")
        self._pages = QStackedWidget()
        for page in (self.sign_in, self.waiting):
            self._pages.addWidget(page)
        self.back_button = QPushButton(texts.say("Back (Esc)"))
        self.back_button.setObjectName("link")
        self.back_button.clicked.connect(self.back)
        self.who = PlainLabel("", "muted")
        self.lock_button = QPushButton(texts.say("Sign out"))
        self.lock_button.setObjectName("link")
        self.lock_button.clicked.connect(self.locked)
        head = QHBoxLayout()
        head.addWidget(self.back_button)
        head.addStretch()
        head.addWidget(self.who)
        head.addWidget(self.lock_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        self.setMinimumWidth(M)
        self.show_who("")

    @property
    def page(self) -> QWidget | None:
        """The page on screen."""
        return self._pages.currentWidget()

    def add(self, view: PageView) -> None:
        """Add a page."""
        self._pages.addWidget(view)

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages."""
        self._pages.setCurrentWidget(page)

    def show_who(self, name: str) -> None:
        """Show the name of the person who is signed in; an empty one hides the sign-out too."""
        self.who.setText(name)
        self.who.setVisible(bool(name))
        self.lock_button.setVisible(bool(name))
