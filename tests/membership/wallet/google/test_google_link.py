"""The link to save a card: Google has the card before the link is handed out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from membership.store.models import Card
from membership.wallet.google.link import NotConfigured, Refused, google_save_link
from membership.web.errors import Busy, NotFound
from passes.codes.barcode import CardAlias, RotatingCode, new_card_alias, parse
from passes.codes.rotating import verify_rotating
from passes.design import CodeForm, Design
from tests.fakes.google_wallet import ISSUER, Fault, told
from tests.membership.support import Service, arranging
from tests.membership.wallet.factories import vault_of
from tests.membership.wallet.google.google_club import Club, google_club, take_account
from tests.passes.google.faces import design


@pytest.fixture
def club(service: Service) -> Iterator[Club]:
    with google_club(service) as running:
        yield running


def test_a_card_is_added_and_then_linked(club: Club) -> None:
    design_id = club.design()
    card = club.card(design_id)
    link = club.link(card)
    assert [call[:2] for call in club.wallet.calls()] == [
        ("POST", "loyaltyClass"),
        ("POST", "loyaltyObject"),
    ]
    assert club.wallet.save(link) == f"{ISSUER}.{card.card_id}"
    assert len(link) < 1000
    assert club.told(card)["accountName"] == "Amara"
    assert club.told(card)["barcode"]["value"] == card.code
    row = club.row(card)
    assert (row.google_created_at, row.google_error) == (club.service.clock(), None)


def test_a_card_that_google_has_is_linked_without_asking_it(club: Club) -> None:
    card = club.card(club.design())
    first = club.link(card)
    club.wallet.requests.clear()
    club.wallet.fail(Fault(500))
    assert club.link(card) == first
    assert club.wallet.requests == []


def test_the_second_card_of_a_design_needs_no_class(club: Club) -> None:
    design_id = club.design()
    club.link(club.card(design_id, "Amara"))
    club.link(club.card(design_id, "Ben"))
    assert len(club.wallet.calls("", "loyaltyClass")) == 1


@pytest.mark.both_databases(reason="several requests create one object at the same time")
def test_two_who_open_it_at_once_do_no_harm(club: Club) -> None:
    card = club.card(club.design())
    with ThreadPoolExecutor(4) as pool:
        links = list(pool.map(lambda _: club.link(card), range(4)))
    assert len(set(links)) == 1
    assert club.wallet.save(links[0])
    assert len(club.wallet.things) == 2


def test_an_answer_that_is_lost_does_no_harm(club: Club) -> None:
    card = club.card(club.design())
    club.wallet.fail(Fault(None, late=True), Fault(None, at="loyaltyObject", late=True))
    for _ in range(2):
        with pytest.raises(Busy) as busy:
            club.link(card)
        assert busy.value.code == "google_unavailable"
    assert club.row(card).google_created_at is None
    assert club.row(card).google_error == "Google cannot be reached."
    club.wallet.save(club.link(card))
    assert club.row(card).google_error is None
    assert len(club.wallet.things) == 2


def test_what_google_refuses_is_told_to_staff_and_not_to_visitors(club: Club) -> None:
    card = club.card(club.design())
    club.wallet.fail(Fault(400, told(400, "Image cannot be loaded.", "programLogo.sourceUri")))
    with pytest.raises(Refused) as refused:
        club.link(card)
    assert "programLogo" not in refused.value.detail
    assert club.row(card).google_error == (
        "programLogo.sourceUri: refused by Google (400): Image cannot be loaded."
    )


def test_without_account_or_address_there_is_no_link(club: Club) -> None:
    card = club.card(club.design())
    away = replace(club.work, settings=club.service.settings)
    assert away.settings.public_url is None
    with pytest.raises(NotConfigured) as refused:
        google_save_link(away, club.service.tenant, card.card_id, club.service.clock())
    assert refused.value.code == "public_url_missing"
    take_account(club.service)
    with pytest.raises(NotConfigured) as refused:
        club.link(card)
    assert refused.value.code == "google_not_configured"


def test_another_organizations_card_is_not_found(club: Club) -> None:
    card = club.card(club.design())
    with google_club(club.service.fresh()) as other, pytest.raises(NotFound):
        other.link(card)
    assert club.wallet.requests == []


def test_a_key_sealed_with_another_secret_is_no_crash(club: Club) -> None:
    card = club.card(club.design())
    with arranging(club.service.database) as session:
        session.merge(club.account()).sealed = b"no fernet token"
    with pytest.raises(Busy):
        club.link(card)


@pytest.fixture
def rotating() -> Design:
    return design(code=CodeForm.ROTATING)


def test_a_phone_shows_rotating_codes_that_the_desk_takes(club: Club, rotating: Design) -> None:
    card = club.card(club.design(rotating))
    object_id = club.wallet.save(club.link(card))
    sealed = club.row(card).rotating_key
    assert sealed is not None
    key = vault_of(club.service).open(sealed)
    now = club.service.clock()
    code = parse(club.wallet.shown(object_id, now))
    assert isinstance(code, RotatingCode)
    assert code.name == CardAlias(club.row(card).alias or "")
    assert card.code.removeprefix("MC1") not in code.text
    step = verify_rotating(code, key, now)
    later = parse(club.wallet.shown(object_id, now + timedelta(seconds=30)))
    assert isinstance(later, RotatingCode)
    assert verify_rotating(later, key, now + timedelta(seconds=31), step) == step + 1


def test_the_secret_of_a_rotating_code_is_in_no_link_and_no_error(
    club: Club, rotating: Design
) -> None:
    card = club.card(club.design(rotating))
    sealed = club.row(card).rotating_key or b""
    key = vault_of(club.service).open(sealed).hex().upper()
    club.wallet.fail(Fault(400, told(400, f"Invalid key {key}"), at="loyaltyObject"))
    with pytest.raises(Refused):
        club.link(card)
    assert club.row(card).google_error == "refused by Google (400): Invalid key …"
    assert key not in club.link(card)
    assert club.told(card)["rotatingBarcode"]["totpDetails"]["parameters"][0]["key"] == key


def test_a_card_that_got_an_alias_is_sent_again(club: Club, rotating: Design) -> None:
    (card,) = club.saved(club.design(rotating))
    before = club.told(card)["rotatingBarcode"]["valuePattern"]
    with arranging(club.service.database) as session:
        row = session.merge(club.row(card))
        row.alias = new_card_alias().text
        row.google_next_attempt_at = club.service.clock()
    club.run()
    after = club.told(card)["rotatingBarcode"]["valuePattern"]
    assert after != before
    assert after.startswith(f"{club.row(card).alias}-")


def test_a_card_that_google_shows_with_a_static_code_has_one(club: Club, rotating: Design) -> None:
    for form, given in ((design(), True), (rotating, False)):
        card = club.card(club.design(form, form.code.value))
        with arranging(club.service.database) as session:
            key = (club.service.tenant.id, card.card_id)
            session.get_one(Card, key).static_since = None
        club.wallet.save(club.link(card))
        with club.service.database.readers.begin() as session:
            assert (session.get_one(Card, key).static_since is not None) is given
