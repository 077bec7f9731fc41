"""Sessions of customers: one for a ticket, kept up by tokens that are good once."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select, update

from membership.portal.login.codes import ticket_for
from membership.portal.login.purge import purge
from membership.store.models import Customer, CustomerRefreshToken, CustomerSession, LoginCode
from tests.membership.job_context import work_of
from tests.membership.portal.login.visitors import (
    EMAIL,
    NEW,
    asked,
    at_once,
    erase,
    fault,
    login,
    me,
    refresh,
    send,
    ticket,
    verify,
)
from tests.membership.support import TIMEOUT, Service, arranging

TICKET_WRONG, OVER = (401, "ticket_wrong"), (401, "session_over")
LOGIN_NEEDED = (401, "login_needed")


@pytest.fixture
def amara(club: Service) -> str:
    """A customer with an address."""
    return club.customer("Amara", email=EMAIL)


def end(service: Service, token: str) -> requests.Response:
    """The answer to logging out."""
    url = f"{service.url}/v1/join/{service.tenant.slug}/sessions/end"
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(url, headers=headers, timeout=TIMEOUT)


def count(service: Service, table: Any) -> int:
    """How many rows of a table the organization has."""
    with service.database.readers.begin() as session:
        mine = table.organization_id == service.tenant.id
        return session.scalars(select(func.count()).select_from(table).where(mine)).one()


def why(service: Service) -> str | None:
    """Why the organization's one session ended."""
    with service.database.readers.begin() as session:
        mine = CustomerSession.organization_id == service.tenant.id
        return session.scalars(select(CustomerSession.revoked_why).where(mine)).one()


def test_a_known_customer_logs_in_and_sees_what_they_hold(club: Service, amara: str) -> None:
    club.member(club.plan("Gold", "area.pool"), customer_id=amara)
    company = club.company("Northwind")
    club.member(club.plan("Team", "area.gym"), company_id=company)
    club.link(company, amara)
    opened = login(club, amara)
    assert opened["access_token"].startswith("mc_")
    assert opened["refresh_token"].startswith("mr_")
    assert opened["expires_in"] == 600
    assert opened["customer"]["id"] == amara
    assert opened["customer"]["name"] == "Amara"
    answer = me(club, opened["access_token"])
    shown = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert shown["customer"]["number"] == opened["customer"]["number"]
    assert shown["customer"]["email"] == EMAIL
    held = {each["plan_name"]: (each["status"], each["via"]) for each in shown["memberships"]}
    assert held == {"Gold": ("active", None), "Team": ("active", "Northwind")}
    assert [(each["key"], each["label"]) for each in shown["permissions"]] == [
        ("area.gym", "AREA.GYM"),
        ("area.pool", "AREA.POOL"),
    ]
    (entry,) = club.get("/v1/audit", action="customer.signed_in")["items"]
    assert entry["actor"] == {
        "kind": "customer",
        "id": amara,
        "name": opened["customer"]["number"],
    }


def test_a_banned_customer_may_see_that_nothing_is_granted(club: Service) -> None:
    ben = club.customer("Ben", email=EMAIL, state="banned")
    club.member(club.plan("Gold", "area.pool"), customer_id=ben)
    shown = me(club, login(club, ben)["access_token"]).json()
    assert [each["plan_name"] for each in shown["memberships"]] == ["Gold"]
    assert shown["permissions"] == []


def test_a_family_that_shares_an_address_chooses(club: Service, amara: str) -> None:
    ben = club.customer("Ben", email=EMAIL)
    for chosen in (ben, amara):
        proved = ticket(club)
        assert [each["id"] for each in proved["customers"]] == [amara, ben]
        body = {"ticket": proved["ticket"], "customer_id": chosen}
        assert send(club, "/sessions", body).json()["customer"]["id"] == chosen


def test_somebody_new_becomes_a_customer_by_consent(club: Service, amara: str) -> None:
    proved = ticket(club, "noa@example.com")
    body = {"ticket": proved["ticket"], "new": {**NEW, "language": "de"}}
    opened = send(club, "/sessions", body)
    assert opened.status_code == 201
    shown = me(club, opened.json()["access_token"]).json()["customer"]
    assert shown["name"] == "Noa Lind"
    assert (shown["email"], shown["language"]) == ("noa@example.com", "de")
    assert shown["id"] != amara
    created = club.get("/v1/audit", subject_id=shown["id"])["items"]
    assert {each["action"] for each in created} == {
        "customer.created",
        "customer.consented",
        "customer.signed_in",
    }
    assert {(each["actor"]["kind"], each["actor"]["id"]) for each in created} == {
        ("customer", shown["id"])
    }
    (consent,) = [each for each in created if each["action"] == "customer.consented"]
    assert consent["after"] == {"terms_url": "https://club.example/terms", "privacy_url": None}


