"""Shows the camera's picture and state."""

import time

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from kiosk.presenters.idle_panel import IdlePanel
from kiosk.status import Health, camera_status
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.views.window import KioskWindow
from scanner.events import FrameRead, SourceChanged, SourceState
from scanner.settings import ScannerSettings


class CameraPresenter(QObject):
    """Connects the scanner worker to the window. Lives in the GUI thread."""

    first_frame = Signal()
    """The first picture of the camera is on screen."""
    ended = Signal()
    """The file, folder or demo is over."""

    def __init__(
        self,
        window: KioskWindow,
        idle_panel: IdlePanel,
        texts: Texts,
        trace: Trace,
        *,
        scanner: ScannerSettings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        chosen = not scanner.source.startswith(("auto:", "demo:"))
        self._source = scanner.label if chosen else ""
        self._demo = texts.say("DEMO CAMERA")
        if scanner.source.startswith("auto:"):
            self._demo = texts.say("DEMO CAMERA · no camera was found")
        self._window = window
        self._idle_panel = idle_panel
        self._texts = texts
        self._trace = trace
        self._first_frame_seen = False
        self._is_gone = False
        self.is_demo = False
        """Whether the pictures are those of the demo camera."""
        self._paused = ""
        window.bar.camera.say(Health.WARN, texts.say("Camera …"))
        window.side.preview.show_message(texts.say("The camera is being opened."))

    @Slot(QImage, object)
    def on_preview(self, image: QImage, frame: FrameRead) -> None:
        """Show a picture of the camera.

        One that arrives after the camera was lost is dropped: it would cover the message.
        """
        if self._is_gone:
            return
        preview = self._window.side.preview
        if self.is_demo and self._paused:
            preview.update()
            return
        preview.show_picture(image, frame)
        if not self._first_frame_seen:
            self._first_frame_seen = True
            preview.repaint()
            self._trace.event("first_frame", time.monotonic_ns(), frame=frame.number)
            self.first_frame.emit()

    @Slot(object)
    def on_source_changed(self, changed: SourceChanged) -> None:
        """Show the state of the camera."""
        self._trace.event("camera", time.monotonic_ns(), state=changed.state.value)
        status = camera_status(changed, self._texts)
        tip = f"{status.sentence} {changed.detail}".strip()
        self._window.bar.camera.say(status.health, status.word, tip)
        self._is_gone = changed.state not in {SourceState.OPENING, SourceState.RUNNING}
        preview = self._window.side.preview
        if changed.state is not SourceState.RUNNING:
            preview.show_message(f"{status.sentence}\n{self._source}".strip())
        self.is_demo = changed.demo
        self._show_ribbon()
        self._idle_panel.camera_is(changed.state)
        if changed.state is SourceState.ENDED:
            self.ended.emit()

    def pause_demo(self, why: str) -> None:
        """Let the picture of the demo camera stand still and say why; empty lets it go on."""
        if why != self._paused:
            self._paused = why
            self._show_ribbon()

    def _show_ribbon(self) -> None:
        words = " · ".join(filter(None, (self._demo, self._paused)))
        self._window.side.preview.show_ribbon(words if self.is_demo else "")
