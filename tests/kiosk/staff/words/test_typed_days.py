"""Days as people type them: which are read, as which, and which are read two ways."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.staff.words.typed_days import Years, day_in_words, readings, typed_day
from kiosk.texts import Texts

EN, DE = Texts("en"), Texts("de")
TODAY = date(2026, 12, 1)
LAST, FOURTH, THIRD = date(2027, 12, 31), date(2027, 3, 4), date(2027, 4, 3)
NEAR_LAST = date(2026, 12, 31)

READ: list[tuple[str, tuple[date, ...], tuple[date, ...]]] = [
    # typed, read in English, read in German; the first is the one that the field takes
    ("12/31/2027", (LAST,), (LAST,)),
    ("31/12/2027", (LAST,), (LAST,)),
    ("12-31-2027", (LAST,), (LAST,)),
    ("31.12.2027", (LAST,), (LAST,)),
    ("31. 12. 2027", (LAST,), (LAST,)),
    ("31.12.27", (LAST,), (LAST,)),
    ("12/31/27", (LAST,), (LAST,)),
    ("31122027", (LAST,), (LAST,)),
    ("311227", (LAST,), (LAST,)),
    ("123127", (LAST,), (LAST,)),
    ("20271231", (LAST,), (LAST,)),
    ("20112012", (date(2012, 11, 20),), (date(2012, 11, 20),)),
    ("2027-12-31", (LAST,), (LAST,)),
    ("2027/12/31", (LAST,), (LAST,)),
    ("2027.12.31", (LAST,), (LAST,)),
    ("2027-1-2", (date(2027, 1, 2),), (date(2027, 1, 2),)),
    ("3/4/2027", (FOURTH, THIRD), (THIRD, FOURTH)),
    ("03/04/27", (FOURTH, THIRD), (THIRD, FOURTH)),
    ("3-4-27", (FOURTH, THIRD), (THIRD, FOURTH)),
    ("030427", (FOURTH, THIRD), (THIRD, FOURTH)),
    ("4/4/27", (date(2027, 4, 4),), (date(2027, 4, 4),)),
    ("4.3.2027", (FOURTH,), (FOURTH,)),
    ("4.3.27", (FOURTH,), (FOURTH,)),
    ("Dec 31, 2027", (LAST,), (LAST,)),
    ("December 31, 2027", (LAST,), (LAST,)),
    ("31 Dec 27", (LAST,), (LAST,)),
    ("31dec27", (LAST,), (LAST,)),
    ("31. Dezember 2027", (), (LAST,)),
    ("31. Dez. 27", (), (LAST,)),
    ("4. März 2027", (), (FOURTH,)),
    ("31.12.", (NEAR_LAST,), (NEAR_LAST,)),
    ("31.12", (NEAR_LAST,), (NEAR_LAST,)),
    ("12/31", (NEAR_LAST,), (NEAR_LAST,)),
    ("Dec 31", (NEAR_LAST,), (NEAR_LAST,)),
    ("31 Dec", (NEAR_LAST,), (NEAR_LAST,)),
    ("31. Dez.", (), (NEAR_LAST,)),
    ("6 Nov", (date(2026, 11, 6),), (date(2026, 11, 6),)),
    ("1.6.", (date(2027, 6, 1),), (date(2027, 6, 1),)),
    ("2.5.", (date(2027, 5, 2),), (date(2027, 5, 2),)),
    ("2.7.", (date(2026, 7, 2),), (date(2026, 7, 2),)),
    ("3/4", (date(2027, 3, 4), date(2027, 4, 3)), (date(2027, 4, 3), date(2027, 3, 4))),
    ("today", (TODAY,), (TODAY,)),
    ("Heute", (), (TODAY,)),
    ("tomorrow", (date(2026, 12, 2),), (date(2026, 12, 2),)),
    ("morgen", (), (date(2026, 12, 2),)),
    ("gestern", (), (date(2026, 11, 30),)),
    ("+30", (NEAR_LAST,), (NEAR_LAST,)),
    ("+ 0", (TODAY,), (TODAY,)),
    ("29.02.2028", (date(2028, 2, 29),), (date(2028, 2, 29),)),
    ("29.2.", (date(2028, 2, 29),), (date(2028, 2, 29),)),
]

REFUSED = [
    "", "n/a", "2027", "29.02.2027", "31.04.2027", "31/04/2027", "00.01.2027", "1.13.2027",
    "12/31/0027", "12/31/1027", "12/31/20270", "12/31/027", "12/31-2027", "1.1.1899", "1.1.2200",
    "1 1 2027", "Foo 3, 2027", "Nov 2026", "November", "3/4/2027 12:00", "+3/4/2027", "-30",
    "+12345", "++3", "19991399", "999999", "12", "3112", "1234567", "2027-1231", "32 Dec",
]  # fmt: skip

BIRTHS: list[tuple[str, Years, date | None]] = [
    ("6.11.26", Years.BORN, date(2026, 11, 6)),
    ("6.12.26", Years.BORN, date(1926, 12, 6)),
    ("6.11.84", Years.BORN, date(1984, 11, 6)),
    ("1.12.26", Years.BORN, TODAY),
    ("6.11.", Years.BORN, None),
    ("Nov 6", Years.BORN, None),
    ("6.11.", Years.PAST, date(2026, 11, 6)),
    ("6.12.", Years.PAST, date(2025, 12, 6)),
    ("1.12.", Years.PAST, TODAY),
    ("6.12.26", Years.PAST, date(1926, 12, 6)),
    ("6.11.", Years.NEXT, date(2027, 11, 6)),
    ("6.12.", Years.NEXT, date(2026, 12, 6)),
    ("1.12.", Years.NEXT, TODAY),
    ("6.11.26", Years.NEXT, date(2026, 11, 6)),
    ("6.11.07", Years.NEXT, date(2007, 11, 6)),
    ("6.11.99", Years.NEXT, date(2099, 11, 6)),
    ("29.2.", Years.PAST, date(2024, 2, 29)),
]


def first(typed: str, texts: Texts, today: date, years: Years) -> date | None:
    """The day that a field takes; None if it takes none."""
    return next(iter(readings(typed, texts, today, years)), None)


@pytest.mark.parametrize(("typed", "english", "german"), READ)
def test_a_day_is_read_as_people_type_it(
    typed: str, english: tuple[date, ...], german: tuple[date, ...]
) -> None:
    assert readings(typed, EN, TODAY) == english
    assert readings(f"  {typed} ", DE, TODAY) == german


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_day_is_refused(typed: str) -> None:
    for texts in (EN, DE):
        for years in Years:
            assert readings(typed, texts, TODAY, years) == ()


@pytest.mark.parametrize(("typed", "years", "meant"), BIRTHS)
def test_a_year_that_is_not_typed_is_the_one_that_the_field_means(
    typed: str, years: Years, meant: date | None
) -> None:
    assert first(typed, EN, TODAY, years) == meant


@given(
    day=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    today=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
    texts=st.sampled_from([EN, DE]),
    years=st.sampled_from(Years),
)
def test_a_day_that_is_shown_is_read_as_itself(
    day: date, today: date, texts: Texts, years: Years
) -> None:
    shown = (typed_day(day, texts), day.isoformat(), texts.day(day))
    assert all(first(each, texts, today, years) == day for each in shown)
    assert typed_day(day, texts) not in day_in_words(day, texts)


@given(
    day=st.dates(date(2015, 1, 1), date(2090, 12, 31)),
    stroke=st.sampled_from("/-"),
    short=st.booleans(),
    texts=st.sampled_from([EN, DE]),
)
def test_no_text_with_two_readings_is_read_one_way(
    day: date, stroke: str, short: bool, texts: Texts
) -> None:
    year = f"{day.year % 100:02}" if short else str(day.year)
    for parts in ((day.month, day.day, year), (day.day, day.month, year)):
        found = readings(stroke.join(map(str, parts)), texts, TODAY)
        both = {day}
        if day.day <= 12:
            both.add(date(day.year, day.day, day.month))
        assert set(found) == both


@given(
    month_day=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    today=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)
def test_the_next_and_the_last_time_enclose_today(month_day: date, today: date) -> None:
    typed = f"{month_day.day}.{month_day.month}."
    last, following = (first(typed, DE, today, each) for each in (Years.PAST, Years.NEXT))
    assert last is not None
    assert following is not None
    assert last <= today <= following
    assert first(typed, DE, today, Years.NEAREST) in (last, following)
    assume((month_day.month, month_day.day) != (2, 29))
    assert following - last <= timedelta(days=366)


@given(
    typed=st.text("0123456789./- +", max_size=10) | st.text(max_size=14),
    texts=st.sampled_from([EN, DE]),
    years=st.sampled_from(Years),
)
def test_what_is_read_as_a_day_was_typed(typed: str, texts: Texts, years: Years) -> None:
    for day in readings(typed, texts, TODAY, years):
        assert any(char.isdecimal() for char in typed)
        assert "+" in typed or str(day.day) in typed
