"""Tokens of sites: whom they log in, when they are believed."""

from io import StringIO

import pytest

from tests.membership.portal.site_login.sites import (
    Site,
    known,
    new_site,
    reason,
    rsa_key,
    show,
)
from tests.membership.support import Service


@pytest.mark.parametrize("site", [new_site(), Site("rsa", "RS256", rsa_key())])
def test_a_good_token_opens_the_session_of_who_has_the_address(
    service: Service, site: Site
) -> None:
    known(service, site)
    customer = service.customer(email="Amara@Example.com")
    answer = show(service, site.token(service, email="AMARA@example.com"))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["customer"]["id"], told["expires_in"]) == (customer, 600)
    assert (told["access_token"][:3], told["refresh_token"][:3]) == ("mc_", "mr_")
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_of_nobody_gives_a_ticket_for_a_new_account(service: Service) -> None:
    site = known(service, new_site())
    answer = show(service, site.token(service))
    assert answer.status_code == 200
    told = answer.json()
    assert (set(told), told["customers"]) == ({"ticket", "customers"}, [])
    assert told["ticket"].startswith("mt_")


def test_an_address_of_several_gives_the_choice(service: Service) -> None:
    site = known(service, new_site())
    both = [service.customer(name, email="amara@example.com") for name in ("Amara", "Ben")]
    service.fresh().customer(email="amara@example.com")
    answer = show(service, site.token(service))
    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()["customers"]] == both


def test_a_closed_club_takes_no_tokens(service: Service) -> None:
    site = known(service, new_site())
    token = site.token(service)
    service.call("PUT", "/v1/signup", json={"open": False})
    answer = show(service, token)
    assert (answer.status_code, answer.json()["code"]) == (404, "page_not_found")
    service.call("PUT", "/v1/signup", json={"open": True})
    assert show(service, token).status_code == 200


def test_refused_tokens_are_counted_and_keep_no_good_one_out(service: Service) -> None:
    site = known(service, new_site())
    for _ in range(3):
        assert show(service, site.token(service), "10.9.9.9").status_code == 200
    for _ in range(30):
        assert show(service, "x", "10.9.9.9").status_code == 401
    forged = site.token(service)[:-8] + "A" * 8
    answer = show(service, forged, "10.9.9.9")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert int(answer.headers["Retry-After"]) == 30
    assert show(service, forged, "10.9.9.8").status_code == 401
    token = site.token(service)
    assert show(service, token, "10.9.9.9").status_code == 200
    assert show(service, token, "10.9.9.9").status_code == 200  # its repeat as well


def test_a_banned_customer_gets_in_to_see_how_they_stand(service: Service) -> None:
    site = known(service, new_site())
    customer = service.customer(email="amara@example.com")
    service.patch(f"/v1/customers/{customer}", state="banned")
    assert show(service, site.token(service)).status_code == 201


def test_a_ticket_is_good_for_a_new_account_and_the_session_for_oneself(service: Service) -> None:
    site = known(service, new_site())
    told = show(service, site.token(service)).json()
    path = f"/v1/join/{service.tenant.slug}"
    new = {"given_name": "Amara", "family_name": "Okafor", "consent": True}
    opened = service.post(f"{path}/sessions", {"ticket": told["ticket"], "new": new})
    again = show(service, site.token(service))
    assert again.status_code == 201
    assert again.json()["customer"] == opened["customer"]
    me = service.call("GET", f"{path}/me", key=again.json()["access_token"]).json()
    assert (me["customer"]["email"], me["memberships"]) == ("amara@example.com", [])


def test_an_erased_customer_has_neither_address_nor_number(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    customer = service.customer(email="amara@example.com")
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    assert show(service, site.token(service)).json()["customers"] == []
    assert reason(service, log, site.token(service, number=number)) == "number_unknown"
