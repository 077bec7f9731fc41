"""Visits, undo and photos, without a service."""

from datetime import timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.scan import (
    CustomerHit,
    CustomerHits,
    DeskInfo,
    Outcome,
    ScanAnswer,
    ScanMethod,
    ScanRequest,
    UnknownCause,
    VisitPage,
    VisitView,
)
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.presenters.desk import DeskPresenter
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.status import Health
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import KioskWindow
from kiosk.workers import PHOTO_SIDE, small_image

from .answers import AMARA, NOON, answer, unknown


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> KioskWindow:
    load_fonts()
    made = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def presenter(window: KioskWindow) -> DeskPresenter:
    texts = Texts("en")
    return DeskPresenter(window, IdlePanel(window, texts), texts, desk="Front desk", parent=window)


def visit(number: int, desk: str, *, undone: bool = False) -> VisitView:
    return VisitView(
        id=UUID(int=number), at=NOON, customer_id=AMARA.id, name=f"Visitor {number}",
        number="C-1", outcome=Outcome.ACTIVE, desk=desk, undone_at=NOON if undone else None,
    )  # fmt: skip


def displayed(given: ScanAnswer) -> DisplayedScan:
    request = ScanRequest(
        visit_id=given.visit_id, text="CARD", method=ScanMethod.WEDGE, desk="Front desk"
    )
    scan = PendingScan(request, None, None)
    return DisplayedScan(verdict_of(given, Texts("en")), scan, given)


@pytest.fixture
def undone(presenter: DeskPresenter) -> list[UUID]:
    """The visits that are asked to be undone."""
    asked: list[UUID] = []
    presenter.undo_wanted.connect(asked.append)
    return asked


