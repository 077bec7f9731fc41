"""Address and telephone of a merged customer go on leading to the one who stayed, at every door."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from membership.store.models import CustomerAlias
from tests.membership.data.imports.test_imports import imported
from tests.membership.members.customers.test_merge import merged
from tests.membership.portal.login.visitors import login, send, ticket
from tests.membership.portal.site_login.sites import known, new_site, show
from tests.membership.support import Service

KEPT, GONE, PHONE = "kept@home.example", "Gone.Away@work.example", "+4930987654"


def by_login(service: Service) -> str | None:
    """Whom a code by mail offers."""
    offered = [str(each["id"]) for each in ticket(service, GONE)["customers"]]
    assert len(offered) <= 1
    return offered[0] if offered else None


def by_session(service: Service) -> str | None:
    """Whose page a login opens: the only one that it may open."""
    found = by_login(service)
    if found is None:
        return None
    tokens = login(service, found, GONE)
    return str(tokens["customer"]["id"])


def by_site(service: Service) -> str | None:
    """Whom a token of the club's own site logs in."""
    site = known(service, new_site())
    tokens = show(service, site.token(service, email=GONE)).json()
    if "access_token" not in tokens:
        return None
    return str(tokens["customer"]["id"])


def by_check(service: Service) -> str | None:
    """Whom a permission check finds."""
    answer = service.call("GET", "/v1/access/area.pool", params={"email": GONE})
    return None if answer.status_code == 404 else str(answer.json()["customer_id"])


def by_access(service: Service) -> str | None:
    """Whom a list of permissions finds."""
    answer = service.call("GET", "/v1/access", params={"email": GONE.upper()})
    return None if answer.status_code == 404 else str(answer.json()["customer_id"])


def by_search(*queries: str) -> Callable[[Service], str | None]:
    """Whom the search finds, by each of some queries."""

    def search(service: Service) -> str | None:
        found = {
            tuple(hit["customer"]["id"] for hit in service.get("/v1/customers", q=each)["items"])
            for each in queries
        }
        ((who,),) = found if found != {()} else [(None,)]
        return who

    return search


def by_line(values: str, match: str) -> Callable[[Service], str | None]:
    """Whose line a file has."""

    def line(service: Service) -> str | None:
        text = f"given_name,family_name,email,phone\n{values}\n"
        options = {"match": [match], "action": "update"}
        _, (tried,) = imported(service, text, dry_run=True, duplicates=options)
        shown, (told,) = imported(service, text, duplicates=options)
        assert tried["outcome"] == told["outcome"]
        if told["outcome"] == "created":
            return None
        assert shown["counts"]["unchanged"] == 1, told
        return str(told["id"])

    return line


def by_reference(service: Service) -> str | None:
    """Whom a line of memberships names."""
    service.plan("Silver")
    _, (line,) = imported(service, f"plan,customer\nSilver,{GONE}\n", kind="memberships")
    if line["outcome"] == "refused":
        return None
    sold = service.get(f"/v1/memberships/{line['id']}")
    return str(sold["customer_id"])


DOORS: dict[str, Callable[[Service], str | None]] = {
    "login": by_login,
    "session": by_session,
    "token of a site": by_site,
    "permission check": by_check,
    "list of permissions": by_access,
    "search": by_search(GONE, GONE.upper(), "away@work", PHONE, "0987654", "030 987654"),
    "line of a file, by address": by_line(f"Amara,Okafor,{GONE},", "email"),
    "line of a file, by telephone": by_line(f"Amara,Okafor,,{PHONE}", "phone"),
    "reference of a file": by_reference,
}


FEW = ("permission check", "search", "line of a file, by telephone")


def two(service: Service) -> tuple[str, str]:
    """A customer twice, with two addresses."""
    service.call("PUT", "/v1/signup", json={"open": True})
    stays = service.customer("Amara", family_name="Okafor", email=KEPT, phone="+4930111111")
    goes = service.customer("Amara", family_name="Okafor", email=GONE, phone=PHONE)
    return stays, goes


