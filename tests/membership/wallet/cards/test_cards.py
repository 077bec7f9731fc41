"""Cards: issued of a design or plain, listed, in which wallets they are, revoked and replaced."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from membership.base.vault import Vault
from membership.store.models import AppleRegistration, Card, CardDesign, CardWallet
from membership.wallet.cards.records import CardContext, cards_of
from membership.wallet.links import LinkOfCard, install_path, opened_link
from membership.wallet.state import wallet_keys
from passes.design import CodeForm, Design
from tests.membership.conftest import Databases
from tests.membership.recorded import audited, events
from tests.membership.support import NOON, Service, arranging, running_service
from tests.membership.wallet.factories import new_design, vault_of

PUBLIC = "https://cards.example"


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that phones reach under an address."""
    settings = databases.new(backend, tmp_path_factory.mktemp("data"), public_url=PUBLIC)
    with running_service(settings) as service:
        yield service


def cards(service: Service, customer: str) -> list[dict[str, Any]]:
    """A customer's cards as staff see them."""
    return list(service.get(f"/v1/customers/{customer}/cards")["items"])


def issue(service: Service, customer: str, **fields: Any) -> Any:
    """Issue a card."""
    return service.post("/v1/cards", {"customer_id": customer, **fields})


def wallet_values(service: Service, card: str, **values: Any) -> None:
    """Store what the wallets know of a card."""
    with arranging(service.database) as session:
        session.execute(
            update(CardWallet)
            .where(
                CardWallet.organization_id == service.tenant.id,
                CardWallet.card_id == UUID(card),
            )
            .values(**values)
        )


def on_device(service: Service, card: str, device: str, **values: Any) -> None:
    """Let a phone have a card."""
    with arranging(service.database) as session:
        session.add(
            AppleRegistration(
                organization_id=service.tenant.id,
                card_id=UUID(card),
                device_id=device,
                pass_type_id="pass.example",
                push_token="aa",
                registered_at=NOON,
                **values,
            )
        )


def test_without_designs_a_card_is_plain(service: Service) -> None:
    customer = service.customer()
    issued = issue(service, customer)
    assert issued["card"]["label"] == "Member card"
    assert issued["card"]["design_id"] is None
    assert (issued["card"]["wallets"], issued["card"]["install_url"]) == ([], None)
    assert cards(service, customer) == [issued["card"]]
    assert service.get(f"/v1/cards/{issued['card']['id']}") == issued["card"]


def test_a_card_is_of_the_first_design_unless_another_is_named(service: Service) -> None:
    first = new_design(service)
    other = new_design(service, Design(title={"en": "Gold"}, description={"en": "Gold"},
                                       code=CodeForm.SIGNED), "gold")  # fmt: skip
    with arranging(service.database) as session:
        design = session.get_one(CardDesign, (service.tenant.id, other))
        design.created_at += timedelta(seconds=1)
    customer = service.customer()
    one = issue(service, customer)["card"]
    assert (one["design_id"], one["label"], one["code_form"]) == (str(first), "Member", "card")
    service.clock.advance(minutes=1)
    two = issue(service, customer, design_id=str(other), label="For the pool")["card"]
    assert (two["design"], two["label"], two["code_form"]) == ("Gold", "For the pool", "signed")
    assert cards(service, customer) == [two, one]


def test_the_install_link_is_signed_and_leads_to_the_design(service: Service) -> None:
    new_design(service)
    customer = service.customer()
    card = issue(service, customer)["card"]
    url = card["install_url"]
    path = install_path(service.tenant.slug, "member", UUID(customer))
    assert url.startswith(f"{PUBLIC}{path}?s=")
    with service.database.readers.begin() as session:
        keys = wallet_keys(session, vault_of(service), service.tenant.id)
    assert keys is not None
    link = opened_link(keys.link_key, path, url.partition("?s=")[2])
    assert link == LinkOfCard(UUID(card["id"]), 0)


def test_cards_are_shown_and_revoked_although_the_secret_key_was_lost(service: Service) -> None:
    new_design(service)
    customer = service.customer()
    card = issue(service, customer)["card"]
    lost = Vault(Fernet.generate_key().decode())
    with service.database.readers.begin() as session:
        desk = CardContext(session, service.tenant, lost, PUBLIC)
        (shown,) = cards_of(desk, UUID(customer))
    assert (str(shown.id), shown.install_url) == (card["id"], None)
    assert card["install_url"] is not None


