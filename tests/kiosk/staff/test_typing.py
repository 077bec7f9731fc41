"""What is typed into the fields of a form, by real keys, and what the form makes of it.

A text is what was meant, or it is refused: it never becomes another day or another amount.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTableView
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from kiosk.application import load_fonts
from kiosk.staff.forms.amount import minor_units
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.words.typed_amounts import parse_amount
from kiosk.staff.words.typed_days import day_in_words
from kiosk.texts import Texts
from tests.keys import type_text

EN, DE = Texts("en"), Texts("de")
LAST = date(2027, 12, 31)
FOURTH = date(2027, 3, 4)
THIRD = date(2027, 4, 3)

DAYS: list[tuple[str, date | None, date | None]] = [
    # typed, read in English, read in German; what else is read: words/test_typed_days.py
    ("12/31/27", LAST, LAST),
    ("31.12.2027", LAST, LAST),
    ("2027-12-31", LAST, LAST),
    ("Dec 31 2027", LAST, LAST),
    ("31. Dez. 2027", None, LAST),
    ("3/4/2027", FOURTH, THIRD),
    ("  12/31/2027 ", LAST, LAST),
    ("29.02.2027", None, None),
    ("12/31/20270", None, None),
    ("3/4/2027 12:00", None, None),
    ("n/a", None, None),
]

AMOUNTS: list[tuple[str, int | None, int | None]] = [
    # typed, in cents in English, in German
    ("0", 0, 0),
    ("49", 4900, 4900),
    ("49.00", 4900, None),
    ("49,00", None, 4900),
    ("49.9", 4990, None),
    ("49,9", None, 4990),
    ("0.05", 5, None),
    ("0,05", None, 5),
    (".5", 50, None),
    (",5", None, 50),
    ("1,250.00", 125000, None),
    ("1.250,00", None, 125000),
    ("1,250", 125000, None),
    ("1.250", None, 125000),
    ("12,345,678.90", 1234567890, None),
    ("12.345.678,90", None, 1234567890),
    (" 12 ", 1200, 1200),
    ("007", 700, 700),
    ("1,25.00", None, None),
    ("1.25.00", None, None),
    ("1,2,3", None, None),
    ("49.999", None, 4999900),
    ("49,999", 4999900, None),
    ("12.", None, None),
    ("12,", None, None),
    (".", None, None),
    (",", None, None),
    ("-1", None, None),
    ("+1", None, None),
    ("(1)", None, None),
    ("1e3", None, None),
    ("1E3", None, None),
    ("0x10", None, None),
    ("Infinity", None, None),
    ("-Infinity", None, None),
    ("NaN", None, None),
    ("sNaN", None, None),
    ("12 EUR", None, None),
    ("€12", None, None),
    ("12€", None, None),
    ("a lot", None, None),
    ("twelve", None, None),
    ("1_000", None, None),
    ("1'250.00", None, None),
    ("99999999.99", 9999999999, None),
    ("100000000.00", None, None),
    ("9" * 400, None, None),
    ("--", None, None),
    ("1 2", None, None),
]

TEXTS = [
    "Amara",
    "Jean-Luc O'Brien",
    "Łukasz Wiśniewski",
    "Zoë Müller-Lüdenscheidt",
    "Nguyễn Thị Minh Khai",
    "Björk Guðmundsdóttir",
    "Þórr & Søn",
    "<b>Bold</b>",
    "<img src=/dev/zero>",
    "&amp; &lt;",
    "100 % sure",
    "{name}",
    "%s %d",
    "\\n",
    "O\u2019Neill",
    "Ångström",
    "D'Angelo, Jr.",
    "ÆØÅ",
    "ß",
    "İstanbul",
    "Čapek",
    "Ñandú",
    "x" * 120,
    "+49 (0)30 / 123 45-67",
    "0171 2345678",
    "+1 202-555-0147",
    "(030) 901820",
    "a@b.example",
    "first.last+tag@sub.example.co.uk",
    "#1",
    "C-000123",
    "=1+1",
    "@home",
    '"quoted"',
    "semi;colon",
    "tab less",
    "[brackets]",
    "~tilde~",
    "^caret",
    "`tick`",
    "|pipe|",
]
"""Names, phone numbers and addresses, each on one line."""


@pytest.fixture
def form(qtbot: QtBot, qapp: QApplication) -> Callable[[Texts], Form]:
    load_fonts()

    def make(texts: Texts) -> Form:
        made = Form(texts, "Title", "Save", topic="test", about="Amara Okafor · C-000123")
        made.add_line("line", "Line")
        made.add_note("note", "Note")
        made.add_day("day", "Day", None)
        made.add_choice("choice", "Choice", [("a", "Apple"), ("b", "Banana"), ("c", "Cherry")])
        made.add_count("length", "Lasts", 1, [("day", "days"), ("year", "years")], "day")
        made.add_switch("switch", "Switch")
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def line_of(form: Form, key: str) -> QLineEdit:
    """The line in which a field is typed."""
    field = form.field(key)
    line = field.line if isinstance(field, DayField) else field
    assert isinstance(line, QLineEdit)
    return line


def sent(form: Form) -> list[dict[str, object]]:
    """What the form sends."""
    values: list[dict[str, object]] = []
    form.submitted.connect(values.append)
    return values


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_a_typed_day_is_what_was_meant_or_is_refused(
    form: Callable[[Texts], Form], texts: Texts
) -> None:
    made = form(texts)
    line, values = line_of(made, "day"), sent(made)
    for typed, english, german in DAYS:
        expected = english if texts is EN else german
        line.clear()
        type_text(line, typed)
        QTest.keyClick(line, Qt.Key.Key_Return)
        field = made.field("day")
        assert isinstance(field, DayField)
        if expected is None:
            assert values == [], f"{typed!r} was sent as {values}"
            assert typed.strip() in made.error_of("day")
        else:
            assert [each["day"] for each in values] == [expected], typed
            assert field.words.text() == day_in_words(expected, texts)
            made.show_failure("again")
        values.clear()


def test_a_day_that_is_left_out_is_asked_for_unless_it_may_be(
    qtbot: QtBot, form: Callable[[Texts], Form]
) -> None:
    made = form(EN)
    values = sent(made)
    QTest.keyClick(line_of(made, "line"), Qt.Key.Key_Return)
    assert values == []
    assert made.error_of("day") == "Please enter a day, such as 12/31/2030."
    free = DayField(EN, optional=True)
    qtbot.addWidget(free)
    assert (free.day, free.problem) == (None, "")


def test_the_other_reading_of_a_day_is_taken_by_a_button(
    qtbot: QtBot, form: Callable[[Texts], Form]
) -> None:
    made = form(EN)
    line, values, field = line_of(made, "day"), sent(made), made.field("day")
    assert isinstance(field, DayField)
    type_text(line, "3/4/2027")
    assert field.words.text() == "Thursday, March 4, 2027"
    assert field.other_button.text() == "Or Saturday, April 3, 2027?"
    field.other_button.click()
    assert (field.day, line.text()) == (THIRD, "4/3/2027")
    assert not field.other_button.isVisible()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [each["day"] for each in values] == [THIRD]


def test_a_day_that_was_stored_has_no_other_reading(qtbot: QtBot) -> None:
    field = DayField(EN, THIRD)
    qtbot.addWidget(field)
    field.show()
    assert (field.day, field.other_button.isVisible()) == (THIRD, False)
    type_text(field.line, "x")
    QTest.keyClick(field.line, Qt.Key.Key_Backspace)
    assert (field.day, field.other_button.isVisible()) == (THIRD, False)


@given(typed=st.text(max_size=14), texts=st.sampled_from([EN, DE]))
def test_whatever_is_read_as_an_amount_has_the_typed_digits(typed: str, texts: Texts) -> None:
    amount = parse_amount(typed, "EUR", texts)
    if amount is not None:
        digits = "".join(char for char in typed if char.isdecimal())
        assert str(amount).rstrip("0") in digits.rstrip("0") or amount == 0


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_a_typed_amount_is_what_was_meant_or_is_refused(
    form: Callable[[Texts], Form], texts: Texts
) -> None:
    made = form(texts)
    line = line_of(made, "line")
    for typed, english, german in AMOUNTS:
        expected = english if texts is EN else german
        line.clear()
        type_text(line, typed)
        value = str(made.values()["line"])
        if expected is None:
            with pytest.raises(Refused):
                minor_units(value, "EUR", texts)
        else:
            assert minor_units(value, "EUR", texts) == expected, typed


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    assert parse_amount("1250", "JPY", EN) == 1250
    assert parse_amount("12.5", "JPY", EN) is None
    assert parse_amount("1.234", "KWD", EN) == 1234


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_typed_text_arrives_as_it_was_typed(form: Callable[[Texts], Form], texts: Texts) -> None:
    made = form(texts)
    line, note = line_of(made, "line"), made.field("note")
    assert isinstance(note, QPlainTextEdit)
    for typed in TEXTS:
        line.clear()
        note.clear()
        type_text(line, typed)
        type_text(note, typed)
        values = made.values()
        assert (values["line"], values["note"]) == (typed, typed)


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_choices_switches_and_counts_take_keys(form: Callable[[Texts], Form], texts: Texts) -> None:
    made = form(texts)
    choice, switch = made.field("choice"), made.field("switch")
    type_text(choice, "c")
    assert made.values()["choice"] == "c"
    QTest.keyClick(choice, Qt.Key.Key_Up)
    assert made.values()["choice"] == "b"
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert made.values()["switch"] is True
    count, unit = line_of(made, "length_count"), made.field("length_unit")
    count.clear()
    type_text(count, "18")
    QTest.keyClick(unit, Qt.Key.Key_Down)
    values = made.values()
    assert (values["length_count"], values["length_unit"]) == ("18", "year")


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_a_day_is_chosen_in_the_calendar_by_keys(
    qtbot: QtBot, qapp: QApplication, texts: Texts
) -> None:
    field = DayField(texts, LAST)
    qtbot.addWidget(field)
    field.show()
    field.calendar_button.click()
    table = field.findChild(QTableView)
    assert isinstance(table, QTableView)
    QTest.keyClick(table, Qt.Key.Key_Left)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert field.day == LAST - timedelta(days=1)


def test_the_wheel_changes_no_choice_and_no_day(
    qapp: QApplication, form: Callable[[Texts], Form]
) -> None:
    made = form(EN)
    before = made.values()
    for key in ("choice", "length_unit", "day", "line", "switch"):
        field = made.field(key)
        for focused in (False, True):
            (field if focused else made.submit).setFocus()
            for turn in (120, -120):
                here = QPointF(3, 3)
                wheel = QWheelEvent(
                    here, field.mapToGlobal(here), QPoint(), QPoint(0, turn),
                    Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                    Qt.ScrollPhase.NoScrollPhase, False,
                )  # fmt: skip
                qapp.sendEvent(field, wheel)
    assert made.values() == before


def test_a_value_that_is_no_option_is_an_error_and_not_the_first_one(
    qtbot: QtBot, qapp: QApplication
) -> None:
    choice = Choice([("a", "Apple"), ("b", "Banana")])
    qtbot.addWidget(choice)
    choice.choose("b")
    with pytest.raises(LookupError, match="no option has the value 'c'"):
        choice.choose("c")
    assert choice.chosen == "b"
