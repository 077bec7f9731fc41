"""Sales at the desk: what a preview says is what the sale does, at once, and undone as a whole."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.store.base_model import Base
from tests.generated import sampled
from tests.membership.support import NOON, Service

MONTH = {"unit": "month", "count": 1}
GOLD = {"price_minor": 4900, "currency": "EUR", "length": MONTH}
CASH = {"method": "cash"}
SEEN = ("amount_minor", "currency", "first_day", "last_day")
_CHANGE_BY_THEMSELVES = {"api_keys", "throttles"}


class Club:
    """A club with two plans and a member."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.gold = service.plan("Gold", "pool", **GOLD)
        self.silver = service.plan("Silver", **{**GOLD, "price_minor": 2900})
        self.customer = service.customer("Amara", family_name="Okafor")

    def sold(self) -> str:
        """Sell Gold for a month; returns the membership's id."""
        return self.service.member(self.gold, customer_id=self.customer)

    def sales(self) -> dict[str, dict[str, Any]]:
        """One sale of each kind, without what is paid."""
        held = self.sold()
        return {
            "new": {"kind": "new", "plan_id": self.silver, "customer_id": self.customer},
            "person": {
                "kind": "new",
                "plan_id": self.gold,
                "customer": {"given_name": "Ines", "email": "ines@example.com"},
            },
            "future": {
                "kind": "new",
                "plan_id": self.silver,
                "customer_id": self.customer,
                "starts_on": "2027-05-01",
            },
            "past": {
                "kind": "new",
                "plan_id": self.silver,
                "customer_id": self.customer,
                "starts_on": "2027-02-20",
            },
            "renew": {"kind": "renew", "membership_id": held},
            "change": {"kind": "change", "membership_id": held, "plan_id": self.silver},
            "pay": {"kind": "pay", "membership_id": held},
        }


@pytest.fixture
def club(service: Service) -> Club:
    return Club(service)


KINDS = ("new", "person", "future", "past", "renew", "change", "pay")
PAYMENTS: dict[str, Any] = {
    "later": None,
    "cash": CASH,
    "less": {**CASH, "amount_minor": 100, "note": "student"},
}


def preview(service: Service, sale: dict[str, Any], *, status: int = 200) -> Any:
    return service.post("/v1/sales/preview", sale, status=status)


def expected(seen: dict[str, Any]) -> dict[str, Any]:
    return {name: seen[name] for name in SEEN}


def stored(service: Service) -> dict[str, list[Any]]:
    """Every row of every table, but for when keys were last used."""
    with service.database.readers.begin() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in _CHANGE_BY_THEMSELVES
        }


@pytest.mark.parametrize(("kind", "how"), sampled(KINDS, PAYMENTS, both_databases=len(KINDS)))
def test_a_sale_does_what_its_preview_said(club: Club, kind: str, how: str) -> None:
    service, sale, paid = club.service, club.sales()[kind], PAYMENTS[how]
    if kind == "pay" and paid is None:
        paid = CASH
    service.patch("/v1/organization", tax_millipercent=19000)
    body = {**sale, **({} if paid is None else {"payment": paid})}
    before = stored(service)
    seen = preview(service, body)
    assert stored(service) == before
    made = service.post("/v1/sales", {**body, "expected": expected(seen)})
    assert made["sale"] == seen
    amount = (paid or {}).get("amount_minor", seen["price_minor"])
    assert seen["amount_minor"] == amount
    assert seen["tax_minor"] + seen["net_minor"] == amount
    membership, payment = made["membership"], made["payment"]
    assert (membership["plan"], membership["price_minor"]) == (seen["plan"], seen["price_minor"])
    assert membership["periods"][-1]["first_day"] == seen["first_day"]
    assert membership["periods"][-1]["last_day"] == seen["last_day"]
    if payment is not None:
        assert payment["amount_minor"] == seen["amount_minor"]
        assert payment["tax_minor"] == seen["tax_minor"]
        assert (payment["period_from"], payment["period_until"]) == (
            seen["first_day"],
            seen["last_day"],
        )
    assert (payment is None) == (paid is None)
    assert made["customer_created"] == (kind == "person")


