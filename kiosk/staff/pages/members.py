"""All members and other customers: search, filters, table, and what is done with many at once."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.list_page import SearchPage
from kiosk.staff.pages.member_bulk import BulkBar
from kiosk.staff.pages.member_table import MemberTable
from kiosk.staff.words.members import (
    FIRST_COLUMNS,
    Column,
    Option,
    column_words,
    count_words,
    missing_options,
    status_options,
)
from kiosk.texts import Texts


class MembersPage(SearchPage):
    """Shows those of all customers who fit the search and the filters; it checks nobody in."""

    new_customer = Signal()
    new_member = Signal()
    """Somebody new with a plan."""
    columns_changed = Signal()

    def __init__(self, texts: Texts) -> None:
        say = texts.say
        self.table = MemberTable(texts)
        super().__init__(texts, say("Members"), say("Name, number, email or phone"), self.table)
        self.columns_button = QPushButton(say("Columns …"))
        self.columns_button.setMenu(QMenu(self))
        self.column_actions: dict[Column, QAction] = {}
        self._fill_columns()
        self.customer_button = QPushButton(say("New customer …"))
        self.customer_button.clicked.connect(self.new_customer)
        self.member_button = QPushButton(say("New member …"))
        self.member_button.setObjectName("primary")
        self.member_button.clicked.connect(self.new_member)
        for button in (self.columns_button, self.customer_button, self.member_button):
            self.add_button(button)
        self.status = Choice(status_options(texts))
        self.plan = Choice([("", say("Every plan"))])
        self.company = Choice([("", say("Every company"))])
        self.missing = Choice(missing_options(texts))
        self._filter_choices = {
            self.status: say("Status"),
            self.plan: say("Plan"),
            self.company: say("Company"),
            self.missing: say("Photo and card"),
        }
        for choice, name in self._filter_choices.items():
            self.add_filter(choice, name)
        self.clear_button = QPushButton(say("Show all members"))
        self.clear_button.clicked.connect(self._show_all)
        self.bulk = BulkBar(texts)
        self.bulk.all_wanted.connect(self.table.members.tick_all)
        self.table.opened.connect(self.opened)
        self.table.typed.connect(self._type)
        self.table.members.ticked_changed.connect(self._on_ticked)
        self.show_columns(FIRST_COLUMNS)
        self._lay_out(self.clear_button, self.bulk, stacked=True)
        self.nothing.hide()
        self.clear_button.hide()

    @property
    def filters(self) -> dict[str, str]:
        """What is typed and chosen, as parameters of the request."""
        found = {"q": self.typed} if self.typed else {}
        for choice in self._filter_choices:
            name, _, value = str(choice.chosen).partition("=")
            if value:
                found[name] = value
        return found

    def allow(self, scopes: Collection[str]) -> None:
        """Show only what ``scopes`` suffice for."""
        self.customer_button.setVisible("customers:write" in scopes)
        self.member_button.setVisible({"customers:write", "memberships:write"} <= set(scopes))
        self.plan.setVisible("plans:read" in scopes)
        self.company.setVisible("companies:read" in scopes)
        self.bulk.allow(scopes)

    def offer(self, choice: Choice, options: Sequence[Option]) -> None:
        """Offer further entries of a filter, below the one for all; keep what is chosen."""
        chosen, offered = choice.chosen, (("", choice.itemText(0)), *options)
        if offered == choice.options:
            return
        choice.blockSignals(True)
        choice.set_options(offered)
        choice.choose(chosen if choice.offers(chosen) else "")
        choice.blockSignals(False)

    def show_count(self, total: int | None, *, more: bool = False) -> None:
        """Show how many there are, that nobody is found, or that it is not known yet."""
        say, some = self._texts.say, bool(self.filters)
        self.count.setText("" if total is None else count_words(total, self._texts, more=more))
        self.nothing.setText(say("Nobody found.") if some else say("No member yet."))
        nobody = total == 0
        self.nothing.setVisible(nobody)
        self.clear_button.setVisible(nobody and some)
        self.table.setVisible(not nobody)
        self._on_ticked()

    def show_columns(self, columns: Collection[Column]) -> None:
        """Show these columns in their own order; the name is always there."""
        shown = tuple(each for each in Column if each is Column.NAME or each in columns)
        self.table.show_columns(shown)
        for column, action in self.column_actions.items():
            action.setChecked(column in shown)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns that are shown."""
        return self.table.members.columns

    def _show_all(self) -> None:
        self.clear_search()
        self.wanted.emit()

    def _fill_columns(self) -> None:
        for column, words in column_words(self._texts).items():
            action = self.columns_button.menu().addAction(words)
            action.setCheckable(True)
            action.setEnabled(column is not Column.NAME)
            action.triggered.connect(self._on_columns)
            self.column_actions[column] = action

    def _on_columns(self) -> None:
        self.show_columns([each for each, action in self.column_actions.items()
                           if action.isChecked()])  # fmt: skip
        self.columns_changed.emit()

    def _on_ticked(self) -> None:
        members = self.table.members
        self.bulk.show_ticked(members.count_ticked, members.total if members.complete else None)

    def _type(self, text: str) -> None:
        """Go on typing in the search box."""
        self.search.setFocus()
        self.search.insert(text)
