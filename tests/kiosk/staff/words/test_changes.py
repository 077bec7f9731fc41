"""Entries of the audit in plain words; what the service records has words of its own."""

import re
from typing import Any
from uuid import UUID

import pytest

from api_client.messages.audit import EntryView
from api_client.messages.management import ActorKind, ActorView
from kiosk.staff.words.changes import Names, change_lines
from kiosk.texts import Texts
from tests.conftest import ROOT
from tests.kiosk.answers import NOON

EN = Texts("en")
MEMBERSHIP, LINK = str(UUID(int=3)), str(UUID(int=41))
NAMES = Names({MEMBERSHIP: "Gold"}, {LINK: "Northwind"})


def entry(action: str, before: Any = None, after: Any = None, subject: str = "x") -> EntryView:
    """Greta did it."""
    return EntryView(
        id=UUID(int=1), at=NOON, actor=ActorView(kind=ActorKind.STAFF, id=None, name="Greta"),
        action=action, subject_kind=action.partition(".")[0], subject_id=subject, before=before,
        after=after, request_id=None,
    )  # fmt: skip


TABLE: list[tuple[EntryView, str, tuple[str, ...]]] = [
    (entry("customer.changed", {"email": "a@x.example"}, {"email": None}), "Changed: Email",
     ("Email: a@x.example → empty",)),
    (entry("customer.changed", {"state": "active", "birth_date": None},
           {"state": "banned", "birth_date": "1991-05-04"}), "Changed: State, Born",
     ("State: active → blocked", "Born: empty → May 4, 1991")),
    (entry("customer.changed", {"photo_tag": None}, {"photo_tag": "a"}), "Photo added", ()),
    (entry("customer.changed", {"photo_tag": "a"}, {"photo_tag": "b"}), "Photo replaced", ()),
    (entry("customer.changed", {"photo_tag": "a"}, {"photo_tag": None}), "Photo removed", ()),
    (entry("membership.created", None, {"plan_name": "Silver"}), "Sold: Silver", ()),
    (entry("membership.created", None, {}, MEMBERSHIP), "Sold: Gold", ()),
    (entry("membership.changed", {"last_day": "2026-12-31"}, {"last_day": "2027-01-31"},
           MEMBERSHIP), "Gold: last day Dec 31, 2026 → Jan 31, 2027", ()),
    (entry("membership.changed", {"ended_early_at": None},
           {"ended_early_at": "2026-11-24T11:00:00Z", "ended_early_why": "moved"}, MEMBERSHIP),
     "Gold ended: moved", ()),
    (entry("membership.changed", {"ended_early_at": "2026-11-24T11:00:00Z"},
           {"ended_early_at": None}, MEMBERSHIP), "Gold: end taken back", ()),
    (entry("membership.changed", {}, {"payment_overdue_since": "2026-11-24T11:00:00Z"},
           MEMBERSHIP), "Gold: payment overdue", ()),
    (entry("membership.changed", {}, {"payment_overdue_since": None}, MEMBERSHIP),
     "Gold: payment no longer overdue", ()),
    (entry("membership.changed", {}, {"renews": True}, MEMBERSHIP), "Gold changed", ()),
    (entry("payment.created", None,
           {"receipt_number": 12, "amount_minor": 4900, "currency": "EUR"}),
     "Paid €49.00 · R-000012", ()),
    (entry("payment.changed", {}, {"voided_at": "2026-11-24T11:00:00Z"}), "Payment voided", ()),
    (entry("card.changed", {}, {"revoked_at": "2026-11-24T11:00:00Z"}), "Card revoked", ()),
    (entry("link.created", None, {}, LINK), "Linked to Northwind", ()),
    (entry("link.ended", {}, {}, LINK), "Unlinked from Northwind", ()),
    (entry("link.reopened", {}, {}, LINK), "Unlinking from Northwind undone", ()),
    (entry("link.changed", {}, {}, LINK), "Role at Northwind changed", ()),
    (entry("card.transmuted"), "Other change (card.transmuted)", ()),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_a_change_says_what_who_and_when(case: tuple[EntryView, str, tuple[str, ...]]) -> None:
    given, title, details = case
    (line,) = change_lines((given,), NAMES, EN, "UTC")
    assert line.title == title
    when = f"{EN.local_day(NOON, 'UTC')}, {EN.clock(NOON, 'UTC')}"
    assert line.below == (f"{when} · Greta", *details)


def test_all_that_the_service_records_of_a_customer_has_words() -> None:
    recorded = re.compile(r'record\(\s*[^"]*?"((?:customer|card|link|payment|billing)\.[a-z_]+)"')
    found = {
        action
        for path in (ROOT / "membership").rglob("*.py")
        for action in recorded.findall(path.read_text())
    }
    of_the_club = {"billing.configured", "billing.removed", "billing.event_retried",
                   "billing.task_retried"}  # fmt: skip
    assert {"customer.merged", "card.mailed", "billing.ordered"} <= found
    for action in found - of_the_club:
        (line,) = change_lines((entry(action, {}, {}),), NAMES, EN, "UTC")
        assert "Other change" not in line.title, action
