"""Cameras that are not there, hang, drop or freeze: shown, healed, and the next card works."""

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.status import Health
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService
from tests.fakes.mjpeg_camera import MjpegCamera

from .desk import Desk, desk
from .films import Frame, cards, qr_frame, scene


def jpeg(frame: Frame) -> bytes:
    made, data = cv2.imencode(".jpg", frame)
    assert made
    return bytes(data.tobytes())


def showing(code: str) -> Callable[[int], bytes]:
    """Pictures of a card that comes and goes; each differs a little, as a sensor's do."""
    pictures: dict[str, list[bytes]] = {}
    for name, plain in (("card", qr_frame(code)), ("empty", scene())):
        pictures[name] = []
        for shade in range(4):
            frame = plain.copy()
            frame[0, : 40 + shade] = 255
            pictures[name].append(jpeg(frame))
    return lambda number: pictures["card" if number % 60 < 30 else "empty"][number % 4]


def camera_is(at: Desk, health: Health) -> Callable[[], bool]:
    return lambda: at.window.bar.camera.health is health


def wait_for_next(at: Desk) -> None:
    at.wait_for(len(at.shown) + 1)


FAULTS: list[tuple[str, Callable[[MjpegCamera], None], str]] = [
    ("hang", MjpegCamera.hang, "The camera hangs. Restarting it."),
    ("unplugged", MjpegCamera.drop, "The camera is not there. Is it plugged in?"),
    ("frozen", MjpegCamera.freeze, "The camera repeats one picture. Restarting it."),
]


@pytest.mark.parametrize(
    ("fault", "sentence"), [(f, s) for _, f, s in FAULTS], ids=[n for n, _, _ in FAULTS]
)
def test_a_camera_that_fails_is_shown_and_comes_back(
    qtbot: QtBot,
    demo_service: RunningService,
    fault: Callable[[MjpegCamera], None],
    sentence: str,
) -> None:
    code = demo_service.deck()["Viktor Petrov"]
    service = ServiceAddress(demo_service.url, demo_service.key)
    with (
        MjpegCamera(showing(code)) as camera,
        desk(qtbot, camera.url, service) as at,
    ):
        at.wait_for_tone(Tone.EXPIRED)
        assert at.window.bar.camera.health is Health.GOOD
        fault(camera)
        at.wait_until(camera_is(at, Health.BAD))
        assert sentence in at.window.side.preview.message
        assert sentence in at.window.bar.camera.sentence
        at.kiosk.session.on_hand_scanned(Reading("C-000010", ""))
        at.wait_for_tone(Tone.BLOCKED)
        camera.resume()
        at.wait_until(camera_is(at, Health.GOOD))
        wait_for_next(at)
        assert at.tones[-1] is Tone.EXPIRED


@pytest.mark.parametrize("camera", ["9", "Nobody’s Camera", "/no/such/film.avi"])
def test_a_camera_that_does_not_exist_is_named_and_the_desk_works_without(
    qtbot: QtBot, demo_service: RunningService, camera: str
) -> None:
    service = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, camera, service) as at:
        at.wait_until(camera_is(at, Health.BAD))
        assert camera in at.window.side.preview.message
        assert at.window.ready.headline.text == "Ready without a camera"
        at.kiosk.session.on_hand_scanned(Reading("C-000010", ""))
        at.wait_for_tone(Tone.BLOCKED)


def test_a_truncated_film_shows_its_good_part_and_says_so(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    whole = cards(tmp_path / "whole.avi", demo_service.deck()["Viktor Petrov"], gap_s=1.5)
    film = tmp_path / "cut.avi"
    film.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    service = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, film, service) as at:
        at.wait_for_tone(Tone.EXPIRED)
        at.wait_until(lambda: at.window.bar.camera.health is not Health.GOOD)
        at.kiosk.session.on_hand_scanned(Reading("C-000010", ""))
        at.wait_for_tone(Tone.BLOCKED)


def test_a_file_that_is_no_picture_is_named(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    fake = tmp_path / "film.avi"
    fake.write_text("this is no film", encoding="utf-8")
    service = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, fake, service) as at:
        at.wait_until(camera_is(at, Health.BAD))
        assert "film.avi" in at.window.side.preview.message
        at.kiosk.session.on_hand_scanned(Reading("C-000010", ""))
        at.wait_for_tone(Tone.BLOCKED)
