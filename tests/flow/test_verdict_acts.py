"""From a verdict onward, by mouse and by keys, with the real service: counted in actions."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.offers import Act
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService

from .desk import desk
from .films import cards
from .hands import Hands
from .test_management import AtWork, Printer, service

__all__ = ["service"]


@pytest.mark.parametrize("by_mouse", [True, False])
def test_renew_with_payment_from_expired_is_two_actions(
    qtbot: QtBot, tmp_path: Path, service: RunningService, by_mouse: bool
) -> None:
    codes = service.deck()
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    address = ServiceAddress(service.url, service.key)
    with desk(qtbot, film, address, disk=Printer(), hand_scanner_pause_s=0.001) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        with qtbot.waitActive(at.window):
            at.window.activateWindow()
        work, hands = AtWork(at), Hands(at)
        work.make_first_account()
        work.management.back()

        def scan(name: str) -> Tone:
            shown = len(at.shown)
            at.kiosk.session.on_hand_scanned(Reading(codes[name], ""))
            at.wait_for(shown + 1)
            return at.tones[-1]

        def act(which: Act, key: Qt.Key) -> None:
            button = at.window.verdict.buttons.button_of(which)
            assert button is not None
            if by_mouse:
                hands.click(button)
            else:
                hands.press(key)

        assert scan("Viktor Petrov") is Tone.EXPIRED
        act(Act.RENEW, Qt.Key.Key_F2)
        form = hands.form()
        assert form.about == "Viktor Petrov · C-000004"
        if by_mouse:
            hands.click(form.submit)
        else:
            hands.press(Qt.Key.Key_Return)
        at.wait_until(lambda: not work.management.changes.asking)
        assert scan("Viktor Petrov") is Tone.ACTIVE

        scan("Grace Liu")
        assert at.shown[-1].verdict.headline == "NO MEMBERSHIP"
        act(Act.SELL, Qt.Key.Key_F2)
        assert "plan_id" in hands.form().values()
        hands.click(hands.form().cancel)

        scan("Hanna Koskinen")
        act(Act.NEW_CARD, Qt.Key.Key_F2)
        assert hands.form().about.startswith("Hanna Koskinen")
        hands.click(hands.form().cancel)
        assert not work.management.changes.asking
        work.management.reload()
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)
        assert not work.management.changes.asking, "what was asked for at the verdict is done once"
