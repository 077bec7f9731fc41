"""Phones with cards in Apple Wallet, and cards that change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import requests
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.store.models import AppleRegistration, CardWallet, Customer
from membership.wallet.issuers.apple import apple_names
from membership.wallet.updates.recompute import recompute, store_recomputed, wallet_cards
from tests.membership.support import TIMEOUT, Service, arranging
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)

DEVICE = "0123456789abcdef0123456789abcdef"
TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


@dataclass
class Phone:
    """A device with one card, as the card tells it to ask."""

    service: Service
    card: WalletCard
    token: str
    pass_type: str
    device: str = DEVICE

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request below the web service's address."""
        url = f"{self.service.url}/apple/{self.service.tenant.slug}/v1/{path}"
        headers = {"Authorization": f"ApplePass {self.token}", **options.pop("headers", {})}
        return self.service.http.request(method, url, headers=headers, timeout=TIMEOUT, **options)

    @property
    def place(self) -> str:
        """Where the card is registered."""
        return f"devices/{self.device}/registrations/{self.pass_type}/{self.card.card_id}"

    def register(self, push_token: str = TOKEN) -> int:
        """Register the card; returns the status."""
        return self.ask("POST", self.place, json={"pushToken": push_token}).status_code

    def unregister(self) -> int:
        """Unregister the card; returns the status."""
        return self.ask("DELETE", self.place).status_code

    def news(self, tag: str | None = None) -> tuple[list[str], str | None]:
        """Serial numbers that changed since a tag, and the next tag; none without news."""
        params = {} if tag is None else {"passesUpdatedSince": tag}
        path = f"devices/{self.device}/registrations/{self.pass_type}"
        # Apple's protocol has phones show no token here.
        answer = self.ask("GET", path, params=params, headers={"Authorization": None})
        if answer.status_code == 204:
            assert answer.content == b""
            return [], None
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"serialNumbers", "lastUpdated"}
        return answer.json()["serialNumbers"], answer.json()["lastUpdated"]

    def fetch(self, since: str | None = None) -> requests.Response:
        """Ask for the card."""
        headers = {} if since is None else {"If-Modified-Since": since}
        return self.ask("GET", f"passes/{self.pass_type}/{self.card.card_id}", headers=headers)

    def registration(self) -> AppleRegistration | None:
        """What is stored of the registration."""
        with self.service.database.readers.begin() as session:
            key = (self.service.tenant.id, self.card.card_id, self.device)
            return session.get(AppleRegistration, key)

    def registered(self) -> AppleRegistration:
        """What is stored of the registration, which must be there."""
        row = self.registration()
        assert row is not None
        return row


def phone_with(service: Service, card: WalletCard, device: str = DEVICE) -> Phone:
    """A phone that has downloaded a card."""
    token = vault_of(service).open(wallet_of(service, card).apple_token).decode()
    with service.database.readers.begin() as session:
        pass_type = apple_names(session, service.tenant)[0]
    return Phone(service, card, token, pass_type, device)


def new_card(service: Service) -> WalletCard:
    """A card of a new customer, whose face was looked at for the first time."""
    design = new_design(service, key=f"d-{uuid4().hex}")
    card = wallet_card(service, service.customer("Amara"), design)
    renew(service, card)
    return card


def rename(service: Service, card: WalletCard, name: str) -> None:
    """Change what a card shows, and let that be noticed."""
    service.patch(f"/v1/customers/{card.customer_id}", given_name=name)
    renew(service, card)


def change_face(service: Service, card: WalletCard, name: str) -> None:
    """Give a card's customer another name and renew the face, in one transaction."""
    with arranging(service.database) as session:
        change_face_in(session, service, card, name)


def change_face_in(session: Session, service: Service, card: WalletCard, name: str) -> None:
    """The same in a transaction that goes on."""
    session.execute(
        update(Customer)
        .where(Customer.organization_id == service.tenant.id, Customer.id == card.customer_id)
        .values(given_name=name)
    )
    _renew(session, service, card, service.clock())


def renew(service: Service, card: WalletCard, now: datetime | None = None) -> None:
    """Look at a card's face, as the service does in the background."""
    with arranging(service.database) as session:
        _renew(session, service, card, now or service.clock())


def _renew(session: Session, service: Service, card: WalletCard, now: datetime) -> None:
    tenant = service.tenant
    wanted = wallet_cards(tenant.id).where(CardWallet.card_id == card.card_id)
    rows = session.connection().execute(wanted).all()
    store_recomputed(session, tenant.id, recompute(session, tenant.id, rows, now), now)


def registrations(service: Service) -> list[AppleRegistration]:
    """All registrations of the service's organization."""
    with service.database.readers.begin() as session:
        return list(
            session.scalars(
                select(AppleRegistration)
                .where(AppleRegistration.organization_id == service.tenant.id)
                .order_by(AppleRegistration.device_id, AppleRegistration.card_id)
            )
        )
