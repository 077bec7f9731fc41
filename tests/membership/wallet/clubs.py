"""A club that pushes: its certificate, the push service, and the job of its service."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from membership.base.vault import Vault
from membership.store.background import Work
from membership.store.models import AppleRegistration
from membership.wallet.apple.push import ApplePusher
from membership.wallet.issuers.apple import store_apple
from passes.apple.identity import Identity
from tests.fakes.apns import FakeApns
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.apple.phones import Phone, phone_with
from tests.membership.wallet.factories import WalletCard

PASS_TYPE = "pass.test.club"


@dataclass
class Club:
    """A club with a certificate, the push service, and the job of the club's service."""

    service: Service
    apns: FakeApns
    work: Work
    pusher: ApplePusher

    def push(self) -> list[str]:
        """Run the job until nothing is due; returns the tokens of what arrived meanwhile."""
        before = len(self.apns.received)
        while self.pusher.run(self.work):
            pass
        return sorted(each.token for each in self.apns.received[before:])

    def phone(self, card: WalletCard, number: int = 1) -> Phone:
        """A phone that has registered a card and was pushed for the first time."""
        phone = phone_with(self.service, card, f"device-{number}")
        assert phone.register(token(number)) == 201
        self.service.clock.advance(seconds=10)
        assert self.push() == [token(number)]
        return phone

    def later(self, **by: float) -> list[str]:
        """Let time go by, and push what is due then."""
        self.service.clock.advance(**by)
        return self.push()


def token(number: int) -> str:
    return f"{number:064x}"


def forget_former_clubs(service: Service) -> None:
    """The job serves all organizations of a database, those of former tests, too."""
    with arranging(service.database) as session:
        for row in session.scalars(select(AppleRegistration)):
            row.push_at = None


def set_identity(service: Service, vault: Vault, identity: Identity) -> None:
    with arranging(service.database) as session:
        store_apple(session, vault, service.tenant, identity, now=NOON, replace_pass_type=True)


def in_ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def removed(club: Club) -> list[str]:
    """Cards of which an event says that a phone has removed them."""
    page = club.service.get("/v1/events", type="card.removed")
    return [each["data"]["card_id"] for each in page["items"]]
