"""Runs kiosks until the window is closed: one, and another one for each change of the language."""

import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from scanner.settings import ScannerSettings

from .app import Kiosk
from .application import discard, end_unseen, interruptible, prepare_application
from .garbage import collected_here
from .heap import keep_little
from .language import LanguageStore
from .services import OwnService, ServiceAddress
from .settings import KioskSettings


def run(
    settings: KioskSettings,
    scanner: ScannerSettings,
    service: ServiceAddress | OwnService,
    state_dir: Path,
) -> int:
    """Run a kiosk until its window is closed, with its state in ``state_dir``.

    Returns the exit code.

    With ``settings.report`` the code is 1 if the service cannot start, which ends the run, or if no
    scan could be checked. Raises OSError if the data folder cannot be used.
    """
    keep_little()
    application = prepare_application()
    languages, signed_in = LanguageStore(state_dir), None
    with collected_here():
        while True:
            kiosk = Kiosk(
                settings, scanner, service,
                state_dir=state_dir, languages=languages, signed_in=signed_in,
            )  # fmt: skip
            code = run_one(application, kiosk)
            if not kiosk.switching:
                return code
            signed_in = kiosk.management.session.started


def run_one(application: QApplication, kiosk: Kiosk) -> int:
    """Run a kiosk in its event loop."""
    kiosk.trace.event("kiosk_started", time.monotonic_ns())
    if kiosk.report is not None and kiosk.embedded is not None:
        kiosk.embedded.down.connect(end_unseen)
    with interruptible(application):
        try:
            kiosk.start()
            code = application.exec()
        finally:
            kiosk.stop()
            discard(kiosk.window)
    if kiosk.report is None:
        return code
    sys.stdout.write(kiosk.report.table() + "\n")
    return code or (0 if kiosk.report.checked_any else 1)
