"""Requests that may have arrived: asked about, and withdrawn for good."""

import threading
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.store.models import IdempotencyKey
from tests.membership.accounts.staff.people import add, sign_in
from tests.membership.support import Service

AMARA = {"given_name": "Amara"}


def create(service: Service, key: str, caller: str | None = None) -> tuple[int, Any]:
    """Create Amara under a key; returns status and JSON."""
    headers = {"Idempotency-Key": key}
    answer = service.call("POST", "/v1/customers", json=AMARA, headers=headers, key=caller)
    return answer.status_code, answer.json()


def withdraw(
    service: Service, key: str, caller: str | None = None, **params: str
) -> tuple[int, Any]:
    """Withdraw a key; returns status and JSON."""
    path = f"/v1/requests/{quote(key, safe='')}/withdraw"
    answer = service.call("POST", path, key=caller, params=params)
    return answer.status_code, answer.json()


def customers(service: Service) -> int:
    """How many customers there are."""
    return len(service.get("/v1/customers")["items"])


WITHDRAWN = (200, {"state": "withdrawn", "at": None, "answer": None})


@pytest.mark.parametrize("key", ["k", "till-2/slip?4711", "%2e", "~!*'();:@&=+$,/?#[]", "x" * 255])
def test_one_that_never_arrived_is_refused_when_it_does(service: Service, key: str) -> None:
    assert [withdraw(service, key) for _ in range(2)] == [WITHDRAWN] * 2
    status, problem = create(service, key)
    assert (status, problem["code"]) == (409, "request_withdrawn")
    assert withdraw(service, key) == WITHDRAWN
    assert customers(service) == 0
    assert create(service, key[:-1] + "0")[0] == 201


def test_one_that_was_carried_out_tells_its_answer(service: Service) -> None:
    status, made = create(service, "k")
    assert status == 201
    service.clock.advance(minutes=5)
    carried_out = {"state": "carried_out", "at": "2027-03-10T11:00:00Z", "answer": made}
    assert [withdraw(service, "k") for _ in range(2)] == [(200, carried_out)] * 2
    assert create(service, "k") == (201, made)
    assert customers(service) == 1


def test_one_that_was_refused_never_happens_later(service: Service) -> None:
    plan = service.plan(archived=True)
    body = {"plan_id": plan, "customer_id": service.customer()}
    headers = {"Idempotency-Key": "k"}
    assert service.call("POST", "/v1/memberships", json=body, headers=headers).status_code == 409
    assert withdraw(service, "k") == WITHDRAWN
    service.patch(f"/v1/plans/{plan}", archived=False)
    late = service.call("POST", "/v1/memberships", json=body, headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "request_withdrawn")


def test_a_withdrawn_key_stays_closed(service: Service) -> None:
    assert withdraw(service, "k") == WITHDRAWN
    service.clock.advance(days=400)
    assert create(service, "other")[0] == 201  # deletes old answers
    assert create(service, "k")[1]["code"] == "request_withdrawn"


def test_an_answer_that_is_kept_no_more_is_not_taken_for_none(service: Service) -> None:
    sent_at = service.clock.now.isoformat()
    create(service, "k")
    service.clock.advance(days=1)
    status, problem = withdraw(service, "k", sent_at=sent_at)
    assert (status, problem["code"]) == (409, "request_forgotten")
    later = service.clock.now.isoformat()
    assert withdraw(service, "l", sent_at=later) == WITHDRAWN


def test_sessions_of_one_account_share_its_keys(service: Service) -> None:
    email = add(service)["email"]
    first, second = sign_in(service, email), sign_in(service, email)
    made = create(service, "k", first)
    assert withdraw(service, "k", second)[1]["answer"] == made[1]
    assert create(service, "k", second) == made
    assert withdraw(service, "l", second) == WITHDRAWN
    assert create(service, "l", first)[1]["code"] == "request_withdrawn"
    assert customers(service) == 1


def test_keys_of_others_are_none_of_ones_own(service: Service) -> None:
    create(service, "k")
    other = service.key_with(Scope.SCANS_WRITE)
    staff = sign_in(service, add(service, "reception")["email"])
    for caller in (other, staff):
        assert withdraw(service, "k", caller) == WITHDRAWN
    assert withdraw(service.fresh(), "k") == WITHDRAWN
    assert withdraw(service, "k")[1]["state"] == "carried_out"


def test_it_is_no_change_of_the_organization(service: Service) -> None:
    create(service, "k")
    before = service.get("/v1/audit")
    withdraw(service, "k")
    withdraw(service, "l")
    assert service.get("/v1/audit") == before


@pytest.mark.parametrize("key", ["x" * 256, "a b", "é"])
def test_keys_of_the_wrong_form(service: Service, key: str) -> None:
    status, problem = withdraw(service, key)
    assert (status, problem["errors"][0]["field"]) == (422, "path.key")


def test_without_a_caller(service: Service) -> None:
    assert withdraw(service, "k", "mk_live_wrong")[0] == 401


@pytest.mark.both_databases(reason="a request and its withdrawal race each other")
@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.soak)])
def test_a_race_has_exactly_one_outcome(service: Service, rounds: int) -> None:
    for number in range(rounds):
        start = threading.Barrier(4)
        made: list[tuple[int, Any]] = []
        asked: list[tuple[int, Any]] = []

        def send(key: str, start: threading.Barrier, made: list[tuple[int, Any]]) -> None:
            start.wait()
            made.append(create(service, key))

        def take_back(key: str, start: threading.Barrier, asked: list[tuple[int, Any]]) -> None:
            start.wait()
            asked.append(withdraw(service, key))

        before, key = customers(service), f"race-{number}"
        threads = [
            threading.Thread(target=run, args=(key, start, answers))
            for run, answers in ((send, made), (take_back, asked), (send, made), (take_back, asked))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        states = {answer["state"] for _, answer in asked}
        statuses = {status for status, _ in made}
        if states == {"carried_out"}:
            assert statuses == {201}
            assert all(
                told["answer"] == answer for (_, told), (_, answer) in zip(asked, made, strict=True)
            )
            assert customers(service) == before + 1
        else:
            assert states == {"withdrawn"}, asked
            assert {answer["code"] for _, answer in made} == {"request_withdrawn"}
            assert customers(service) == before


def test_erased_customers_are_not_in_the_answer(service: Service) -> None:
    customer = service.customer("Amara", email="amara@example.com")
    headers = {"Idempotency-Key": "k"}
    change = {"family_name": "Okafor", "desk_note": "knows Bela"}
    assert service.call("PATCH", f"/v1/customers/{customer}", json=change, headers=headers).ok
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    assert service.call("POST", f"/v1/customers/{customer}/erase", json={"confirm": number}).ok
    told = withdraw(service, "k")[1]
    assert told["state"] == "carried_out"
    assert told["answer"]["customer"]["id"] == customer
    with service.database.readers.begin() as session:
        mine = IdempotencyKey.organization_id == service.tenant.id
        stored = session.scalars(select(IdempotencyKey.answer).where(mine)).one()
    for word in ("Amara", "Okafor", "Bela", "example.com"):
        assert word not in str(told)
        assert word not in stored
