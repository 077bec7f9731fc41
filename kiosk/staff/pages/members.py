"""All members and other customers, with a search that checks nobody in."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from kiosk.staff.pages.list_page import ListPage
from kiosk.texts import Texts


class MembersPage(ListPage):
    """Shows customers by number, or those that fit a search, best first."""

    new_customer = Signal()
    new_member = Signal()
    """Somebody new with a plan."""

    def __init__(self, texts: Texts) -> None:
        say = texts.say
        super().__init__(
            texts, say("Members"), say("Name, number, email or phone"), say("No member yet.")
        )
        self.customer_button = QPushButton(say("New customer …"))
        self.customer_button.clicked.connect(self.new_customer)
        self.member_button = QPushButton(say("New member …"))
        self.member_button.setObjectName("primary")
        self.member_button.clicked.connect(self.new_member)
        for button in (self.customer_button, self.member_button):
            self.add_button(button)

    def allow(self, scopes: Collection[str]) -> None:
        """Show only the buttons for which ``scopes`` suffice."""
        self.customer_button.setVisible("customers:write" in scopes)
        self.member_button.setVisible({"customers:write", "memberships:write"} <= set(scopes))
