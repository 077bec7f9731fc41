"""Receipts: what they say of the club, the period and tax, and that they stay as they were."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from membership.billing.desk.receipt import receipt_text
from membership.billing.desk.receipt_page import ReceiptText
from membership.store.models import Payment
from tests.membership.billing.desk.test_payments import GOLD, pay
from tests.membership.support import Service, arranging
from tests.passes.pdf_reader import lines_of

CLUB = {"address": "Am Ufer 1\n10115 Berlin", "tax_number": "DE123456789"}
BAD_CLUBS: dict[str, dict[str, Any]] = {
    "a rate above 100 %": {"tax_millipercent": 100_001},
    "a rate below 0": {"tax_millipercent": -1},
    "a rate as a text": {"tax_millipercent": "19000"},
    "a rate with decimals": {"tax_millipercent": 19000.5},
    "seven lines": {"address": "a\nb\nc\nd\ne\nf\ng"},
    "a long address": {"address": "x" * 501},
    "a long number": {"tax_number": "1" * 61},
    "a number of two lines": {"tax_number": "1\n2"},
}


@pytest.fixture
def amara(service: Service) -> str:
    return service.customer("Amara", family_name="Okafor")


@pytest.fixture
def sold(service: Service, amara: str) -> str:
    return service.member(service.plan("Gold", "area.pool", **GOLD), customer_id=amara)


def change(service: Service, **fields: Any) -> None:
    """Change the club's settings."""
    answer = service.call("PATCH", "/v1/organization", json=fields)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in fields} == fields


def text_of(service: Service, payment: Any, language: str = "en") -> ReceiptText:
    """The text of a payment's receipt."""
    with service.database.readers.begin() as session:
        row = session.get_one(Payment, (service.tenant.id, UUID(payment["id"])))
        return receipt_text(row, service.tenant, language)


def test_a_receipt_names_club_period_tax_and_cashier(service: Service, sold: str) -> None:
    change(service, name="Riverside", **CLUB, tax_millipercent=19_000)
    paid = pay(service, sold, renew=True)
    assert paid["seller"] == {"name": "Riverside", **CLUB}
    assert (paid["tax_millipercent"], paid["tax_minor"], paid["net_minor"]) == (19_000, 782, 4118)
    # It was sold at noon on 10 March for a month, and this is the month after that.
    assert (paid["period_from"], paid["period_until"]) == ("2027-04-10", "2027-05-09")
    assert service.get(f"/v1/payments/{paid['id']}") == paid
    text = text_of(service, paid)
    assert (text.organization, text.title, text.void) == ("Riverside", "Receipt R-000001", "")
    assert text.about == ("Am Ufer 1", "10115 Berlin", "Tax number: DE123456789")
    lines = dict(text.lines)
    assert lines["Period"] == "Apr 10, 2027 – May 9, 2027"
    assert (lines["Amount"], lines["Tax in it (19%)"], lines["Net amount"]) == (
        "€49.00",
        "€7.82",
        "€41.18",
    )
    assert lines["Received by"] == paid["actor"]["name"] != ""
    german = text_of(service, paid, "de")
    assert german.about[-1] == "Steuernummer: DE123456789"
    assert ("Enthaltene Steuer (19\xa0%)", "7,82\xa0€") in german.lines
    assert ("Zeitraum", "10.04.2027 – 09.05.2027") in german.lines


def test_a_receipt_stays_as_it_was(service: Service, sold: str) -> None:
    change(service, name="Riverside", **CLUB, tax_millipercent=19_000)
    paid = pay(service, sold)
    before = (text_of(service, paid), text_of(service, paid, "de"))
    change(service, name="Lakeside", address="Elsewhere 2", tax_number="", tax_millipercent=None)
    membership = service.get(f"/v1/memberships/{sold}")
    plan = f"/v1/plans/{membership['plan_id']}"
    assert service.call("PATCH", plan, json={"tax_millipercent": 7000}).status_code == 200
    assert (text_of(service, paid), text_of(service, paid, "de")) == before
    assert service.get(f"/v1/payments/{paid['id']}") == paid
    after = pay(service, sold)
    assert after["seller"] == {"name": "Lakeside", "address": "Elsewhere 2", "tax_number": ""}
    assert (after["tax_millipercent"], after["tax_minor"]) == (7000, 321)
    # Voided, it is still the receipt of that day, and says who voided it.
    service.post(f"/v1/payments/{paid['id']}/void", {"why": "Typed twice"}, status=200)
    void = text_of(service, paid)
    assert (void.organization, void.about, void.void) == ("Riverside", before[0].about, "VOID")
    assert void.lines[: len(before[0].lines)] == before[0].lines
    added = dict(void.lines[len(before[0].lines) :])
    assert added["Void because"] == "Typed twice"
    assert added["Voided by"] == paid["actor"]["name"]
    assert added["Voided on"].startswith("March 10, 2027")


