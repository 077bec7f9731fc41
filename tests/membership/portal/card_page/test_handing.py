"""Staff hand a card out: a mail with its link, in the customer's language, and a print."""

from collections.abc import Iterator
from email.message import EmailMessage
from uuid import uuid4

import pytest
import requests

from membership.events.mail.delivery import send_due_mail
from membership.store.background import Work
from tests.membership.conftest import Databases
from tests.membership.portal.card_page.test_page import signed
from tests.membership.support import Service, running_service
from tests.membership.wallet.factories import WalletCard, new_design, vault_of, wallet_card
from tests.passes.pdf_reader import lines_of

PUBLIC = "https://wallet.club.example"


@pytest.fixture(scope="module")
def public_module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = databases.new(backend, tmp_path_factory.mktemp("data"), public_url=f"{PUBLIC}/")
    with running_service(settings) as service:
        yield service


@pytest.fixture
def service(public_module_service: Service) -> Service:
    """A service with a public address."""
    return public_module_service.fresh()


@pytest.fixture
def card(service: Service) -> WalletCard:
    customer = service.customer("Zoë", family_name="Łoś", email="zoe@example.com", language="de")
    return wallet_card(service, customer, new_design(service))


def sent(service: Service) -> list[EmailMessage]:
    """The mails that are waiting, sent."""
    mails: list[EmailMessage] = []
    work = Work(service.settings, service.database, vault_of(service), service.clock)
    while send_due_mail(work, mails.append):
        pass
    return mails


def code(answer: requests.Response) -> str:
    return str(answer.json()["code"])


def test_the_link_is_mailed_in_the_customers_language(service: Service, card: WalletCard) -> None:
    told = service.post(f"/v1/cards/{card.card_id}/mail", status=202)
    assert told == {"customer_id": str(card.customer_id), "email": "zoe@example.com"}
    (mail,) = sent(service)
    assert mail["To"] == "zoe@example.com"
    assert mail["Subject"] == f"Ihre Karte für {service.tenant.name}"
    text = mail.get_content()
    assert "Guten Tag Zoë Łoś" in text
    assert f"\n{PUBLIC}{signed(service, card)}\n" in text
    (entry,) = service.get("/v1/audit", action="card.mailed")["items"]
    assert entry["after"] == {"own_address": True}


def test_a_repeated_wish_is_one_mail(service: Service, card: WalletCard) -> None:
    path, once = f"/v1/cards/{card.card_id}/mail", {"Idempotency-Key": "k"}
    first = service.call("POST", path, json={}, headers=once)
    again = service.call("POST", path, json={}, headers=once)
    assert (again.status_code, again.json()) == (202, first.json())
    other = service.call("POST", path, json={"email": "other@example.com"}, headers=once)
    assert code(other) == "idempotency_key_reused"
    assert [mail["To"] for mail in sent(service)] == ["zoe@example.com"]
    number = service.get(f"/v1/customers/{card.customer_id}")["customer"]["number"]
    erase = f"/v1/customers/{card.customer_id}/erase"
    assert service.call("POST", erase, json={"confirm": number}).ok
    told = service.post("/v1/requests/k/withdraw", status=200)
    assert told["answer"] == {"customer_id": str(card.customer_id), "email": None}
    again = service.call("POST", path, json={}, headers=once)
    assert again.json() == told["answer"]


def test_another_address_may_be_given_and_is_checked(service: Service, card: WalletCard) -> None:
    path = f"/v1/cards/{card.card_id}/mail"
    assert service.post(path, {"email": "other@example.com"}, status=202)["email"].startswith("oth")
    assert service.call("POST", path, json={"email": "nobody"}).status_code == 422
    assert [mail["To"] for mail in sent(service)] == ["other@example.com"]


def test_what_cannot_be_mailed_is_refused_with_its_reason(service: Service) -> None:
    design = new_design(service)
    bare = wallet_card(service, service.customer("Bela"), design)
    path = f"/v1/cards/{bare.card_id}/mail"
    assert code(service.call("POST", path, json={})) == "email_missing"
    service.call("POST", f"/v1/cards/{bare.card_id}/revoke")
    assert code(service.call("POST", path, json={})) == "card_revoked"
    assert code(service.call("POST", f"/v1/cards/{uuid4()}/mail", json={})) == "card_not_found"
    assert sent(service) == []


def test_without_a_public_address_there_is_no_link(module_service: Service) -> None:
    service = module_service.fresh()
    customer = service.customer("Bela", email="bela@example.com")
    card = wallet_card(service, customer, new_design(service))
    answer = service.call("POST", f"/v1/cards/{card.card_id}/mail", json={})
    assert (answer.status_code, code(answer)) == (409, "no_public_url")


def test_a_card_is_printed_as_one_page_of_a_cards_size(service: Service, card: WalletCard) -> None:
    answer = service.call("GET", f"/v1/cards/{card.card_id}/card.pdf", params={"language": "de"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 242.65 153.01]" in answer.content
    assert answer.content.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_printed_card_has_its_holders_name_in_every_script(
    service: Service, language: str
) -> None:
    design = new_design(service, key=f"d-{uuid4().hex}")
    for name in ("محمد عبد الله", "王小明", "प्रिया शर्मा", "Zoe 🫠"):
        card = wallet_card(service, service.customer(name), design)
        answer = service.call(
            "GET", f"/v1/cards/{card.card_id}/card.pdf", params={"language": language}
        )
        assert answer.status_code == 200
        assert name in lines_of(answer.content)


def test_a_card_is_printed_in_no_language_that_is_none(service: Service, card: WalletCard) -> None:
    for language in ("xx", "English", ""):
        answer = service.call(
            "GET", f"/v1/cards/{card.card_id}/card.pdf", params={"language": language}
        )
        assert answer.status_code == 422, answer.text


def test_a_revoked_card_is_not_printed(service: Service, card: WalletCard) -> None:
    service.call("POST", f"/v1/cards/{card.card_id}/revoke")
    answer = service.call("GET", f"/v1/cards/{card.card_id}/card.pdf")
    assert (answer.status_code, code(answer)) == (409, "card_revoked")
