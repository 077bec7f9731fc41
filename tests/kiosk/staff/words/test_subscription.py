"""What is said of subscriptions, their invoices and online orders."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api_client.messages.billing import InvoiceStatus, OrderState, SubscriptionStatus
from kiosk.staff.words.checkout import MOST_IN_A_CODE, checkout_words
from kiosk.staff.words.membership import held_line
from kiosk.staff.words.subscription import (
    billed_lines,
    billing_words,
    invoice_line,
    subscription_words,
)
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.answers import membership
from tests.kiosk.staff.billing_messages import (
    PAID_UNTIL,
    URL,
    invoice,
    invoices,
    link,
    opened,
    order,
)

EN, DE = Texts("en"), Texts("de")
BERLIN = "Europe/Berlin"
LATER = datetime(2027, 11, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "said", "status", "tone"),
    [
        ({}, "verlängert sich automatisch", "aktiv", Tone.ACTIVE),
        ({"subscription": "past_due"}, "wird wiederholt", "Zahlung überfällig", Tone.ATTENTION),
        ({"subscription": "unpaid"}, "nicht mehr wiederholt", "nicht bezahlt", Tone.ATTENTION),
        ({"subscription": "paused"}, "angehalten", "angehalten", Tone.ATTENTION),
        ({"subscription": "incomplete"}, "nicht abgeschlossen", "noch nicht bezahlt",
         Tone.NOT_YET_STARTED),
        ({"cancels_at": PAID_UNTIL}, "nicht verlängert: endet am 24.12.2026", "nicht verlängert",
         Tone.ATTENTION),
        ({"cancels_at": LATER}, "in Raten bezahlt, endet am 24.11.2027", "aktiv", Tone.ACTIVE),
        ({"cancels_at": PAID_UNTIL, "paid_until": None}, "endet am 24.12.2026",
         "nicht verlängert", Tone.ATTENTION),
    ],
)  # fmt: skip
def test_how_a_subscription_stands(
    changes: dict[str, Any], said: str, status: str, tone: Tone
) -> None:
    stands = order(**changes)
    assert said in billing_words(stands, DE, BERLIN)
    words = subscription_words(stands, "Amara Okafor", invoices(), DE, BERLIN)
    assert (words.status, words.tone) == (status, tone)
    assert words.runs


@pytest.mark.parametrize(
    ("changes", "left_to_it"),
    [
        ({}, True),
        ({"subscription": SubscriptionStatus.CANCELED}, False),
        ({"subscription": None}, False),
        ({"membership_id": UUID(int=99)}, False),
        ({"membership_id": None}, False),
    ],
)
def test_what_a_subscription_decides_about_is_left_to_it(
    changes: dict[str, Any], left_to_it: bool
) -> None:
    before = held_line(membership(), (), EN, BERLIN)
    (line,) = billed_lines([before], [order(**changes)], EN, BERLIN)
    if not left_to_it:
        assert line == before
        assert before.can_renew
        return
    assert line.order_id == order().id
    assert line.billing == "Paid through Stripe, renews automatically."
    assert (line.can_renew, line.can_extend, line.can_end) == (False, False, False)
    assert line.can_pay


def test_a_former_subscription_hides_no_running_one() -> None:
    orders = [order(), order(id=UUID(int=81), subscription="canceled")]
    line = held_line(membership(), (), EN, BERLIN)
    for both in (orders, orders[::-1]):
        (shown,) = billed_lines([line], both, EN, BERLIN)
        assert shown.order_id == order().id


def test_the_page_tells_days_and_whether_it_goes_on() -> None:
    words = subscription_words(order(), "Amara", invoices(invoice()), EN, BERLIN)
    assert dict(words.facts) == {
        "Price": "€49.00", "Paid until": "Dec 24, 2026", "Ordered": "Nov 24, 2026",
        "Last checked": "Nov 24, 2026, 12:00\u202fPM",
    }  # fmt: skip
    assert (words.until, words.stops, words.warning) == ("Dec 24, 2026", False, "")
    ending = order(cancels_at=PAID_UNTIL)
    words = subscription_words(ending, "Amara", invoices(invoice(), next_cursor="x"), EN, BERLIN)
    assert dict(words.facts)["Ends on"] == "Dec 24, 2026"
    assert words.stops
    assert words.warning == "Only the latest 1 invoices are shown."
    ended = subscription_words(order(subscription="canceled"), "", invoices(), EN, BERLIN)
    assert (ended.runs, ended.status, ended.tone) == (False, "ended", Tone.EXPIRED)


@pytest.mark.parametrize(
    ("changes", "status", "tone", "below"),
    [
        ({}, "bezahlt", Tone.ACTIVE,
         ("24.11.2026 · A1B2-0001", "Für 24.11.2026 bis 24.12.2026")),
        ({"number": None, "period_end": None, "status": InvoiceStatus.OPEN},
         "noch nicht bezahlt", Tone.ATTENTION, ("24.11.2026",)),
        ({"period_end": None, "refunded_minor": 1250}, "bezahlt", Tone.ACTIVE,
         ("24.11.2026 · A1B2-0001", "Erstattet: 12,50\xa0€")),
        ({"period_end": None, "disputed": True}, "bezahlt", Tone.ATTENTION,
         ("24.11.2026 · A1B2-0001", "Von der Bank des Zahlers angefochten")),
        ({"period_end": None, "status": InvoiceStatus.VOID}, "storniert", Tone.NO_MEMBERSHIP,
         ("24.11.2026 · A1B2-0001",)),
        ({"period_end": None, "status": InvoiceStatus.UNCOLLECTIBLE},
         "uneinbringlich", Tone.EXPIRED,
         ("24.11.2026 · A1B2-0001",)),
    ],
)  # fmt: skip
def test_invoices(changes: dict[str, Any], status: str, tone: Tone, below: tuple[str, ...]) -> None:
    line = invoice_line(invoice(**changes), DE, BERLIN)
    assert (line.title, line.status, line.tone, line.below) == ("49,00\xa0€", status, tone, below)


def test_an_order_that_waits_shows_its_code_and_until_when_it_is_good() -> None:
    words = checkout_words(opened(), link(), "Amara", EN, BERLIN)
    assert (words.title, words.payer) == ("Gold Membership", "€49.00 · Amara")
    assert (words.url, words.code) == (URL, URL)
    assert words.good_until == "Valid until Nov 24, 2026, 2:00\u202fPM"
    long = link(url=URL + "x" * MOST_IN_A_CODE)
    words = checkout_words(opened(), long, "Amara", EN, BERLIN)
    assert (words.url, words.code) == (long.url, "")
    assert "too long for a code" in words.hint


@pytest.mark.parametrize(
    ("changes", "status", "tone", "hint"),
    [
        ({"state": OrderState.COMPLETED, "membership_id": UUID(int=3)}, "paid", Tone.ACTIVE,
         "in the profile"),
        ({"state": OrderState.COMPLETED, "trouble": "customer erased"}, "paid", Tone.ATTENTION,
         "no membership was created: customer erased"),
        ({"state": OrderState.COMPLETED}, "Processing", Tone.NOT_YET_STARTED,
         "The bank is processing"),
        ({"state": OrderState.EXPIRED}, "expired", Tone.EXPIRED, "Not paid in time"),
        ({"state": OrderState.FAILED}, "not paid", Tone.EXPIRED, "failed"),
    ],
)  # fmt: skip
def test_what_became_of_an_order(
    changes: dict[str, Any], status: str, tone: Tone, hint: str
) -> None:
    stale = link(expires_at=link().expires_at - timedelta(days=1))
    words = checkout_words(opened(**changes), stale, "Amara", EN, BERLIN)
    assert (words.status, words.tone) == (status, tone)
    assert hint in words.hint
    assert (words.url, words.code, words.good_until) == ("", "", "")
