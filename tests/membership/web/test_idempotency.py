"""Idempotency-Key: a creating request sent again creates nothing more."""

import threading
from typing import Any

import pytest

from membership.base.scopes import Scope
from tests.membership.support import Service


def send(
    service: Service, path: str, body: Any, key: str, caller: str | None = None
) -> tuple[int, Any]:
    """Status and JSON of a POST with an idempotency key."""
    headers = {"Idempotency-Key": key}
    answer = service.call("POST", path, json=body, headers=headers, key=caller)
    return answer.status_code, answer.json()


def test_every_creating_route(service: Service) -> None:
    plan, customer = service.plan(), service.customer()
    for path, body in (
        ("/v1/customers", {"given_name": "Amara"}),
        ("/v1/companies", {"name": "Northwind"}),
        ("/v1/plans", {"name": "Silver", "permissions": [{"key": "a", "label": "A"}]}),
        ("/v1/memberships", {"plan_id": plan, "customer_id": customer}),
        ("/v1/cards", {"customer_id": customer}),
    ):
        first = send(service, path, body, "order-17" + path)
        service.clock.advance(minutes=1)
        assert first[0] == 201
        assert send(service, path, body, "order-17" + path) == first
        assert send(service, path, body, "order-18" + path) != first
    assert len(service.get("/v1/customers")["items"]) == 3
    assert len(service.get("/v1/companies")["items"]) == 2
    assert len(service.get("/v1/memberships")["items"]) == 2
    assert len(service.get(f"/v1/customers/{customer}")["cards"]) == 2


def test_same_key_for_another_request(service: Service) -> None:
    send(service, "/v1/customers", {"given_name": "Amara"}, "k")
    for path, body in (
        ("/v1/customers", {"given_name": "Bela"}),
        ("/v1/companies", {"name": "Amara"}),
    ):
        status, problem = send(service, path, body, "k")
        assert (status, problem["code"]) == (409, "idempotency_key_reused")
    assert len(service.get("/v1/customers")["items"]) == 1
    assert service.get("/v1/companies")["items"] == []


def test_errors_are_not_kept(service: Service) -> None:
    plan = service.plan(archived=True)
    body = {"plan_id": plan, "customer_id": service.customer()}
    assert send(service, "/v1/memberships", body, "k")[0] == 409
    service.patch(f"/v1/plans/{plan}", archived=False)
    assert send(service, "/v1/memberships", body, "k")[0] == 201


def test_keys_belong_to_their_caller(service: Service) -> None:
    body = {"given_name": "Amara"}
    other = service.key_with(Scope.CUSTOMERS_WRITE)
    assert send(service, "/v1/customers", body, "k")[0] == 201
    assert send(service, "/v1/customers", body, "k", caller=other)[0] == 201
    assert send(service.fresh(), "/v1/customers", body, "k")[0] == 201
    assert len(service.get("/v1/customers")["items"]) == 2


def test_keys_are_forgotten_after_a_day(service: Service) -> None:
    body = {"given_name": "Amara"}
    first = send(service, "/v1/customers", body, "k")
    service.clock.advance(hours=23, minutes=59)
    assert send(service, "/v1/customers", body, "k") == first
    service.clock.advance(minutes=1)
    assert send(service, "/v1/customers", body, "k") != first


def test_at_once_is_once(service: Service) -> None:
    start = threading.Barrier(6)
    answers: list[tuple[int, Any]] = []

    def run() -> None:
        start.wait()
        answers.append(send(service, "/v1/customers", {"given_name": "Amara"}, "k"))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [answers[0]] * 6
    assert answers[0][0] == 201
    assert len(service.get("/v1/customers")["items"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
def test_keys_of_the_wrong_form(service: Service, key: str) -> None:
    status, problem = send(service, "/v1/customers", {"given_name": "Amara"}, key)
    assert status == 422
    assert problem["errors"][0]["field"] == "header.Idempotency-Key"
