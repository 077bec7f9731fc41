"""A service that is slow, broken, somebody else or gone: said plainly, and the next card works."""

import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.app import OwnService, ServiceAddress
from kiosk.status import Health
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.conftest import ROOT
from tests.demo_club import deck_in, start_service, stop_service
from tests.fakes.odd_service import Answer, hang_up, html, odd_service, scanned, slow, whole
from tests.kiosk.answers import answer

from .desk import Desk, desk
from .films import cards

GOOD = scanned(answer().model_dump_json().encode())
FULL = whole(
    507,
    "application/problem+json",
    json.dumps({"title": "Full", "status": 507, "code": "storage_full", "detail": "full"}).encode(),
)
BROKEN = whole(
    500, "application/problem+json", b'{"title": "Oops", "status": 500, "code": "internal_error"}'
)


BAD: dict[str, tuple[Answer, str]] = {
    "slow": (slow(4.0, GOOD), "The membership service did not answer in time."),
    "500": (BROKEN, "The membership service failed. Its log tells why."),
    "html 500": (html(500), "What answers at the service's address is not the service."),
    "html 200": (html(200), "What answers at the service's address is not the service."),
    "502": (
        html(502),
        "The server in front of the membership service answers, the service does not.",
    ),
    "busy": (html(429), "The membership service is busy. Try again in a moment."),
    "key": (html(401), "The membership service does not accept this desk's key."),
    "hang up": (hang_up, "The membership service cannot be reached."),
    "disk full": (FULL, "The disk of the membership service is full."),
}


def test_a_service_that_does_not_answer_well(qtbot: QtBot, tmp_path: Path) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with (
        odd_service(GOOD) as service,
        desk(
            qtbot, film, ServiceAddress(service.url, "mk_live_x"), deadline_s=2.0, poll_s=600
        ) as at,
    ):
        for name, (reply, sentence) in BAD.items():
            service.answers[:] = [reply]
            at.kiosk.session.on_hand_scanned(Reading(f"CARD {name}", ""))
            shown = at.wait_for_tone(Tone.COULD_NOT_CHECK)
            assert shown.verdict.detail == sentence, name
            assert "This says nothing about the membership." in shown.verdict.notes, name
            service.answers[:] = [GOOD]
            at.kiosk.session.on_hand_scanned(Reading(f"NEXT {name}", ""))
            at.wait_for_tone(Tone.ACTIVE)


def own_service(data_dir: Path) -> OwnService:
    command = [sys.executable, str(ROOT / "main.py"), "serve", "--embedded", "--demo"]
    return OwnService([*command, "--port", "0", "--data-dir", str(data_dir)], data_dir)


def service_is(at: Desk, health: Health) -> bool:
    return at.window.bar.service.health is health


def test_an_own_service_that_is_killed_comes_back_and_loses_no_visit(
    qtbot: QtBot, tmp_path: Path, demo_data: Path
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, own_service(demo_data)) as at:
        at.wait_until(lambda: service_is(at, Health.GOOD))
        at.kiosk.session.on_hand_scanned(Reading(deck_in(demo_data)["Viktor Petrov"], ""))
        at.wait_for_tone(Tone.EXPIRED)
        assert at.kiosk.embedded is not None
        pid = at.kiosk.embedded.process_id
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        at.kiosk.session.on_hand_scanned(Reading(deck_in(demo_data)["Marek Nowak"], ""))
        at.wait_for_tone(Tone.BLOCKED)
        at.wait_until(lambda: len(at.window.side.visits.rows()) == 2)
        assert at.kiosk.embedded.process_id != pid
        at.wait_until(lambda: service_is(at, Health.GOOD))
        names = [row.name for row in at.window.side.visits.rows()]
        assert names == ["Marek Nowak", "Viktor Petrov"]


def test_a_full_disk_is_said_and_the_next_card_works_once_there_is_room(
    qtbot: QtBot, tmp_path: Path, demo_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = (demo_data / "membership.sqlite3").stat().st_size // 4096
    monkeypatch.setenv("WALLETDESK_SQLITE_MAX_PAGES", str(pages))
    full = start_service(demo_data)
    card = Reading(full.deck()["Viktor Petrov"], "")
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(full.url, full.key), hand_scanner_pause_s=0.001) as at:
        tries = 0
        while Tone.COULD_NOT_CHECK not in at.tones:
            tries += 1
            at.kiosk.session.on_hand_scanned(card)
            at.wait_for(tries)
            assert tries < 200, "the disk is never full"
        assert at.shown[-1].verdict.detail == "The disk of the membership service is full."
        stop_service(full)
        monkeypatch.delenv("WALLETDESK_SQLITE_MAX_PAGES")
        roomy = start_service(demo_data)
        at.kiosk.connect_to.emit(roomy.url, roomy.key)
        at.kiosk.session.on_hand_scanned(Reading(full.deck()["Marek Nowak"], ""))
        at.wait_for_tone(Tone.BLOCKED)
        stop_service(roomy)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
        database.commit()


def no_database(file: Path) -> None:
    file.write_bytes(b"this is no database" * 400)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (newer, "was written by a newer version (schema revision from-the-future"),
        # ``tests/membership/test_serve.py`` has what the service says of each.
        pytest.param(no_database, "membership.sqlite3", marks=pytest.mark.soak),
        pytest.param(a_folder, "membership.sqlite3", marks=pytest.mark.soak),
    ],
    ids=["newer", "no-database", "a-folder"],
)
def test_a_service_that_cannot_start_says_why_on_screen(
    qtbot: QtBot, tmp_path: Path, demo_data: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(demo_data / "membership.sqlite3")
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, own_service(demo_data)) as at:
        at.wait_until(lambda: service_is(at, Health.BAD))
        assert words in at.window.bar.service.sentence
        assert words in at.window.ready.detail.text
        assert at.window.ready.headline.text == "The service is away"
        began = time.monotonic()
        at.kiosk.session.on_hand_scanned(Reading("CARD", ""))
        shown = at.wait_for_tone(Tone.COULD_NOT_CHECK)
        assert time.monotonic() - began < 1.0, "the reason is known: nobody waits for it"
        assert shown.verdict.detail in at.window.bar.service.sentence


def test_two_kiosks_share_one_service_and_the_second_takes_over(
    qtbot: QtBot, tmp_path: Path, demo_data: Path
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, own_service(demo_data)) as first:
        first.wait_until(lambda: service_is(first, Health.GOOD))
        with desk(qtbot, film, own_service(demo_data)) as second:
            second.wait_until(lambda: service_is(second, Health.GOOD))
            assert second.kiosk.embedded is not None
            assert second.kiosk.embedded.process_id is None
            second.kiosk.session.on_hand_scanned(Reading(deck_in(demo_data)["Viktor Petrov"], ""))
            second.wait_for_tone(Tone.EXPIRED)
            assert first.kiosk.embedded is not None
            first.kiosk.embedded.stop()
            second.wait_until(lambda: second.kiosk.embedded.process_id is not None)
            second.wait_until((demo_data / "service.json").exists)
            second.kiosk.session.on_hand_scanned(Reading(deck_in(demo_data)["Marek Nowak"], ""))
            second.wait_for_tone(Tone.BLOCKED)
