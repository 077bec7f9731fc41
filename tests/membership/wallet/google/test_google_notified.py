"""Google is asked to notify the holder of a card of what they should know, and of nothing else."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from membership.store.models import CardWallet
from membership.wallet.google.content import Issuer, load_content
from membership.wallet.google.state import resync_all
from tests.fakes.google_wallet import ISSUER, Fault
from tests.membership.support import Service, arranging
from tests.membership.wallet.google.google_club import PUBLIC_URL, Club, google_club
from tests.membership.wallet.google.test_google_sync import rename
from tests.membership.wallet.updates.life import redesign, settle


@pytest.fixture
def club(service: Service) -> Iterator[Club]:
    with google_club(service) as running:
        yield running


def asked_to_notify(club: Club) -> list[object]:
    """What each change of a card since the last look asked Google to tell its holder."""
    asked = [body.get("notifyPreference") for _, _, body in club.wallet.calls("PATCH", "loyaltyO")]
    club.wallet.requests.clear()
    return asked


def test_holders_are_told_of_their_status_and_its_end_and_of_nothing_else(club: Club) -> None:
    design_id = club.design()
    (card,) = club.saved(design_id)
    clock, customer = club.service.clock, str(card.customer_id)

    def changed() -> list[object]:
        settle(club.service)
        club.run()
        return asked_to_notify(club)

    rename(club, card, "Amina")
    assert changed() == [None]
    redesign(club.service, design_id, "#008080")
    assert changed() == []
    clock.advance(days=400)
    assert changed() == ["NOTIFY_ON_UPDATE"]
    club.service.member(club.service.plan("Silver", length={"unit": "year"}), customer_id=customer)
    assert changed() == ["NOTIFY_ON_UPDATE"]
    rename(club, card, "Aminata")
    assert changed() == [None]
    club.service.post(f"/v1/cards/{card.card_id}/revoke", status=200)
    club.wallet.fail(Fault(503))
    assert changed() == ["NOTIFY_ON_UPDATE"]
    clock.advance(minutes=1)
    assert changed() == ["NOTIFY_ON_UPDATE"]  # the first one failed, so Google told nobody
    assert "notifyPreference" not in club.told(card)


def test_a_card_that_was_sent_by_a_version_of_before_is_not_sent_again(club: Club) -> None:
    """It was stored with a plain digest, which says nothing of what its holder should know."""
    (card,) = club.saved(club.design())
    whole = club.row(card).google_digest
    with arranging(club.service.database) as session:
        issuer = Issuer(club.service.tenant, club.work.vault, ISSUER, PUBLIC_URL)
        content = load_content(session, issuer, [card.card_id], club.service.clock())
        of_card = content[card.card_id].of_card
        assert of_card is not None
        assert of_card.digest == whole
        text = json.dumps(of_card.resource.as_json(), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        session.execute(
            update(CardWallet)
            .where(CardWallet.card_id == card.card_id)
            .values(google_digest=digest)
        )
        resync_all(session, club.service.tenant.id, club.service.clock())
    club.run()
    assert club.wallet.calls() == []
    club.service.clock.advance(days=400)
    settle(club.service)
    club.run()
    assert asked_to_notify(club) == ["NOTIFY_ON_UPDATE"]
