"""The last change of a membership is undone: within two weeks, by its id, once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from membership.store.models import Membership
from tests.membership.members.companies.test_companies_links import at_once
from tests.membership.recorded import events
from tests.membership.support import Service, arranging, running_service
from tests.membership.test_races import sender

MONTH = {"unit": "month", "count": 1}
KEEPS = ("starts_at", "ends_at", "last_day", "status", "reason", "ended_early_at", "periods")


def sold(service: Service, **fields: Any) -> str:
    """A membership of a month from 10 March 2027, of a customer of its own."""
    plan = service.plan("Gold", "area.pool", length=MONTH)
    return service.member(plan, **{"customer_id": service.customer(), **fields})


def undo(service: Service, membership: str, change: str | None = None, **body: Any) -> Any:
    """Undo the last change, or another one; returns the answer, whatever it is."""
    path = f"/v1/memberships/{membership}"
    change = change or service.get(path)["last_change"]["id"]
    return service.call("POST", f"{path}/undo", json={"change_id": change, **body})


def history(service: Service, membership: str) -> list[dict[str, Any]]:
    """What happened to a membership, oldest first."""
    items: list[dict[str, Any]] = service.get(f"/v1/memberships/{membership}/history")["items"]
    return items


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def may_swim(service: Service, customer: str) -> bool:
    granted: bool = service.get(f"/v1/customers/{customer}/permissions/area.pool")["granted"]
    return granted


def _renew(service: Service, path: str) -> None:
    service.post(f"{path}/renew", status=200)


def _extend(service: Service, path: str) -> None:
    service.post(f"{path}/extend", {"days": 3, "why": "goodwill"}, status=200)


def _end(service: Service, path: str) -> None:
    service.post(f"{path}/end", {"why": "the wrong person"}, status=200)


def _plan_end(service: Service, path: str) -> None:
    service.post(f"{path}/end", {"at": "2027-03-31T22:00:00Z"}, status=200)


def _withdraw_end(service: Service, path: str) -> None:
    assert service.call("DELETE", f"{path}/end").status_code == 200


def _overdue(service: Service, path: str) -> None:
    since = {"overdue_since": "2027-03-01T00:00:00Z"}
    assert service.call("PUT", f"{path}/payment", json=since).status_code == 200


def _transfer(service: Service, path: str) -> None:
    service.post(f"{path}/transfer", {"plan_id": service.plan("Silver")}, status=201)


Change = Callable[[Service, str], None]
CHANGES: Mapping[str, tuple[str, Change, bool]] = {
    "renewed": ("membership.renewal_undone", _renew, False),
    "renewed late": ("membership.renewal_undone", _renew, True),
    "extended": ("membership.change_undone", _extend, False),
    "ended": ("membership.change_undone", _end, False),
    "end planned": ("membership.change_undone", _plan_end, False),
    "payment overdue": ("membership.change_undone", _overdue, False),
    "overdue late": ("membership.change_undone", _overdue, True),
    "transferred": ("membership.change_undone", _transfer, False),
}


@pytest.mark.parametrize(("event", "change", "late"), CHANGES.values(), ids=list(CHANGES))
def test_all_is_as_before(service: Service, event: str, change: Change, late: bool) -> None:
    customer = service.customer()
    membership = sold(service, customer_id=customer)
    path = f"/v1/memberships/{membership}"
    service.clock.advance(days=40 if late else 1)
    before = service.get(path)
    had = may_swim(service, customer)
    change(service, path)
    assert {name: service.get(path)[name] for name in KEEPS} != {
        name: before[name] for name in KEEPS
    } or change is _overdue
    service.clock.advance(days=1)
    answer = undo(service, membership, why="the wrong person")
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert {name: after[name] for name in KEEPS} == {name: before[name] for name in KEEPS}
    assert after["payment_overdue_since"] == before["payment_overdue_since"]
    assert after["last_change"] is None
    # Permissions are those of before from now on, and so is what a scan says.
    assert may_swim(service, customer) is had
    assert service.scan("C-000001")["outcome"] == ("active" if had else "expired")
    # An event is stored, and an audit entry with who and why.
    assert [kind for kind, _ in events(service, event)] == [event]
    entry = history(service, membership)[-1]
    assert (entry["action"], entry["after"]["why"]) == (event, "the wrong person")
    assert entry["actor"]["kind"] == "api_key"
    # There is no second time, and it can be changed again.
    assert code_of(undo(service, membership, entry["id"])) == (409, "nothing_to_undo")
    change(service, path)
    assert undo(service, membership).status_code == 200


def test_a_transfer_takes_what_followed_with_it(service: Service) -> None:
    customer = service.customer()
    membership = sold(service, customer_id=customer)
    path = f"/v1/memberships/{membership}"
    silver = service.plan("Silver", "area.sauna")
    new = service.post(f"{path}/transfer", {"plan_id": silver}, status=201)["id"]
    assert undo(service, membership).json()["status"] == "active"
    ended = service.get(f"/v1/memberships/{new}")
    assert (ended["status"], ended["periods"]) == ("expired", [])
    assert service.get(f"/v1/customers/{customer}/permissions/area.sauna")["granted"] is False
    # The one that followed was changed meanwhile: it stays.
    other = service.post(f"{path}/transfer", {"plan_id": silver}, status=201)["id"]
    service.call("PUT", f"/v1/memberships/{other}/payment", json={"overdue_since": None})
    service.post(f"/v1/memberships/{other}/end", {"at": "2027-05-01T00:00:00Z"}, status=200)
    assert code_of(undo(service, membership)) == (409, "membership_changed_since")
    service.post(f"/v1/memberships/{other}/transfer", {"plan_id": silver}, status=409)
    assert undo(service, other).status_code == 200
    assert undo(service, membership).status_code == 200


def test_a_transfer_before_an_update_of_the_service_can_be_undone(service: Service) -> None:
    membership = sold(service)
    _transfer(service, f"/v1/memberships/{membership}")
    with arranging(service.database) as session:
        row = session.scalars(select(Membership).where(Membership.id == UUID(membership))).one()
        change = dict(row.last_change or {})
        change["told"] = change.pop("event_data")
        row.last_change = change
    answer = undo(service, membership)
    assert (answer.status_code, answer.json()["status"]) == (200, "active")


def test_a_transfer_stays_to_be_undone_while_payments_are_noted(service: Service) -> None:
    """Arrears of the membership that ended are noted, paid and voided."""
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    before = service.get(path)
    _transfer(service, path)
    change = service.get(path)["last_change"]
    _overdue(service, path)
    assert service.get(path)["last_change"] == change
    paid = service.post(f"{path}/payments", {"method": "cash", "amount_minor": 4900})
    assert code_of(undo(service, membership)) == (409, "membership_paid")
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "mistake"}, status=200)
    assert service.get(path)["last_change"] == change
    after = undo(service, membership, change["id"]).json()
    assert after["payment_overdue_since"] == "2027-03-01T00:00:00Z"
    assert (after["status"], after["last_day"]) == ("active", before["last_day"])


def test_what_was_sold_since_is_said(service: Service) -> None:
    """An end that is undone, or withdrawn, counts beside what was sold for the time after it."""
    customer, plan = service.customer(), service.plan("Gold", length=MONTH)
    member = {"customer_id": customer}
    one = service.member(plan, **member)
    path = f"/v1/memberships/{one}"
    _plan_end(service, path)
    other = service.member(plan, **member, starts_on="2027-04-01")
    assert service.get(path)["also_held"] == []
    assert service.get(f"/v1/memberships/{other}")["also_held"] == []
    assert undo(service, one).json()["also_held"] == [other]
    _plan_end(service, path)
    assert service.call("DELETE", f"{path}/end").json()["also_held"] == [other]
    _end(service, path)
    assert service.get(path)["also_held"] == []
    assert undo(service, one).json()["also_held"] == [other]
    # Withdrawn before it starts, it runs at no time.
    _end(service, f"/v1/memberships/{other}")
    assert service.get(f"/v1/memberships/{other}")["also_held"] == []
    assert service.get(path)["also_held"] == []


def test_a_mistaken_end_can_be_undone_and_renewed(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    _renew(service, path)
    _end(service, path)
    assert service.call("POST", f"{path}/renew", json={}).status_code == 409
    assert undo(service, membership).json()["last_day"] == "2027-05-09"
    _renew(service, path)
    assert service.get(path)["last_day"] == "2027-06-09"


def test_only_the_change_that_was_seen(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    assert service.get(path)["last_change"] is None
    _renew(service, path)
    seen = service.get(path)["last_change"]
    assert (seen["action"], seen["at"]) == ("membership.renewed", "2027-03-10T11:00:00Z")
    assert seen["undo_until"] == "2027-03-24T11:00:00Z"
    assert seen["id"] in {each["id"] for each in history(service, membership)}
    _renew(service, path)
    assert code_of(undo(service, membership, seen["id"])) == (409, "not_the_last_change")
    assert service.get(path)["last_day"] == "2027-06-09"
    assert undo(service, membership).json()["last_day"] == "2027-05-09"


def test_the_bound_and_a_clock_that_was_wrong(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    _renew(service, path)
    change = service.get(path)["last_change"]["id"]
    service.clock.advance(days=14)
    assert service.get(path)["last_change"] is not None
    service.clock.advance(seconds=1)
    assert service.get(path)["last_change"] is None
    assert code_of(undo(service, membership, change)) == (409, "undo_too_late")
    # Renewed with a clock of next year, which is then set right.
    service.clock.advance(days=365)
    _renew(service, path)
    service.clock.advance(days=-370)
    assert undo(service, membership).json()["last_day"] == "2027-05-09"


def test_a_paid_renewal_is_voided_instead(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    payment = {"method": "cash", "amount_minor": 4900, "renew": True}
    paid = service.post(f"{path}/payments", payment)
    assert code_of(undo(service, membership)) == (409, "membership_paid")
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "mistake"}, status=200)
    assert service.get(path)["last_day"] == "2027-04-09"
    assert len(service.get(path)["periods"]) == 1
    # Paid after it, with a clock that was set back meanwhile; and voided again.
    _renew(service, path)
    service.clock.advance(hours=-3)
    paid = service.post(f"{path}/payments", {"method": "cash", "amount_minor": 4900})
    assert code_of(undo(service, membership)) == (409, "membership_paid")
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "mistake"}, status=200)
    assert undo(service, membership).json()["last_day"] == "2027-04-09"


@pytest.mark.parametrize("voided", [0, 1], ids=["the first voided", "the second voided"])
def test_each_payment_after_a_renewal_keeps_it(service: Service, voided: int) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    # One from before the renewal is money for the terms that an undo sets again: it stays.
    service.post(f"{path}/payments", {"method": "cash", "amount_minor": 4900})
    _renew(service, path)
    parts = [
        service.post(f"{path}/payments", {"method": method, "amount_minor": 2450})["id"]
        for method in ("cash", "card_terminal")
    ]
    service.post(f"/v1/payments/{parts[voided]}/void", {"why": "mistake"}, status=200)
    assert code_of(undo(service, membership)) == (409, "membership_paid")
    assert service.get(path)["last_day"] == "2027-05-09"
    service.post(f"/v1/payments/{parts[1 - voided]}/void", {"why": "mistake"}, status=200)
    assert undo(service, membership).json()["last_day"] == "2027-04-09"


def test_merged_erased_and_of_another_organization(service: Service) -> None:
    stays, goes = service.customer("Amara"), service.customer("Amara")
    membership = sold(service, customer_id=goes)
    path = f"/v1/memberships/{membership}"
    _renew(service, path)
    change = service.get(path)["last_change"]["id"]
    foreign = service.fresh().call("POST", f"{path}/undo", json={"change_id": change})
    assert code_of(foreign) == (404, "membership_not_found")
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    assert undo(service, membership, change).json()["customer_id"] == stays
    _renew(service, path)
    change = service.get(path)["last_change"]["id"]
    erased = {"confirm": "C-000001", "end_memberships": True}
    service.post(f"/v1/customers/{stays}/erase", erased, status=200)
    assert code_of(undo(service, membership, change)) == (409, "customer_erased")
    assert service.get(path)["last_change"] is None


def test_two_desks_at_once(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    _renew(service, path)
    change = service.get(path)["last_change"]["id"]
    with running_service(service.settings) as started:
        other = replace(started, tenant=service.tenant, key=service.key)
        desks = [sender(each, "POST", f"{path}/undo", json={"change_id": change})
                 for each in (service, other, service, other)]  # fmt: skip
        answers = at_once(*desks)
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert service.get(path)["last_day"] == "2027-04-09"


def test_sent_twice_under_one_key_is_answered_twice(service: Service) -> None:
    membership = sold(service)
    path = f"/v1/memberships/{membership}"
    _renew(service, path)
    body = {"change_id": service.get(path)["last_change"]["id"]}
    answers = [
        service.call("POST", f"{path}/undo", json=body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
