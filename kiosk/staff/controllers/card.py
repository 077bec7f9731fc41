"""Wallet cards at the desk: issued, shown to the customer's phone, sent, printed, revoked.

While a card is open it is asked for again every few seconds, so that staff see the moment in
which the customer's phone has it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from api_client.management import ManagementClient
from api_client.messages.cards import CardRecord, DesignList, IssuedCard, WalletKind, WalletsReady
from api_client.messages.management import CustomerProfile
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.disk import Disk
from kiosk.staff.forms.card import CardForms
from kiosk.staff.pages.card import CardPage
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.card import CardWords, card_words
from kiosk.staff.worker import Task
from kiosk.texts import Texts

WATCH_MS = 3000

_DESIGNS, _STATE, _PICTURE, _FILE = "designs", "card_state", "card_picture", "card_file"
_KINDS = {
    Action.SAVE_PASS: ("pkpass", "Apple Wallet (*.pkpass)"),
    Action.SAVE_PRINT: ("pdf", "PDF (*.pdf)"),
    Action.PRINT: ("pdf", "PDF (*.pdf)"),
}


@dataclass(frozen=True)
class CardSheet:
    """A card, whose it is, and whether the wallets can take it."""

    card: CardRecord
    profile: CustomerProfile
    wallets: WalletsReady


@dataclass(frozen=True)
class CardPicture:
    """How a wallet draws a card."""

    card_id: UUID
    wallet: WalletKind
    image: QImage


@dataclass(frozen=True)
class CardFile:
    """A card as a file, and what is to become of it."""

    action: Action
    name: str
    data: bytes


def load_sheet(card_id: UUID) -> Callable[[ManagementClient, str], CardSheet]:
    """The request for a card with its holder."""

    def call(client: ManagementClient, _once: str) -> CardSheet:
        card = client.card(card_id)
        return CardSheet(card, client.customer(card.customer_id), client.wallets())

    return call


class CardDesk(QObject):
    """What is done with cards. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(
        self, page: CardPage, texts: Texts, changes: Changes, disk: Disk, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes, self._disk = page, texts, changes, disk
        self._forms = CardForms(page, texts)
        self._sheet: CardSheet | None = None
        self._zone, self._may_change = "UTC", False
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_again)
        page.acted.connect(self.act)
        page.wallet_chosen.connect(self._draw)

    def show(self, sheet: CardSheet, zone: str, *, may_change: bool) -> None:
        """Show a card, and go on watching it."""
        self._sheet, self._zone, self._may_change = sheet, zone, may_change
        self._page.show_card(self._words(sheet), may_change=may_change)
        self._draw(self._page.wallet)
        self._watch.start()

    def leave(self) -> None:
        """The page of the card is no longer in front."""
        self._watch.stop()
        self._sheet = None

    def issue(self) -> None:
        """Ask which card the customer whose file is open is to be given."""
        self.task_wanted.emit(Task(_DESIGNS, lambda client, _: client.designs()))

    @Slot(object, object)
    def act(self, action: Action, words: CardWords) -> None:
        """Do what a button of the page says."""
        sheet = self._sheet
        if sheet is None:
            return
        card_id = sheet.card.id
        match action:
            case Action.MAIL:
                self._changes.ask(*self._forms.mail(card_id, sheet.profile.email))
            case Action.REPLACE:
                self._changes.ask(*self._forms.replace(card_id, words.title))
            case Action.REVOKE:
                self._changes.ask(*self._forms.revoke(card_id, words.title))
            case Action.SAVE_PASS | Action.SAVE_PRINT | Action.PRINT:
                self._fetch(action, sheet)
            case _:
                raise ValueError(f"{action} is nothing that is done to a card")

    def took(self, task: Task, answer: object) -> bool:
        """Follow up what a task brought, if it was one about cards."""
        match answer:
            case DesignList() if task.kind == _DESIGNS:
                self._choose(answer)
            case CardRecord() if task.kind == _STATE:
                self._refresh(answer)
            case CardPicture():
                self._paint(answer)
            case CardFile():
                self._keep(answer)
            case _:
                return False
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say what could not be done with the card that is open."""
        if task.kind not in {_STATE, _PICTURE, _FILE} or self._sheet is None:
            return False
        self._page.say_fault(sentence)
        return True

    def _choose(self, designs: DesignList) -> None:
        """Ask for the design, now that there is a choice."""
        profile = self._changes.profile
        live = [each for each in designs.items if each.archived_at is None]
        if profile is not None:
            self._changes.ask(*self._forms.issue(profile, live))

    def _words(self, sheet: CardSheet) -> CardWords:
        customer = sheet.profile.customer
        holder = f"{customer.name} · {customer.number}"
        return card_words(
            sheet.card,
            holder,
            sheet.wallets,
            texts=self._texts,
            zone=self._zone,
            now=sheet.profile.server_time,
        )

    def _look_again(self) -> None:
        """Ask how the card stands now."""
        sheet = self._sheet
        if sheet is None or not self._page.isVisible():
            self._watch.stop()
            return
        card_id = sheet.card.id
        self.task_wanted.emit(Task(_STATE, lambda client, _: client.card(card_id)))

    def _refresh(self, card: CardRecord) -> None:
        """Show how the card stands now; its picture anew only where it shows something else."""
        sheet = self._sheet
        if sheet is None or sheet.card.id != card.id:
            return
        changed = sheet.card.changed_at != card.changed_at
        self._sheet = replace(sheet, card=card)
        self._page.show_card(self._words(self._sheet), may_change=self._may_change)
        if changed:
            self._draw(self._page.wallet)

    @Slot(object)
    def _draw(self, wallet: WalletKind) -> None:
        """Ask for the picture of the card in a wallet."""
        sheet = self._sheet
        if sheet is None or sheet.card.design_id is None:
            return
        card_id = sheet.card.id
        language = sheet.profile.customer.language or str(self._texts.locale.language)

        def call(client: ManagementClient, _once: str) -> CardPicture:
            data = client.card_preview(card_id, wallet, language)
            return CardPicture(card_id, wallet, QImage.fromData(data))

        self.task_wanted.emit(Task(_PICTURE, call))

    def _paint(self, picture: CardPicture) -> None:
        sheet = self._sheet
        wanted = sheet is not None and sheet.card.id == picture.card_id
        if wanted and picture.wallet is self._page.wallet:
            self._page.show_picture(picture.image)

    def _fetch(self, action: Action, sheet: CardSheet) -> None:
        """Ask for the card as a file."""
        card_id = sheet.card.id
        suffix, _ = _KINDS[action]
        name = f"{_plain(sheet.profile.customer.name)}.{suffix}"

        def call(client: ManagementClient, _once: str) -> CardFile:
            as_pass = action is Action.SAVE_PASS
            data = client.card_pass(card_id) if as_pass else client.card_print(card_id)
            return CardFile(action, name, data)

        self.task_wanted.emit(Task(_FILE, call))

    def _keep(self, file: CardFile) -> None:
        """Save or print a file."""
        say = self._texts.say
        if file.action is Action.PRINT:
            fault = self._disk.print(file.name, file.data)
            if fault:
                self._page.say_fault(
                    say("No program opened the file for printing: {why}", why=fault)
                )
            return
        path = self._disk.choose(self._page, file.name, _KINDS[file.action][1])
        if path is not None and (fault := self._disk.write(path, file.data)):
            self._page.say_fault(say("{path} was not written: {why}", path=path.name, why=fault))


def issued_card(answer: object) -> UUID | None:
    """The card that a change has issued, to be opened."""
    return answer.card.id if isinstance(answer, IssuedCard) else None


def _plain(name: str) -> str:
    """A name as a file can have it on every system."""
    return re.sub(r"[^\w -]+", "", name).strip() or "card"
