"""A member's number read by a scanner: amber until the club says that numbers count like cards."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.staff.pages.inputs import Choice
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService

from .desk import desk
from .films import cards
from .test_management import AtWork, service

__all__ = ["service"]

AMARA = "C-000001"


def test_a_scanned_number_is_amber_until_the_club_trusts_numbers(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "film.avi", AMARA, seen_s=1.0, gap_s=0.2)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        by_camera = at.wait_for_tone(Tone.ATTENTION)
        assert by_camera.verdict.headline == "COMPARE PHOTO"
        assert by_camera.verdict.notes[0] == "By number: compare the photo"
        assert by_camera.verdict.person is not None
        assert by_camera.verdict.person.number == AMARA

        # Enter before the answer: nobody has looked at whom the number names.
        search = at.window.side.search
        search.setText(AMARA)
        QTest.keyClick(search, Qt.Key.Key_Return)
        at.wait_until(lambda: at.shown[-1] is not by_camera)
        looked_up = at.shown[-1]
        assert (looked_up.verdict.headline, looked_up.recorded) == ("COMPARE PHOTO", None)
        at.kiosk.session.check_in()
        at.wait_until(lambda: at.shown[-1] is not looked_up)
        looked_up = at.shown[-1]
        assert looked_up.recorded is not None
        assert looked_up.verdict.headline == "COMPARE PHOTO"
        search.setText(AMARA)
        at.wait_until(lambda: at.window.side.hits.chosen() is not None)
        QTest.keyClick(search, Qt.Key.Key_Return)
        at.wait_until(lambda: at.shown[-1] is not looked_up)
        looked_up = at.shown[-1]
        assert looked_up.verdict.headline != "COMPARE PHOTO"

        work = AtWork(at)
        work.make_first_account()
        work.open_settings()
        work.pages.settings.page.numbers_button.click()
        form = work.form()
        choice = form.field("numbers_prove")
        assert isinstance(choice, Choice)
        choice.choose("on")
        form.submit.click()
        at.wait_until(lambda: not work.management.changes.asking)
        at.kiosk.session.on_hand_scanned(Reading(AMARA, ""))
        at.wait_until(lambda: at.shown[-1] is not looked_up)
        assert at.shown[-1].verdict.headline != "COMPARE PHOTO"
        assert not any("number" in note for note in at.shown[-1].verdict.notes)