@pytest.mark.parametrize(
    ("club", "plan", "shown"),
    [
        (None, None, (None, None, None)),
        (19_000, None, (19_000, 782, 4118)),
        (None, 7_000, (7_000, 321, 4579)),
        (19_000, 0, (0, 0, 4900)),
        (19_000, 8_875, (8_875, 399, 4501)),
    ],
    ids=["no tax", "of the club", "of the plan", "none of the plan", "thousandths"],
)
def test_the_rate_is_that_of_the_plan_or_the_club(
    service: Service, amara: str, club: int | None, plan: int | None, shown: Any
) -> None:
    change(service, tax_millipercent=club)
    made = service.plan("Gold", **GOLD, tax_millipercent=plan)
    assert service.get(f"/v1/plans/{made}")["tax_millipercent"] == plan
    paid = pay(service, service.member(made, customer_id=amara))
    assert (paid["tax_millipercent"], paid["tax_minor"], paid["net_minor"]) == shown
    labels = [label for label, _ in text_of(service, paid).lines]
    assert ("Net amount" in labels) == (shown[0] is not None)


@pytest.mark.parametrize(
    ("currency", "tax", "net"),
    [("JPY", "¥136", "¥1,364"), ("KWD", "KWD0.136", "KWD1.364")],
    ids=["no decimals", "three decimals"],
)
def test_tax_in_currencies_of_other_decimals(
    service: Service, amara: str, currency: str, tax: str, net: str
) -> None:
    plan = service.plan("Pass", price_minor=1500, currency=currency, tax_millipercent=10_000)
    paid = pay(service, service.member(plan, customer_id=amara))
    lines = {label: text.replace("\xa0", "") for label, text in text_of(service, paid).lines}
    assert (lines["Tax in it (10%)"], lines["Net amount"]) == (tax, net)


def test_the_period_of_each_kind_of_payment(service: Service, amara: str) -> None:
    open_end = service.member(service.plan("Open", price_minor=100), customer_id=amara)
    paid = pay(service, open_end)
    assert (paid["period_from"], paid["period_until"]) == ("2027-03-10", None)
    assert dict(text_of(service, paid).lines)["Period"] == "from Mar 10, 2027"
    month = service.member(service.plan("Month", **GOLD), customer_id=amara)
    first = pay(service, month)
    assert (first["period_from"], first["period_until"]) == ("2027-03-10", "2027-04-09")
    service.clock.advance(days=100)
    late = pay(service, month, renew=True)
    day = date.fromisoformat(late["period_from"])
    assert day == date(2027, 3, 10) + timedelta(days=100)
    # Voided, the receipt still says what had been paid for.
    gone = service.post(f"/v1/payments/{late['id']}/void", {"why": "Typed twice"}, status=200)
    assert gone["renewal"] == "taken_back"
    assert (gone["period_from"], gone["period_until"]) == (day.isoformat(), late["period_until"])


def test_a_receipt_of_before_names_the_club_as_it_is_now(service: Service, sold: str) -> None:
    paid = pay(service, sold)
    with arranging(service.database) as session:
        of_before = dict.fromkeys(
            ("seller_name", "seller_address", "seller_tax_number", "period_from", "period_until")
        )
        session.execute(update(Payment).values(of_before))
    change(service, **CLUB, tax_millipercent=19_000)
    text = text_of(service, paid)
    assert (text.organization, text.about) == (service.tenant.name, ())
    assert not {"Period", "Net amount"} & set(dict(text.lines))
    shown = service.get(f"/v1/payments/{paid['id']}")
    assert (shown["seller"], shown["tax_minor"], shown["period_from"]) == (None, None, None)


def test_the_printed_receipt_says_all_of_it(service: Service) -> None:
    name, club = "محمد عبد الله الرشيد", "北京游泳俱乐部"
    change(service, name=club, **CLUB, tax_millipercent=19_000)
    customer = service.customer("محمد", family_name="عبد الله الرشيد", language="de")
    plan = service.plan("Золотая карта", **GOLD)
    paid = pay(service, service.member(plan, customer_id=customer), note="Beleg 4711")
    answer = service.call("GET", f"/v1/payments/{paid['id']}/receipt.pdf")
    text = text_of(service, paid, "de")
    assert (paid["paid_by"], text.organization) == (name, club)
    rows = [f"{label}{value}" for label, value in text.lines]  # beside each other
    shown = [text.organization, *text.about, text.title, *rows]
    assert lines_of(answer.content) == [each.replace("\xa0", " ") for each in shown]


@pytest.mark.parametrize("name", BAD_CLUBS)
def test_what_a_receipt_has_no_place_for_is_refused(service: Service, name: str) -> None:
    answer = service.call("PATCH", "/v1/organization", json=BAD_CLUBS[name])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    (field,) = BAD_CLUBS[name]
    assert field in answer.text


def test_the_language_is_the_members_unless_one_is_asked_for(service: Service) -> None:
    def title(customer: str, **options: Any) -> str:
        plan = service.plan("Gold", **GOLD)
        paid = pay(service, service.member(plan, customer_id=customer))
        path = f"/v1/payments/{paid['id']}/receipt.pdf"
        answer = service.call("GET", path, **options)
        assert answer.status_code == 200
        language = b"/Lang (de)" if b"/Lang (de)" in answer.content else b"/Lang (en)"
        assert language in answer.content
        return language.decode()[-3:-1]

    german, french = service.customer("Amara", language="de-AT"), service.customer(language="fr")
    assert title(german) == "de"
    assert title(german, headers={"Accept-Language": "en"}) == "de"
    assert title(german, params={"language": "en"}) == "en"
    assert title(french) == "en"
    assert title(french, headers={"Accept-Language": "de"}) == "de"