@pytest.mark.parametrize(
    ("kind", "how"), sampled(KINDS, ["cash", "later"], both_databases=len(KINDS))
)
def test_a_sale_is_undone_as_a_whole(club: Club, kind: str, how: str) -> None:
    service, sale, paid = club.service, club.sales()[kind], PAYMENTS[how]
    if kind == "pay" and paid is None:
        paid = CASH
    held = sale.get("membership_id")
    before = service.get(f"/v1/memberships/{held}") if held else None
    made = service.post("/v1/sales", {**sale, **({} if paid is None else {"payment": paid})})
    undone = service.post("/v1/sales/undo", {**made["undo"], "why": "wrong person"}, status=200)
    assert (undone["payment"] is None) == (paid is None)
    if paid is not None:
        assert undone["payment"]["voided_why"] == "wrong person"
        assert undone["payment"]["receipt_number"] == made["payment"]["receipt_number"]
    if before is not None:
        after = service.get(f"/v1/memberships/{held}")
        same = ("starts_at", "ends_at", "status", "ended_early_at", "periods")
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
    if kind not in {"renew", "pay"}:
        sold = service.get(f"/v1/memberships/{made['membership']['id']}")
        assert (sold["status"], sold["periods"]) == ("expired", [])
    second = service.call("POST", "/v1/sales/undo", json={**made["undo"], "why": "again"})
    assert second.status_code == 409, second.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_minor": 4901}, "amount_changed"),
        ({"currency": "USD"}, "amount_changed"),
        ({"first_day": "2027-03-11"}, "period_changed"),
        ({"last_day": None}, "period_changed"),
    ],
)
def test_a_sale_that_differs_from_its_preview_is_refused(
    club: Club, change: dict[str, Any], code: str
) -> None:
    service = club.service
    sale = {**club.sales()["renew"], "payment": CASH}
    wanted = {**expected(preview(service, sale)), **change}
    before = stored(service)
    refused = service.post("/v1/sales", {**sale, "expected": wanted}, status=409)
    assert refused["code"] == code
    assert stored(service) == before


def test_a_price_that_is_changed_meanwhile_is_seen_first(club: Club) -> None:
    service, sale = club.service, {**club.sales()["person"], "payment": CASH}
    seen = preview(service, sale)
    service.patch(f"/v1/plans/{club.gold}", price_minor=5900)
    refused = service.post("/v1/sales", {**sale, "expected": expected(seen)}, status=409)
    assert refused["code"] == "amount_changed"
    assert service.get("/v1/customers", q="ines@example.com")["items"] == []


def test_a_period_of_yesterday_is_seen_first(club: Club) -> None:
    service, sale = club.service, club.sales()["new"]
    seen = preview(service, sale)
    service.clock.advance(days=1)
    refused = service.post("/v1/sales", {**sale, "expected": expected(seen)}, status=409)
    assert refused["code"] == "period_changed"


def test_what_is_held_already_is_said_and_sold_at_the_second_press_only(club: Club) -> None:
    service = club.service
    club.sold()
    sale = {"kind": "new", "plan_id": club.gold, "customer_id": club.customer}
    assert preview(service, sale)["held"] is True
    assert service.post("/v1/sales", {**sale, "again": False}, status=409)["code"] == "plan_held"
    assert service.post("/v1/sales", {**sale, "again": True})["membership"]["also_held"]


def test_a_renewal_beside_a_plan_that_follows_is_said(club: Club) -> None:
    service, held = club.service, club.sold()
    following = {"plan_id": club.gold, "customer_id": club.customer, "starts_on": "2027-04-10"}
    service.post("/v1/memberships", following)
    sale = {"kind": "renew", "membership_id": held}
    assert preview(service, sale)["held"] is True
    assert preview(service, {"kind": "pay", "membership_id": held})["held"] is False
    refused = service.post("/v1/sales", {**sale, "again": False, "payment": CASH}, status=409)
    assert refused["code"] == "plan_held"


def test_a_plan_without_end_and_a_free_one(club: Club) -> None:
    service = club.service
    forever = service.plan("Forever", price_minor=0, currency="JPY")
    sale = {"kind": "new", "plan_id": forever, "customer_id": club.customer}
    seen = preview(service, sale)
    assert (seen["last_day"], seen["amount_minor"], seen["currency"]) == (None, 0, "JPY")
    paid = preview(service, {**sale, "payment": CASH}, status=422)
    assert paid["code"] == "amount_zero"
    made = service.post("/v1/sales", {**sale, "expected": expected(seen)})
    refused = preview(
        service, {"kind": "renew", "membership_id": made["membership"]["id"]}, status=409
    )
    assert refused["code"] == "membership_open"


