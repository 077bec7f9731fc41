"""All companies, with a search; however many there are, only those in view are painted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.list_page import ListPage
from kiosk.texts import Texts

ACTIVE, ARCHIVED, ALL = "active", "archived", "all"


class CompaniesPage(ListPage):
    """Shows companies."""

    new_company = Signal()

    def __init__(self, texts: Texts) -> None:
        say = texts.say
        super().__init__(texts, say("Companies"), say("Company name"), say("No company yet."))
        self.new_button = QPushButton(say("New company …"))
        self.new_button.setObjectName("primary")
        self.new_button.clicked.connect(self.new_company)
        self.add_button(self.new_button)
        self.state = Choice(
            [(ACTIVE, say("Active")), (ARCHIVED, say("Archived")), (ALL, say("All"))]
        )
        self.add_filter(self.state, say("State"))

    @property
    def archived(self) -> bool | None:
        """Whether archived companies are wanted, or only others; None for all."""
        return {ACTIVE: False, ARCHIVED: True}.get(str(self.state.chosen))
