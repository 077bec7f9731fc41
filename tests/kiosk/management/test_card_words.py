"""What is said of cards, in every state that they can be in."""

from uuid import uuid4

import pytest

from api_client.card_schemas import CardRecord, InWallet, WalletKind
from kiosk.management.card_words import card_line, card_words
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.answers import NOON

from .card_messages import LINK, record

EN, DE, BERLIN = Texts("en"), Texts("de"), "Europe/Berlin"
NO_PHONE = tuple(InWallet(wallet=kind, devices=0, pending=False) for kind in WalletKind)
PLAIN = {"design_id": None, "design": None, "wallets": (), "install_url": None}


@pytest.mark.parametrize(
    ("card", "below"),
    [
        (record(), "issued Oct 25, 2026 · Apple Wallet"),
        (record(wallets=NO_PHONE), "issued Oct 25, 2026 · not on a phone yet"),
        (record(**PLAIN), "issued Oct 25, 2026 · printed only"),
        (record(revoked_at=NOON), "revoked Nov 24, 2026"),
    ],
)
def test_a_card_in_one_line(card: CardRecord, below: str) -> None:
    line = card_line(card, EN, BERLIN)
    assert (line.title, line.below) == ("Member card", below)
    assert line.good == (card.revoked_at is None)


def test_a_good_card_is_told_with_its_wallets_and_its_link() -> None:
    pending = InWallet(wallet=WalletKind.APPLE, devices=2, pending=True)
    saved = InWallet(wallet=WalletKind.GOOGLE, devices=1, pending=False)
    words = card_words(record(wallets=(pending, saved)), "Amara · C-000123", EN, BERLIN)
    assert (words.status, words.tone, words.link) == ("good", Tone.ACTIVE, LINK)
    assert dict(words.facts) == {
        "Issued": "Oct 25, 2026",
        "Apple Wallet": "on 2 devices · update on its way",
        "Google Wallet": "offered to the phone",
    }
    assert words.no_link == words.warning == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"revoked_at": NOON, "install_url": None}, "A revoked card"),
        (PLAIN, "This card has no design"),
        ({"install_url": None}, "the service has no public address"),
    ],
)
def test_without_a_link_it_is_said_why(changes: dict[str, object], why: str) -> None:
    words = card_words(record(**changes), "Amara", EN, BERLIN)
    assert words.link == ""
    assert why in words.no_link


def test_a_replaced_card_and_a_wallet_that_cannot_be_told() -> None:
    stuck = InWallet(wallet=WalletKind.GOOGLE, devices=1, pending=True, error="HTTP 403")
    words = card_words(
        record(revoked_at=NOON, replaced_by=uuid4(), wallets=(stuck,)), "Amara", DE, BERLIN
    )
    assert (words.status, words.tone) == ("gesperrt", Tone.CARD_REVOKED)
    assert ("Ersetzt", "durch eine andere Karte") in words.facts
    assert words.warning == "Google Wallet: HTTP 403"
