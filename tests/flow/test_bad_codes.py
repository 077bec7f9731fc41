"""Codes that are no cards: each gets a plain word, and the next card still works."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService

from .desk import desk
from .films import cards, qr_frame, scene, write_film

NOT_A_CARD = "This is not a member card. Is it a ticket or a product?"


ODD: list[bytes | str] = [
    b"MC1\x00ABC",
    b"\xff\xfe\xfa\x80",
    "https://example.com/menu",
    "{{x}}",
    "DROP TABLE;--",
]


def test_odd_codes_on_film(qtbot: QtBot, tmp_path: Path, demo_service: RunningService) -> None:
    film = cards(tmp_path / "odd.avi", *ODD, demo_service.deck()["Viktor Petrov"])
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(len(ODD) + 1)
    assert at.tones == [Tone.UNKNOWN_CODE] * len(ODD) + [Tone.EXPIRED]
    assert {shown.verdict.detail for shown in at.shown[:-1]} == {NOT_A_CARD}


def test_a_code_of_four_kilobytes_on_film(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    huge = qr_frame("A1" * 2048, side=715, left=300, top=0)
    card = qr_frame(demo_service.deck()["Viktor Petrov"])
    parts = [(scene(), 0.2), (huge, 1.0), (scene(), 0.7), (card, 0.5), (scene(), 0.2)]
    film = write_film(tmp_path / "huge.avi", parts)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(2)
    assert at.tones == [Tone.UNKNOWN_CODE, Tone.EXPIRED]
    assert len(at.shown[0].scan.request.text) == 4096


def test_odd_codes_from_a_hand_scanner(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.2)
    card = Reading(demo_service.deck()["Viktor Petrov"], "")
    address = ServiceAddress(demo_service.url, demo_service.key)
    with desk(qtbot, film, address, hand_scanner_pause_s=0.001) as at:
        for text in ("", "   ", "\x00", "x" * 8000):
            at.kiosk.session.on_hand_scanned(Reading(text, ""))
            at.wait_for_tone(Tone.UNKNOWN_CODE)
            at.kiosk.session.on_hand_scanned(card)
            at.wait_for_tone(Tone.EXPIRED)


def test_a_hand_scanner_of_another_layout_is_understood(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    code = demo_service.deck()["Viktor Petrov"]
    azerty = code.translate(str.maketrans("AQZW0123456789", "QAWZà&é\"'(-è_ç"))
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.2)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.kiosk.session.on_hand_scanned(Reading(azerty, code))
        at.wait_for_tone(Tone.EXPIRED)
