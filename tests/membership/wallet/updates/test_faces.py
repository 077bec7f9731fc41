"""A card shows what is true of its holder now, and knows when that changes by itself."""

from datetime import timedelta
from uuid import UUID, uuid4

from membership.wallet.updates.faces import LoadedFace, load_faces
from passes.design import Slot
from passes.words import FaceStatus
from tests.membership.support import NOON, Service
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card


def face_of_card(service: Service, card: WalletCard) -> LoadedFace:
    with service.database.readers.begin() as session:
        return load_faces(session, service.tenant, [card.card_id, uuid4()], NOON)[card.card_id]


def test_a_member_is_shown_with_plan_and_last_day(service: Service) -> None:
    customer = service.customer("Amara", family_name="Okafor")
    plan = service.plan("Gold", "area.pool")
    service.member(plan, customer_id=customer)
    card = wallet_card(service, customer, new_design(service))
    loaded = face_of_card(service, card)
    facts = loaded.face.facts
    assert (facts.status, facts.plan, facts.code) == (FaceStatus.ACTIVE, "Gold", card.code)
    assert facts.customer_name == "Amara Okafor"
    shown = {each.key: each.shown("en") for each in loaded.face.fields}
    assert shown["member"] == "Amara Okafor"
    assert shown["status"] == "Active"
    assert "company" not in shown
    assert [each.key for each in loaded.face.in_slot(Slot.HEADER)] == ["status"]
    assert loaded.next_change_at == facts.valid_until


def test_the_next_start_is_when_a_face_changes_by_itself(service: Service) -> None:
    customer = service.customer("Amara")
    later = NOON + timedelta(days=3)
    service.member(service.plan("Gold"), customer_id=customer, starts_at=later.isoformat())
    loaded = face_of_card(service, wallet_card(service, customer, new_design(service)))
    assert loaded.face.facts.status is FaceStatus.NOT_YET_STARTED
    assert loaded.next_change_at == later


def test_equal_faces_have_equal_digests_and_others_do_not(service: Service) -> None:
    design = new_design(service)
    customer = service.customer("Amara")
    card = wallet_card(service, customer, design)
    before = face_of_card(service, card).face.digest()
    assert face_of_card(service, card).face.digest() == before
    service.call("PATCH", f"/v1/customers/{customer}", json={"given_name": "Amina"})
    assert face_of_card(service, card).face.digest() != before


def test_cards_of_others_are_not_loaded(service: Service) -> None:
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    other = service.fresh()
    with service.database.readers.begin() as session:
        assert load_faces(session, other.tenant, [card.card_id], NOON) == {}
        assert load_faces(session, service.tenant, [], NOON) == {}
    assert isinstance(card.card_id, UUID)
