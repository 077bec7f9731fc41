"""The language is changed on screen: the next kiosk speaks it, and the sign-in goes on."""

from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.language import LanguageStore
from tests.demo_club import start_service, stop_service

from .desk import desk
from .films import cards
from .test_management import AtWork


def test_the_next_kiosk_speaks_it_and_the_sign_in_goes_on(
    qtbot: QtBot, tmp_path: Path, demo_data: Path
) -> None:
    service = start_service(demo_data)
    address = ServiceAddress(service.url, service.key)
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    languages = LanguageStore(tmp_path)
    languages.save("en")
    with desk(qtbot, film, address, languages=languages, language="system") as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work = AtWork(at)
        work.make_first_account()
        at.window.bar.language_chosen.emit("en")
        work.pages.members.page.customer_button.click()
        form = work.form()
        note = form.field("desk_note")
        assert isinstance(note, QPlainTextEdit)
        note.setPlainText("half a note")
        at.window.bar.language_chosen.emit("de")
        assert form.foot.asking
        assert not at.kiosk.switching, "it is English already, and then a note is not saved"
        form.closed.emit()
        at.window.bar.language_chosen.emit("de")
        assert vars(at.kiosk)["switching"]
        started = work.management.session.started
    assert started is not None
    kept = LanguageStore(tmp_path)
    with desk(qtbot, film, address, languages=kept, signed_in=started, language="system") as at:
        assert at.window.rail.buttons["members"].words == "Mitglieder"
        page = at.kiosk.management.pages.settings.page
        at.wait_until(lambda: at.kiosk.management.panel.page is page)
        assert at.window.rail.who.text() == "Greta Sommer"
        page.keys_button.click()
        keys = at.kiosk.management.pages.api_keys.page
        at.wait_until(lambda: at.kiosk.management.panel.page is keys)
    stop_service(service)
