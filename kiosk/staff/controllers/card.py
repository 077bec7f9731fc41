"""A wallet card: shown to the customer's phone, mailed, printed, replaced, revoked.

While a card is open it is loaded again every few seconds, so that staff see when the phone has it.
"""

import re
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage

from api_client.management import ManagementClient
from api_client.messages.cards import CardRecord, IssuedCard, WalletKind, WalletsReady
from api_client.messages.management import CustomerProfile
from api_client.messages.scan import CustomerState
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.card import CardForms
from kiosk.staff.forms.give import take_back_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.card import CardPage
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.card import CardWords, card_words
from kiosk.staff.worker import Task

CARD = "card"
WATCH_MS = 3000

_FILES = {
    Action.SAVE_PASS: ("pkpass", "Apple Wallet (*.pkpass)"),
    Action.SAVE_PRINT: ("pdf", "PDF (*.pdf)"),
}
"""Suffix and filter of the file behind an action."""


@dataclass(frozen=True)
class CardSheet:
    """A card, its holder, and whether the wallets can take it."""

    card: CardRecord
    profile: CustomerProfile
    wallets: WalletsReady


def load_card(client: ManagementClient, card_id: UUID) -> CardSheet:
    """Return a card with its holder. Raises ApiError."""
    card = client.card(card_id)
    return CardSheet(card, client.customer(card.customer_id), client.wallets())


