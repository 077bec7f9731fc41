"""All pages of the management in one panel, with the way back and who is signed in above."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from kiosk.staff.pages.card import CardPage
from kiosk.staff.pages.checkout import CheckoutPage
from kiosk.staff.pages.design import DesignPage
from kiosk.staff.pages.home import HomePage
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.payment import PaymentsPage
from kiosk.staff.pages.profile import FilePage
from kiosk.staff.pages.sign_in import SignInPage
from kiosk.staff.pages.signup import SignupPage
from kiosk.staff.pages.stripe import StripePage
from kiosk.staff.pages.subscription import SubscriptionPage
from kiosk.style import M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel


class ManagementPanel(QWidget):
    """Shows one page at a time. Those in ``telling`` can say what could not be done."""

    back = Signal()
    locked = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.sign_in = SignInPage(texts)
        self.home = HomePage(texts)
        self.customer = FilePage(texts, of_company=False)
        self.company = FilePage(texts, of_company=True)
        self.card = CardPage(texts)
        self.designs = DesignPage(texts)
        self.signup = SignupPage(texts)
        self.payments = PaymentsPage(texts)
        self.stripe = StripePage(texts)
        self.subscription = SubscriptionPage(texts)
        self.checkout = CheckoutPage(texts)
        self.waiting = label(texts.say("Loading …"), "empty")
        self.telling = (
            *(self.home, self.customer, self.company, self.card, self.designs),
            *(self.signup, self.payments, self.stripe, self.subscription, self.checkout),
        )
        self._pages = QStackedWidget()
        for page in (self.sign_in, *self.telling, self.waiting):
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

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages."""
        self._pages.setCurrentWidget(page)

    def show_who(self, name: str) -> None:
        """Show who is signed in, or that nobody is."""
        self.who.setText(name)
        self.who.setVisible(bool(name))
        self.lock_button.setVisible(bool(name))
