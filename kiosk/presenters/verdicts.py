"""Shows, plays and traces verdicts, and loads the photo of their person."""

import time
from collections import OrderedDict
from pathlib import Path

import structlog
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.report import Report
from kiosk.sounds import Sounds
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.views.window import KioskWindow

log = structlog.get_logger(__name__)

_PHOTOS_KEPT = 8
"""A photo takes up to 1 MB."""
_CHECKING_AFTER_MS = 150
_PICTURE_AFTER_MS = 400


class VerdictPresenter(QObject):
    """Connects the session to the window. Lives in the GUI thread."""

    photo_wanted = Signal(str)
    answered = Signal(object)
    """ScanAnswer of a verdict that is now on screen."""

    def __init__(
        self,
        window: KioskWindow,
        idle_panel: IdlePanel,
        texts: Texts,
        *,
        sounds: Sounds,
        trace: Trace,
        report: Report | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._idle_panel = idle_panel
        self._texts = texts
        self._sounds = sounds
        self._trace = trace
        self._report = report
        self._shown: DisplayedScan | None = None
        self._photos: OrderedDict[str, QPixmap] = OrderedDict()
        self._checking = QTimer(self)
        self._checking.setSingleShot(True)
        self._checking.setInterval(_CHECKING_AFTER_MS)
        self._checking.timeout.connect(self._show_checking)
        self._show_sound()

    @Slot(object)
    def on_checking(self, _scan: PendingScan) -> None:
        """A look-up began: show that if it takes longer than 150 ms."""
        self._checking.start()

    @Slot(object)
    def on_showed(self, shown: DisplayedScan) -> None:
        """Paint the verdict first, then play its sound and load its photo.

        Whoever was only looked up makes no sound, and is no scan of the trace and the report.
        """
        self._checking.stop()
        _close_dialogs()
        self._idle_panel.give_way()
        self._shown = shown
        verdict = shown.verdict
        time_of = verdict.answered
        checked = self._texts.say("Checked at {time}", time=time_of)
        if not verdict.recorded:
            checked = self._texts.say("Looked up at {time}", time=time_of)
        self._window.show_verdict(verdict, checked if time_of else "")
        painted_ns = time.monotonic_ns()
        if not shown.scan.preview:
            self._on_painted(shown, painted_ns)
        if verdict.person is not None and verdict.person.photo_path:
            self._show_photo(verdict.person.photo_path)
        if shown.recorded is not None:
            self.answered.emit(shown.recorded)
        if self._report is not None and not shown.scan.preview:
            self._picture(self._report.add(shown, painted_ns))

    def _on_painted(self, shown: DisplayedScan, painted_ns: int) -> None:
        """Trace a verdict and play its sound."""
        verdict = shown.verdict
        frame = shown.scan.frame
        self._trace.event(
            "verdict_painted",
            painted_ns,
            visit=str(shown.scan.request.visit_id),
            frame=frame.number if frame else None,
            tone=verdict.tone.value,
        )
        self._sounds.play(verdict.sound)

    @Slot()
    def on_cleared(self) -> None:
        """Remove the verdict."""
        self._shown = None
        self._checking.stop()
        self._idle_panel.show()

    @Slot(str, QImage)
    def on_photo(self, path: str, image: QImage) -> None:
        """Cache a photo, and show it if its person is on screen."""
        pixmap = QPixmap.fromImage(image)
        self._photos[path] = pixmap
        while len(self._photos) > _PHOTOS_KEPT:
            self._photos.popitem(last=False)
        person = self._shown.verdict.person if self._shown else None
        if person is not None and person.photo_path == path:
            self._window.verdict.show_photo(pixmap)

    @Slot()
    def toggle_mute(self) -> None:
        """Switch sounds on or off."""
        self._sounds.muted = not self._sounds.muted
        self._show_sound()

    def _show_sound(self) -> None:
        problem = self._sounds.problem
        if problem:
            problem = self._texts.say("No sound can be played on this PC.")
        self._window.bar.show_sound(muted=self._sounds.muted, problem=problem)

    def _show_photo(self, path: str) -> None:
        photo = self._photos.get(path)
        if photo is None:
            self.photo_wanted.emit(path)
        else:
            self._photos.move_to_end(path)
            self._window.verdict.show_photo(photo)

    def _show_checking(self) -> None:
        self._shown = None
        self._idle_panel.show_checking()

    def _picture(self, path: Path | None) -> None:
        """Save a picture of the window, after some time for the photo to load."""
        if path is not None:
            QTimer.singleShot(_PICTURE_AFTER_MS, self, lambda: self._save(path))

    def _save(self, path: Path) -> None:
        if not self._window.grab().save(str(path)):
            log.error("picture not saved", path=str(path))


def _close_dialogs() -> None:
    """Cancel a dialog of the system, for files or colours, that would cover a verdict."""
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        dialog.close()