class CardController(Controller):
    """Shows a card and does what its buttons are for."""

    name = CARD

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: CardPage = CardPage(context.texts)
        self._forms = CardForms(context.texts)
        self.sheet: CardSheet | None = None
        """The card that is open."""
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._reload)
        self.page.acted.connect(self.act)
        self.page.wallet_chosen.connect(self._draw)

    def open(self, place: Place) -> Page[CardSheet]:
        """Return the page of the card with the id of ``place``."""
        card_id = place.subject
        return Page(place, lambda client: load_card(client, card_id), self.show)

    def show(self, sheet: CardSheet) -> None:
        """Show a card, and watch it from now on."""
        self.sheet = sheet
        self._show_words(sheet)
        self._draw(self.page.wallet)
        self._watch.start()

    def leave(self) -> None:
        """Stop watching the card."""
        self._watch.stop()
        self.sheet = None

    @Slot(object, object)
    def act(self, action: Action, words: CardWords) -> None:
        """Do what a button of the page is for."""
        sheet, ask = self.sheet, self._context.changes.ask
        if sheet is None:
            return
        card_id, customer = sheet.card.id, sheet.profile.customer
        about = f"{customer.name} · {customer.number}"
        match action:
            case Action.MAIL:
                ask(*self._forms.mail(card_id, sheet.profile.email, about))
            case Action.NEW_LINK:
                ask(*self._forms.new_link(card_id, sheet.profile.email, about))
            case Action.REPLACE:
                ask(*self._forms.replace(card_id, words.title, about), self._on_replaced)
            case Action.REVOKE:
                ask(*self._forms.revoke(card_id, words.title, about))
            case Action.TAKE_BACK:
                form = take_back_form(self._texts, card_id, words.title, about)
                ask(*form, lambda _taken: self._context.navigation.back())
            case Action.PRINT:
                self._show_print(sheet)
            case Action.SAVE_PASS | Action.SAVE_PRINT:
                self._fetch(action, sheet)
            case _:
                raise ValueError(f"{action} is nothing that is done to a card")

    def _on_replaced(self, issued: IssuedCard) -> None:
        self._context.navigation.open_instead(Place(CARD, issued.card.id))

    def _handle_error(self, card_id: UUID, thing: str, sentence: str) -> None:
        """Show what failed on the page of the card, or where staff have gone meanwhile."""
        if self.sheet is None or self.sheet.card.id != card_id:
            tell = self._context.notices.keep if thing == "file" else self._context.notices.show
            tell(sentence)
        else:
            self.page.show_failure(sentence, thing)

    def _show_words(self, sheet: CardSheet) -> None:
        customer = sheet.profile.customer
        words = card_words(
            sheet.card,
            f"{customer.name} · {customer.number}",
            sheet.wallets,
            texts=self._texts,
            zone=self._session.zone,
            now=sheet.profile.server_time,
            banned=customer.state is CustomerState.BANNED,
        )
        self.page.show_card(words, may_change=self._session.may("cards:write"))

    def _reload(self) -> None:
        """Load the card again, unless something else is in front, such as a verdict."""
        sheet = self.sheet
        if sheet is None or not self.page.isVisible():
            return
        card_id = sheet.card.id
        self._context.send(
            Task(
                "card_state",
                lambda client, _: client.card(card_id),
                self._refresh,
                partial(self._handle_error, card_id, "state"),
            )
        )

    def _refresh(self, card: CardRecord) -> None:
        """Show the card as it is now; load its picture only if that has changed."""
        sheet = self.sheet
        if sheet is None or sheet.card.id != card.id:
            return
        self.page.show_failure("", "state")
        changed = sheet.card.changed_at != card.changed_at
        self.sheet = replace(sheet, card=card)
        self._show_words(self.sheet)
        if changed:
            self._draw(self.page.wallet)

    @Slot(object)
    def _draw(self, wallet: WalletKind) -> None:
        """Load the picture of the card in a wallet."""
        sheet = self.sheet
        if sheet is None or sheet.card.design_id is None:
            return
        card_id = sheet.card.id
        language = sheet.profile.customer.language or str(self._texts.locale.language)

        def load(client: ManagementClient, _once: str) -> QImage:
            return QImage.fromData(client.card_preview(card_id, wallet, language))

        self._context.send(
            Task(
                "card_picture",
                load,
                partial(self._paint, card_id, wallet),
                partial(self._handle_error, card_id, "picture"),
            )
        )

    def _paint(self, card_id: UUID, wallet: WalletKind, picture: QImage) -> None:
        """Show a picture, if it is still the wanted one."""
        sheet = self.sheet
        if sheet is not None and sheet.card.id == card_id and wallet is self.page.wallet:
            self.page.show_failure("", "picture")
            self.page.show_picture(picture)

    def _show_print(self, sheet: CardSheet) -> None:
        """Show the card as it is printed."""
        card_id = sheet.card.id
        self._context.files.show(
            f"{_file_name(sheet.profile.customer.name)}.pdf",
            lambda client: client.card_print(card_id),
            self._texts.say("No card to print"),
            lambda why: self._texts.say("The card cannot be printed: {why}", why=why),
        )

    def _fetch(self, action: Action, sheet: CardSheet) -> None:
        """Load the card as a file to be saved."""
        card_id = sheet.card.id
        suffix, _ = _FILES[action]
        name = f"{_file_name(sheet.profile.customer.name)}.{suffix}"

        def load(client: ManagementClient, _once: str) -> bytes:
            as_pass = action is Action.SAVE_PASS
            return client.card_pass(card_id) if as_pass else client.card_print(card_id)

        self._context.send(
            Task(
                "card_file",
                load,
                partial(self._keep, action, name, sheet),
                partial(self._handle_error, card_id, "file"),
            )
        )

    def _keep(self, action: Action, name: str, asked_for: CardSheet, data: bytes) -> None:
        """Save a file, if the card that it was asked for is still in front."""
        say, disk = self._texts.say, self._context.disk
        tell = partial(self._handle_error, asked_for.card.id, "file")
        here = self.sheet is not None and self.sheet.card.id == asked_for.card.id
        if not here or not self.page.isVisible():
            # No window of the system may cover a verdict, or another person's page.
            self._context.notices.keep(
                say("{file} was not saved, since its page was left.", file=name)
            )
            return
        self.page.show_failure("", "file")
        path = disk.choose(self.page, name, _FILES[action][1])
        if path is not None and (why := disk.write(path, data)):
            tell(say("{path} was not written: {why}", path=path.name, why=why))


def _file_name(name: str) -> str:
    """Return a name that is a valid file name on every system."""
    return re.sub(r"[^\w -]+", "", name).strip() or "card"
