"""The same plan sold twice to one owner is said before it happens."""

from datetime import timedelta
from typing import Any

import pytest

from tests.membership.members.companies.test_companies_links import at_once
from tests.membership.support import Service
from tests.membership.test_races import sender

MONTH = {"unit": "month", "count": 1}


def ask(service: Service, plan: str, **fields: Any) -> Any:
    """Sell a plan; returns the answer, whatever it is."""
    return service.call("POST", "/v1/memberships", json={"plan_id": plan, **fields})


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("kind", ["customer", "company"])
def test_refused_unless_it_is_meant(service: Service, kind: str) -> None:
    plan = service.plan("Gold", length=MONTH)
    owner = {f"{kind}_id": service.customer() if kind == "customer" else service.company()}
    first = service.member(plan, **owner)
    refused = ask(service, plan, **owner, again=False)
    assert code_of(refused) == (409, "plan_held")
    assert "from 2027-03-10 to 2027-04-09" in refused.json()["detail"]
    assert first in refused.json()["detail"]
    # A program that does not ask sells as it always did, and reads what is there.
    sold = ask(service, plan, **owner)
    assert (sold.status_code, sold.json()["also_held"]) == (201, [first])
    meant = ask(service, plan, **owner, again=True)
    assert meant.status_code == 201
    assert set(meant.json()["also_held"]) == {first, sold.json()["id"]}
    # Another plan, and another owner, are nothing of the kind.
    assert ask(service, service.plan("Silver"), **owner, again=False).status_code == 201
    assert ask(service, plan, customer_id=service.customer("Other"), again=False).ok


@pytest.mark.parametrize(
    ("starts_on", "status"),
    [("2027-04-09", 409), ("2027-04-10", 201), ("2027-02-01", 201), ("2027-02-20", 409)],
    ids=["its last day", "the day after", "ended before", "runs into it"],
)
def test_only_for_the_same_time(service: Service, starts_on: str, status: int) -> None:
    plan, customer = service.plan("Gold", length=MONTH), service.customer()
    service.member(plan, customer_id=customer)
    answer = ask(service, plan, customer_id=customer, starts_on=starts_on, again=False)
    assert answer.status_code == status, answer.text


def test_what_ended_does_not_count_and_a_merge_does(service: Service) -> None:
    plan, stays, goes = service.plan("Gold", length=MONTH), service.customer(), service.customer()
    ended = service.member(plan, customer_id=stays)
    service.post(f"/v1/memberships/{ended}/end", {"why": "x"}, status=200)
    other = service.member(plan, customer_id=goes)
    assert ask(service, plan, customer_id=stays, again=False).status_code == 201
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    answer = ask(service, plan, customer_id=goes, again=False)
    assert code_of(answer) == (409, "plan_held")
    # Renewing both is no sale.
    service.post(f"/v1/memberships/{other}/renew", status=200)
    # Another club's plan and people are not seen.
    assert ask(service.fresh(), plan, customer_id=stays, again=False).status_code == 404


def test_a_transfer_to_a_plan_that_is_held(service: Service) -> None:
    gold, silver = service.plan("Gold", length=MONTH), service.plan("Silver", length=MONTH)
    customer = service.customer()
    one, _ = (
        service.member(gold, customer_id=customer),
        service.member(silver, customer_id=customer),
    )
    path = f"/v1/memberships/{one}/transfer"
    refused = service.call("POST", path, json={"plan_id": silver, "again": False})
    assert code_of(refused) == (409, "plan_held")
    # The same plan again, from now on, takes its own place.
    assert service.call("POST", path, json={"plan_id": gold, "again": False}).status_code == 201


@pytest.mark.parametrize("kind", ["customer", "company"])
def test_two_desks_at_once(service: Service, kind: str) -> None:
    plan = service.plan("Gold", length=MONTH)
    for _ in range(3):
        who = service.customer() if kind == "customer" else service.company()
        body = {"plan_id": plan, f"{kind}_id": who, "again": False}
        answers = at_once(*[sender(service, "POST", "/v1/memberships", json=body)] * 3)
        assert sorted(each.status_code for each in answers) == [201, 409, 409]


RENEWALS: dict[str, tuple[str, int, int]] = {
    # first day of what follows; days until the renewal; the answer where the desk asks
    "right after it": ("2027-04-10", 3, 409),
    "later in the next period": ("2027-05-09", 3, 409),
    "after the next period": ("2027-05-10", 3, 200),
    "renewed late, while it runs": ("2027-04-10", 40, 409),
    "renewed late, after it": ("2027-03-11", 40, 200),
}


@pytest.mark.parametrize("name", RENEWALS)
@pytest.mark.parametrize("paid", [False, True], ids=["renewed", "paid"])
def test_a_renewal_over_days_that_are_held_is_meant(
    service: Service, name: str, paid: bool
) -> None:
    """Such as what follows was bought online: these days would be paid twice, unseen."""
    starts_on, days, expected = RENEWALS[name]
    plan, customer = service.plan("Gold", length=MONTH, price_minor=4900), service.customer()
    first = service.member(plan, customer_id=customer)
    other = service.member(plan, customer_id=customer, starts_on=starts_on)
    service.clock.now += timedelta(days=days)
    act = "payments" if paid else "renew"
    body = {"method": "cash", "renew": True} if paid else {}

    def renew(**fields: Any) -> Any:
        return service.call("POST", f"/v1/memberships/{first}/{act}", json={**body, **fields})

    done = 201 if paid else 200
    answer = renew(again=False)
    assert answer.status_code == (done if expected == 200 else 409), answer.text
    if expected == 409:
        assert code_of(answer) == (409, "plan_held")
        assert other in answer.json()["detail"]
        before = service.get(f"/v1/memberships/{first}")["last_day"]
        assert before == "2027-04-09", "nothing was renewed"
        assert service.get(f"/v1/memberships/{first}/payments")["items"] == []
        assert renew(again=True).status_code == done
    assert renew().status_code == done, "a program that does not ask renews as before"
