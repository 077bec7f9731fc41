"""Codes that are no cards: each gets a plain word, and the next card still works."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.demo_club import RunningService

from .desk import desk
from .films import cards, qr_frame, scene, write_film

NOT_A_CARD = "This is not a member card. Is it a ticket or a product?"


@pytest.mark.parametrize(
    "code",
    [b"MC1\x00ABC", b"\xff\xfe\xfa\x80", "https://example.com/menu", "{{x}}", "DROP TABLE;--"],
    ids=["nul", "invalid-utf8", "url", "braces", "sql"],
)
def test_odd_codes_on_film(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService, code: str | bytes
) -> None:
    film = cards(tmp_path / "odd.avi", code, demo_service.deck()["Viktor Petrov"])
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(2)
    assert at.tones == [Tone.UNKNOWN_CODE, Tone.EXPIRED]
    assert at.shown[0].verdict.detail == NOT_A_CARD


def test_a_code_of_four_kilobytes_on_film(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService
) -> None:
    huge = qr_frame("A1" * 2048, side=715, left=300, top=0)
    card = qr_frame(demo_service.deck()["Viktor Petrov"])
    parts = [(scene(), 0.5), (huge, 1.0), (scene(), 0.8), (card, 0.5), (scene(), 0.3)]
    film = write_film(tmp_path / "huge.avi", parts)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.wait_for(2)
    assert at.tones == [Tone.UNKNOWN_CODE, Tone.EXPIRED]
    assert len(at.shown[0].scan.request.text) == 4096


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "x" * 8000], ids=["empty", "blank", "nul", "huge"]
)
def test_odd_codes_from_a_hand_scanner(
    qtbot: QtBot, tmp_path: Path, demo_service: RunningService, text: str
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.2)
    with desk(qtbot, film, ServiceAddress(demo_service.url, demo_service.key)) as at:
        at.kiosk.session.on_hand_scanned(Reading(text, ""))
        at.wait_for_tone(Tone.UNKNOWN_CODE)
        at.kiosk.session.on_hand_scanned(Reading(demo_service.deck()["Viktor Petrov"], ""))
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