@pytest.mark.parametrize("consent", [False, None, "true", 1])
def test_without_consent_nobody_is_made_and_the_ticket_stays_good(
    club: Service, consent: Any
) -> None:
    proved = ticket(club)["ticket"]
    new = {**NEW, "consent": consent}
    answer = send(club, "/sessions", {"ticket": proved, "new": new})
    expected = "consent_missing" if consent is False else "invalid_request"
    assert fault(answer) == (422, expected)
    assert send(club, "/sessions", {"ticket": proved, "new": NEW}).status_code == 201
    assert len(club.get("/v1/customers")["items"]) == 1


def test_nobody_elses_customer_can_be_chosen(
    club: Service, other_club: Service, amara: str
) -> None:
    berta = club.customer("Berta", email="berta@example.com")
    theirs = other_club.customer("Theirs", email=EMAIL)
    proved = ticket(club)["ticket"]
    for chosen in (berta, theirs, str(uuid4())):
        answer = send(club, "/sessions", {"ticket": proved, "customer_id": chosen})
        assert fault(answer) == (404, "customer_not_found")
    body = {"ticket": proved, "customer_id": theirs}
    assert fault(send(other_club, "/sessions", body)) == TICKET_WRONG
    body = {"ticket": proved, "customer_id": amara}
    assert send(club, "/sessions", body).status_code == 201


def test_a_ticket_is_good_once_and_for_half_an_hour(club: Service, amara: str) -> None:
    body = {"ticket": ticket(club)["ticket"], "customer_id": amara}
    assert send(club, "/sessions", body).status_code == 201
    club.clock.advance(minutes=1)
    assert fault(send(club, "/sessions", body)) == TICKET_WRONG
    body["ticket"] = ticket(club)["ticket"]
    club.clock.advance(minutes=30)
    assert fault(send(club, "/sessions", body)) == TICKET_WRONG
    assert fault(send(club, "/sessions", {**body, "ticket": "mt_guessed"})) == TICKET_WRONG


def test_an_address_that_was_proved_otherwise_gets_a_ticket(club: Service, amara: str) -> None:
    with arranging(club.database) as session:
        given = ticket_for(session, club.tenant, EMAIL.upper(), club.clock())
    assert [str(each.id) for each in given.customers] == [amara]
    assert fault(verify(club, "000000")) == (401, "code_wrong")
    body = {"ticket": given.ticket, "customer_id": amara}
    assert send(club, "/sessions", body).status_code == 201
    club.clock.advance(minutes=1)
    assert fault(send(club, "/sessions", body)) == TICKET_WRONG


@pytest.mark.both_databases(reason="several requests use one token at the same time")
def test_two_who_use_a_ticket_at_once_get_one_session(club: Service, amara: str) -> None:
    body = {"ticket": ticket(club)["ticket"], "customer_id": amara}
    answers = at_once(*[lambda: send(club, "/sessions", body)] * 2)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert count(club, CustomerSession) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ticket": ""},
        {"ticket": "mt_x"},
        {"ticket": "mt_x", "customer_id": "7"},
        {"ticket": "mt_x", "customer_id": str(uuid4()), "new": NEW},
        {"ticket": "x" * 201, "new": NEW},
        {"ticket": "mt_x", "new": {**NEW, "given_name": " "}},
        {"ticket": "mt_x", "new": {**NEW, "family_name": "x" * 121}},
    ],
)
def test_what_opens_no_session_is_told_so(club: Service, body: dict[str, Any]) -> None:
    assert fault(send(club, "/sessions", body)) == (422, "invalid_request")


def test_a_session_is_kept_up_by_new_tokens(club: Service, amara: str) -> None:
    first = login(club, amara)
    club.clock.advance(minutes=10)
    assert fault(me(club, first["access_token"])) == LOGIN_NEEDED
    second = refresh(club, first["refresh_token"]).json()
    assert me(club, second["access_token"]).status_code == 200
    assert second["customer"] == first["customer"]
    third = refresh(club, second["refresh_token"]).json()
    assert fault(me(club, second["access_token"])) == LOGIN_NEEDED
    assert me(club, third["access_token"]).status_code == 200


