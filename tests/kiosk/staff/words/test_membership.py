"""What files say of memberships, people and prices."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from api_client.errors import Refused
from api_client.messages.management import (
    IntervalMessage,
    IntervalUnit,
    LinkedCustomer,
    LinkedCustomers,
    LinkSource,
)
from api_client.messages.scan import CustomerState, Reason, Status
from kiosk.staff.forms.amount import minor_units
from kiosk.staff.words.membership import held_line, interval, money, plan_words, sold_line
from kiosk.staff.words.profile import company_words, customer_words
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON, membership
from tests.kiosk.staff.messages import (
    NORTHWIND,
    company,
    link,
    plan,
    profile,
    sold,
)

EN, DE = Texts("en"), Texts("de")
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("changes", "status", "tone"),
    [
        ({}, "active", Tone.ACTIVE),
        ({"reason": Reason.PAYMENT_OVERDUE}, "active, payment overdue", Tone.ATTENTION),
        ({"reason": Reason.NO_SEAT}, "no seat", Tone.NO_MEMBERSHIP),
        ({"status": Status.EXPIRED}, "expired", Tone.EXPIRED),
        ({"status": None, "reason": Reason.SCHEDULED}, "not yet started", Tone.NOT_YET_STARTED),
    ],
)
def test_how_a_membership_stands(changes: dict[str, Any], status: str, tone: Tone) -> None:
    line = held_line(membership(**changes), (), EN, BERLIN)
    assert (line.status, line.tone) == (status, tone)


@pytest.mark.parametrize(
    ("changes", "renew", "extend", "end"),
    [
        ({}, True, True, True),
        ({"status": Status.EXPIRED}, True, True, False),
        ({"ends_at": None, "last_day": None}, False, False, True),
        ({"ended_early_at": NOON, "status": Status.EXPIRED}, False, False, False),
        ({"company": "Northwind Analytics"}, False, False, False),
    ],
)
def test_what_can_be_done_with_a_membership(
    changes: dict[str, Any], renew: bool, extend: bool, end: bool
) -> None:
    line = held_line(membership(**changes), (link(),), EN, BERLIN)
    assert (line.can_renew, line.can_extend, line.can_end) == (renew, extend, end)
    assert line.can_pay is ("company" not in changes)


def test_an_inherited_membership_leads_to_its_company_and_not_to_a_former_one() -> None:
    inherited = membership(company="Northwind Analytics")
    line = held_line(inherited, (link(),), EN, BERLIN)
    assert (line.source, line.company_id) == ("through Northwind Analytics", NORTHWIND)
    assert held_line(inherited, (link(valid_until=NOON),), EN, BERLIN).company_id is None


def test_periods_are_days_of_the_club_the_last_one_inclusive() -> None:
    late = membership(starts_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    assert held_line(late, (), DE, BERLIN).period == "01.02.2026 bis 31.12.2026"
    assert held_line(late, (), EN, "UTC").period == "Jan 31, 2026 to Dec 31, 2026"
    open_ended = membership(ends_at=None, last_day=None)
    assert held_line(open_ended, (), EN, BERLIN).period == "since Jan 28, 2026, without end"


def test_an_early_end_is_told_with_its_reason() -> None:
    ended = membership(ended_early_at=NOON, ended_early_why="moved away", status=Status.EXPIRED)
    assert held_line(ended, (), EN, BERLIN).note == "Ended early on Nov 24, 2026: moved away."


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(4900, "EUR", "49,00\xa0€"), (500, "JPY", "500\xa0¥"), (1234, "KWD", "1,234\xa0KWD"),
     (0, "EUR", "0,00\xa0€")],
)  # fmt: skip
def test_money_has_the_digits_of_its_currency(minor: int, currency: str, said: str) -> None:
    assert money(minor, currency, DE) == said


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [("49,90", "EUR", 4990), ("1.200", "EUR", 120000), ("", "EUR", 0), ("500", "JPY", 500),
     ("0,001", "KWD", 1)],
)  # fmt: skip
def test_a_price_is_read_as_it_is_typed_in_german(typed: str, currency: str, minor: int) -> None:
    assert minor_units(typed, currency, DE) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [("free", "EUR"), ("-1", "EUR"), ("1,999", "EUR"), ("1,5", "JPY"), ("NaN", "EUR"),
     ("1,2,3", "EUR")],
)  # fmt: skip
def test_what_is_no_price_is_refused_with_what_was_typed(typed: str, currency: str) -> None:
    with pytest.raises(Refused, match=typed):
        minor_units(typed, currency, DE)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (IntervalMessage(unit=IntervalUnit.MONTH), "jeden Monat"),
        (IntervalMessage(unit=IntervalUnit.WEEK, count=10), "alle 10 Wochen"),
        (IntervalMessage(unit=IntervalUnit.DAY, count=2), "alle 2 Tage"),
        (IntervalMessage(unit=IntervalUnit.YEAR), "jedes Jahr"),
    ],
)
def test_intervals(length: IntervalMessage, said: str) -> None:
    assert interval(length, DE) == said


def test_plans_are_named_with_their_price() -> None:
    assert plan_words(plan(), EN) == "Gold · €49.00 every month"


def test_the_file_of_a_customer_says_what_is_known_and_nothing_empty() -> None:
    banned = AMARA.model_copy(update={"state": CustomerState.BANNED})
    words = customer_words(profile(customer=banned), None, EN, BERLIN)
    assert words.initials == "AO"
    assert words.details == ("amara@example.com", "Since Nov 24, 2026")
    assert words.standing is not None
    assert (words.standing.word, words.primary) == ("Blocked", None)
    inactive = AMARA.model_copy(update={"state": CustomerState.INACTIVE})
    whole = profile(customer=inactive, phone="+4930123", birth_date=date(1991, 5, 4),
                    former_numbers=("M-1",))  # fmt: skip
    assert customer_words(whole, None, EN, BERLIN).details == (
        "amara@example.com", "+4930123", "Born May 4, 1991", "Formerly M-1", "Since Nov 24, 2026",
        "inactive",
    )  # fmt: skip
    assert [line.plan for line in words.memberships] == ["Gold Membership", "Corporate"]
    assert words.entries[0].below == "Analyst · since Jan 5, 2026"
    assert words.cards is None


def test_the_file_of_a_company_tells_who_has_no_seat() -> None:
    view, _ = company(customers=3)
    people = LinkedCustomers(
        items=tuple(
            LinkedCustomer(
                customer=AMARA, role="", source=LinkSource.MANUAL, valid_from=NOON, has_seat=seat
            )
            for seat in (True, False)
        )
    )
    words = company_words(view, people, EN, BERLIN)
    assert dict(words.facts)["Seats"] == "2 of 2"
    assert [entry.below.endswith("no seat") for entry in words.entries] == [False, True]
    assert all(entry.removable for entry in words.entries)
    assert sold_line(sold(), EN, BERLIN).source == "€1,200.00 every year"


def test_an_end_to_come_is_no_end_that_was() -> None:
    texts = Texts("en")
    later = datetime(2027, 1, 31, 23, 0, tzinfo=UTC)
    held = membership(ended_early_at=later, ended_early_why="moves away", ends_at=later,
                      last_day=date(2027, 1, 31))  # fmt: skip
    line = held_line(held, (), texts, "Europe/Berlin")
    assert line.note == "Ends early on Jan 31, 2027: moves away."
    assert line.period.endswith("to Jan 31, 2027")
    gone = held.model_copy(update={"status": Status.EXPIRED, "ended_early_why": ""})
    assert held_line(gone, (), texts, "Europe/Berlin").note == "Ended early on Jan 31, 2027."


def test_a_sale_that_can_be_undone_is_the_change_to_undo() -> None:
    until = datetime(2026, 12, 13, 11, tzinfo=UTC)
    line = sold_line(sold(sale_undo_until=until), Texts("en"), "UTC")
    assert line.change_id == sold().id
    assert line.change.endswith("Until Dec 13, 2026.")
    assert sold_line(sold(), Texts("en"), "UTC").change_id is None
