"""Whoever was taken out of a company by hand stays out until a person links them."""

from collections.abc import Callable, Mapping

import pytest

from tests.membership.data.imports.test_imports import imported
from tests.membership.recorded import events
from tests.membership.support import Service

DOMAIN = "nw.example.com"
ADDRESS = f"a@{DOMAIN}"
UPDATE = {"action": "update"}


def _domain_again(service: Service, company: str, _customer: str) -> None:
    path = f"/v1/companies/{company}"
    service.patch(path, email_domains=[])
    service.patch(path, email_domains=[DOMAIN])


def _domain_by_way_of_another(service: Service, company: str, _customer: str) -> None:
    """Another company has the domain for a while; the first one gets it back."""
    path, other = f"/v1/companies/{company}", service.company("Other")
    service.patch(path, email_domains=[])
    service.patch(f"/v1/companies/{other}", email_domains=[DOMAIN], archived=True)
    service.patch(f"/v1/companies/{other}", email_domains=[])
    service.patch(path, email_domains=[DOMAIN])


def _further_domain(service: Service, company: str, customer: str) -> None:
    service.patch(f"/v1/companies/{company}", email_domains=[DOMAIN, "more.example.com"])
    service.patch(f"/v1/customers/{customer}", email="a@more.example.com")


def _address_and_back(service: Service, _company: str, customer: str) -> None:
    for address in ("a@elsewhere.example", ADDRESS):
        service.patch(f"/v1/customers/{customer}", email=address)


def _no_address_and_back(service: Service, _company: str, customer: str) -> None:
    for address in (None, ADDRESS.upper()):
        service.patch(f"/v1/customers/{customer}", email=address)


def _restored(service: Service, company: str, _customer: str) -> None:
    for archived in (True, False):
        service.patch(f"/v1/companies/{company}", archived=archived)


def _archived_meanwhile(service: Service, company: str, customer: str) -> None:
    service.patch(f"/v1/companies/{company}", archived=True)
    _address_and_back(service, company, customer)
    service.patch(f"/v1/companies/{company}", archived=False)


def _imported_address(service: Service, _company: str, customer: str) -> None:
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    for address in ("a@elsewhere.example", ADDRESS):
        imported(
            service,
            f"number,given_name,email\n{number},Amina,{address}\n",
            "customers",
            duplicates=UPDATE,
        )


def _imported_domain(service: Service, company: str, _customer: str) -> None:
    service.patch(f"/v1/companies/{company}", email_domains=[])
    content = f"name,email_domains\nNorthwind,{DOMAIN}\n"
    imported(service, content, "companies", duplicates=UPDATE)


def _imported_link(service: Service, company: str, customer: str) -> None:
    content = f"company,customer,role\n{company},{customer},Chef\n"
    _, (line,) = imported(service, content, "links", duplicates=UPDATE)
    assert line["outcome"] == "skipped"
    assert "was taken out of this company on 2027-03-10" in line["message"]


def _duplicate_merged(service: Service, company: str, customer: str) -> None:
    """A second record of the same person, linked by its address, is merged into the first."""
    twin = service.customer("Twin", email=f"twin@{DOMAIN}")
    assert service.get(f"/v1/companies/{company}")["customers"] == 1
    service.post(f"/v1/customers/{customer}/merge", {"other_id": twin}, status=200)


WAYS: Mapping[str, Callable[[Service, str, str], None]] = {
    "domain removed and added": _domain_again,
    "domain of another one meanwhile": _domain_by_way_of_another,
    "address in a further domain": _further_domain,
    "address changed and back": _address_and_back,
    "address gone and back": _no_address_and_back,
    "company archived and restored": _restored,
    "address changed while archived": _archived_meanwhile,
    "address imported": _imported_address,
    "domain imported": _imported_domain,
    "link imported": _imported_link,
    "duplicate merged": _duplicate_merged,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_stays_out_until_a_person_links(
    service: Service, way: Callable[[Service, str, str], None]
) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    service.member(service.plan("Corporate", "area.desk"), company_id=company)
    customer = service.customer("Amina", email=ADDRESS)
    service.unlink(company, customer)
    service.clock.advance(minutes=1)
    way(service, company, customer)
    way(service, company, customer)
    permission = f"/v1/customers/{customer}/permissions/area.desk"
    assert service.get(f"/v1/companies/{company}")["customers"] == 0
    assert service.get(permission)["granted"] is False
    service.link(company, customer)
    assert service.get(permission)["granted"] is True
    assert service.get(f"/v1/companies/{company}")["customers"] == 1


def test_a_clock_set_back_links_nobody_again(service: Service) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    customer = service.customer("Amina", email=ADDRESS)
    service.unlink(company, customer)
    service.clock.advance(days=-2)
    _address_and_back(service, company, customer)
    _domain_again(service, company, customer)
    assert service.get(f"/v1/companies/{company}")["customers"] == 0


def test_another_company_links_whom_the_first_took_out(service: Service) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    customer = service.customer("Amina", email=ADDRESS)
    service.unlink(company, customer)
    service.patch(f"/v1/companies/{company}", email_domains=[])
    other = service.company("Southwind", email_domains=[DOMAIN])
    assert service.get(f"/v1/companies/{company}")["customers"] == 0
    assert service.get(f"/v1/companies/{other}")["customers"] == 1


@pytest.mark.parametrize(
    ("linked", "taken_out", "open_links"),
    [
        ("by domain", True, 0),
        ("by hand", True, 1),
        ("by domain", False, 1),
        ("by hand", False, 1),
    ],
    ids=["domain, other out", "hand, other out", "domain, other never in", "hand, never in"],
)
@pytest.mark.parametrize("first_stays", [True, False], ids=["first stays", "second stays"])
def test_a_merge_asks_whether_either_was_taken_out(
    service: Service, linked: str, taken_out: bool, open_links: int, first_stays: bool
) -> None:
    company = service.company("Northwind")
    first = service.customer("Amina", email="amina@elsewhere.example")
    if taken_out:
        service.link(company, first)
        service.unlink(company, first)
    service.patch(f"/v1/companies/{company}", email_domains=[DOMAIN])
    second = service.customer("Twin", email=ADDRESS if linked == "by domain" else None)
    if linked == "by hand":
        service.link(company, second)
    stays, goes = (first, second) if first_stays else (second, first)
    before = len(events(service, "link.ended"))
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    assert service.get(f"/v1/companies/{company}")["customers"] == open_links
    assert len(events(service, "link.ended")) - before == 1 - open_links
    # Nor does the address of whoever stays link them again.
    service.patch(f"/v1/customers/{stays}", email="moved@elsewhere.example")
    service.patch(f"/v1/customers/{stays}", email=ADDRESS)
    assert service.get(f"/v1/companies/{company}")["customers"] == open_links
