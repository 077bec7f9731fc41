"""Hostile names and texts on every screen of the kiosk: shown as text, in one line, and quickly."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, VisitView
from kiosk.application import load_fonts
from kiosk.presenters.rows_of import visit_row
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.page import Place
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import Action
from kiosk.status import Health
from kiosk.texts import Texts, as_shown
from kiosk.verdict import verdict_of
from kiosk.views.labels import FitLabel
from kiosk.views.tips import set_tip
from tests.hostile import EVERY, GOOD, LONG, MARKUP, SECOND_LINES, UNSEEN
from tests.kiosk.answers import AMARA, NOON, answer, membership
from tests.kiosk.staff.messages import link, profile
from tests.kiosk.staff.staff_desk import Staff


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Iterator[Staff]:
    load_fonts()
    made = Staff(qtbot)
    made.window.show()
    made.presenter.open_home()
    made.sign_in()
    yield made
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shown_labels(root: QWidget) -> list[QLabel]:
    return [each for each in root.findChildren(QLabel) if each.isVisible()]


SAMPLE = (MARKUP[0], MARKUP[7], " ".join(SECOND_LINES), " ".join(UNSEEN), LONG[1])
"""Each character that is not shown, and texts that Qt's labels guess to be HTML."""


def test_a_stored_hostile_text_is_shown_as_text_everywhere(staff: Staff) -> None:
    """Names that were stored before they were refused, on verdict, lists, profile and forms."""
    for text in SAMPLE:
        show_everywhere(staff, text)


@pytest.mark.soak
def test_every_stored_hostile_text_is_shown_as_text_everywhere(staff: Staff) -> None:
    for text in EVERY:
        show_everywhere(staff, text)


def show_everywhere(staff: Staff, text: str) -> None:
    """Show ``text`` on the screens, and check every label of theirs."""
    person = AMARA.model_copy(update={"name": text})
    window = staff.window
    given = answer(Outcome.ACTIVE, customer=person, membership=membership(plan=text),
                   memberships=(membership(plan=text),))  # fmt: skip
    window.show_verdict(verdict_of(given, Texts("en")), "Checked at 12:00")
    window.bar.show_club(text)
    window.bar.service.say(Health.BAD, "No service", text)
    window.side.show_notice(text)
    visit = VisitView(id=given.visit_id, at=NOON, customer_id=person.id, name=text, number="C-1",
                      outcome=Outcome.ACTIVE, desk=text)  # fmt: skip
    window.side.show_visits([visit_row(visit, Texts("en"), "UTC")])
    assert not window.grab().isNull()
    staff.presenter.open(Place("customer", person.id))
    staff.presenter.bring_up()
    whole = profile(customer=person, desk_note=text, email=text, memberships=(
        membership(plan=text, ended_early_at=NOON, ended_early_why=text),
    ), companies=(link(company=text, role=text),))  # fmt: skip
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(whole))
    staff.pages.customer.edit()
    form = staff.presenter.changes.form
    assert isinstance(form, Form)
    form.show_failure(text)
    assert not window.grab().isNull()
    labels = shown_labels(window)
    assert len(labels) > 10, text[:40]
    for label in labels:
        assert label.textFormat() is Qt.TextFormat.PlainText, text[:40]
        assert not set(label.text()) & set("\u2028\u2029\u202e\x0b\x0c\x85\r\x1e\x00\x1b")
    staff.presenter.changes.close()
    staff.pages.customer.act(Action.EDIT, None)
    staff.presenter.changes.close()


def test_of_a_text_that_nobody_can_read_only_the_beginning_is_laid_out(qtbot: QtBot) -> None:
    label = FitLabel(40, lines=2)
    qtbot.addWidget(label)
    text = "wide \u5b57 " * 5000
    label.say(text, "#000000")
    assert label.text == label.accessibleName() == text
    assert label.heightForWidth(400) < 1000


@pytest.mark.parametrize("text", [*MARKUP, *SECOND_LINES, *UNSEEN])
def test_a_tool_tip_shows_the_text_and_not_what_it_would_draw(
    qtbot: QtBot, qapp: QApplication, text: str
) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    set_tip(widget, text)
    drawn = QTextDocument()
    drawn.setHtml(widget.toolTip())
    assert "".join(drawn.toPlainText().split()) == "".join(as_shown(text).split())
    set_tip(widget, "")
    assert widget.toolTip() == ""


def test_markup_that_is_searched_for_is_said_as_it_is(staff: Staff) -> None:
    side = staff.window.side
    for text in MARKUP:
        side.search.setText(text)
        side.show_hits(text, ())
        assert side.message.text() == f"Nobody found for “{text}”."
        assert side.message.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("text", SECOND_LINES)
def test_no_name_has_a_second_line(text: str) -> None:
    assert as_shown(text) == "Amara ACTIVE until 2030"


@pytest.mark.parametrize("text", GOOD)
def test_a_good_name_is_shown_as_it_is(text: str) -> None:
    assert as_shown(text) == text


@given(st.text())
def test_what_is_shown_has_no_control_or_direction_marks(text: str) -> None:
    shown = as_shown(text)
    kinds = {unicodedata.category(char) for char in shown if char not in "\t\n"}
    assert not kinds & {"Cc", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(char) for char in shown} & {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip
    assert as_shown(shown) == shown