@pytest.mark.parametrize("kind", ["new", "change", "renew"])
def test_what_is_paid_later_becomes_overdue_after_its_day(club: Club, kind: str) -> None:
    service, sale = club.service, {**club.sales()[kind], "pay_until": "2027-03-20"}
    made = service.post("/v1/sales", sale)
    path = f"/v1/memberships/{made['membership']['id']}"
    assert made["payment"] is None
    service.clock.now = NOON + timedelta(days=10)
    assert service.get(path)["reason"] is None
    service.clock.now = NOON + timedelta(days=11)
    assert service.get(path)["reason"] == "payment_overdue"
    pay = {"kind": "pay", "membership_id": made["membership"]["id"], "payment": CASH}
    assert preview(service, pay)["overdue_since"] == "2027-03-20T23:00:00Z"
    service.post("/v1/sales", pay)
    assert service.get(path)["reason"] is None


def test_a_sale_that_is_paid_later_is_undone_too(club: Club) -> None:
    service, held = club.service, club.sold()
    before = service.get(f"/v1/memberships/{held}")
    sale = {"kind": "renew", "membership_id": held, "pay_until": "2027-03-20"}
    made = service.post("/v1/sales", sale)
    service.post("/v1/sales/undo", {**made["undo"], "why": "typo"}, status=200)
    after = service.get(f"/v1/memberships/{held}")
    assert after["payment_overdue_since"] is None
    assert (after["last_day"], after["periods"]) == (before["last_day"], before["periods"])


def test_an_undo_does_all_or_nothing(club: Club) -> None:
    service, held = club.service, club.sold()
    made = service.post("/v1/sales", {"kind": "renew", "membership_id": held, "payment": CASH})
    service.post(f"/v1/memberships/{held}/extend", {"days": 3}, status=200)
    before = stored(service)
    refused = service.post("/v1/sales/undo", {**made["undo"], "why": "typo"}, status=409)
    assert refused["code"] == "membership_changed_since"
    assert stored(service) == before


def test_the_sale_itself_is_undone_by_its_own_id(club: Club) -> None:
    service, held = club.service, club.sold()
    path = f"/v1/memberships/{held}"
    shown = service.get(path)
    assert shown["last_change"] is None
    assert shown["sale_undo_until"] == "2027-03-24T11:00:00Z"
    of_profile = service.get(f"/v1/customers/{club.customer}")["memberships"][0]
    assert of_profile["sale_undo_until"] == shown["sale_undo_until"]
    service.post(f"{path}/undo", {"change_id": held, "why": "typo"}, status=200)
    assert service.get(path)["sale_undo_until"] is None
    assert service.get(f"/v1/customers/{club.customer}/permissions/pool")["granted"] is False


@pytest.mark.parametrize("built", ["paid", "renewed", "late"])
def test_a_sale_that_was_built_on_stays(club: Club, built: str) -> None:
    service, held = club.service, club.sold()
    path = f"/v1/memberships/{held}"
    match built:
        case "paid":
            service.post(f"{path}/payments", CASH)
            code = "membership_paid"
        case "renewed":
            service.post(f"{path}/renew", status=200)
            code = "not_the_last_change"
        case _:
            service.clock.advance(days=15)
            code = "nothing_to_undo"
    assert service.post(f"{path}/undo", {"change_id": held}, status=409)["code"] == code


def test_a_sale_needs_an_owner_and_a_payment_something_to_pay(club: Club) -> None:
    service = club.service
    nobody = {"kind": "new", "plan_id": club.gold}
    assert preview(service, nobody)["amount_minor"] == 4900
    assert service.post("/v1/sales", nobody, status=422)["code"] == "owner_missing"
    pay = {"kind": "pay", "membership_id": club.sold()}
    assert service.post("/v1/sales", pay, status=422)["code"] == "payment_missing"


def test_a_new_person_needs_the_right_to_create_them(club: Club) -> None:
    service = club.service
    key = service.key_with(Scope.MEMBERSHIPS_WRITE)
    sale = club.sales()["person"]
    answer = service.call("POST", "/v1/sales", key=key, json=sale)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert service.call("POST", "/v1/sales/preview", key=key, json=sale).status_code == 403


@pytest.mark.both_databases
def test_two_presses_sell_once(club: Club) -> None:
    service = club.service
    sale = {**club.sales()["person"], "payment": CASH}
    once = {"Idempotency-Key": str(uuid4())}

    def press(_: int) -> str:
        answer = service.call("POST", "/v1/sales", json=sale, headers=once)
        return str(answer.json()["membership"]["id"])

    with ThreadPoolExecutor(4) as presses:
        assert len(set(presses.map(press, range(4)))) == 1
    assert len(service.get("/v1/customers", q="ines@example.com")["items"]) == 1
    assert len(service.get("/v1/payments")["items"]) == 1
