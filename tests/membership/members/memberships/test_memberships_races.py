"""Two at once on one membership: none is lost, and of two that exclude each other one wins."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from membership.store.models import Membership
from tests.membership.sales import due, monthly, names, show
from tests.membership.support import Service, arranging
from tests.membership.test_races import Send, sender

LATER = 0.3
"""Seconds after which a request surely waits for the row that is locked."""


def at_once(sends: Sequence[Send]) -> list[tuple[int, Any]]:
    """Status and JSON of requests that are sent at the same time, each from its own thread."""
    start = threading.Barrier(len(sends))
    answers: list[tuple[int, Any]] = []

    def run(send: Send) -> None:
        start.wait()
        answer = send()
        answers.append((answer.status_code, answer.json()))

    threads = [threading.Thread(target=run, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def posts(service: Service, membership: str, what: str, *bodies: Any, **options: Any) -> list[Send]:
    """POSTs to a membership, one for each body."""
    path = f"/v1/memberships/{membership}/{what}"
    return [sender(service, "POST", path, json=body, **options) for body in bodies]


def test_renewals_with_one_key_are_one(service: Service) -> None:
    membership = monthly(service)
    headers = {"Idempotency-Key": "payment-17"}
    answers = at_once(posts(service, membership, "renew", *[{}] * 4, headers=headers))
    assert answers == [answers[0]] * 4
    assert answers[0][0] == 200
    assert show(service, membership)["last_day"] == "2027-05-09"
    assert names(service, membership) == ["membership.created", "membership.renewed"]


def test_different_renewals_are_a_period_each(service: Service) -> None:
    membership = monthly(service)
    answers = at_once(posts(service, membership, "renew", *[{}] * 4))
    told = sorted(body["last_day"] for status, body in answers if status == 200)
    assert told == ["2027-05-09", "2027-06-09", "2027-07-09", "2027-08-09"]
    assert show(service, membership)["last_day"] == "2027-08-09"
    assert due(service, membership) == "2027-08-09T22:00:00Z"


def test_of_transfers_one_wins(service: Service) -> None:
    membership = monthly(service)
    plans = [service.plan(f"Plan {number}") for number in range(3)]
    bodies = [{"plan_id": plan} for plan in plans]
    answers = at_once(posts(service, membership, "transfer", *bodies))
    assert sorted(status for status, _ in answers) == [201, 409, 409]
    lost = {body["code"] for status, body in answers if status == 409}
    assert lost == {"membership_transferred"}
    (following,) = (body for status, body in answers if status == 201)
    sold = {each["id"] for each in service.get("/v1/memberships")["items"]}
    assert sold == {membership, following["id"]}


def test_ends_and_renewals_exclude_each_other(service: Service) -> None:
    membership = monthly(service)
    sends = posts(service, membership, "end", {}) + posts(service, membership, "renew", {})
    statuses = sorted(status for status, _ in at_once(sends))
    # Renewed and then ended, or ended and then not renewed: never ended and then renewed.
    assert statuses in ([200, 200], [200, 409])
    shown = show(service, membership)
    assert shown["status"] == "expired"
    assert (shown["ends_at"] == "2027-05-09T22:00:00Z") is (statuses == [200, 200])


def test_a_change_waits_for_the_one_before_it(service: Service) -> None:
    membership = monthly(service)
    (renew,) = posts(service, membership, "renew", {})
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(renew().json()))
    with arranging(service.database) as session:
        key = (service.tenant.id, UUID(membership))
        row = session.get_one(Membership, key, with_for_update=True)
        thread.start()
        thread.join(LATER)
        row.length_count = 2
    thread.join()
    assert answers[0]["last_day"] == "2027-06-09"
