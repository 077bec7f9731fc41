"""What a sheet of a sale says: amounts in the exponent of their currency, change, periods."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision, parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.sales import SaleKind
from kiosk.staff.words.sale import (
    Paid,
    act_words,
    change_due,
    change_hints,
    done_words,
    likely_given,
    period_words,
    quote_words,
    ways_to_pay,
)
from kiosk.texts import Texts
from tests.kiosk.staff.messages import preview

EN, DE = Texts("en"), Texts("de")
CURRENCIES = ("EUR", "JPY", "KWD")
_SPACES = str.maketrans("", "", "\u00a0\u202f €¥")


def plain(words: str) -> str:
    """A text with plain blanks."""
    return words.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("texts", "last", "words"),
    [
        (EN, date(2027, 11, 28), "Nov 29, 2026 – Nov 28, 2027"),
        (DE, date(2027, 11, 28), "29.11.2026 – 28.11.2027"),
        (EN, None, "From Nov 29, 2026 · No end date"),
        (DE, None, "Ab 29.11.2026 · Unbefristet"),
    ],
)
def test_a_period_is_dates(texts: Texts, last: date | None, words: str) -> None:
    assert period_words(preview(last_day=last), texts) == words


@pytest.mark.parametrize(
    ("amount", "currency", "texts", "words"),
    [
        (4900, "EUR", EN, "€49.00"),
        (4900, "EUR", DE, "49,00 €"),
        (4900, "JPY", EN, "¥4,900"),
        (4900, "KWD", EN, "KWD4.900"),
        (0, "EUR", EN, "Free"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(
    amount: int, currency: str, texts: Texts, words: str
) -> None:
    seen = preview(amount_minor=amount, price_minor=amount, currency=currency)
    assert plain(quote_words(seen, texts, "UTC").amount) == words


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({}, ()),
        ({"held": True}, ("Gold is there already for this time.",)),
        ({"replaces": "Silver"}, ("Silver ends now.",)),
        (
            {"overdue_since": datetime(2026, 11, 5, 23, tzinfo=UTC)},
            ("Overdue since Nov 6, 2026. This payment settles it.",),
        ),
    ],
)
def test_what_else_happens_is_said(changes: dict[str, object], notes: tuple[str, ...]) -> None:
    assert quote_words(preview(**changes), EN, "Europe/Berlin").notes == notes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "incl. 19 % tax: €7.82 · net €41.18"),
        ({"tax_millipercent": 8875, "tax_minor": 399, "net_minor": 4501},
         "incl. 8.875 % tax: €3.99 · net €45.01"),
        ({"tax_millipercent": None, "tax_minor": None, "net_minor": None}, ""),
        ({"tax_millipercent": 0, "tax_minor": 0}, ""),
    ],
)  # fmt: skip
def test_the_tax_is_that_of_the_service(changes: dict[str, object], words: str) -> None:
    assert plain(quote_words(preview(**changes), EN, "UTC").tax) == words


@given(
    due=st.integers(0, 10**9), rest=st.integers(-(10**6), 10**9), place=st.sampled_from(CURRENCIES)
)
def test_change_is_what_was_given_less_what_is_due(due: int, rest: int, place: str) -> None:
    shown = change_due(due + rest, due, place, EN)
    assert shown.missing == (rest < 0)
    digits = "".join(each for each in shown.words if each in "0123456789.,")
    amount = Decimal(parse_decimal(digits, locale="en")).scaleb(get_currency_precision(place))
    assert amount == abs(rest), "to the smallest unit, nothing rounded"


@given(due=st.integers(1, 10**9))
def test_what_is_likely_given_is_more_and_rounder(due: int) -> None:
    likely = likely_given(due)
    assert 1 <= len(likely) <= 2
    assert list(likely) == sorted(set(likely))
    for given_minor in likely:
        assert due < given_minor <= 10 * due
        assert str(given_minor).count("0") >= len(str(given_minor)) - 2


@pytest.mark.parametrize(
    ("due", "likely"),
    [(4900, (5000, 10000)), (2900, (3000, 5000)), (1250, (1500, 2000)), (5000, (10000,)), (0, ())],
)
def test_notes_are_offered_for_a_price(due: int, likely: tuple[int, ...]) -> None:
    assert likely_given(due) == likely


def test_the_change_of_notes_is_there_without_a_key() -> None:
    assert change_hints(4900, "EUR", EN) == "€50.00: €1.00 back · €100.00: €51.00 back"
    assert (
        plain(change_hints(4900, "JPY", DE)) == "5.000 ¥: 100 ¥ zurück · 10.000 ¥: 5.100 ¥ zurück"
    )


@pytest.mark.parametrize(
    ("kind", "free", "online", "ways"),
    [
        (SaleKind.NEW, False, True, "cash card_terminal transfer online later"),
        (SaleKind.NEW, False, False, "cash card_terminal transfer later"),
        (SaleKind.RENEW, False, True, "cash card_terminal transfer later"),
        (SaleKind.CHANGE, False, True, "cash card_terminal transfer later"),
        (SaleKind.PAY, False, True, "cash card_terminal transfer"),
        (SaleKind.NEW, True, True, "nothing"),
    ],
)
def test_how_a_sale_can_be_paid(kind: SaleKind, free: bool, online: bool, ways: str) -> None:
    found = ways_to_pay(kind, EN, free=free, online=online)
    assert [value for value, _ in found] == ways.split()


@pytest.mark.parametrize(
    ("kind", "paid", "act", "done"),
    [
        (SaleKind.NEW, Paid.CASH, "Take €49.00 in cash",
         "Gold sold: Nov 29, 2026 – Dec 28, 2026. €49.00 taken."),
        (SaleKind.RENEW, Paid.CARD_TERMINAL, "€49.00 paid by card",
         "Gold renewed: Nov 29, 2026 – Dec 28, 2026. €49.00 taken."),
        (SaleKind.RENEW, Paid.LATER, "Renew", "Gold renewed: Nov 29, 2026 – Dec 28, 2026."),
        (SaleKind.CHANGE, Paid.TRANSFER, "€49.00 received",
         "Changed to Gold: Nov 29, 2026 – Dec 28, 2026. €49.00 taken."),
        (SaleKind.PAY, Paid.CASH, "Take €49.00 in cash", "Gold: paid. €49.00 taken."),
        (SaleKind.NEW, Paid.ONLINE, "Open the payment page",
         "Gold sold: Nov 29, 2026 – Dec 28, 2026."),
    ],
)  # fmt: skip
def test_the_button_says_what_it_does_and_the_toast_what_it_did(
    kind: SaleKind, paid: Paid, act: str, done: str
) -> None:
    seen = preview(kind=kind)
    assert act_words(seen, paid, EN) == act
    assert done_words(seen, paid, EN) == done


def test_nothing_is_asked_for_a_free_plan() -> None:
    seen = preview(kind=SaleKind.NEW, price_minor=0, amount_minor=0)
    assert act_words(seen, Paid.CASH, EN) == "Sell"
    assert act_words(None, Paid.CASH, EN) == "Sell"
