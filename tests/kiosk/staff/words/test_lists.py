"""Companies, cards and what is found by a picker, as rows; who fits a search among people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api_client.messages.cards import (
    AppleReady,
    CardState,
    GoogleReady,
    ListedCard,
    WalletKind,
    WalletsReady,
)
from api_client.messages.management import CompanyLine
from api_client.messages.scan import CustomerHit, Outcome
from kiosk.staff.words.cards import card_rows, ready_lines
from kiosk.staff.words.companies import company_rows, fits
from kiosk.staff.words.picker import company_hits, person_hits
from kiosk.staff.words.profile import Entry
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON

EN = Texts("en")
ZONE = "Europe/Berlin"


def company(**more: Any) -> CompanyLine:
    """Northwind."""
    fields: dict[str, Any] = {"id": UUID(int=1), "name": "Northwind", "seat_cap": None,
                              "archived_at": None}  # fmt: skip
    return CompanyLine(**(fields | more))


@pytest.mark.parametrize(
    ("more", "below", "state", "waiting"),
    [
        ({}, "", "", False),
        ({"customers": 1}, "1 person", "", False),
        ({"customers": 3, "seat_cap": 5, "seats_taken": 2}, "3 people · 2 of 5 seats", "", False),
        ({"seat_cap": 1}, "1 seat", "", False),
        ({"customers": 9, "seat_cap": 5, "seats_taken": 8}, "9 people · 5 of 5 seats",
         "3 without a seat", True),
        ({"customers": 9, "seat_cap": 5, "seats_taken": 8, "archived_at": NOON},
         "9 people · 5 of 5 seats", "archived", False),
    ],
)  # fmt: skip
def test_company_row(more: dict[str, Any], below: str, state: str, waiting: bool) -> None:
    (row,) = company_rows([company(**more)], EN)
    assert (row.name, row.below, row.state, row.waiting) == ("Northwind", below, state, waiting)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", True), ("ada", True), ("BYR cook", True), ("C-000001", True), ("bo", False)],
)
def test_who_fits_a_search(typed: str, found: bool) -> None:
    entry = Entry(UUID(int=1), "Ada Byron", "C-000001 · Cook")
    assert fits(entry, typed) is found


@pytest.mark.parametrize(
    ("born", "email", "below"),
    [
        (date(1990, 12, 10), "a@example.com", "C-000001 · born Dec 10, 1990"),
        (None, "a@example.com", "C-000001 · a@example.com"),
        (None, None, "C-000001"),
    ],
)
def test_hits_tell_namesakes_apart(born: date | None, email: str | None, below: str) -> None:
    customer = AMARA.model_copy(update={"number": "C-000001"})
    hit = CustomerHit(customer=customer, outcome=Outcome.ACTIVE, birth_date=born, email=email)
    (free,) = person_hits([hit], (), EN)
    assert (free.title, free.below, free.linked, free.mark) == (AMARA.name, below, False, "")
    (there,) = person_hits([hit], {AMARA.id}, EN)
    assert (there.linked, there.mark) == (True, "linked already")


def test_company_hits_show_their_seats() -> None:
    line = company(customers=2, seat_cap=4, seats_taken=1)
    (hit,) = company_hits([line], {line.id}, EN)
    assert (hit.title, hit.below, hit.mark) == (
        "Northwind",
        "2 people · 1 of 4 seats",
        "linked already",
    )


def card(**more: Any) -> ListedCard:
    """Amara's card."""
    fields: dict[str, Any] = {
        "id": UUID(int=9), "label": "Member card", "issued_at": NOON, "customer": AMARA,
        "design_id": UUID(int=8), "design": "Gold card", "state": CardState.ACTIVE,
    }  # fmt: skip
    return ListedCard(**(fields | more))


@pytest.mark.parametrize(
    ("more", "below", "state"),
    [
        ({}, "Gold card · not on a phone yet", "valid"),
        ({"on_phones": (WalletKind.APPLE, WalletKind.GOOGLE)},
         "Gold card · Apple Wallet, Google Wallet", "valid"),
        ({"design": None}, "Member card · printed only", "valid"),
        ({"design": None, "foreign": True, "code_end": "7120"},
         "Member card · code ends in 7120", "valid"),
        ({"state": CardState.REVOKED, "revoked_at": NOON}, "Gold card", "revoked"),
        ({"state": CardState.REPLACED, "revoked_at": NOON}, "Gold card", "replaced"),
    ],
)  # fmt: skip
def test_card_row(more: dict[str, Any], below: str, state: str) -> None:
    (row,) = card_rows([card(**more)], EN, ZONE)
    assert (row.holder, row.below, row.state) == (AMARA.name, f"{AMARA.number} · {below}", state)


def wallets(
    ends: datetime | None, *, development: bool = False, google: bool = True, url: str | None = None
) -> WalletsReady:
    """What is set up."""
    apple = AppleReady(development=development, pass_type_id="p", team_id="t", not_after=ends)
    return WalletsReady(apple=apple, google=GoogleReady(configured=google), public_url=url)


NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ready", "sentences", "good"),
    [
        (wallets(NOW + timedelta(days=200), url="https://cards.example"),
         ("ready until Sep 17, 2027", "ready", "cards.example"), (True, True, True)),
        (wallets(NOW + timedelta(days=9)),
         ("certificate ends Mar 10, 2027", "ready", "missing: no phone can load a card"),
         (False, True, False)),
        (wallets(NOW - timedelta(days=1), google=False),
         ("certificate ended Feb 28, 2027", "not set up", "missing: no phone can load a card"),
         (False, False, False)),
        (wallets(None, development=True),
         ("certificate missing: iPhones refuse the cards", "ready",
          "missing: no phone can load a card"), (False, True, False)),
    ],
)  # fmt: skip
def test_what_the_wallets_need(
    ready: WalletsReady, sentences: tuple[str, ...], good: tuple[bool, ...]
) -> None:
    lines = ready_lines(ready, EN, ZONE, NOW)
    assert tuple(line.sentence for line in lines) == sentences
    assert tuple(line.good for line in lines) == good