def test_undo_takes_the_visit_of_the_verdict_whatever_the_list_says(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    given = answer()
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    presenter.on_visits(VisitPage(items=(visit(5, "Front desk"), visit(3, "Front desk"))))
    presenter.undo()
    assert undone == [given.visit_id]
    assert window.side.notice.text() == "Undoing the visit of Amara Okafor …"
    assert given.visit_id in [UUID(row.key) for row in window.side.visits.rows()]


def test_undo_after_the_verdict_takes_the_last_visit_of_this_desk(
    presenter: DeskPresenter, undone: list[UUID]
) -> None:
    given = answer()
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    presenter.on_cleared()
    presenter.on_visits(VisitPage(items=(visit(9, "Front desk"),)))
    presenter.undo()
    assert undone == [given.visit_id]


def test_a_desk_of_the_same_name_is_another_desk(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    presenter.on_visits(VisitPage(items=(visit(5, "Front desk"),)))
    presenter.undo()
    assert undone == []
    assert window.side.notice.text() == "There is no visit on screen to undo."


def test_a_verdict_without_a_person_undoes_nobody_elses_visit(
    presenter: DeskPresenter, undone: list[UUID]
) -> None:
    before = answer()
    presenter.on_showed(displayed(before))
    presenter.on_answer(before)
    given = unknown()
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    presenter.undo()
    assert undone == []


def test_on_a_page_of_staff_nothing_is_undone(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    given = answer()
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    window.add_management(QWidget())
    window.enter_management()
    presenter.undo()
    assert undone == []


def test_what_was_undone_is_said_with_the_name_and_not_undone_again(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    given = answer()
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    presenter.undo()
    presenter.on_undo_failed(given.visit_id, Failure(Cause.UNREACHABLE, ""))
    assert window.side.notice.text().startswith("The visit of Amara Okafor is not undone:")
    presenter.undo()
    done = visit(1, "Front desk", undone=True)
    done = done.model_copy(update={"id": given.visit_id, "name": "Amara Okafor"})
    presenter.on_undone(done)
    assert window.side.notice.text() == "The visit of Amara Okafor is undone."
    presenter.undo()
    assert undone == [given.visit_id] * 2


def test_a_scan_shows_its_visit_at_once_and_only_once(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    given = answer()
    presenter.on_answer(given)
    presenter.on_answer(given)
    assert [row.name for row in window.side.visits.rows()] == ["Amara Okafor"]
    assert window.bar.count.text() == "1 visit today"


@pytest.mark.parametrize(
    ("cause", "health"),
    [
        (Cause.UNREACHABLE, Health.BAD),
        (Cause.TOO_SLOW, Health.BAD),
        (Cause.GATEWAY, Health.BAD),
        (Cause.REFUSED, Health.WARN),
    ],
)
def test_a_scan_that_nobody_answered_shows_in_the_top_line(
    presenter: DeskPresenter, window: KioskWindow, cause: Cause, health: Health
) -> None:
    refreshed: list[int] = []
    presenter.refresh_wanted.connect(lambda: refreshed.append(1))
    presenter.on_scan_failed(UUID(int=1), Failure(cause, ""))
    assert window.bar.service.health is health
    assert refreshed == [1]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "The service is being restarted."),
        ("database_too_new", "The data was written by a newer version of this program."),
        ("not_a_database", "The data file is damaged, or is something else."),
        (
            "data_missing",
            "The club's data is missing. Put the data file back, or restore a backup.",
        ),
        ("storage_full", "The disk of the membership service is full."),
        ("data_dir_not_writable", "The data folder cannot be written."),
        ("something_new", "The service cannot start."),
    ],
)
def test_why_the_service_is_away_is_said(
    presenter: DeskPresenter, window: KioskWindow, code: str, sentence: str
) -> None:
    presenter.on_embedded_down(code, "file.sqlite3")
    assert window.ready.detail.text == f"{sentence}\nfile.sqlite3"


def test_a_full_disk_shows_in_the_top_line_until_a_visit_is_stored_again(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    refreshed: list[int] = []
    presenter.refresh_wanted.connect(lambda: refreshed.append(1))
    state = DeskInfo(
        organization="Club", time_zone="UTC", server_time=NOON, version="1", visits_today=1,
        demo=False,
    )  # fmt: skip
    seen: list[tuple[Health, str]] = []

    def look() -> None:
        presenter.on_desk(state)
        seen.append((window.bar.service.health, window.bar.service.sentence))

    look()
    presenter.on_scan_failed(UUID(int=1), Failure(Cause.STORAGE_FULL, ""))
    look()
    presenter.on_answer(answer(Outcome.UNKNOWN_CODE, customer=None))
    look()
    presenter.on_answer(answer())
    look()
    full = (Health.WARN, "The disk of the membership service is full.")
    assert seen == [(Health.GOOD, "1"), full, full, (Health.GOOD, "1")]
    assert refreshed == [1, 1]


def encoded(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG")  # type: ignore[call-overload]
    return bytes(data.data())


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (300, 2000), (64, 64)])
def test_photos_are_decoded_no_larger_than_a_screen_needs(width: int, height: int) -> None:
    image = small_image(encoded(width, height))
    assert 0 < max(image.width(), image.height()) <= PHOTO_SIDE
    assert abs(image.width() / image.height() - width / height) < 0.02 * width / height


@pytest.mark.qt_log_ignore("Premature end|Corrupt JPEG|Not a JPEG|Unsupported marker|JPEG")
@pytest.mark.parametrize("data", [b"", b"no picture", encoded(64, 64)[:80]])
def test_what_is_no_photo_is_none(data: bytes) -> None:
    assert small_image(data).isNull()


def seen(presenter: DeskPresenter, number: int) -> ScanAnswer:
    """A verdict of this desk comes, and goes."""
    given = answer().model_copy(update={"visit_id": UUID(int=number)})
    presenter.on_showed(displayed(given))
    presenter.on_answer(given)
    return given


def test_a_visit_that_is_no_longer_on_screen_is_not_undone(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    seen(presenter, 500)
    presenter.on_cleared()
    later = NOON + timedelta(minutes=5)
    others = (visit(each, "Other").model_copy(update={"at": later}) for each in range(100, 112))
    presenter.on_visits(VisitPage(items=tuple(others)))
    presenter.undo()
    assert undone == []
    assert window.side.notice.text() == "There is no visit on screen to undo."


def test_while_the_next_scan_is_checked_the_visit_before_is_not_undone(
    presenter: DeskPresenter, undone: list[UUID]
) -> None:
    seen(presenter, 500)
    request = ScanRequest(visit_id=UUID(int=501), text="CARD")
    presenter.on_checking(PendingScan(request, None, None))
    presenter.undo()
    assert undone == []


def test_a_visit_that_the_list_told_before_the_answer_is_the_last_of_this_desk(
    presenter: DeskPresenter, undone: list[UUID], window: KioskWindow
) -> None:
    seen(presenter, 500)
    presenter.on_cleared()
    presenter.on_visits(VisitPage(items=(visit(501, "Front desk"), visit(500, "Front desk"))))
    count = window.bar.count.text()
    seen(presenter, 501)
    assert window.bar.count.text() == count
    presenter.undo()
    presenter.on_cleared()
    presenter.undo()
    assert undone == [UUID(int=501)] * 2


def test_a_search_that_finds_more_than_is_shown_says_so(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    window.side.search.setText("am")
    hit = CustomerHit(customer=AMARA, outcome=Outcome.ACTIVE, plan=None)
    for cursor, words in (("next", "THE FIRST 1 FOUND · TYPE MORE"), (None, "FOUND")):
        presenter.on_hits("am", CustomerHits(items=(hit,), next_cursor=cursor))
        assert window.side.section.text() == words


OTHER = AMARA.model_copy(update={"id": UUID(int=99), "name": "Jonas Brandt"})


def ambiguous() -> DisplayedScan:
    """The verdict of a former number that two have, with a prefix of the scanner."""
    hits = tuple(CustomerHit(customer=each, outcome=Outcome.ACTIVE) for each in (AMARA, OTHER))
    shown = displayed(unknown(unknown_cause=UnknownCause.NOT_FOUND, choices=hits))
    request = shown.scan.request.model_copy(update={"text": "]C0M-1234"})
    return DisplayedScan(shown.verdict, PendingScan(request, None, None), shown.answer)


def test_whoever_has_a_former_number_is_listed_to_choose_from(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    side, searched = window.side, list[str]()
    picked: list[tuple[str, bool]] = []
    side.search_wanted.connect(searched.append)
    side.picked.connect(lambda who, seen: picked.append((who, seen)))
    presenter.on_showed(ambiguous())
    assert side.search.text() == "M-1234"
    assert [row.name for row in side.hits.rows()] == ["Amara Okafor", "Jonas Brandt"]
    side.hits.move_by(1)
    QTest.keyClick(side.search, Qt.Key.Key_Return)
    assert picked == [(str(OTHER.id), True)]
    assert (side.search.text(), searched) == ("", [])


def test_the_list_goes_with_its_verdict_but_not_what_was_typed(
    presenter: DeskPresenter, window: KioskWindow
) -> None:
    search = window.side.search
    presenter.on_showed(ambiguous())
    presenter.on_showed(displayed(answer()))
    assert search.text() == ""
    presenter.on_showed(ambiguous())
    presenter.on_cleared()
    assert search.text() == ""
    presenter.on_showed(ambiguous())
    search.setText("Brandt")
    presenter.on_cleared()
    assert search.text() == "Brandt"
