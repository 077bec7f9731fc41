"""Client of the part of the API for wallet cards."""

import time
from collections.abc import Mapping
from uuid import UUID

from api_client.messages.cards import (
    CardList,
    CardRecord,
    CardState,
    CustomerCards,
    IssuedCard,
    Mailed,
    TakenBack,
    WalletKind,
    WalletsReady,
)

from .client import keyed
from .designs import DesignsClient


class CardsClient(DesignsClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def cards_of(self, customer_id: UUID) -> CustomerCards:
        """Return a customer's cards, newest first."""
        return self._ask(CustomerCards, "GET", f"/v1/customers/{customer_id}/cards")

    def cards(
        self,
        text: str = "",
        cursor: str | None = None,
        *,
        state: CardState | None = None,
        design_id: UUID | None = None,
    ) -> CardList:
        """Return a page of all cards, latest issue first.

        ``text`` are parts of words of the holder's name, number, email or phone.
        """
        asked: dict[str, str | int] = {"limit": 100}
        asked |= {"q": text} if text else {}
        asked |= {"state": state.value} if state else {}
        asked |= {"design_id": str(design_id)} if design_id else {}
        asked |= {"cursor": cursor} if cursor else {}
        return self._ask(CardList, "GET", "/v1/cards", params=asked)

    def card(self, card_id: UUID) -> CardRecord:
        """Return a card, with its state in each wallet."""
        return self._ask(CardRecord, "GET", f"/v1/cards/{card_id}")

    def wallets(self) -> WalletsReady:
        """Return whether cards can be signed for each wallet."""
        return self._ask(WalletsReady, "GET", "/v1/wallets")

    def issue_card(self, customer_id: UUID, design_id: UUID, once: str) -> IssuedCard:
        """Issue a card of a design to a customer."""
        body = {"customer_id": str(customer_id), "design_id": str(design_id)}
        headers = keyed(once)
        return self._ask(IssuedCard, "POST", "/v1/cards", body=body, headers=headers)

    def replace_card(self, card_id: UUID, once: str) -> IssuedCard:
        """Revoke a card and issue another one in its place."""
        headers = keyed(once)
        return self._ask(IssuedCard, "POST", f"/v1/cards/{card_id}/replace", headers=headers)

    def revoke_card(self, card_id: UUID, once: str = "") -> CardRecord:
        """Revoke a card permanently."""
        path = f"/v1/cards/{card_id}/revoke"
        return self._ask(CardRecord, "POST", path, headers=keyed(once))

    def give_code(
        self, customer_id: UUID, code: str, *, label: str | None, confirm_product: bool, once: str
    ) -> CardRecord:
        """Give a code of another maker to a customer, as a card of theirs."""
        body = {
            "customer_id": str(customer_id),
            "code": code,
            "label": label,
            "confirm_product": confirm_product,
        }
        headers = keyed(once)
        return self._ask(CardRecord, "POST", "/v1/cards/foreign", body=body, headers=headers)

    def take_back(self, card_id: UUID, once: str) -> TakenBack:
        """Take a code of another maker back from its customer."""
        path = f"/v1/cards/{card_id}/take-back"
        return self._ask(TakenBack, "POST", path, headers=keyed(once))

    def new_link(self, card_id: UUID, once: str = "") -> CardRecord:
        """Withdraw the install links of a card, and return it with its new one."""
        path = f"/v1/cards/{card_id}/new-link"
        return self._ask(CardRecord, "POST", path, headers=keyed(once))

    def mail_card(
        self, card_id: UUID, email: str | None, once: str = "", *, new_link: bool = False
    ) -> Mailed:
        """Queue a mail with a card's install link, by default to the customer's own address.

        With ``new_link`` those that were handed out before open nothing any more.
        """
        body: dict[str, object] = {} if email is None else {"email": email}
        if new_link:
            body["new_link"] = True
        path = f"/v1/cards/{card_id}/mail"
        return self._ask(Mailed, "POST", path, body=body, headers=keyed(once))

    def card_preview(self, card_id: UUID, wallet: WalletKind, language: str) -> bytes:
        """Return a PNG of a card as a wallet draws it."""
        asked: dict[str, str | int] = {"wallet": wallet.value, "language": language}
        return self._file(f"/v1/cards/{card_id}/preview.png", asked)

    def card_pass(self, card_id: UUID) -> bytes:
        """Return a card as a file for Apple Wallet (``.pkpass``)."""
        return self._file(f"/v1/cards/{card_id}/card.pkpass")

    def card_print(self, card_id: UUID) -> bytes:
        """Return a card to print (PDF, credit-card size)."""
        return self._file(f"/v1/cards/{card_id}/card.pdf")

    def _file(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the bytes of a file."""
        end = time.monotonic() + self._deadline_s
        return self._fetch("GET", path, end=end, params=params, headers=headers)[1]
