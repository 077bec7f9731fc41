"""The list of all members: rows in view, late answers, columns, and what is done with many."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.members import MemberCount, MemberPage, MemberRow, MemberStatus
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.member_mail import MOST_MAILED
from kiosk.staff.disk import Disk
from kiosk.staff.page import MEMBERS, Place
from kiosk.staff.pages.member_model import PAGE
from kiosk.staff.pages.members import MembersPage
from kiosk.staff.words.members import FIRST_COLUMNS, Column
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.staff_desk import Staff

CHECKED, CHECK = Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole


class Saved(Disk):
    """A disk on which one file is chosen, and whose mail program is there or not."""

    def __init__(self, folder: Path, *, mails: bool = True) -> None:
        super().__init__(folder)
        self.file, self.mails = folder / "chosen.csv", mails
        self.mailed: list[str] = []

    def choose(self, _window: QWidget, _name: str, _kinds: str) -> Path | None:
        """Choose the file."""
        return self.file

    def write_mail(self, addresses: Any) -> bool:
        """Keep to whom it is."""
        self.mailed = list(addresses)
        return self.mails


class Club:
    """A client of a club with ``count`` members, every seventh without card and address."""

    def __init__(self, count: int, counted: int = 1000) -> None:
        self.count, self.counted = count, counted
        self.mailed: list[tuple[UUID, str]] = []
        self.refused: set[UUID] = set()

    def members(
        self, _filters: Any, cursor: str | None = None, *, skip: int = 0, limit: int = 0, **_: Any
    ) -> MemberPage:
        """Return a page."""
        start = int(cursor or 0) + skip
        end = min(start + limit, self.count)
        items = tuple(row(number) for number in range(start, end))
        return MemberPage(items=items, next_cursor=str(end) if end < self.count else None)

    def count_members(self, _filters: Any) -> MemberCount:
        """Return how many there are, as far as they are counted."""
        more = self.count > self.counted
        return MemberCount(total=min(self.count, self.counted), more=more)

    def export_members(self, filters: dict[str, str], *, sort: str) -> bytes:
        """Return what was asked for."""
        return f"{filters} {sort}".encode()

    def mail_card(self, card_id: UUID, _email: str | None, once: str) -> None:
        """Mail a card, or refuse to."""
        if card_id in self.refused:
            raise Refused(Problem(title="", status=422, detail="", code="no_email"))
        self.mailed.append((card_id, once))


def row(number: int) -> MemberRow:
    """Return a member of the club."""
    lacks = number % 7 == 6
    return MemberRow(
        customer=AMARA.model_copy(
            update={"id": UUID(int=number + 1), "name": f"Member {number}",
                    "number": f"C-{number:06}"}
        ),
        status=MemberStatus.ACTIVE, plan="Gold",
        email=None if lacks else f"m{number}@club.example",
        card_id=None if lacks else UUID(int=1_000_000 + number),
    )  # fmt: skip


@pytest.fixture
def disk(tmp_path: Path) -> Saved:
    return Saved(tmp_path)


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication, disk: Saved) -> Staff:
    load_fonts()
    made = Staff(qtbot, disk)
    made.presenter.open_home()
    made.sign_in()
    return made


def do(staff: Staff, name: str, club: Club) -> None:
    """Carry out the newest task of a name."""
    task = staff.task(name)
    staff.tasks.remove(task)
    staff.presenter.on_done(task, task.call(club, task.once))  # type: ignore[arg-type]


def opened(staff: Staff, club: Club) -> MembersPage:
    """Open the list of a club."""
    staff.presenter.open(MEMBERS)
    do(staff, "members", club)
    if any(task.name == "count_members" for task in staff.tasks):
        do(staff, "count_members", club)
    page = staff.pages.members.page
    staff.window.resize(1024, 768)
    staff.window.show()
    return page


def see(staff: Staff, page: MembersPage, number: int, club: Club) -> None:
    """Scroll to a row, and answer what is asked for until it is there."""
    QApplication.processEvents()
    page.table.scrollTo(page.table.members.index(number, 0))
    page.table.viewport().grab()
    while any(task.name == "more_members" for task in staff.tasks):
        do(staff, "more_members", club)


def tick(page: MembersPage, *numbers: int) -> None:
    """Tick rows."""
    model = page.table.members
    for number in numbers:
        assert model.setData(model.index(number, 0), CHECKED, CHECK)


@pytest.mark.parametrize(("count", "counted"), [(0, 9), (1, 9), (100, 9), (205, 1000), (460, 250)])
def test_every_member_is_reached_and_counted(staff: Staff, count: int, counted: int) -> None:
    club = Club(count, counted)
    page = opened(staff, club)
    model = page.table.members
    more = count > max(PAGE, counted)
    known = f"More than {counted} members" if more else f"{count} members"
    assert page.count.text() == known.replace("1 members", "1 member")
    seen = 0
    while seen < model.total:
        seen = model.total
        see(staff, page, model.total - 1, club)
    assert model.total == count
    assert model.complete
    for number in range(0, count, 50):
        see(staff, page, number, club)
        shown = model.row(number)
        assert shown is not None
        assert shown.customer.name == f"Member {number}"
    assert page.nothing.isHidden() == bool(count)


def test_pages_that_were_scrolled_past_are_not_loaded(staff: Staff) -> None:
    club = Club(100_000, 100_000)
    page = opened(staff, club)
    for number in range(0, 100_000, 2_000):
        page.table.scrollTo(page.table.members.index(number, 0))
        page.table.viewport().grab()
    assert sum(task.name == "more_members" for task in staff.tasks) == 1
    see(staff, page, 99_999, club)
    last = page.table.members.row(99_999)
    assert last is not None
    assert last.customer.name == "Member 99999"


def test_late_answers_are_dropped(staff: Staff) -> None:
    page = opened(staff, Club(500))
    page.table.scrollTo(page.table.members.index(400, 0))
    page.table.viewport().grab()
    late = staff.task("more_members")
    page.search.setText("a")
    page.wanted.emit()
    first = staff.task("search_members")
    page.search.setText("am")
    page.wanted.emit()
    second = staff.task("search_members")
    assert first is not second
    staff.presenter.on_done(first, Club(3).members({}, limit=PAGE))
    assert page.table.members.total == 500
    staff.presenter.on_done(second, Club(2).members({}, limit=PAGE))
    staff.presenter.on_done(late, Club(500).members({}, "400", limit=PAGE))
    assert page.table.members.total == 2
    assert page.count.text() == "2 members"


def test_a_page_that_failed_is_asked_for_again(staff: Staff) -> None:
    club = Club(500)
    page = opened(staff, club)
    page.table.scrollTo(page.table.members.index(400, 0))
    page.table.viewport().grab()
    staff.presenter.on_failed(staff.task("more_members"), Failure(Cause.TOO_SLOW, ""))
    assert page.message.text() == "The membership service did not answer in time."
    staff.tasks.clear()
    page.table.viewport().grab()
    see(staff, page, 400, club)
    assert page.table.members.row(400) is not None
    assert page.message.text() == ""


def test_filters_are_sent_and_cleared(staff: Staff) -> None:
    page = opened(staff, Club(5))
    page.offer(page.plan, [("plan_id=7", "Gold")])
    page.status.choose("status=expired")
    page.plan.choose("plan_id=7")
    page.missing.choose("card=false")
    assert page.filters == {"status": "expired", "plan_id": "7", "card": "false"}
    do(staff, "search_members", Club(0))
    assert page.nothing.text() == "Nobody found."
    page.clear_button.click()
    assert page.filters == {}
    do(staff, "search_members", Club(5))
    assert page.table.members.total == 5
    assert page.clear_button.isHidden()


def test_columns_are_kept_on_the_desk(
    staff: Staff, qtbot: QtBot, disk: Saved, tmp_path: Path
) -> None:
    page = opened(staff, Club(5))
    assert page.columns() == FIRST_COLUMNS
    page.column_actions[Column.EMAIL].trigger()
    page.column_actions[Column.PLAN].trigger()
    wanted = (Column.NAME, Column.NUMBER, Column.STATUS, Column.UNTIL, Column.EMAIL)
    assert page.columns() == wanted
    again = Staff(qtbot, Saved(tmp_path))
    assert again.pages.members.page.columns() == wanted


def test_a_click_opens_and_a_tick_does_not(staff: Staff) -> None:
    page = opened(staff, Club(5))
    table = page.table
    box = table.visualRect(table.members.index(1, 0))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton,
                     pos=QPoint(box.left() + 16, box.center().y()))  # fmt: skip
    assert table.members.count_ticked == 1
    assert staff.presenter.front == MEMBERS
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert staff.presenter.front == Place("customer", UUID(int=2))


def test_the_filtered_list_is_exported(staff: Staff, disk: Saved) -> None:
    page = opened(staff, Club(5))
    page.status.choose("status=active")
    do(staff, "search_members", Club(5))
    page.bulk.export_button.click()
    do(staff, "export_members", Club(5))
    assert disk.file.read_text() == "{'status': 'active'} name"
    assert page.bulk.said.text() == "Saved as chosen.csv."


def test_capitals_and_digits_of_the_number_pad_go_to_the_search(staff: Staff) -> None:
    page = opened(staff, Club(500))
    table, sent = page.table, len(staff.tasks)
    for key, held in (
        (Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_K, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_7, Qt.KeyboardModifier.KeypadModifier),
    ):
        QTest.keyClick(table, key, held)
    assert page.search.text().casefold() == "ok7"
    table.keyboardSearch("zz")
    assert len(staff.tasks) == sent, "rows out of view are not asked for"


def test_a_list_that_nobody_counts_is_scrolled_to_its_end(staff: Staff) -> None:
    club = Club(250)
    staff.presenter.open(MEMBERS)
    do(staff, "members", club)
    staff.presenter.on_failed(staff.task("count_members"), Failure(Cause.TOO_SLOW, ""))
    page = staff.pages.members.page
    members = page.table.members
    for last in (199, 249):
        assert members.total > last
        members.data(members.index(last, 0))
        do(staff, "more_members", club)
        assert members.row(last) is not None
    assert (members.total, members.complete) == (250, True)


def test_who_is_ticked_stays_so_when_the_same_list_comes_again(staff: Staff) -> None:
    page = opened(staff, Club(9))
    tick(page, 0, 6)
    staff.presenter.reload()
    do(staff, "members", Club(9))
    assert page.table.members.count_ticked == 2
    page.status.choose("status=active")
    do(staff, "search_members", Club(9))
    assert page.table.members.count_ticked == 0


def test_a_question_is_withdrawn_with_the_ticks_that_it_is_about(staff: Staff) -> None:
    page = opened(staff, Club(9))
    tick(page, 0)
    page.bulk.mail_button.click()
    assert not page.bulk.send_button.isHidden()
    tick(page, 1)
    assert page.bulk.send_button.isHidden()


def test_a_mail_is_written_to_whom_is_ticked(staff: Staff, disk: Saved) -> None:
    page = opened(staff, Club(9))
    assert not page.bulk.letter_button.isEnabled()
    tick(page, 0, 6, 8)
    page.bulk.letter_button.click()
    assert disk.mailed == ["m0@club.example", "m8@club.example"]
    assert page.bulk.said.text() == "A mail to 2 members is open."
    assert page.bulk.details.text() == "Not mailed: Member 6: no email"
    disk.mails = False
    page.bulk.letter_button.click()
    assert QGuiApplication.clipboard().text() == "m0@club.example, m8@club.example"


def test_card_links_are_mailed_once_each_and_failures_are_named(staff: Staff) -> None:
    club = Club(30)
    page = opened(staff, club)
    page.bulk.all_button.click()
    page.bulk.mail_button.click()
    do(staff, "who is mailed", club)
    assert page.bulk.said.text() == "Mail 26 members the link of their card?"
    assert club.mailed == []
    club.refused = {UUID(int=1_000_003)}
    page.bulk.send_button.click()
    while any(task.name == "mail cards" for task in staff.tasks):
        do(staff, "mail cards", club)
    assert len({once for _, once in club.mailed}) == len(club.mailed) == 25
    assert page.bulk.said.text() == "25 mails are on their way."
    assert "Member 3: " in page.bulk.details.text()


def test_mails_that_broke_off_go_on_and_reach_nobody_twice(staff: Staff) -> None:
    club = Club(30)
    page = opened(staff, club)
    page.bulk.all_button.click()
    page.bulk.mail_button.click()
    do(staff, "who is mailed", club)
    page.bulk.send_button.click()
    do(staff, "mail cards", club)
    page.bulk.mail_button.click()
    assert page.bulk.said.text() == "10 of 26 mails …", "a second question ends no sending"
    late = staff.tasks.pop()
    late.call(club, late.once)  # type: ignore[arg-type]
    staff.presenter.on_failed(late, Failure(Cause.UNREACHABLE, ""))
    assert page.bulk.said.text() == "Mail 16 members the link of their card?"
    page.bulk.stop_button.click()
    page.bulk.mail_button.click()
    do(staff, "who is mailed", club)
    assert page.bulk.said.text() == "Mail 16 members the link of their card?"
    page.bulk.send_button.click()
    while any(task.name == "mail cards" for task in staff.tasks):
        do(staff, "mail cards", club)
    assert len(club.mailed) == 36, "ten were sent a second time, under the keys of the first time"
    assert len(set(club.mailed)) == 26
    assert page.bulk.said.text() == "26 mails are on their way."
    page.bulk.mail_button.click()
    do(staff, "who is mailed", club)
    assert page.bulk.said.text() == "Mail 26 members the link of their card?"


def test_too_many_are_not_mailed(staff: Staff) -> None:
    club = Club(MOST_MAILED + 1)
    page = opened(staff, club)
    page.bulk.all_button.click()
    page.bulk.mail_button.click()
    assert page.bulk.said.text() == f"At most {MOST_MAILED} at once. Filter the list."