def test_designs_that_there_are_not_and_archived_ones_are_refused(service: Service) -> None:
    design = new_design(service)
    customer = service.customer()
    body = {"customer_id": customer, "design_id": str(uuid4())}
    assert service.post("/v1/cards", body, status=404)["code"] == "design_not_found"
    with arranging(service.database) as session:
        session.get_one(CardDesign, (service.tenant.id, design)).archived_at = NOON
    body = {"customer_id": customer, "design_id": str(design)}
    assert service.post("/v1/cards", body, status=409)["code"] == "design_archived"
    assert issue(service, customer)["card"]["design_id"] is None
    stranger = service.fresh()
    body = {"customer_id": stranger.customer(), "design_id": str(design)}
    assert stranger.post("/v1/cards", body, status=404)["code"] == "design_not_found"


def test_devices_are_counted_and_pending_until_all_are_told(service: Service) -> None:
    new_design(service)
    customer = service.customer()
    card = issue(service, customer)["card"]["id"]

    def stands() -> list[tuple[Any, ...]]:
        (found,) = cards(service, customer)
        return [
            (each["wallet"], each["devices"], each["pending"], each["error"])
            for each in found["wallets"]
        ]

    assert stands() == [("apple", 0, False, None), ("google", 0, False, None)]
    wallet_values(
        service, card, update_seq=7, google_created_at=NOON, google_saved=True, google_seq=6
    )
    on_device(service, card, "one", fetched_seq=7, pushed_seq=3)
    on_device(service, card, "two", fetched_seq=3, pushed_seq=6, push_error="not reached")
    assert stands() == [("apple", 2, True, "not reached"), ("google", 1, True, None)]
    with arranging(service.database) as session:
        session.execute(
            update(AppleRegistration)
            .where(AppleRegistration.card_id == UUID(card), AppleRegistration.device_id == "two")
            .values(pushed_seq=7, push_error=None)
        )
    wallet_values(service, card, google_seq=7, google_error="refused")
    assert stands() == [("apple", 2, False, None), ("google", 1, False, "refused")]


def test_a_revoked_card_is_told_once_and_has_no_link(service: Service) -> None:
    design = new_design(service)
    customer = service.customer()
    card = issue(service, customer)["card"]["id"]
    for _ in range(2):
        revoked = service.post(f"/v1/cards/{card}/revoke", status=200)
    assert (revoked["revoked_at"], revoked["install_url"]) == ("2027-03-10T11:00:00Z", None)
    ids = {"card_id": card, "customer_id": customer}
    assert events(service, "card.issued", "card.revoked") == [
        ("card.issued", {**ids, "design_id": str(design), "replaces": None}),
        ("card.revoked", ids),
    ]


def test_a_replaced_card_names_the_one_in_its_place(service: Service) -> None:
    design = new_design(service)
    customer = service.customer()
    service.member(service.plan("Gold"), customer_id=customer)
    lost = issue(service, customer, label="Lost")
    service.clock.advance(minutes=1)
    new = service.post(f"/v1/cards/{lost['card']['id']}/replace")
    service.clock.advance(minutes=1)
    newest = issue(service, customer, label="Of another kind")
    assert (new["card"]["label"], new["card"]["design_id"]) == ("Lost", str(design))
    assert new["code"] != lost["code"]
    old = service.get(f"/v1/cards/{lost['card']['id']}")
    assert (old["replaced_by"], old["revoked_at"]) == (new["card"]["id"], "2027-03-10T11:01:00Z")
    answer = service.scan(lost["code"])
    assert answer["outcome"] == "card_revoked"
    assert answer["current_card"]["id"] == new["card"]["id"]
    told = events(service, "card.issued")[1]
    assert told[1]["replaces"] == lost["card"]["id"]
    path = f"/v1/cards/{lost['card']['id']}/replace"
    assert service.post(path, status=409)["code"] == "card_replaced"
    third = service.post(f"/v1/cards/{new['card']['id']}/replace")
    assert service.scan(lost["code"])["current_card"]["id"] == third["card"]["id"]
    service.post(f"/v1/cards/{third['card']['id']}/revoke", status=200)
    assert service.scan(lost["code"])["current_card"]["id"] == newest["card"]["id"]


