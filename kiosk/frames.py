"""Passes the scanner's frames on: what they show to the window, their codes to whom they belong."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from kiosk.presenters.camera import CameraPresenter
from kiosk.presenters.desk import DeskPresenter
from kiosk.presenters.formats import FormatsPresenter
from kiosk.presenters.hand_scanner import HandScannerPresenter
from kiosk.staff.presenter import StaffPresenter
from kiosk.texts import Texts
from kiosk.workers import ScannerWorker
from scanner.events import FrameRead


class Frames(QObject):
    """Connects the scanner worker to the window and to the scans. Lives in the GUI thread."""

    counting = Signal(object)
    """FrameRead: its codes count at the desk."""

    def __init__(
        self,
        *,
        camera: CameraPresenter,
        desk: DeskPresenter,
        formats: FormatsPresenter,
        hand_scanner: HandScannerPresenter,
        staff: StaffPresenter,
        texts: Texts,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._camera, self._desk, self._formats = camera, desk, formats
        self._hand_scanner, self._staff, self._texts = hand_scanner, staff, texts

    def connect_worker(self, worker: ScannerWorker) -> None:
        """Handle the frames and pictures of the scanner."""
        worker.frame_read.connect(self._on_frame)
        worker.preview.connect(self._on_preview)
        worker.source_changed.connect(self._camera.on_source_changed)

    def demo_waits(self) -> str:
        """Return why codes of the demo camera do not count now; empty if they do.

        An invented card must neither cover pages and sheets nor reach a real club.
        """
        if not self._camera.is_demo or self._formats.trying:
            return ""
        if self._staff.at_work or self._hand_scanner.teaching:
            return self._texts.say("paused")
        match self._desk.demo_club:
            case True:
                return ""
            case None:
                return self._texts.say("waiting for the service")
            case _:
                return self._texts.say("not read: a real club")

    @Slot(object)
    def _on_frame(self, frame: FrameRead) -> None:
        """Pass the codes of a frame on, unless it is a demo that has to wait."""
        counting = self._formats.counting(frame)
        if counting is not None and not self.demo_waits():
            self.counting.emit(counting)

    @Slot(QImage, object)
    def _on_preview(self, image: QImage, frame: FrameRead) -> None:
        self._camera.pause_demo(self.demo_waits())
        self._camera.on_preview(image, frame)
