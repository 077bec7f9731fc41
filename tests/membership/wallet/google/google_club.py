"""A club with an account at Google Wallet, for the tests of the job and of the link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from membership.base.settings import ServiceSettings
from membership.store.background import Work
from membership.store.models import CardDesign, CardWallet, IdentityKind, WalletIdentity
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.identity import GoogleIdentity
from membership.wallet.google.link import google_save_link
from membership.wallet.google.sync import GoogleSync
from membership.wallet.issuers.google import GoogleAccount, store_google
from passes.design import Design
from tests.fakes.google_wallet import ISSUER, GoogleWallet, google_wallet
from tests.membership.support import Service, arranging
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)

PUBLIC_URL = "https://cards.club.example"


def local_api(identity: GoogleIdentity, settings: ServiceSettings) -> GoogleApi:
    """A client that waits for longer than a machine under load takes."""
    return GoogleApi(identity, settings.google_wallet_url, connect_seconds=20, read_seconds=20)


@dataclass
class Club:
    """A club, its Google, and the job that tells the one of the other."""

    service: Service
    wallet: GoogleWallet
    work: Work
    job: GoogleSync = field(default_factory=lambda: GoogleSync(local_api))
    plan: str = ""

    def design(self, design: Design | None = None, key: str = "member") -> Any:
        """Add a design."""
        return new_design(self.service, design, key)

    def card(self, design_id: Any, name: str = "Amara", *, member: bool = True) -> WalletCard:
        """Issue a card, to a member unless told otherwise."""
        customer = self.service.customer(name)
        if member:
            self.plan = self.plan or self.service.plan("Gold", length={"unit": "year"})
            self.service.member(self.plan, customer_id=customer)
        return wallet_card(self.service, customer, design_id)

    def link(self, card: WalletCard) -> str:
        """Open the link of a card."""
        now = self.service.clock()
        return google_save_link(
            self.work, self.service.tenant, card.card_id, now, connect=local_api
        )

    def saved(self, design_id: Any, *names: str) -> list[WalletCard]:
        """Cards that were saved, and looked at again after that."""
        cards = [self.card(design_id, name) for name in names or ("Amara",)]
        for each in cards:
            self.wallet.save(self.link(each))
        self.service.clock.advance(minutes=2)
        self.run()
        self.wallet.requests.clear()
        return cards

    def run(self) -> int:
        """Run the job until it has nothing more to do; returns how often it had."""
        turns = 0
        while self.job.run(self.work):
            turns += 1
            assert turns < 50
        return turns

    def told(self, card: WalletCard) -> dict[str, Any]:
        """What Google has of a card."""
        return self.wallet.things[f"{ISSUER}.{card.card_id}"]

    def row(self, card: WalletCard) -> CardWallet:
        """What is stored of a card."""
        return wallet_of(self.service, card)

    def account(self) -> WalletIdentity:
        """What is stored of the account."""
        with self.service.database.readers.begin() as session:
            return session.get_one(WalletIdentity, (self.service.tenant.id, IdentityKind.GOOGLE))

    def class_digest(self, design_id: Any) -> str | None:
        """Which class of a design was last sent to Google."""
        with self.service.database.readers.begin() as session:
            return session.scalar(
                select(CardDesign.google_class_digest).where(
                    CardDesign.organization_id == self.service.tenant.id,
                    CardDesign.id == design_id,
                )
            )


def give_account(
    service: Service, wallet: GoogleWallet, issuer: str = ISSUER, **changed: Any
) -> None:
    """Give an organization its account."""
    account = GoogleAccount(issuer, {**wallet.account, **changed})
    with arranging(service.database) as session:
        store_google(session, vault_of(service), service.tenant, account, now=service.clock())


def take_account(service: Service) -> None:
    """Take it away, so that no later test of the module meets its cards."""
    with arranging(service.database) as session:
        session.execute(
            delete(WalletIdentity).where(WalletIdentity.organization_id == service.tenant.id)
        )


@contextmanager
def google_club(service: Service) -> Iterator[Club]:
    """A club with an account, and its Google."""
    with google_wallet() as wallet:
        settings = service.settings.model_copy(
            update={"google_wallet_url": wallet.url, "public_url": PUBLIC_URL}
        )
        give_account(service, wallet)
        try:
            yield Club(
                service,
                wallet,
                Work(settings, service.database, vault_of(service), service.clock),
            )
        finally:
            take_account(service)
