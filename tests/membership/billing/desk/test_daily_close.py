"""The figures of a daily close: who took what and voided what, on a day of the club."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from membership.base.actors import SERVICE
from membership.base.scopes import Scope
from membership.billing.desk.daily_close import close_of_day
from membership.web.access import Call
from tests.membership.billing.desk.test_payments import GOLD, pay
from tests.membership.support import NOON, Service


@pytest.fixture
def sold(service: Service) -> str:
    """A membership, sold in euros."""
    return service.member(service.plan("Gold", **GOLD), customer_id=service.customer())


def close(service: Service, day: str | None = None) -> Any:
    """The figures of a day."""
    return service.get("/v1/payments/daily-close", **({} if day is None else {"day": day}))


def lines(figures: Any) -> list[tuple[Any, ...]]:
    """Figures by person, shortly."""
    return [
        (each["actor"]["name"], each["method"], each["currency"], each["count"],
         each["amount_minor"])
        for each in figures
    ]  # fmt: skip


def other_desk(service: Service, name: str = "Desk B") -> Service:
    """The same club with another key."""
    key = service.post("/v1/keys", {"name": name, "scopes": [each.value for each in Scope]})
    return replace(service, key=key["key"])


def void(service: Service, payment: Any) -> None:
    """Void a payment."""
    service.post(f"/v1/payments/{payment['id']}/void", {"why": "Typed twice"}, status=200)


def test_who_took_what_and_who_voided_what(service: Service, sold: str) -> None:
    beside = other_desk(service)
    mine = pay(service, sold)["actor"]["name"]
    pay(service, sold, amount_minor=100)
    wrong = pay(service, sold, method="card_terminal", amount_minor=2000)
    pay(beside, sold, amount_minor=50)
    void(beside, wrong)
    shown = close(service)
    assert (shown["day"], shown["time_zone"]) == ("2027-03-10", "Europe/Berlin")
    assert lines(shown["taken"]) == sorted(
        [(mine, "card_terminal", "EUR", 1, 2000), (mine, "cash", "EUR", 2, 5000),
         ("Desk B", "cash", "EUR", 1, 50)]
    )  # fmt: skip
    assert lines(shown["voided"]) == [("Desk B", "card_terminal", "EUR", 1, 2000)]
    assert {each["method"]: each["net_minor"] for each in shown["sums"]} == {
        "cash": 5050,
        "card_terminal": 0,
    }
    assert shown["complete"] is True


def test_a_void_counts_on_its_own_day_and_a_past_day_stays(service: Service, sold: str) -> None:
    wrong = pay(service, sold)
    today = close(service)
    service.clock.advance(days=1)
    void(service, wrong)
    pay(service, sold, paid_at=NOON.isoformat(), amount_minor=700)
    assert close(service, "2027-03-10") == today
    (cash,) = close(service)["sums"]
    assert (cash["taken_minor"], cash["voided_minor"], cash["net_minor"]) == (700, 4900, -4200)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2027-03-10", "2027-03-09T23:00:00Z", "2027-03-10T23:00:00Z"),
        ("2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"),  # 23 hours
        ("2027-10-31", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z"),  # 25 hours
    ],
)
def test_a_day_is_one_of_the_club(
    service: Service, sold: str, day: str, begins: str, ends: str
) -> None:
    shown = close(service, day)
    assert (shown["begins_at"], shown["ends_at"]) == (begins, ends)
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    second = timedelta(seconds=1)
    for at in (first - second, first, last - second, last):
        service.clock.now = at
        pay(service, sold, amount_minor=1)
    (cash,) = close(service, day)["sums"]
    assert (cash["taken_count"], cash["taken_minor"]) == (2, 2)


def test_currencies_are_not_added_up(service: Service, sold: str) -> None:
    yen = service.plan("Yen", **{**GOLD, "currency": "JPY", "price_minor": 5000})
    pay(service, sold)
    pay(service, service.member(yen, customer_id=service.customer()))
    assert [(each["currency"], each["net_minor"]) for each in close(service)["sums"]] == [
        ("EUR", 4900),
        ("JPY", 5000),
    ]


def test_it_is_bounded_scoped_and_of_one_club(service: Service, sold: str) -> None:
    pay(service, sold)
    pay(service, sold, method="transfer")
    with service.database.readers.begin() as session:
        actor = SERVICE
        call = Call(session, service.tenant, actor, frozenset(), service.clock())
        cut = close_of_day(call, None, most=1)
    assert (len(cut.taken), len(cut.sums), cut.complete) == (1, 2, False)
    assert close(service.fresh())["sums"] == []
    key = service.key_with(Scope.SCANS_WRITE)
    assert service.call("GET", "/v1/payments/daily-close", key=key).status_code == 403
    for day in ("9999-12-31", "0001-01-01", "2027-02-30", "x"):
        answer = service.call("GET", "/v1/payments/daily-close", params={"day": day})
        assert answer.status_code in {200, 422}, day
