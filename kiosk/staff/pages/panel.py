"""The panel in which staff work: one page at a time, under a line with the way back.

A form is a sheet over the page in front, which is disabled under it. While a page loads, the one
before it stays in front for a moment, untouchable, so that a quick answer is no flicker.
"""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
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
from kiosk.staff.pages.page_buttons import MAIN_KEY, main_button
from kiosk.staff.pages.sign_in import SignInPage
from kiosk.staff.pages.skeleton import LATE_MS, Shape, Skeleton
from kiosk.staff.pages.toast import Toast
from kiosk.staff.pages.trouble import Trouble
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.trouble import TroubleWords
from kiosk.style import L, M, S
from kiosk.texts import Texts


class StaffPanel(QWidget):
    """Shows the sign-in, one of the pages that were added, that one loads, or why it did not."""

    back = Signal()
    retried = Signal()
    """The page in front is to be loaded again."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.sign_in = SignInPage(texts)
        self.waiting, self.trouble = Waiting(texts), Trouble(texts)
        self.trouble.retried.connect(self.retried)
        self._pages = QStackedWidget()
        for page in (self.sign_in, self.waiting, self.trouble):
            self._pages.addWidget(page)
        self._loading = False
        self._before: QWidget | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self.show_outline)
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
        self._cover = QWidget(self)
        self._cover.setAccessibleName(texts.say("Loading …"))
        self._cover.hide()
        self._sheet = Sheet(self)
        self.toast = Toast(self, texts)
        self.setMinimumWidth(M)

    @property
    def page(self) -> QWidget | None:
        """The page on screen, or that under the form on screen; ``waiting`` while one loads."""
        return self.waiting if self._loading else self._pages.currentWidget()

    @property
    def before(self) -> QWidget | None:
        """What was in front when the page that loads, or did not, was asked for."""
        return self._before

    @property
    def form(self) -> Form | None:
        """The form over the page, if there is one; hidden while somebody signs in."""
        return self._sheet.form

    def add(self, view: PageView) -> None:
        """Add a page."""
        self._pages.addWidget(view)

    def wait(self, shape: Shape) -> None:
        """A page of this shape loads: show its outline, unless it is there in a moment."""
        if not self._loading:
            self._before = self._pages.currentWidget()
        self._loading = True
        self.waiting.wait(shape)
        if not self.isVisible() or self._before is self.trouble:
            self._pages.setCurrentWidget(self.waiting)
        elif self._pages.currentWidget() is not self.waiting:
            self._late.start()
            self._hold()
        self._fit_sheet()

    def show_outline(self) -> None:
        """Show the outline of the page that loads: the wait has become long."""
        self._let_go()
        self.waiting.outline.draw()
        self._pages.setCurrentWidget(self.waiting)
        self._fit_sheet()

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages, under the form if there is one."""
        self._let_go()
        self._loading = False
        self.waiting.outline.stop()
        self._pages.setCurrentWidget(page)
        self._fit_sheet()

    def show_trouble(self, words: TroubleWords) -> None:
        """Show in place of the page that loads why it was not loaded."""
        self.trouble.show_words(words)
        self.show_page(self.trouble)

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

    @Slot(str)
    def press_key(self, key: str) -> None:
        """Press the filled button of the page on ``F2``, and what sends the form on Ctrl+Enter.

        Ctrl+Enter sends a final step too: it is no key that is pressed in passing.
        """
        page, form = self.page, self.form
        if form is not None:
            if key != MAIN_KEY and form.submit.isVisible():
                form.submit.click()
        elif key == MAIN_KEY and isinstance(page, PageView):
            button = main_button(page)
            if button is not None:
                button.click()

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

    def _hold(self) -> None:
        """Keep keys and clicks from the page that is still in front."""
        self._cover.setGeometry(self._pages.geometry())
        self._cover.show()
        focused = self.window().focusWidget()
        if focused is not None and self._pages.isAncestorOf(focused):
            self._cover.setFocus(Qt.FocusReason.OtherFocusReason)

    def _let_go(self) -> None:
        """Remove what keeps keys and clicks from the page."""
        self._late.stop()
        self._cover.clearFocus()
        self._cover.hide()

    def _fit_sheet(self) -> None:
        covers = self.form is not None and self.page is not self.sign_in
        self._pages.setEnabled(not covers)
        self._sheet.setVisible(covers)
        if covers:
            self.layout().activate()  # type: ignore[union-attr]
            self._sheet.setGeometry(self._pages.geometry())
            self._sheet.raise_()


class Waiting(QFrame):
    """In place of a page that loads: its outline."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("page")
        self.outline = Skeleton(texts.say("Loading …"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.addWidget(self.outline)

    def wait(self, shape: Shape) -> None:
        """Begin to wait for a page of this shape."""
        self.outline.wait(shape)


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
