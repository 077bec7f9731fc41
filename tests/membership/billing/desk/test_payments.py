"""Payments at the desk: recorded once, with receipts, on the terms of the sale."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api_client.messages.management import ActorKind
from api_client.messages.payments import PaymentMethod
from membership.base.actors import Actor
from membership.base.scopes import Scope
from membership.billing.desk.receipt import receipt_text
from membership.billing.desk.service import record_payment
from membership.billing.schemas import NewPayment
from membership.store.models import Payment
from membership.web.access import Call
from tests.membership.support import NOON, Service

MONTH = {"unit": "month", "count": 1}
GOLD = {"price_minor": 4900, "currency": "EUR", "length": MONTH}


@pytest.fixture
def sold(service: Service) -> str:
    """The id of a membership of a month, sold to a customer."""
    plan = service.plan("Gold", "area.pool", **GOLD)
    return service.member(plan, customer_id=service.customer("Amara", family_name="Okafor"))


def pay(service: Service, membership: str, *, status: int = 201, **body: Any) -> Any:
    """Record a payment, in cash by default; returns the response's body."""
    return service.post(
        f"/v1/memberships/{membership}/payments", {"method": "cash", **body}, status=status
    )


def test_a_payment_records_price_payer_actor_and_time(service: Service, sold: str) -> None:
    paid = pay(service, sold, note="slip 4711")
    assert paid["receipt_number"] == "R-000001"
    assert (paid["amount_minor"], paid["currency"]) == (4900, "EUR")
    assert (paid["plan"], paid["paid_by"]) == ("Gold", "Amara Okafor")
    assert (paid["method"], paid["note"]) == ("cash", "slip 4711")
    assert paid["paid_at"] == NOON.isoformat().replace("+00:00", "Z")
    assert (paid["voided_at"], paid["voided_why"]) == (None, None)
    assert paid["actor"]["kind"] == "api_key"
    assert service.get(f"/v1/payments/{paid['id']}") == paid
    assert service.get(f"/v1/memberships/{sold}/payments")["items"] == [paid]


def test_a_payment_settles_an_overdue_membership(service: Service, sold: str) -> None:
    path = f"/v1/memberships/{sold}"
    service.call("PUT", f"{path}/payment", json={"overdue_since": NOON.isoformat()})
    assert service.get(path)["reason"] == "payment_overdue"
    pay(service, sold, method="transfer", amount_minor=100)
    assert service.get(path)["reason"] is None


def test_payment_and_renewal_are_atomic(service: Service, sold: str) -> None:
    path = f"/v1/memberships/{sold}"
    before = service.get(path)["last_day"]
    pay(service, sold, renew=True)
    after = service.get(path)["last_day"]
    assert (before, after) == ("2027-04-09", "2027-05-09")
    service.post(f"{path}/end", {}, status=200)
    refused = pay(service, sold, status=409, renew=True)
    assert refused["code"] == "membership_ended_early"
    assert len(service.get(f"{path}/payments")["items"]) == 1
    assert pay(service, sold)["receipt_number"] == "R-000002"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"currency": "USD"}, "currency_wrong"),
        ({"paid_at": (NOON + timedelta(seconds=1)).isoformat()}, "payment_to_come"),
        ({"amount_minor": -1}, "invalid_request"),
        ({"amount_minor": 49.0}, "invalid_request"),
        ({"amount_minor": "4900"}, "invalid_request"),
        ({"amount_minor": 2**31}, "invalid_request"),
        ({"method": "gold"}, "invalid_request"),
        ({"note": "x" * 501}, "invalid_request"),
        ({"note": "\x00"}, "invalid_request"),
    ],
)
def test_invalid_payments_are_refused(
    service: Service, sold: str, body: dict[str, Any], code: str
) -> None:
    assert pay(service, sold, status=422, **body)["code"] == code
    assert service.get("/v1/payments")["items"] == []


