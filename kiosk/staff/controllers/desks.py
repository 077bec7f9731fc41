"""The parts of the management, one for each kind of thing that staff work on."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal

from kiosk.staff.controllers.card import CardDesk
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.controllers.checkout import CheckoutDesk
from kiosk.staff.controllers.design import DesignDesk
from kiosk.staff.controllers.payment import PaymentDesk
from kiosk.staff.controllers.signup import SignupDesk
from kiosk.staff.controllers.stripe import StripeDesk
from kiosk.staff.controllers.subscription import SubscriptionDesk
from kiosk.staff.disk import Disk
from kiosk.staff.forms.payment import Receipts
from kiosk.staff.worker import Task
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class Desks(QObject):
    """Makes the parts, and asks each of them whether an answer is for it.

    ``today`` tells the club's local day; ``say_of_receipt`` says why there is no receipt.
    """

    task_wanted = Signal(object)
    """Task of a part, also one that nobody is there to wait for. Those of forms are not among
    them: they come from ``changes``, and somebody has pressed a button."""

    def __init__(
        self,
        window: KioskWindow,
        texts: Texts,
        disk: Disk,
        today: Callable[[], date],
        say_of_receipt: Callable[[str], None],
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        panel = window.management
        changes = self.changes = Changes(window, texts, today, parent=self)
        self.cards = CardDesk(panel.card, texts, changes, disk, parent=self)
        self.designs = DesignDesk(panel.designs, texts, changes, disk, parent=self)
        self.signup = SignupDesk(panel.signup, texts, changes, disk, parent=self)
        self.payments = PaymentDesk(panel.payments, texts, changes, today, parent=self)
        self.stripe = StripeDesk(panel.stripe, texts, changes, parent=self)
        self.subscriptions = SubscriptionDesk(panel.subscription, texts, changes, parent=self)
        self.checkout = CheckoutDesk(panel.checkout, texts, parent=self)
        self.receipts = Receipts(texts, disk, say_of_receipt, parent=self)
        parts = (
            *(self.cards, self.designs, self.signup, self.payments),
            *(self.subscriptions, self.checkout, self.receipts),
        )
        for part in parts:
            part.task_wanted.connect(self.task_wanted)
        self._asking = (changes, *parts)
        self.payments.receipt_wanted.connect(self.receipts.again)

    def took(self, task: Task, answer: object) -> bool:
        """Follow up what a task brought, if it was one of a part."""
        return any(part.took(task, answer) for part in self._asking)

    def failed(self, task: Task, sentence: str) -> bool:
        """Say what could not be done, if a part asked for it."""
        return any(part.failed(task, sentence) for part in self._asking)

    def leave(self) -> None:
        """Another page comes to the front."""
        self.cards.leave()
        self.designs.leave()
        self.checkout.leave()
