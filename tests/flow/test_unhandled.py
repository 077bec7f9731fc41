"""An error that nothing handles is said on screen, in whatever thread it happens."""

from pathlib import Path

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from tests.demo_club import RunningService

from .desk import desk
from .films import cards


def test_an_error_in_a_slot_ends_in_a_sentence(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    address = ServiceAddress(demo_service.url, demo_service.key)

    def broken() -> None:
        raise LookupError("nobody thought of this")

    with qtbot.capture_exceptions() as raised, desk(qtbot, film, address) as at:
        at.wait_until(lambda: bool(at.window.bar.club.text))
        notice = at.window.side.notice
        QTimer.singleShot(0, at.window, broken)
        at.wait_until(lambda: not notice.isHidden())
        assert notice.text() == "The kiosk itself failed. Its log tells why."
        notice.hide()
        QTimer.singleShot(0, at.kiosk.desk_worker, broken)
        at.wait_until(lambda: not notice.isHidden())
    assert len(raised) == 2