@pytest.mark.parametrize("door", list(DOORS))
def test_a_merged_address_leads_to_the_one_who_stayed(service: Service, door: str) -> None:
    stays, goes = two(service)
    merged(service, stays, goes)
    assert DOORS[door](service) == stays


@pytest.mark.parametrize("door", FEW)
def test_it_still_does_after_a_second_merge(service: Service, door: str) -> None:
    stays, goes = two(service)
    last = service.customer(
        "Amara", family_name="Okafor", email="third@home.example", phone="030 5555"
    )
    merged(service, stays, goes)
    merged(service, last, stays)
    assert DOORS[door](service) == last


@pytest.mark.parametrize("door", [each for each in DOORS if each != "search"])
def test_whoever_has_it_now_comes_first(service: Service, door: str) -> None:
    stays, goes = two(service)
    merged(service, stays, goes)
    new = service.customer("Amara", family_name="Okafor", email=GONE, phone=PHONE)
    assert DOORS[door](service) == new


@pytest.mark.parametrize("door", FEW)
def test_what_they_had_and_changed_is_no_alias(service: Service, door: str) -> None:
    """The address may be somebody else's by then, or in wrong hands."""
    stays, goes = two(service)
    merged(service, stays, goes)
    service.patch(f"/v1/customers/{stays}", email=GONE, phone=PHONE)
    assert DOORS[door](service) == stays
    service.patch(f"/v1/customers/{stays}", email="new@home.example", phone="+4930222222")
    service.clock.advance(minutes=2)
    assert DOORS[door](service) is None


@pytest.mark.parametrize("door", FEW)
def test_erasure_removes_it(service: Service, door: str) -> None:
    stays, goes = two(service)
    merged(service, stays, goes)
    number = service.get(f"/v1/customers/{stays}")["customer"]["number"]
    (alias,) = service.get(f"/v1/customers/{stays}/personal-data")["sections"]["customer_aliases"]
    assert (alias["email"].lower(), alias["phone"]) == (GONE.lower(), PHONE)
    service.post(f"/v1/customers/{stays}/erase", {"confirm": number}, status=200)
    with service.database.readers.begin() as session:
        here = CustomerAlias.organization_id == service.tenant.id
        (row,) = session.scalars(select(CustomerAlias).where(here))
        assert (row.email, row.email_key, row.phone) == (None, None, None)
    assert DOORS[door](service) is None


def test_an_address_that_is_taken_over_is_no_alias(service: Service) -> None:
    stays = service.customer("Amara")
    merged(service, stays, service.customer("Amarra", email=GONE, phone=PHONE))
    assert service.get(f"/v1/customers/{stays}")["email"].lower() == GONE.lower()
    assert by_check(service) == stays
    service.patch(f"/v1/customers/{stays}", email=KEPT)
    assert by_check(service) is None


def test_an_address_of_two_who_were_merged_into_two(service: Service) -> None:
    service.call("PUT", "/v1/signup", json={"open": True})
    stay = [service.customer(name, email=f"{name}@home.example") for name in ("Ada", "Ben")]
    go = [service.customer(name, email=GONE) for name in ("Ada", "Ben")]
    for stays, goes in zip(stay, go, strict=True):
        merged(service, stays, goes)
    assert [each["id"] for each in ticket(service, GONE)["customers"]] == stay
    answer = service.call("GET", "/v1/access", params={"email": GONE})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_ambiguous")


def test_a_member_signs_up_again_with_the_merged_address(service: Service) -> None:
    stays, goes = two(service)
    plan = service.plan("Gold", public=True)
    service.member(plan, customer_id=stays)
    merged(service, stays, goes)
    token = login(service, stays, GONE)["access_token"]
    body: Any = {"plan_id": plan}
    answer = send(service, "/memberships", body, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_member")