def test_replacing_again_with_the_same_key_is_the_same_card(service: Service) -> None:
    new_design(service)
    card = issue(service, service.customer())["card"]["id"]
    sent = [
        service.call("POST", f"/v1/cards/{card}/replace", headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert [each.status_code for each in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()


def test_a_plain_card_is_replaced_by_one_of_the_first_design(service: Service) -> None:
    customer = service.customer()
    plain = issue(service, customer)["card"]["id"]
    design = new_design(service)
    new = service.post(f"/v1/cards/{plain}/replace")["card"]
    assert new["design_id"] == str(design)
    assert service.get(f"/v1/cards/{plain}")["replaced_by"] == new["id"]


def test_the_audit_tells_who_replaced_a_card_without_its_codes(service: Service) -> None:
    new_design(service)
    issued = issue(service, service.customer())
    new = service.post(f"/v1/cards/{issued['card']['id']}/replace")
    told = str(audited(service, "card.created", "card.changed"))
    assert new["card"]["id"] in told
    assert issued["code"] not in told
    assert new["code"] not in told


def test_a_card_goes_over_with_a_merge(service: Service) -> None:
    new_design(service)
    stays, goes = service.customer("A"), service.customer("B")
    service.member(service.plan("Gold"), customer_id=stays)
    lost = issue(service, goes)
    new = service.post(f"/v1/cards/{lost['card']['id']}/replace")
    on_device(service, new["card"]["id"], "one")
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    found = {each["id"]: each for each in cards(service, goes)}
    assert found[lost["card"]["id"]]["replaced_by"] == new["card"]["id"]
    assert found[new["card"]["id"]]["wallets"][0]["devices"] == 1
    assert f"/member/{stays}?s=" in found[new["card"]["id"]]["install_url"]
    assert service.scan(new["code"])["outcome"] == "active"
    assert service.scan(lost["code"])["current_card"]["id"] == new["card"]["id"]


def test_erasing_a_customer_revokes_their_cards_and_keeps_them_to_be_told(
    service: Service,
) -> None:
    new_design(service)
    customer = service.customer("Amara")
    issued = issue(service, customer)
    on_device(service, issued["card"]["id"], "one")
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    (card,) = cards(service, customer)
    assert card["revoked_at"] == "2027-03-10T11:00:00Z"
    assert card["install_url"] is None
    assert card["wallets"][0]["devices"] == 1
    assert [kind for kind, _ in events(service, "card.revoked")] == ["card.revoked"]
    path = f"/v1/cards/{issued['card']['id']}/replace"
    assert service.post(path, status=409)["code"] == "customer_erased"


def test_the_pass_is_a_file_for_apple_wallet(service: Service) -> None:
    new_design(service)
    issued = issue(service, service.customer())
    path = f"/v1/cards/{issued['card']['id']}/card.pkpass"
    answer = service.call("GET", path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vnd.apple.pkpass"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"pass.json", "manifest.json", "signature"} <= set(archive.namelist())
        assert issued["code"].encode() in archive.read("pass.json")
    assert service.fresh().call("GET", path).status_code == 404


def test_a_plain_card_is_no_pass(service: Service) -> None:
    plain = issue(service, service.customer())["card"]["id"]
    answer = service.call("GET", f"/v1/cards/{plain}/card.pkpass")
    assert (answer.status_code, answer.json()["code"]) == (404, "card_not_found")


def test_a_card_that_was_imported_can_be_replaced(service: Service) -> None:
    new_design(service)
    customer = service.customer()
    with arranging(service.database) as session:
        old = Card(
            organization_id=service.tenant.id,
            id=uuid4(),
            customer_id=UUID(customer),
            code="OLD CARD 77",
            label="Member card",
            issued_at=NOON,
            revoked_at=None,
        )
        session.add(old)
    assert cards(service, customer)[0]["code_form"] is None
    new = service.post(f"/v1/cards/{old.id}/replace")
    answer = service.scan("OLD CARD 77")
    assert answer["outcome"] == "card_revoked"
    assert answer["current_card"]["id"] == new["card"]["id"]
