"""Cards as signed passes: whose certificate, which address, which token, and when they changed."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509

from membership.wallet.apple.rendering import Pkpass, render_pkpass
from membership.wallet.issuers.apple import store_apple
from membership.web.errors import Conflict, NotFound
from passes.apple.development import (
    DEVELOPMENT_TEAM,
    DevelopmentAuthority,
    development_root,
    ec_key,
)
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)
from tests.passes.apple_signing.openssl import verify

PASS_TYPE, TEAM = "pass.example.club", "A1B2C3D4E5"


def render(service: Service, card: WalletCard, **settings: Any) -> Pkpass:
    """Render a card at the service's time, with some settings changed."""
    changed = service.settings.model_copy(update=settings)
    with service.database.readers.begin() as session:
        return render_pkpass(
            session, vault_of(service), changed, service.tenant, card.card_id, now=service.clock()
        )


def new_card(service: Service) -> WalletCard:
    """A card of the standard design."""
    return wallet_card(service, service.customer("Amara"), new_design(service))


def certify(service: Service, authority: DevelopmentAuthority, **dates: Any) -> None:
    """Let a certificate sign the organization's cards."""
    identity = authority.issue(PASS_TYPE, TEAM, new_key=ec_key, **dates)
    with arranging(service.database) as session:
        store_apple(session, vault_of(service), service.tenant, identity, now=service.clock())


def judged(pkpass: Pkpass, root: x509.Certificate, folder: Path) -> dict[str, Any]:
    """The content of a pass that openssl verified with its root alone."""
    return verify(pkpass.data, root, folder)


def test_a_self_made_certificate_signs_at_first(service: Service, tmp_path: Path) -> None:
    card = new_card(service)
    rendered = render(service, card)
    content = judged(rendered, development_root(), tmp_path)
    slug = service.tenant.slug
    assert content["passTypeIdentifier"] == f"pass.walletdesk.development.{slug}"
    assert content["teamIdentifier"] == DEVELOPMENT_TEAM
    assert content["serialNumber"] == str(card.card_id)
    assert content["barcodes"][0]["message"] == card.code
    assert content["organizationName"] == service.tenant.name
    assert rendered.file_name == f"{slug}-member.pkpass"


def test_the_organizations_certificate_signs_once_it_is_there(
    service: Service, tmp_path: Path
) -> None:
    card, authority = new_card(service), DevelopmentAuthority()
    certify(service, authority)
    content = judged(render(service, card), authority.root, tmp_path)
    assert (content["passTypeIdentifier"], content["teamIdentifier"]) == (PASS_TYPE, TEAM)
    second = DevelopmentAuthority()
    certify(service, second)  # at the same instant: the key that was read before is not used
    judged(render(service, card), second.root, tmp_path)


@pytest.mark.parametrize("public_url", [None, "http://club.example"])
def test_without_an_encrypted_address_there_is_no_web_service(
    service: Service, tmp_path: Path, public_url: str | None
) -> None:
    rendered = render(service, new_card(service), public_url=public_url)
    content = judged(rendered, development_root(), tmp_path)
    assert "webServiceURL" not in content
    assert "authenticationToken" not in content


def test_the_address_and_the_cards_own_token(service: Service, tmp_path: Path) -> None:
    card = new_card(service)
    rendered = render(service, card, public_url="https://club.example/cards/")
    content = judged(rendered, development_root(), tmp_path)
    assert content["webServiceURL"] == f"https://club.example/cards/apple/{service.tenant.slug}"
    token = vault_of(service).open(wallet_of(service, card).apple_token).decode()
    assert content["authenticationToken"] == token


def test_equal_cards_differ_by_their_signature_alone(service: Service) -> None:
    card = new_card(service)
    files = []
    for _ in range(2):
        with zipfile.ZipFile(io.BytesIO(render(service, card).data)) as archive:
            files.append({name: archive.read(name) for name in archive.namelist()})
            assert "icon.png" in files[-1]
    del files[0]["signature"], files[1]["signature"]
    assert files[0] == files[1]


def test_when_it_changed(service: Service) -> None:
    card = new_card(service)
    before = render(service, card)
    assert before.changed_at < NOON
    assert before.update_seq == 0
    with arranging(service.database) as session:
        row = session.merge(wallet_of(service, card))
        row.changed_at, row.update_seq = NOON + timedelta(seconds=5), 7
    after = render(service, card)
    assert (after.changed_at, after.update_seq) == (NOON + timedelta(seconds=5), 7)


def test_a_revoked_card_is_rendered_as_voided(service: Service) -> None:
    card = new_card(service)
    service.post(f"/v1/cards/{card.card_id}/revoke", status=200)
    with zipfile.ZipFile(io.BytesIO(render(service, card).data)) as archive:
        assert json.loads(archive.read("pass.json"))["voided"] is True


def test_a_certificate_that_is_over_signs_nothing(service: Service) -> None:
    card, authority = new_card(service), DevelopmentAuthority()
    certify(service, authority, dates=(NOON - timedelta(days=1), NOON + timedelta(days=1)))
    service.clock.advance(days=2)
    with pytest.raises(Conflict, match="expired on 2027-03-11") as refused:
        render(service, card)
    assert refused.value.code == "certificate_not_good"


def test_cards_that_are_in_no_wallet_or_anothers(service: Service) -> None:
    plain = UUID(service.card(service.customer("Bo"))["card"]["id"])
    card = new_card(service)
    stranger = service.fresh()
    for who, card_id in ((service, uuid4()), (stranger, card.card_id), (service, plain)):
        with pytest.raises(NotFound):
            render(who, replace(card, card_id=card_id))