def test_a_refresh_token_that_comes_again_ends_the_session(club: Service, amara: str) -> None:
    first = login(club, amara)
    second = refresh(club, first["refresh_token"]).json()
    club.clock.advance(minutes=1)
    assert fault(refresh(club, first["refresh_token"])) == OVER
    assert why(club) == "reused"
    assert fault(me(club, second["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, second["refresh_token"])) == OVER
    (entry,) = club.get("/v1/audit", action="customer.session_ended")["items"]
    assert entry["after"] == {"why": "reused"}


@pytest.mark.both_databases(reason="several requests use one token at the same time")
def test_two_who_use_a_refresh_token_at_once(club: Service, amara: str) -> None:
    token = login(club, amara)["refresh_token"]
    answers = at_once(*[lambda: refresh(club, token)] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert count(club, CustomerRefreshToken) == 2
    assert why(club) is None


def test_a_session_lasts_thirty_days_at_most(club: Service, amara: str) -> None:
    opened = login(club, amara)
    club.clock.advance(days=29, hours=23, minutes=55)
    opened = refresh(club, opened["refresh_token"]).json()
    assert opened["expires_in"] == 300
    club.clock.advance(minutes=5)
    assert fault(me(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, opened["refresh_token"])) == OVER


def test_a_session_is_of_one_organization(club: Service, other_club: Service, amara: str) -> None:
    opened = login(club, amara)
    assert fault(me(other_club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(end(other_club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(other_club, opened["refresh_token"])) == OVER
    assert me(club, opened["access_token"]).status_code == 200
    assert refresh(club, opened["refresh_token"]).status_code == 200


def test_who_logs_out_is_logged_out(club: Service, amara: str) -> None:
    opened = login(club, amara)
    assert end(club, opened["access_token"]).status_code == 204
    assert why(club) == "ended"
    assert fault(end(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(me(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, opened["refresh_token"])) == OVER
    assert why(club) == "ended"


def test_who_is_erased_is_logged_out(club: Service, amara: str) -> None:
    opened = login(club, amara)
    erase(club, amara)
    assert fault(me(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, opened["refresh_token"])) == OVER


def test_a_session_that_an_erasure_has_not_seen_is_over_as_well(club: Service, amara: str) -> None:
    opened = login(club, amara)
    with arranging(club.database) as session:
        here = Customer.id == UUID(amara)
        session.execute(update(Customer).where(here).values(erased_at=club.clock()))
    assert fault(me(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, opened["refresh_token"])) == OVER
    assert why(club) == "erased"


def test_who_is_merged_logs_in_anew(club: Service, amara: str) -> None:
    opened = login(club, amara)
    stays = club.customer("Amara O.", email="amara@work.example.com")
    club.post(f"/v1/customers/{stays}/merge", {"other_id": amara}, status=200)
    assert fault(me(club, opened["access_token"])) == LOGIN_NEEDED
    assert fault(refresh(club, opened["refresh_token"])) == OVER


@pytest.mark.parametrize("token", ["", "mc_", "mc_guessed", "mr_x", "\u00fc"])
def test_a_token_that_is_none_is_refused(club: Service, token: str) -> None:
    url = f"{club.url}/v1/join/{club.tenant.slug}/me"
    shown = {"Authorization": f"Bearer {token}".encode("latin-1")}
    answer = requests.get(url, headers=shown, timeout=TIMEOUT)
    assert fault(answer) == LOGIN_NEEDED
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_neither_keys_nor_customers_go_where_the_others_do(club: Service, amara: str) -> None:
    opened = login(club, amara)
    for token in (opened["access_token"], opened["refresh_token"]):
        assert club.call("GET", "/v1/customers", key=token).status_code == 401
    assert fault(me(club, club.key)) == LOGIN_NEEDED
    assert fault(me(club, opened["refresh_token"])) == LOGIN_NEEDED


def test_no_token_is_stored_as_it_is(club: Service, amara: str) -> None:
    proved = ticket(club)["ticket"]
    opened = send(club, "/sessions", {"ticket": proved, "customer_id": amara}).json()
    stored = ""
    with club.database.readers.begin() as session:
        for table in (LoginCode, CustomerSession, CustomerRefreshToken):
            stored += str(session.execute(select(table.__table__)).all())
    assert UUID(amara).hex in stored.replace("-", "")
    for token in (proved, opened["access_token"], opened["refresh_token"]):
        assert token not in stored


def test_what_is_long_over_is_deleted(club: Service, amara: str) -> None:
    opened = login(club, amara)
    asked(club, "other@example.com")
    assert purge(work_of(club)) is False
    assert (count(club, LoginCode), count(club, CustomerSession)) == (2, 1)
    club.clock.advance(days=1, minutes=10)
    purge(work_of(club))
    assert (count(club, LoginCode), count(club, CustomerSession)) == (0, 1)
    opened = refresh(club, opened["refresh_token"]).json()
    assert me(club, opened["access_token"]).status_code == 200
    club.clock.advance(days=36)
    purge(work_of(club))
    assert (count(club, CustomerSession), count(club, CustomerRefreshToken)) == (0, 0)
    assert fault(verify(club, "000000")) == (401, "code_wrong")
