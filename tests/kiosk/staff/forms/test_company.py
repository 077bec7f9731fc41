"""What is typed into the forms of companies and plans: whole numbers, and who is linked."""

from typing import Any
from uuid import UUID

import pytest

from api_client.errors import Refused
from api_client.messages.management import EmailDomainView
from api_client.messages.scan import Problem
from kiosk.staff.forms.amount import whole_number
from kiosk.staff.forms.company import company_fields, company_form
from kiosk.staff.forms.plan import plan_fields
from kiosk.texts import Texts
from tests.kiosk.staff.messages import company

EN, DE = Texts("en"), Texts("de")
NUMBERS: list[tuple[str, int | None]] = [
    ("0", 0), ("7", 7), ("007", 7), ("1000", 1000), ("1000000", 1000000),
    ("1.000", None), ("1,000", None), ("1 000", None), ("1'000", None), ("1_000", None),
    ("1.0", None), ("1,5", None), ("1e3", None), ("0x10", None), ("+5", None), ("-5", None),
    ("", None), ("ten", None), ("NaN", None), ("Infinity", None), ("\u0662\u0660", None),
    ("\uff12\uff10", None), ("\u00b2", None), ("5 seats", None), ("5.", None), ("½", None),
]  # fmt: skip


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_a_typed_number_is_what_was_meant_or_is_refused(texts: Texts) -> None:
    for typed, meant in NUMBERS:
        if meant is None:
            with pytest.raises(Refused):
                whole_number(typed, texts)
        else:
            assert whole_number(typed, texts) == meant


def test_a_thousand_seats_are_not_one() -> None:
    typed = {"name": "Northwind", "seat_cap": "1.000", "email_domains": ""}
    with pytest.raises(Refused, match="ist keine ganze Zahl"):
        company_fields(typed, DE)
    assert company_fields({**typed, "seat_cap": "1000"}, DE)["seat_cap"] == 1000
    assert company_fields({**typed, "seat_cap": ""}, DE)["seat_cap"] is None


def test_a_plan_of_a_thousand_days_is_not_one_of_a_day() -> None:
    typed: dict[str, Any] = {
        "name": "Long", "description": "", "price": "1", "permissions": "", "public": False,
        "billing_count": "1", "billing_unit": "none",
        "length_count": "1.000", "length_unit": "day",
    }  # fmt: skip
    with pytest.raises(Refused, match="ist keine ganze Zahl"):
        plan_fields(typed, "EUR", DE)
    typed["length_count"] = "1000"
    assert plan_fields(typed, "EUR", DE)["length"] == {"unit": "day", "count": 1000}


def test_a_price_that_is_left_out_is_not_zero() -> None:
    typed: dict[str, Any] = {
        "name": "Pool", "description": "", "price": "", "permissions": "", "public": True,
        "billing_count": "1", "billing_unit": "none", "length_count": "1", "length_unit": "none",
    }  # fmt: skip
    with pytest.raises(Refused, match="Please enter a price"):
        plan_fields(typed, "EUR", EN)
    assert plan_fields({**typed, "price": "0"}, "EUR", EN)["price_minor"] == 0


class Domains:
    """A client that knows how many customers are in a domain, and saves companies."""

    def __init__(self, **customers: int) -> None:
        self.customers, self.saved = customers, list[Any]()

    def email_domain(self, domain: str) -> EmailDomainView:
        if "old" in self.customers:
            raise Refused(Problem(title="Not found", status=404, code="no_such_route"))
        return EmailDomainView(
            domain=domain,
            public=domain == "gmail.com",
            customers=self.customers.get(domain.partition(".")[0], 0),
            company_id=None,
        )

    def save_company(self, _company_id: UUID | None, fields: Any, _once: str) -> None:
        self.saved.append(fields)


def test_staff_see_whom_a_domain_links_before_it_does(qtbot: Any) -> None:
    form, filled = company_form(DE, None)
    qtbot.addWidget(form)
    client: Any = Domains(north=12)
    typed = dict.fromkeys(("name", "seat_cap", "billing_name", "billing_email"), "")
    call: Any = filled({**typed, "name": "N", "email_domains": "north.example, east.example"})
    with pytest.raises(Refused, match=r"north\.example: 12, east\.example: 0") as caught:
        call(client, "key")
    assert "Zum Bestätigen noch einmal drücken" in str(caught.value)
    assert client.saved == []
    client.customers["north"] = 13  # somebody came meanwhile: they see the number that counts
    with pytest.raises(Refused, match=r"north\.example: 13"):
        call(client, "key")
    call(client, "key")
    (fields,) = client.saved
    assert fields["confirmed_domains"] == [
        {"domain": "north.example", "customers": 13},
        {"domain": "east.example", "customers": 0},
    ]


def test_a_public_provider_is_refused_in_the_form(qtbot: Any) -> None:
    form, filled = company_form(EN, None)
    qtbot.addWidget(form)
    client: Any = Domains()
    typed = dict.fromkeys(("name", "seat_cap", "billing_name", "billing_email"), "")
    call: Any = filled({**typed, "email_domains": "north.example gmail.com"})
    for _ in range(2):
        with pytest.raises(Refused, match=r"gmail\.com is a public mail provider"):
            call(client, "key")
    assert client.saved == []


def test_nothing_is_asked_of_what_stays_or_by_an_older_service(qtbot: Any) -> None:
    shown = company()[0].model_copy(update={"email_domains": ("north.example",)})
    form, filled = company_form(EN, shown)
    qtbot.addWidget(form)
    client: Any = Domains(north=12)
    typed = dict.fromkeys(("name", "seat_cap", "billing_name", "billing_email"), "")
    call: Any = filled({**typed, "email_domains": "north.example"})
    call(client, "key")
    older: Any = Domains(old=1)
    other: Any = filled({**typed, "email_domains": "north.example south.example"})
    other(older, "key")
    for saved in (*client.saved, *older.saved):
        assert "confirmed_domains" not in saved
