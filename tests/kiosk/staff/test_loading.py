"""A page while it loads, and in its place why it did not: what was shown and typed stays."""

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.members import MemberPage
from api_client.messages.scan import DeskInfo
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.companies import COMPANIES
from kiosk.staff.page import MEMBERS
from kiosk.staff.pages.members import MembersPage
from kiosk.staff.pages.skeleton import LATE_MS, Shape, Skeleton, bars
from kiosk.staff.words.trouble import trouble_words
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.staff_desk import Staff

AWAY = Failure(Cause.UNREACHABLE, "")
DESK = DeskInfo(organization="Club", slug="club", time_zone="Europe/Berlin", demo=False,
                visits_today=0, server_time=NOON, version="1")  # fmt: skip


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.window.show()
    staff.sign_in()
    staff.presenter.bring_up()
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    return staff


def members(staff: Staff) -> MembersPage:
    """The list of members, which is in front at first."""
    return staff.pages.members.page


def on_screen(staff: Staff) -> object:
    """The widget that is seen, whatever the panel waits for."""
    return staff.panel._pages.currentWidget()


def test_a_short_wait_leaves_the_page_before_in_front_and_out_of_reach(
    staff: Staff, qtbot: QtBot
) -> None:
    members(staff).search.setFocus()
    staff.presenter.open(COMPANIES)
    assert staff.panel.page is staff.panel.waiting
    assert on_screen(staff) is members(staff)
    middle = staff.panel.mapTo(staff.window, staff.panel.rect().center())
    touched = staff.window.childAt(middle)
    assert touched is None or not members(staff).isAncestorOf(touched)
    focused = staff.window.focusWidget()
    assert focused is None or not members(staff).isAncestorOf(focused)
    if focused is not None:
        QTest.keyClicks(focused, "abc")
    assert members(staff).search.text() == ""
    qtbot.waitUntil(lambda: on_screen(staff) is staff.panel.waiting, timeout=LATE_MS * 20)
    assert staff.panel.waiting.outline.drawn


def test_what_the_person_before_saw_is_not_shown_while_a_page_loads(staff: Staff) -> None:
    staff.presenter.sign_out()
    staff.sign_in()
    staff.presenter.bring_up()
    assert on_screen(staff) is staff.panel.waiting


def test_a_page_that_was_not_loaded_says_so_in_its_place_and_is_tried_again(staff: Staff) -> None:
    staff.presenter.open(COMPANIES)
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.TOO_SLOW, ""))
    trouble = staff.panel.trouble
    assert staff.panel.page is trouble
    assert staff.presenter.front == COMPANIES
    assert trouble.sentence.text() == "The membership service did not answer in time."
    sent = len(staff.tasks)
    trouble.again.click()
    assert [task.name for task in staff.tasks[sent:]] == ["companies"]
    assert on_screen(staff) is staff.panel.waiting


def test_a_page_in_front_keeps_its_rows_and_what_is_typed_if_it_cannot_be_loaded_again(
    staff: Staff,
) -> None:
    page = members(staff)
    page.search.setText("oka")
    staff.presenter.reload()
    staff.presenter.on_failed(staff.tasks[-1], AWAY)
    assert staff.panel.page is page
    assert page.search.text() == "oka"
    assert page.message.text() == "The membership service cannot be reached."
    sent = len(staff.tasks)
    page.message.again.click()
    assert [task.name for task in staff.tasks[sent:]] == ["members"]
    staff.presenter.on_done(staff.tasks[-1], MemberPage(items=()))
    assert page.message.isHidden()


def test_a_page_opened_anew_does_not_show_what_it_had_long_ago(staff: Staff) -> None:
    staff.presenter.open(COMPANIES)
    staff.presenter.on_failed(staff.tasks[-1], AWAY)
    staff.presenter.open(MEMBERS)
    staff.presenter.on_failed(staff.tasks[-1], AWAY)
    assert staff.panel.page is staff.panel.trouble


@pytest.mark.parametrize(
    ("failure", "names"), [(AWAY, ["companies"]), (Failure(Cause.BUSY, ""), [])]
)
def test_a_page_that_the_service_was_away_for_is_loaded_once_it_answers(
    staff: Staff, failure: Failure, names: list[str]
) -> None:
    staff.presenter.open(COMPANIES)
    staff.presenter.on_failed(staff.tasks[-1], failure)
    sent = len(staff.tasks)
    staff.presenter.on_desk(DESK)
    assert [task.name for task in staff.tasks[sent:]] == names


@pytest.mark.parametrize(
    ("cause", "title", "again"),
    [
        (Cause.UNREACHABLE, "No connection", True),
        (Cause.GATEWAY, "No connection", True),
        (Cause.NOT_ALLOWED, "No access", False),
        (Cause.REFUSED, "This page could not be loaded.", False),
        (Cause.INTERNAL, "This page could not be loaded.", True),
    ],
)
def test_what_is_said_of_a_page_that_was_not_loaded(cause: Cause, title: str, again: bool) -> None:
    words = trouble_words(Failure(cause, ""), "Why.", Texts("en"))
    assert (words.title, words.sentence, words.again) == (title, "Why.", again)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("size", [(0, 0), (120, 40), (600, 500), (1700, 1000)])
def test_an_outline_stays_within_its_widget(shape: Shape, size: tuple[int, int]) -> None:
    width, height = size
    for left, top, across, down in bars(shape, width, height):
        assert 0 <= left < left + across <= width
        assert 0 <= top < top + down <= height
    assert bars(shape, 600, 500)


def test_an_outline_is_drawn_once_the_wait_is_long(qtbot: QtBot) -> None:
    outline = Skeleton("Loading …")
    qtbot.addWidget(outline)
    outline.resize(400, 300)
    nothing = outline.grab().toImage()
    outline.wait(Shape.LIST)
    assert outline.grab().toImage() == nothing
    qtbot.waitUntil(lambda: outline.drawn)
    assert outline.grab().toImage() != nothing
    outline.stop()
    assert outline.grab().toImage() == nothing
