"""All cards: listed page by page, found by holder, state and design; what the wallets need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

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
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.design import DESIGNS
from kiosk.staff.controllers.listed import ListController
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


class CardsController(ListController[Asked, CardList]):
    """Shows cards as they are scrolled to."""

    name = CARDS.name
    page: CardsPage

    def __init__(self, context: Context) -> None:
        page, open_ = CardsPage(context.texts), context.navigation.open
        super().__init__(context, page)
        page.opened.connect(lambda id_: open_(Place(CARD, id_)))
        page.designs_wanted.connect(lambda: open_(DESIGNS))

    def open(self, place: Place) -> Page[CardsSheet]:
        """Return the page, with the cards that its search asks for."""
        asked = self.asked()

        def load(client: ManagementClient) -> CardsSheet:
            return CardsSheet(self.fetch(client, asked, None), client.designs(), client.wallets())

        return Page(place, load, self.show)

    def show(self, sheet: CardsSheet) -> None:
        """Show the first cards, the designs and the state of the wallets."""
        now = datetime.now(UTC)
        self.page.show_around(
            ready_lines(sheet.wallets, self._texts, self._session.zone, now),
            sheet.designs.items,
            may_edit=self._session.may("designs:write"),
        )
        self.show_first(sheet.cards)
        for design in sheet.designs.items[:_MOST_PICTURES]:
            self._draw(design.id)

    def asked(self) -> Asked:
        """Return what is typed and chosen."""
        return Asked(self.page.typed, self.page.chosen_state, self.page.chosen_design)

    def fetch(self, client: ManagementClient, asked: Asked, cursor: str | None) -> CardList:
        """Return a page of cards."""
        return client.cards(asked.text, cursor, state=asked.state, design_id=asked.design_id)

    def count(self, found: CardList) -> str:
        """Return how many cards there are."""
        return count_words(found.total, self._texts)

    def rows(self, found: CardList) -> list[ListRow]:
        """Return cards as rows."""
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
