"""Staff choose what the camera looks for: real window, scanner process, service and HTTP."""

from pathlib import Path

import cv2
import numpy as np
import requests
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.style import Tone
from scanner.demo_card import code_picture
from tests.demo_club import start_service, stop_service

from .desk import Desk, desk
from .films import Frame, qr_frame, scene, write_film
from .test_management import AtWork

FOB = "FOB-7712"


def fob_frame() -> Frame:
    """The scene with a fob that carries a Code 39."""
    bars = np.repeat(code_picture(FOB, "Code39", 3)[:1], 140, axis=0)
    label = np.pad(bars, 50, constant_values=255)
    frame = scene()
    frame[200 : 200 + label.shape[0], 300 : 300 + label.shape[1]] = label[..., None]
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.6), np.uint8)


def texts_on(work: AtWork) -> dict[str, str]:
    """Text and status of what the page shows as read."""
    return {read.text: read.status for read in work.pages.code_formats.page.reads}


def asked_texts(at: Desk) -> list[str]:
    """A list that gets the text of every scan that is looked up."""
    texts: list[str] = []
    at.kiosk.session.lookup_requested.connect(lambda scan: texts.append(scan.text))
    return texts


def test_a_format_is_tried_chosen_and_looked_for_without_a_restart(
    qtbot: QtBot, tmp_path: Path, demo_data: Path
) -> None:
    service = start_service(demo_data)
    card = service.deck()["Amara Okafor"]
    parts = [(qr_frame(card), 0.5), (scene(), 0.6), (fob_frame(), 0.9), (scene(), 0.6)]
    film = write_film(tmp_path / "film.avi", parts)
    with desk(qtbot, film, ServiceAddress(service.url, service.key), loop=True) as at:
        asked = asked_texts(at)
        at.wait_for(2)
        assert set(asked) == {card}, "a Code 39 is not looked for by default"
        work = AtWork(at)
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        work.make_first_account()

        work.pages.settings.page.formats_button.click()
        page = work.pages.code_formats.page
        at.wait_until(lambda: work.panel.page is page)
        # A card that was shown meanwhile has a verdict, which covers the page.
        at.kiosk.session.clear()
        at.wait_until(page.isVisible)
        asked.clear()
        at.wait_until(lambda: texts_on(work).keys() == {card, FOB})
        assert texts_on(work) == {card: "is read at the desk", FOB: "not ticked"}
        assert asked == [], "nobody is checked in while the page is open"

        page.boxes["Code39"].setChecked(True)
        page.boxes["QRCode"].setChecked(False)
        page.save_button.click()
        at.wait_until(lambda: page.progress.text() == "Saved for all desks.")
        at.wait_until(lambda: "QRCode" not in at.kiosk.formats.sought.club)
        assert asked == []
        work.management.back()
        work.management.back()
        at.kiosk.session.clear()
        at.wait_until(lambda: FOB in asked)
        at.wait_for_tone(Tone.UNKNOWN_CODE)
        assert card not in asked

        # Another desk, or a program: this desk follows by itself.
        token = {"Authorization": f"Bearer {work.management.session.token}"}
        chosen = {"code_formats": ["QRCode"]}
        changed = requests.patch(
            f"{service.url}/v1/organization", json=chosen, headers=token, timeout=10
        )
        assert changed.json()["code_formats"] == ["QRCode"]
        at.wait_until(lambda: at.kiosk.formats.sought.club == ("QRCode",))
        at.wait_until(lambda: card in asked)
    stop_service(service)
