"""Joining from the address to the membership, over HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.membership.accounts.staff.people import anonymous, mails
from tests.membership.portal.signup.club import opened
from tests.membership.support import TIMEOUT, Service

NEW = {"given_name": "Ben", "family_name": "Ito", "consent": True, "language": "en"}


def code_for(service: Service, email: str) -> str:
    """The code in the latest mail to an address."""
    text = [text for recipient, text in mails(service) if recipient == email][-1]
    (code,) = set(re.findall(r"\b[0-9]{6}\b", text))
    return str(code)


def asked(service: Service, path: str, body: Any) -> requests.Response:
    """The answer to a visitor, each from an address of their own."""
    return anonymous(service, "POST", f"/v1/join/{service.tenant.slug}{path}", body)


def logged_in(service: Service, email: str, **who: Any) -> dict[str, Any]:
    """The session of somebody who read their mail."""
    assert asked(service, "/codes", {"email": email}).status_code == 202
    good = asked(service, "/codes/verify", {"email": email, "code": code_for(service, email)})
    assert good.status_code == 200, good.text
    answer = asked(service, "/sessions", {"ticket": good.json()["ticket"], **who})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def join(service: Service, token: str, plan: str, slug: str = "") -> requests.Response:
    """The answer to joining."""
    return requests.post(
        f"{service.url}/v1/join/{slug or service.tenant.slug}/memberships",
        json={"plan_id": plan},
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
    )


def test_somebody_new_joins_by_themself(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", "pool", public=True, length={"unit": "year"})
    session = logged_in(service, "ben@example.com", new=NEW)
    answer = join(service, session["access_token"], plan)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["status"], answer.json()["last_day"]) == ("active", "2028-03-09")
    customer = session["customer"]["id"]
    told = service.get(f"/v1/memberships/{answer.json()['id']}")
    assert (told["customer_id"], told["source"]) == (customer, "signup")
    assert told["actor"]["kind"] == "customer"
    audited = service.get("/v1/audit", action="membership.created")["items"]
    assert [entry["actor"]["id"] for entry in audited] == [customer]
    again = join(service, session["access_token"], plan)
    assert (again.status_code, again.json()["code"]) == (409, "already_member")


def test_requests_at_once_give_one_membership(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", public=True)
    customer = service.customer(email="amara@example.com")
    session = logged_in(service, "amara@example.com", customer_id=customer)
    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(lambda _: join(service, session["access_token"], plan), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(service.get("/v1/memberships", customer_id=customer)["items"]) == 1


def test_only_a_login_of_this_club_joins(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", public=True)
    session = logged_in(service, "ben@example.com", new=NEW)
    other = service.fresh()
    opened(other)
    theirs = other.plan("Friends", public=True)
    token = session["access_token"]
    answers = [
        *(join(service, bad, plan) for bad in ("mc_" + "x" * 43, "x", service.key)),
        join(other, token, theirs),
        join(other, token, plan),
        join(service, token, plan, "nobody"),
    ]
    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert {answer.json()["code"] for answer in answers} == {"login_needed"}
    assert join(service, token, theirs).status_code == 404


@pytest.mark.parametrize(
    "wrong", [None, {}, [], {"plan_id": "x"}, {"plan_id": None}, {"plan_id": "9" * 5000}]
)
def test_a_wrong_body_is_refused(service: Service, wrong: Any) -> None:
    opened(service)
    token = logged_in(service, "ben@example.com", new=NEW)["access_token"]
    answer = requests.post(
        f"{service.url}/v1/join/{service.tenant.slug}/memberships",
        json=wrong,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