def test_an_idempotency_key_records_one_payment(service: Service, sold: str) -> None:
    path, headers = f"/v1/memberships/{sold}/payments", {"Idempotency-Key": "slip-1"}
    first, second = (
        service.call("POST", path, json={"method": "cash"}, headers=headers) for _ in range(2)
    )
    assert first.json() == second.json()
    other = service.call("POST", path, json={"method": "transfer"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(service.get("/v1/payments")["items"]) == 1


def test_concurrent_payments_get_consecutive_receipt_numbers(service: Service) -> None:
    # For different members: payments for one membership lock each other out anyway.
    plan = service.plan("Gold", **GOLD)
    sold = [service.member(plan, customer_id=service.customer(f"P{each}")) for each in range(12)]

    def one(number: int) -> int:
        body = {"method": "cash", "currency": "USD" if number % 4 == 0 else "EUR"}
        return service.call(
            "POST", f"/v1/memberships/{sold[number]}/payments", json=body
        ).status_code

    with ThreadPoolExecutor(6) as desks:
        statuses = list(desks.map(one, range(12)))
    assert sorted(statuses) == [201] * 9 + [422] * 3
    numbers = {each["receipt_number"] for each in service.get("/v1/payments")["items"]}
    assert numbers == {f"R-{number:06d}" for number in range(1, 10)}


def test_a_rolled_back_payment_returns_its_number(service: Service, sold: str) -> None:
    actor = Actor(ActorKind.SERVICE, "test")
    with service.database.writing(actor, NOON) as (session, _):
        call = Call(session, service.tenant, actor, frozenset(), NOON)
        given = record_payment(call, UUID(sold), NewPayment(method=PaymentMethod.CASH))
        assert given.receipt_number == 1
        session.rollback()
    assert pay(service, sold)["receipt_number"] == "R-000001"


def test_a_payment_is_voided_once_and_keeps_its_number(service: Service, sold: str) -> None:
    paid = pay(service, sold)
    path = f"/v1/payments/{paid['id']}/void"
    assert service.post(path, {"why": ""}, status=422)["code"] == "invalid_request"
    void = service.post(path, {"why": "Typed twice"}, status=200)
    assert (void["receipt_number"], void["voided_why"]) == ("R-000001", "Typed twice")
    assert void["voided_at"] is not None
    assert service.post(path, {"why": "Again"}, status=409)["code"] == "payment_voided"
    assert service.get(f"/v1/payments/{paid['id']}") == void
    assert pay(service, sold)["receipt_number"] == "R-000002"


def test_a_company_pays_for_its_membership(service: Service) -> None:
    company = service.company("Northwind")
    plan = service.plan("Team", price_minor=5000, currency="JPY")
    membership = service.member(plan, company_id=company)
    paid = pay(service, membership, method="transfer")
    assert (paid["paid_by"], paid["amount_minor"], paid["currency"]) == ("Northwind", 5000, "JPY")


def test_a_payment_has_the_terms_of_the_sale(service: Service) -> None:
    plan = service.plan("Gold", **GOLD)
    sold = service.member(plan, customer_id=service.customer())
    service.patch(f"/v1/plans/{plan}", name="Platinum", price_minor=9900, currency="USD")
    paid = pay(service, sold)
    assert (paid["plan"], paid["amount_minor"], paid["currency"]) == ("Gold", 4900, "EUR")


def test_payments_are_listed_latest_first_in_pages_and_by_time(service: Service, sold: str) -> None:
    for days in (3, 1, 2):
        pay(service, sold, paid_at=(NOON - timedelta(days=days)).isoformat(), note=str(days))
    first = service.get("/v1/payments", limit=2)
    second = service.get("/v1/payments", limit=2, cursor=first["next_cursor"])
    assert [each["note"] for each in first["items"] + second["items"]] == ["1", "2", "3"]
    assert second["next_cursor"] is None
    since = (NOON - timedelta(days=3)).isoformat()
    until = (NOON - timedelta(days=1)).isoformat()
    page = service.get("/v1/payments", since=since, until=until)
    assert [each["note"] for each in page["items"]] == ["2", "3"]
    bad = service.call("GET", "/v1/payments", params={"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")


def test_unknown_ids_are_not_found(service: Service, sold: str) -> None:
    nobody = uuid4()
    assert pay(service, str(nobody), status=404)["code"] == "membership_not_found"
    for method, path in (
        ("GET", f"/v1/memberships/{nobody}/payments"),
        ("GET", f"/v1/payments/{nobody}"),
        ("GET", f"/v1/payments/{nobody}/receipt.pdf"),
    ):
        assert service.call(method, path).status_code == 404
    void = service.post(f"/v1/payments/{nobody}/void", {"why": "x"}, status=404)
    assert void["code"] == "payment_not_found"


def test_recording_a_payment_requires_the_write_scope(service: Service, sold: str) -> None:
    key = service.key_with(Scope.MEMBERSHIPS_READ)
    path = f"/v1/memberships/{sold}/payments"
    assert service.call("POST", path, json={"method": "cash"}, key=key).status_code == 403
    assert service.call("GET", path, key=key).status_code == 200


def test_after_an_erasure_the_amount_stays_and_the_name_is_gone(service: Service) -> None:
    customer = service.customer("Amara", family_name="Okafor")
    sold = service.member(service.plan("Gold", **GOLD), customer_id=customer)
    paid = pay(service, sold, note="Amara's own slip")
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "Okafor paid before"}, status=200)
    body = {"confirm": "C-000001", "end_memberships": True}
    service.post(f"/v1/customers/{customer}/erase", body, status=200)
    shown = service.get(f"/v1/payments/{paid['id']}")
    assert (shown["paid_by"], shown["note"], shown["voided_why"]) == ("Erased customer", "", None)
    assert (shown["amount_minor"], shown["receipt_number"]) == (4900, "R-000001")
    assert shown["voided_at"] is not None
    receipt = service.call("GET", f"/v1/payments/{paid['id']}/receipt.pdf")
    assert (receipt.status_code, receipt.content[:5]) == (200, b"%PDF-")
    told = service.call("GET", "/v1/audit").text
    assert "Okafor" not in told
    assert "Amara" not in told
    assert pay(service, sold, status=409)["code"] == "customer_erased"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_receipt_is_a_pdf(service: Service, sold: str, language: str) -> None:
    paid = pay(service, sold, note="slip 4711\nsecond line")
    answer = service.call(
        "GET", f"/v1/payments/{paid['id']}/receipt.pdf", params={"language": language}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="R-000001.pdf"' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")


def test_the_text_of_a_receipt(service: Service, sold: str) -> None:
    pay(service, sold, note="slip 4711")
    paid = pay(service, sold, method="card_terminal")
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "Typed twice"}, status=200)
    with service.database.readers.begin() as session:
        payments = {
            each.receipt_number: each
            for each in session.query(Payment).filter_by(organization_id=service.tenant.id)
        }
        good = receipt_text(payments[1], service.tenant, "en")
        void = receipt_text(payments[2], service.tenant, "de")
    assert (good.title, good.void) == ("Receipt R-000001", "")
    assert dict(good.lines) == {
        "On": "March 10, 2027, 12:00\u202fPM",
        "From": "Amara Okafor",
        "For": "Gold",
        "Period": "Mar 10, 2027 – Apr 9, 2027",
        "Amount": "€49.00",
        "Paid by": "cash",
        "Received by": "everything",
        "Note": "slip 4711",
    }
    assert (void.title, void.void) == ("Quittung R-000002", "STORNIERT")
    assert ("Storniert, weil", "Typed twice") in void.lines
    assert ("Bezahlt mit", "Karte") in void.lines
