"""A whole kiosk in the test's own process: real window, scanner process and HTTP."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from api_client.messages.management import SignedIn
from kiosk.app import Kiosk, OwnService, ServiceAddress
from kiosk.application import discard, load_fonts
from kiosk.language import LanguageStore
from kiosk.pending_scan import DisplayedScan
from kiosk.settings import KioskSettings
from kiosk.staff.disk import Disk
from kiosk.style import Tone
from scanner.settings import ScannerSettings
from tests.forkserver import forked_scanner

PATIENT_MS = 30_000


class Desk:
    """A running kiosk and what it has shown."""

    def __init__(self, kiosk: Kiosk, qtbot: QtBot) -> None:
        self.kiosk = kiosk
        self.window = kiosk.window
        self.shown: list[DisplayedScan] = []
        self._qtbot = qtbot
        kiosk.session.showed.connect(self.shown.append)

    @property
    def tones(self) -> list[Tone]:
        """The kinds of verdicts so far."""
        return [shown.verdict.tone for shown in self.shown]

    def wait_for(self, count: int) -> None:
        """Wait until ``count`` verdicts have been shown."""
        self._qtbot.waitUntil(lambda: len(self.shown) >= count, timeout=PATIENT_MS)

    def wait_for_tone(self, tone: Tone) -> DisplayedScan:
        """Wait until the newest verdict is of this kind."""
        self._qtbot.waitUntil(
            lambda: bool(self.shown) and self.tones[-1] is tone, timeout=PATIENT_MS
        )
        return self.shown[-1]

    def wait_until(self, condition: Any) -> None:
        """Wait until ``condition`` answers True."""
        self._qtbot.waitUntil(condition, timeout=PATIENT_MS)


@contextmanager
def desk(
    qtbot: QtBot,
    source: Path | str,
    service: ServiceAddress | OwnService,
    *,
    loop: bool = False,
    disk: Disk | None = None,
    state_dir: Path | None = None,
    languages: LanguageStore | None = None,
    signed_in: SignedIn | None = None,
    **settings: Any,
) -> Iterator[Desk]:
    """Run a kiosk on ``source`` with ``service``, and its state in ``state_dir``."""
    load_fonts()
    given: dict[str, Any] = {
        "away_after_s": 0.4,
        "min_show_s": 0.0,
        "mute": True,
        "poll_s": 1.0,
        "language": "en",
    } | settings
    scanner = ScannerSettings(source=str(source), loop=loop)
    kiosk = Kiosk(
        KioskSettings(**given),
        scanner,
        service,
        disk=disk,
        state_dir=state_dir,
        languages=languages,
        signed_in=signed_in,
        supervise=forked_scanner,
    )
    try:
        with qtbot.waitExposed(kiosk.window):
            kiosk.start()
        yield Desk(kiosk, qtbot)
    finally:
        kiosk.stop()
        kiosk.window.close()
        discard(kiosk.window)
        kiosk.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del kiosk
        # Else the collector may run in the next kiosk's threads, where no widget may end.
        gc.collect()
