"""What the desk notices: thresholds to the day and minute, leap birthdays, clocks set back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import LATER_KINDS, Attention, AttentionKind, CustomerState
from membership.rules.attention import Thresholds, attention, is_birthday, known_kinds
from membership.rules.inheritance import Entitlement
from membership.rules.instants import day_end
from membership.rules.outcome import decide
from membership.rules.status import Term
from tests.membership.rules.clocks import BERLIN, utc
from tests.membership.rules.people import COMPANY, NOW, entitlement, held

DUE, SOON, NOTE, SEEN, BIRTHDAY, NAMED = (
    AttentionKind.PAYMENT_OVERDUE,
    AttentionKind.EXPIRES_SOON,
    AttentionKind.DESK_NOTE,
    AttentionKind.SEEN_RECENTLY,
    AttentionKind.BIRTHDAY,
    AttentionKind.BY_NUMBER,
)
FIRST_KINDS = {DUE, SOON, NOTE, SEEN, BIRTHDAY}
"""Those that every desk knows."""
RUNS_ON = entitlement(1, -10)
BORN_TODAY = date(1990, 5, 15)


def until(last_day: str, zone: ZoneInfo = BERLIN) -> Entitlement:
    """Return a running holding that is good until the end of ``last_day``."""
    term = Term(utc("2026-01-01"), day_end(date.fromisoformat(last_day), zone))
    return Entitlement(RUNS_ON.membership_id, "Gold", term)


def noticed(
    all_held: list[Entitlement],
    *,
    now: datetime = NOW,
    zone: ZoneInfo = BERLIN,
    state: CustomerState | None = CustomerState.ACTIVE,
    revoked: bool = False,
    note: str | None = None,
    birth_date: date | None = None,
    last_visit_at: datetime | None = None,
    only_named: bool = False,
    thresholds: Thresholds = Thresholds(14, 60),  # noqa: B008 - frozen
) -> list[tuple[AttentionKind, int | str | None]]:
    """Return each kind that is noticed, with its days, minutes or text."""
    found = attention(
        decide(state, all_held, now, card_revoked=revoked),
        now,
        zone,
        desk_note=note,
        birth_date=birth_date,
        last_visit_at=last_visit_at,
        only_named=only_named,
        thresholds=thresholds,
    )
    values = []
    for each in found:
        value = each.days if each.days is not None else each.minutes
        values.append((each.kind, each.text if value is None else value))
    return values


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        ("2026-05-15", [(SOON, 0)]),
        ("2026-05-16", [(SOON, 1)]),
        ("2026-05-29", [(SOON, 14)]),
        ("2026-05-30", []),
    ],
)
def test_expires_soon_counts_local_days(
    last_day: str, expected: list[tuple[AttentionKind, int]]
) -> None:
    assert noticed([until(last_day)]) == expected


@pytest.mark.parametrize(
    ("now", "zone", "days"),
    [
        ("2026-05-15T21:59", "Europe/Berlin", 1),  # 23:59 there, one more day to come
        ("2026-05-15T22:00", "Europe/Berlin", 0),  # midnight: today is the last day
        ("2026-05-15T11:00", "Pacific/Kiritimati", 0),
        ("2026-05-15T09:00", "Pacific/Kiritimati", 1),
    ],
)
def test_the_day_is_that_of_the_organization(now: str, zone: str, days: int) -> None:
    there = ZoneInfo(zone)
    assert noticed([until("2026-05-16", there)], now=utc(now), zone=there) == [(SOON, days)]


@pytest.mark.parametrize(
    "calm",
    [
        [until("2026-05-16"), RUNS_ON],  # another one runs on
        [until("2026-05-16"), entitlement(2, 1.5, 300)],  # renewed early
        [RUNS_ON],
    ],
)
def test_who_stays_covered_needs_no_reminder(calm: list[Entitlement]) -> None:
    assert noticed(calm) == []


@pytest.mark.parametrize(
    "pressing",
    [
        [entitlement(1, -1, 2), entitlement(2, 3, 300)],  # a gap is coming
        [entitlement(1, -1, 2), entitlement(2, -1, company=COMPANY, has_seat=False)],
        [entitlement(1, -1, 300, early=2)],  # cancelled with notice
    ],
)
def test_who_loses_cover_is_told(pressing: list[Entitlement]) -> None:
    assert noticed(pressing) == [(SOON, 2)]


def test_an_overdue_payment_is_noticed_even_where_another_membership_decides() -> None:
    assert noticed([RUNS_ON, entitlement(2, -1, overdue=-0.5)]) == [(DUE, None)]
    assert noticed([entitlement(2, -9, -1, overdue=-2)]) == []


def test_most_pressing_first() -> None:
    found = noticed(
        [entitlement(1, -1, 3, overdue=-1)],
        note="Ask for the key",
        birth_date=BORN_TODAY,
        last_visit_at=NOW - timedelta(minutes=5),
        only_named=True,
    )
    assert found == [
        (NAMED, None),
        (DUE, None),
        (SOON, 3),
        (NOTE, "Ask for the key"),
        (SEEN, 5),
        (BIRTHDAY, None),
    ]


IN_WORDS = {
    AttentionKind.BY_NUMBER: "By number: compare the photo.",
    AttentionKind.OLD_CODE: "The code is of an old form.",
}


@given(
    st.sets(st.sampled_from(AttentionKind)),
    st.sets(st.sampled_from([*AttentionKind, "of a later version"])),
)
def test_a_desk_gets_no_kind_that_it_does_not_know(
    kinds: set[AttentionKind], known: set[str]
) -> None:
    own = "Ask for the key"
    found = tuple(
        Attention(kind=kind, text=own if kind is NOTE else None) for kind in AttentionKind
        if kind in kinds
    )  # fmt: skip
    sent = known_kinds(found, known)
    assert {each.kind for each in sent} <= FIRST_KINDS | known
    if not kinds & LATER_KINDS - known:
        assert sent == found
        return
    notes = [each.text for each in sent if each.kind is NOTE]
    assert sent[0].kind is NOTE
    words = [IN_WORDS[each.kind] for each in found if each.kind in LATER_KINDS - known]
    assert notes == [" ".join([*words, own] if NOTE in kinds else words)]
    rest = [each for each in found if each.kind in FIRST_KINDS - {NOTE}]
    assert [each for each in sent if each.kind is not NOTE] == rest


@pytest.mark.parametrize(
    ("all_held", "state", "revoked"),
    [
        ([RUNS_ON], CustomerState.BANNED, False),
        ([RUNS_ON], CustomerState.ACTIVE, True),
        ([entitlement(1, -9, -1)], CustomerState.ACTIVE, False),
        ([entitlement(1, 1)], CustomerState.ACTIVE, False),
        ([], CustomerState.ACTIVE, False),
    ],
)
def test_beside_a_refusal_only_the_note_is_shown(
    all_held: list[Entitlement], state: CustomerState, revoked: bool
) -> None:
    found = noticed(
        all_held,
        state=state,
        revoked=revoked,
        note=" Call the manager ",
        only_named=True,
        birth_date=BORN_TODAY,
        last_visit_at=NOW,
    )
    assert found == [(NOTE, "Call the manager")]


def test_an_unknown_code_has_nothing_to_notice() -> None:
    assert noticed([], state=None, note="of somebody else") == []


@pytest.mark.parametrize("note", [None, "", " \n"])
def test_a_blank_note_is_none(note: str | None) -> None:
    assert noticed([RUNS_ON], note=note) == []


@pytest.mark.parametrize(
    ("seconds_ago", "expected"),
    [
        (0, [(SEEN, 0)]),
        (59, [(SEEN, 0)]),
        (60, [(SEEN, 1)]),
        (3600, [(SEEN, 60)]),
        (3601, []),
        (-30, [(SEEN, 0)]),  # the clock was set back
        (-3601, []),
    ],
)
def test_seen_recently_counts_whole_minutes(
    seconds_ago: int, expected: list[tuple[AttentionKind, int]]
) -> None:
    assert noticed([RUNS_ON], last_visit_at=NOW - timedelta(seconds=seconds_ago)) == expected


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        ("1990-05-15", "2026-05-15", True),
        ("1990-05-15", "2026-05-16", False),
        ("1990-05-15", "2026-04-15", False),
        ("1992-02-29", "2028-02-29", True),
        ("1992-02-29", "2028-02-28", False),
        ("1992-02-29", "2026-02-28", True),
        ("1992-02-29", "2026-03-01", False),
        ("1992-02-29", "2100-02-28", True),
        ("1992-02-28", "2028-02-28", True),
        ("2026-05-15", "2026-05-15", False),  # born today
        ("2027-05-15", "2026-05-15", False),  # a typing error
    ],
)
def test_birthdays(born: str, today: str, expected: bool) -> None:
    assert is_birthday(date.fromisoformat(born), date.fromisoformat(today)) is expected


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(2021, 2100))
def test_everybody_has_one_birthday_a_year(born: date, year: int) -> None:
    first = date(year, 1, 1)
    all_days = (first + timedelta(days=number) for number in range(366))
    assert sum(is_birthday(born, day) for day in all_days if day.year == year) == 1


def test_the_birthday_is_that_of_the_local_day() -> None:
    late = utc("2026-05-14T22:30")  # half past midnight in Berlin
    assert noticed([RUNS_ON], now=late, birth_date=BORN_TODAY) == [(BIRTHDAY, None)]
    assert noticed([RUNS_ON], now=late, zone=ZoneInfo("UTC"), birth_date=BORN_TODAY) == []


@given(st.lists(held, max_size=5), st.integers(0, 30))
def test_days_left_never_pass_the_threshold(all_held: list[Entitlement], threshold: int) -> None:
    found = noticed(all_held, thresholds=Thresholds(threshold, 60))
    days = [value for kind, value in found if kind is SOON]
    assert len(days) <= 1
    assert all(isinstance(value, int) and 0 <= value <= threshold for value in days)
