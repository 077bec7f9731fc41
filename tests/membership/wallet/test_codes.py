"""The text of a card's code is that of the form which its design asks for."""

import pytest
from sqlalchemy import select

from membership.store.models import CardWallet
from membership.wallet.state import wallet_keys
from membership.wallet.updates.faces import load_faces
from passes.card import CardFacts
from passes.codes.barcode import SignedCardCode, parse
from passes.codes.signed import verify_signed
from passes.design import CodeForm, Design
from tests.membership.support import NOON, Service
from tests.membership.wallet.factories import WalletCard, new_design, vault_of, wallet_card


def plain_design(form: CodeForm) -> Design:
    """A design with nothing but its form of code."""
    return Design(title={"en": "Card"}, description={"en": "Card"}, code=form)


def facts_of(service: Service, card: WalletCard) -> CardFacts:
    """What is true of a card."""
    with service.database.readers.begin() as session:
        return load_faces(session, service.tenant, [card.card_id], NOON)[card.card_id].face.facts


def test_a_signed_code_is_verified_with_the_organizations_public_key(service: Service) -> None:
    design = new_design(service, plain_design(CodeForm.SIGNED))
    card = wallet_card(service, service.customer("Amara"), design)
    shown = parse(facts_of(service, card).code)
    assert isinstance(shown, SignedCardCode)
    with service.database.readers.begin() as session:
        keys = wallet_keys(session, vault_of(service), service.tenant.id)
    assert keys is not None
    assert verify_signed(shown, keys.code_key.public_key()).text == card.code


@pytest.mark.parametrize("form", [CodeForm.CARD, CodeForm.ROTATING])
def test_other_forms_show_the_name_of_the_card(service: Service, form: CodeForm) -> None:
    card = wallet_card(service, service.customer("Amara"), new_design(service, plain_design(form)))
    assert facts_of(service, card).code == card.code


def test_each_card_has_a_rotating_key_of_its_own(service: Service) -> None:
    design = new_design(service, plain_design(CodeForm.ROTATING))
    for name in ("Amara", "Bo"):
        wallet_card(service, service.customer(name), design)
    with service.database.readers.begin() as session:
        sealed = session.scalars(
            select(CardWallet.rotating_key).where(CardWallet.organization_id == service.tenant.id)
        ).all()
    keys = {vault_of(service).open(each) for each in sealed if each is not None}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {20}
