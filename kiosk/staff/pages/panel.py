"""The panel in which staff work: one page at a time, under a line with the way back.

A form is a sheet over the page in front, which is disabled under it.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.sign_in import SignInPage
from kiosk.staff.pages.toast import Toast
from kiosk.staff.pages.view import PageView
from kiosk.style import M, S
from kiosk.texts import Texts


class StaffPanel(QWidget):
    """Shows the sign-in, "Loading …" or one of the pages that were added.

    ``home`` is the first of them, set by the router.
    """

    back = Signal()
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
        head = QHBoxLayout()
        head.addWidget(self.back_button)
        head.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        self._sheet = Sheet(self)
        self.toast = Toast(self, texts)
        self.setMinimumWidth(M)

    @property
    def page(self) -> QWidget | None:
        """The page on screen, or that under the form on screen."""
        return self._pages.currentWidget()

    @property
    def form(self) -> Form | None:
        """The form over the page, if there is one; hidden while somebody signs in."""
        return self._sheet.form

    def add(self, view: PageView) -> None:
        """Add a page."""
        self._pages.addWidget(view)

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages, under the form if there is one."""
        self._pages.setCurrentWidget(page)
        self._fit_sheet()

    def show_form(self, form: Form) -> None:
        """Show a form over the page in front."""
        self._sheet.show_form(form)
        self._fit_sheet()
        form.focus_first()

    def drop_form(self) -> None:
        """Remove and delete the form."""
        self._sheet.drop_form()
        self._fit_sheet()
        self.focus_page()

    def focus_page(self) -> None:
        """Focus what is in front: the form, or the page; not under a verdict."""
        if not self.isVisible():
            return
        if self.page is self.sign_in:
            self.sign_in.focus_first()
        elif self.form is not None:
            self.form.focus_again()
        else:
            self._focused_before().setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused_before(self) -> QWidget:
        """Return what had the focus on the page before it was covered; else the way back.

        Enter must not meet a danger that nobody has looked at again.
        """
        before = self.page.focusWidget() if self.page is not None else None
        if before is None or before.objectName() == "danger" or not before.isVisibleTo(self):
            return self.back_button
        return before if before.isEnabledTo(self) else self.back_button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the sheet over the pages."""
        super().resizeEvent(event)
        self._fit_sheet()

    def _fit_sheet(self) -> None:
        covers = self.form is not None and self.page is not self.sign_in
        self._pages.setEnabled(not covers)
        self._sheet.setVisible(covers)
        if covers:
            self.layout().activate()  # type: ignore[union-attr]
            self._sheet.setGeometry(self._pages.geometry())
            self._sheet.raise_()


class Sheet(QFrame):
    """A veil with a form in its middle, which scrolls where the panel is too low for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("veil")
        self.form: Form | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S, S, S, S)
        layout.addWidget(self._scroll)
        self.hide()

    def show_form(self, form: Form) -> None:
        """Show a form in place of the one before."""
        self.drop_form()
        self.form = form
        body = QWidget()
        body.setObjectName("scrolled")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch()
        column.addWidget(form, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self._scroll.setWidget(body)

    def drop_form(self) -> None:
        """Remove and delete the form."""
        if self.form is not None:
            self.form = None
            self._scroll.takeWidget().deleteLater()
