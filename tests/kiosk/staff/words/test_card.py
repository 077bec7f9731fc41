"""What is said of cards, in every state that they can be in."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api_client.messages.cards import CardRecord, InWallet, WalletKind
from kiosk.staff.words.card import CardWords, card_line, card_words
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.card_messages import LINK, record, wallets

EN, DE, BERLIN = Texts("en"), Texts("de"), "Europe/Berlin"


def words_of(card: CardRecord, texts: Texts = EN, **changes: Any) -> CardWords:
    return card_words(card, "Amara", wallets(**changes), texts=texts, zone=BERLIN, now=NOON)


NO_PHONE = tuple(InWallet(wallet=kind, devices=0, pending=False) for kind in WalletKind)
PLAIN: dict[str, Any] = {"design_id": None, "design": None, "wallets": (), "install_url": None}


@pytest.mark.parametrize(
    ("card", "below"),
    [
        (record(), "issued Oct 25, 2026 · Apple Wallet"),
        (record(wallets=NO_PHONE), "issued Oct 25, 2026 · not on a phone yet"),
        (record(**PLAIN), "issued Oct 25, 2026 · printed only"),
        (record(revoked_at=NOON), "revoked Nov 24, 2026"),
        (record(**PLAIN, foreign=True, code_end="7120"), "given Oct 25, 2026 · code ends in 7120"),
        (record(**PLAIN, foreign=True), "given Oct 25, 2026"),
        (record(**PLAIN, foreign=True, revoked_at=NOON), "revoked Nov 24, 2026"),
    ],
)
def test_a_card_in_one_line(card: CardRecord, below: str) -> None:
    line = card_line(card, EN, BERLIN)
    assert (line.title, line.below) == ("Member card", below)
    assert line.good == (card.revoked_at is None)


def test_a_good_card_is_told_with_its_wallets_and_its_link() -> None:
    pending = InWallet(wallet=WalletKind.APPLE, devices=2, pending=True)
    saved = InWallet(wallet=WalletKind.GOOGLE, devices=1, pending=False)
    words = words_of(record(wallets=(pending, saved)))
    assert (words.status, words.tone, words.link) == ("valid", Tone.ACTIVE, LINK)
    assert dict(words.facts) == {
        "Issued": "Oct 25, 2026",
        "Apple Wallet": "on 2 devices · update on its way",
        "Google Wallet": "offered to the phone",
    }
    assert (words.no_link, words.warnings) == ("", ())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"revoked_at": NOON, "install_url": None}, "A revoked card"),
        (PLAIN, "This card has no design"),
        ({"install_url": None}, "the service has no public address"),
    ],
)
def test_without_a_link_it_is_said_why(changes: dict[str, object], why: str) -> None:
    words = words_of(record(**changes))
    assert words.link == ""
    assert why in words.no_link


def test_a_replaced_card_and_a_wallet_that_cannot_be_told() -> None:
    stuck = InWallet(wallet=WalletKind.GOOGLE, devices=1, pending=True, error="HTTP 403")
    words = words_of(record(revoked_at=NOON, replaced_by=uuid4(), wallets=(stuck,)), DE)
    assert (words.status, words.tone) == ("gesperrt", Tone.CARD_REVOKED)
    assert ("Ersetzt", "durch eine andere Karte") in words.facts
    assert words.warnings == ()
    assert words_of(record(wallets=(stuck,))).warnings == ("Google Wallet: HTTP 403",)


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"development": True}, "an iPhone refuses this card"),
        ({"not_after": NOON}, "The Apple certificate has ended"),
        ({"not_after": NOON + timedelta(days=30)}, "The Apple certificate ends on Dec 24, 2026."),
        ({"configured": False}, "Google Wallet is not set up."),
    ],
)
def test_what_keeps_the_card_from_a_wallet_is_said(changes: dict[str, Any], warning: str) -> None:
    (told,) = words_of(record(), **changes).warnings
    assert warning in told
    assert words_of(record(**PLAIN), **changes).warnings == ()
