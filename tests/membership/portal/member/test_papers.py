"""What a customer paid, its receipts, and the export of what is stored about them."""

import json
from uuid import uuid4

import pytest

from tests.membership.portal.login.visitors import erase, fault
from tests.membership.portal.member.club import Member, member
from tests.membership.support import Service


@pytest.fixture
def amara(club: Service) -> Member:
    """A member with a sold membership."""
    return member(club, given_name="Amara")


def paid(service: Service, **owner: str) -> str:
    """A payment for a membership; returns its id."""
    sold = service.member(service.plan("Gold", price_minor=4900), **owner)
    body = {"method": "cash", "note": "slip 4711"}
    return str(service.post(f"/v1/memberships/{sold}/payments", body)["id"])


def test_payments_are_listed_as_the_language_writes_them(amara: Member) -> None:
    service = amara.service
    payment = paid(service, customer_id=amara.customer)
    (told,) = amara.get("/payments")["items"]
    assert told == {
        "id": payment,
        "receipt_number": "R-000001",
        "plan": "Gold",
        "method": "cash",
        "amount_minor": 4900,
        "currency": "EUR",
        "amount": "€49.00",
        "paid_at": "2027-03-10T11:00:01Z",
        "voided_at": None,
    }
    assert amara.get("/payments", language="de")["items"][0]["amount"] == "49,00\xa0€"
    assert fault(amara.call("GET", "/payments?language=xx")) == (422, "invalid_request")
    service.post(f"/v1/payments/{payment}/void", {"why": "Typed twice"}, status=200)
    assert amara.get("/payments")["items"][0]["voided_at"] is not None


def test_payments_come_in_pages(amara: Member) -> None:
    service = amara.service
    made = []
    for _ in range(3):
        service.clock.advance(minutes=1)
        made.append(paid(service, customer_id=amara.customer))
    first = amara.get("/payments", limit=2)
    rest = amara.get("/payments", limit=2, cursor=first["next_cursor"])
    assert [each["id"] for each in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None
    for wrong in ("x", "W10", first["next_cursor"] + "x"):
        answer = amara.call("GET", "/payments", params={"cursor": wrong})
        assert fault(answer) == (422, "invalid_cursor")


def test_a_receipt_is_a_pdf_to_keep(amara: Member) -> None:
    payment = paid(amara.service, customer_id=amara.customer)
    answer = amara.call("GET", f"/payments/{payment}/receipt.pdf", params={"language": "de"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="R-000001.pdf"'


def test_what_others_paid_is_not_there(amara: Member) -> None:
    service = amara.service
    company = service.company()
    service.link(company, amara.customer)
    stranger = service.fresh()
    hidden = [
        paid(service, customer_id=service.customer("Ben")),
        paid(service, company_id=company),
        paid(stranger, customer_id=stranger.customer("Cleo")),
        str(uuid4()),
    ]
    assert amara.get("/payments") == {"items": [], "next_cursor": None}
    for payment in hidden:
        answer = amara.call("GET", f"/payments/{payment}/receipt.pdf")
        assert fault(answer) == (404, "payment_not_found")
    assert fault(amara.call("GET", "/payments/x/receipt.pdf")) == (422, "invalid_request")


def test_the_export_is_theirs_and_the_audit_tells_of_it(amara: Member) -> None:
    service = amara.service
    service.customer("Ben", email="ben@example.com")
    assert amara.call("HEAD", "/export").status_code == 200  # hands nothing out: no entry
    answer = amara.call("GET", "/export")
    assert answer.status_code == 200
    name = f"{service.tenant.slug}-personal-data.json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.content)
    assert told["customer_id"] == amara.customer
    assert [each["given_name"] for each in told["sections"]["customers"]] == ["Amara"]
    assert "ben@example.com" not in answer.text
    assert amara.token not in answer.text
    (entry,) = service.get("/v1/audit", action="customer.data_handed_out")["items"]
    assert (entry["actor"]["kind"], entry["actor"]["id"]) == ("customer", amara.customer)


def test_without_a_login_there_is_nothing(amara: Member) -> None:
    erase(amara.service, amara.customer)
    other = Member(amara.service, amara.customer, "mc_" + "x" * 43)
    paths = ("/payments", f"/payments/{uuid4()}/receipt.pdf", "/export")
    answers = [each.call("GET", path) for each in (amara, other) for path in paths]
    assert {fault(answer) for answer in answers} == {(401, "login_needed")}
