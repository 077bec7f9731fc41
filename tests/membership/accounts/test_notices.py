"""A mail tells of every changed address and password, to the old address as well."""

import pytest

from membership.data.imports.run.worker import ImportWorker
from tests.membership.accounts.staff.people import PASSWORD, add, mails, sign_in
from tests.membership.data.imports.test_imports import prepare, work_of
from tests.membership.support import Service


def told(service: Service, part: str) -> list[str]:
    """Who got a notice, sorted."""
    return sorted(to for to, text in mails(service) if part in text)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "mail address at"), ("de", "E-Mail-Adresse bei")],
)
def test_a_customers_address(service: Service, language: str, words: str) -> None:
    amara = service.customer("Amara", email="amara@example.com", language=language)
    path = f"/v1/customers/{amara}"
    service.patch(path, given_name="Amara Ada")
    assert mails(service) == []
    service.patch(path, email="amara.new@example.com")
    assert told(service, words) == ["amara.new@example.com", "amara@example.com"]
    service.patch(path, email="AMARA.new@example.com")
    assert len(mails(service)) == 2
    service.patch(path, email=None)
    assert told(service, words).count("AMARA.new@example.com") == 1


def test_a_customers_address_that_an_import_changes(service: Service) -> None:
    amara = service.customer("Amara", email="amara@example.com", language="en")
    number = service.get(f"/v1/customers/{amara}")["customer"]["number"]
    worker, work = ImportWorker(), work_of(service)
    for email in ("amara.new@example.com", "AMARA.new@example.com", "amara.new@example.com"):
        file = f"number,given_name,email\n{number},Amara,{email}\n"
        update = {"action": "update", "match": ["number"]}
        made = prepare(service, file, duplicates=update)
        service.post(f"/v1/imports/{made}/start", status=200)
        while worker.run(work):
            pass
        assert told(service, "mail address at") == ["amara.new@example.com", "amara@example.com"]


def test_the_clubs_language_where_the_person_has_none(service: Service) -> None:
    amara = service.customer("Amara", email="amara@example.com")
    service.patch("/v1/organization", country="AT")
    service.patch(f"/v1/customers/{amara}", email="amara.new@example.com")
    assert len(told(service, "E-Mail-Adresse bei")) == 2


def test_the_address_of_staff(service: Service) -> None:
    service.patch("/v1/organization", country="GB")
    ada = add(service, email="ada@example.com")
    service.patch(f"/v1/staff/{ada['id']}", email="ada.new@example.com")
    service.patch(f"/v1/staff/{ada['id']}", name="Ada M")
    assert told(service, "mail address at") == ["ada.new@example.com", "ada@example.com"]


def test_the_password_of_staff(service: Service) -> None:
    service.patch("/v1/organization", country="GB")
    ada = add(service)
    token = sign_in(service, ada["email"])
    change = {"current_password": PASSWORD, "new_password": "five loud magpies"}
    assert service.call("POST", "/v1/staff/me/password", key=token, json=change).status_code == 204
    assert told(service, "password at") == [ada["email"]]
