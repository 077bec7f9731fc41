"""No company owns a public mail provider, people confirm what a domain does, one spelling each."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from membership.base.settings import ServiceSettings
from membership.members.companies.mail_domains import is_public
from membership.store.models import CompanyDomain
from tests.membership.accounts.staff.people import signed_in
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import Service, arranging

PUBLIC = (
    "gmail.com googlemail.com gmx.de gmx.net gmx.at web.de t-online.de outlook.com outlook.de "
    "hotmail.com hotmail.de live.de yahoo.com yahoo.de icloud.com me.com aol.com freenet.de "
    "arcor.de posteo.de mailbox.org mail.de email.de tutanota.com tuta.io proton.me "
    "protonmail.com fastmail.com zoho.com yandex.ru mail.ru qq.com bluewin.ch hispeed.ch "
    "orange.fr laposte.net libero.it wp.pl seznam.cz privaterelay.appleid.com mozmail.com "
    "mailinator.com vodafone.de online.de "
)


@pytest.mark.parametrize("domain", PUBLIC.split())
def test_public_providers(domain: str) -> None:
    assert is_public(domain)
    assert is_public(domain.upper())


@pytest.mark.parametrize("domain", ["northwind.example", "siemens.com", "bücher.example", "mail.x"])
def test_domains_of_companies(domain: str) -> None:
    assert not is_public(domain)


def test_the_list_is_extended_by_a_setting() -> None:
    given = "Provider.example, bücher.example, -gmail.com"
    further = ServiceSettings(public_mail_domains=given).public_mail_domains
    assert further == ("provider.example", "bücher.example", "-gmail.com")
    assert is_public("provider.example", further)
    assert is_public("xn--bcher-kva.example", further)
    assert not is_public("gmail.com", further)
    assert is_public("gmx.de", further)


def refused(service: Service, body: dict[str, object], status: int) -> str:
    """The code of the refusal to create a company, and of changing one likewise."""
    made = service.call("POST", "/v1/companies", json={"name": "N", **body})
    company = service.company()
    changed = service.call("PATCH", f"/v1/companies/{company}", json=body)
    assert (made.status_code, changed.status_code) == (status, status), made.text
    assert made.json()["code"] == changed.json()["code"]
    assert service.get(f"/v1/companies/{company}")["email_domains"] == []
    return str(made.json()["code"])


@pytest.mark.parametrize("domain", ["gmail.com", " GMX.de ", "web.de"])
def test_no_company_gets_a_public_provider(service: Service, domain: str) -> None:
    stranger = service.customer(email=f"x@{domain.strip()}")
    assert refused(service, {"email_domains": ["n.example", domain]}, 422) == "email_domain_public"
    assert service.get(f"/v1/customers/{stranger}")["companies"] == []


def test_no_import_gives_one_either(service: Service) -> None:
    shown, report = imported(
        service, "name,email_domains\nA,gmail.com\nB,b.example;web.de\nC,c.example\n", "companies"
    )
    assert shown["counts"]["refused"] == 2
    assert "gmail.com is a public mail provider" in str(report)
    names = [each["name"] for each in service.get("/v1/companies")["items"]]
    assert names == ["C"]


def test_one_that_a_company_has_from_before_links_nobody_new(service: Service) -> None:
    company = service.company("Old", email_domains=["old.example"])
    with arranging(service.database) as session:
        row = {"organization_id": service.tenant.id, "company_id": UUID(company)}
        session.execute(insert(CompanyDomain).values(domain="gmail.com", **row))
    path = f"/v1/companies/{company}"
    assert service.get(path)["email_domains"] == ["gmail.com", "old.example"]
    stranger = service.customer(email="stranger@gmail.com")
    imported(service, "given_name,email\nB,b@gmail.com\nC,c@old.example\n")
    assert service.get(f"/v1/customers/{stranger}")["companies"] == []
    assert service.get(path)["customers"] == 1
    service.patch(path, archived=True)
    service.patch(path, archived=False)
    assert service.get(path)["customers"] == 1
    # The company can still be changed, as its domains are not new.
    domains = ["gmail.com", "old.example", "more.example"]
    assert service.patch(path, email_domains=domains)["email_domains"] == sorted(domains)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("bücher.example", "a@bücher.example"),
        ("bücher.example", "a@xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "a@bücher.example"),
        ("XN--BCHER-KVA.example", "a@BÜCHER.example"),
        ("faß.example", "a@xn--fa-hia.example"),
    ],
)
def test_both_spellings_of_a_domain_match(service: Service, given: str, address: str) -> None:
    before = service.customer("Before", email=address)
    company = service.company("Books", email_domains=[given])
    after = service.customer("After", email=address)
    path = f"/v1/companies/{company}"
    linked = {each["customer"]["id"] for each in service.get(path)["linked"]}
    assert linked == {before, after}
    # The other spelling is the same domain: nothing changes, and no other company gets it.
    (shown,) = service.get(path)["email_domains"]
    assert service.patch(path, email_domains=[given, shown])["email_domains"] == [shown]
    other = service.call("POST", "/v1/companies", json={"name": "X", "email_domains": [given]})
    assert other.json()["code"] == "email_domain_taken"


def test_a_sharp_s_is_not_two(service: Service) -> None:
    company = service.company("Barrels", email_domains=["faß.example"])
    service.customer(email="a@fass.example")
    assert service.get(f"/v1/companies/{company}")["customers"] == 0


@pytest.mark.parametrize(
    "domain",
    ["nodots", "a..b", "-a.de", "xn--a.de", "a@b.de", "☃.de", "a\u200db.de", "x.y", "ü_.de"],
)
def test_what_is_no_domain_is_refused(service: Service, domain: str) -> None:
    body = {"name": "N", "email_domains": [domain]}
    assert service.call("POST", "/v1/companies", json=body).status_code == 422


def test_a_person_confirms_what_a_domain_does(service: Service) -> None:
    for number in range(3):
        service.customer(email=f"p{number}@Bücher.example")
    token = signed_in(service)
    path = "/v1/companies/email-domains/xn--bcher-kva.example"
    shown = service.call("GET", path, key=token).json()
    assert shown == {
        "domain": "bücher.example", "public": False, "customers": 3, "company_id": None
    }  # fmt: skip
    body: dict[str, object] = {"name": "Books", "email_domains": ["bücher.example"]}

    def create(**more: object) -> tuple[int, str]:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = service.call("POST", "/v1/companies", key=token, json=body | more, headers=headers)
        return answer.status_code, answer.json().get("code", "")

    not_seen = (409, "email_domain_not_confirmed")
    assert create() == not_seen
    for wrong in ({"domain": "other.example", "customers": 9},
                  {"domain": "bücher.example", "customers": 2}):  # fmt: skip
        assert create(confirmed_domains=[wrong]) == not_seen
    told = service.call("POST", "/v1/companies", key=token, json=body).json()
    assert "bücher.example links 3 customers at once" in told["detail"]
    seen = {"domain": "xn--bcher-kva.example", "customers": 3}
    assert create(confirmed_domains=[seen]) == (201, "")
    taken = service.call("GET", path, key=token).json()
    (listed,) = service.get("/v1/companies")["items"]
    company = service.get(f"/v1/companies/{listed['id']}")
    assert (taken["company_id"], company["customers"]) == (company["id"], 3)
    # What stays needs no confirmation, what is added does.
    where = f"/v1/companies/{company['id']}"
    assert service.call(
        "PATCH", where, key=token, json={"email_domains": ["bücher.example"], "name": "B"}
    ).status_code == 200  # fmt: skip
    added = {"email_domains": ["bücher.example", "new.example"]}
    assert service.call("PATCH", where, key=token, json=added).status_code == 409
    added["confirmed_domains"] = [{"domain": "new.example", "customers": 0}]  # type: ignore[list-item]
    assert service.call("PATCH", where, key=token, json=added).status_code == 200


def test_public_providers_are_shown_as_such(service: Service) -> None:
    shown = service.get("/v1/companies/email-domains/gmail.com")
    assert (shown["public"], shown["customers"]) == (True, 0)
