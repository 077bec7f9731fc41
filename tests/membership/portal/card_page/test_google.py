"""The button for Google Wallet: Google has the card before anybody is sent there."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.fakes.google_wallet import ISSUER, Fault, GoogleWallet, google_wallet
from tests.membership.conftest import Databases
from tests.membership.portal.card_page.test_page import signed, visit
from tests.membership.portal.card_page.test_phones import PIXEL
from tests.membership.support import TIMEOUT, Service, running_service
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card
from tests.membership.wallet.google.google_club import give_account


@dataclass(frozen=True)
class Saving:
    """A service, its Google, and a card that somebody wants to save."""

    service: Service
    wallet: GoogleWallet
    card: WalletCard

    def save(self, path: str | None = None) -> requests.Response:
        """Press the button."""
        button = (path or signed(self.service, self.card)).replace("?", "/google?")
        return requests.get(
            self.service.url + button + "&lang=en", allow_redirects=False, timeout=TIMEOUT
        )


@pytest.fixture(scope="module")
def running(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, GoogleWallet]]:
    """A service with a public address, whose Google is a local one."""
    with google_wallet() as wallet:
        settings = databases.new(
            backend,
            tmp_path_factory.mktemp("data"),
            public_url="https://wallet.club.example",
            google_wallet_url=wallet.url,
        )
        with running_service(settings) as service:
            yield service, wallet


@pytest.fixture
def saving(running: tuple[Service, GoogleWallet]) -> Saving:
    service, wallet = running[0].fresh(), running[1]
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    return Saving(service, wallet, card)


def test_google_is_told_of_the_card_and_then_saves_it(saving: Saving) -> None:
    give_account(saving.service, saving.wallet)
    page = visit(saving.service, signed(saving.service, saving.card), PIXEL).text
    assert "Add to Google Wallet" in page
    answer = saving.save()
    assert answer.status_code == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert saving.wallet.save(answer.headers["Location"]) == f"{ISSUER}.{saving.card.card_id}"


def test_without_an_account_the_page_says_so(saving: Saving) -> None:
    answer = saving.save()
    assert answer.status_code == 200
    assert "has not set up Google Wallet" in answer.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault(503), "cannot be reached at the moment"), (Fault(400), "does not take this card")],
)
def test_what_google_says_is_told_apart(saving: Saving, fault: Fault, said: str) -> None:
    give_account(saving.service, saving.wallet)
    saving.wallet.fail(fault)
    answer = saving.save()
    assert saving.wallet.coming == []
    assert said in answer.text
    assert answer.status_code == 200


def test_altered_links_and_revoked_cards_lead_to_nothing(saving: Saving) -> None:
    give_account(saving.service, saving.wallet)
    assert saving.save(signed(saving.service, saving.card) + "x").status_code == 404
    saving.service.call("POST", f"/v1/cards/{saving.card.card_id}/revoke")
    assert saving.save().status_code == 410
