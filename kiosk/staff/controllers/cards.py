"""All cards: listed page by page, found by holder, state and design; what the wallets need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage

from api_client.management import ManagementClient
from api_client.messages.cards import (
    CardList,
    CardState,
    DesignList,
    WalletKind,
    WalletsReady,
)
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.design import DESIGNS
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.cards import CardsPage
from kiosk.staff.pages.row_list import ListRow
from kiosk.staff.words.cards import card_rows, count_words, ready_lines
from kiosk.staff.worker import Task

CARDS = Place("cards")
_MOST_PICTURES = 6
"""Designs that are drawn: each picture is a request."""


@dataclass(frozen=True)
class Asked:
    """Which cards are wanted."""

    text: str
    state: CardState | None
    design_id: UUID | None


@dataclass(frozen=True)
class CardsSheet:
    """What the page of all cards loads."""

    cards: CardList
    designs: DesignList
    wallets: WalletsReady


class CardsController(Controller):
    """Shows cards as they are scrolled to."""

    name = CARDS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: CardsPage = CardsPage(context.texts)
        self._cursor: str | None = None
        page, open_ = self.page, context.navigation.open
        page.opened.connect(lambda id_: open_(Place(CARD, id_)))
        page.designs_wanted.connect(lambda: open_(DESIGNS))
        page.wanted.connect(self._search)
        page.more.connect(self._load_more)

    def open(self, place: Place) -> Page[CardsSheet]:
        """Return the page, with the cards that its search asks for."""
        asked = self._asked()

        def load(client: ManagementClient) -> CardsSheet:
            return CardsSheet(_load(client, asked, None), client.designs(), client.wallets())

        return Page(place, load, self.show)

    def show(self, sheet: CardsSheet) -> None:
        """Show the first cards, the designs and the state of the wallets."""
        now = datetime.now(UTC)
        self.page.show_around(
            ready_lines(sheet.wallets, self._texts, self._session.zone, now),
            sheet.designs.items,
            may_edit=self._session.may("designs:write"),
        )
        self._show_cards(sheet.cards)
        for design in sheet.designs.items[:_MOST_PICTURES]:
            self._draw(design.id)

    def end_session(self) -> None:
        """Forget what was searched for."""
        self.page.clear_search()

    def _show_cards(self, found: CardList) -> None:
        self._cursor = found.next_cursor
        count = count_words(found.total, self._texts)
        self.page.show_cards(self._rows(found), count, complete=found.next_cursor is None)

    def _asked(self) -> Asked:
        return Asked(self.page.typed, self.page.chosen_state, self.page.chosen_design)

    @Slot()
    def _search(self) -> None:
        asked = self._asked()
        self._context.send(
            Task(
                "search_cards",
                lambda client, _: _load(client, asked, None),
                partial(self._show_if, asked),
            )
        )

    def _show_if(self, asked: Asked, found: CardList) -> None:
        """Show what was found, if that is still what is wanted."""
        if asked == self._asked():
            self.page.show_failure("")
            self._show_cards(found)

    @Slot()
    def _load_more(self) -> None:
        asked, cursor = self._asked(), self._cursor
        self._context.send(
            Task(
                "more_cards",
                lambda client, _: _load(client, asked, cursor),
                partial(self._add, asked, cursor),
                self._handle_error,
            )
        )

    def _add(self, asked: Asked, after: str | None, found: CardList) -> None:
        """Show further cards, if they follow those that are shown."""
        if asked == self._asked() and after == self._cursor:
            self._cursor = found.next_cursor
            self.page.add_cards(self._rows(found), complete=found.next_cursor is None)

    def _handle_error(self, sentence: str) -> None:
        self.page.list.retry()
        self._context.notices.show(sentence)

    def _rows(self, found: CardList) -> list[ListRow]:
        return [
            ListRow(row.id, row.holder, row.below, row.day, row.state, row.tone)
            for row in card_rows(found.items, self._texts, self._session.zone)
        ]

    def _draw(self, design_id: UUID) -> None:
        """Load the picture of a design."""
        language = str(self._texts.locale.language)

        def load(client: ManagementClient, _once: str) -> QImage:
            design = client.design(design_id).design
            wanted = language if language in design["languages"] else None
            return QImage.fromData(client.design_preview(design, WalletKind.APPLE, wanted))

        self._context.send(Task("design_picture", load, partial(self.page.show_picture, design_id)))


def _load(client: ManagementClient, asked: Asked, cursor: str | None) -> CardList:
    """Return a page of cards. Raises ApiError."""
    return client.cards(asked.text, cursor, state=asked.state, design_id=asked.design_id)
