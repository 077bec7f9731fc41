"""The threads of the desk: objects moved to a ``QThread`` and called through slots.

A plain method or lambda that is connected across threads runs in the thread of the sender, so
every receiver here is a ``@Slot`` of a moved object.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from uuid import UUID

import structlog
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QSize,
    Qt,
    QThread,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QImageReader

from api_client.client import MembershipClient
from api_client.errors import ApiError
from api_client.messages.scan import ScanAnswer, ScanRequest
from scanner.events import Event as ScannerEvent
from scanner.events import FrameRead, SourceChanged, SourceState, Still
from scanner.preview import Picture
from scanner.process import ScannerSupervisor

from .failures import Cause, Failure, failure_of, failure_of_start
from .lookup import Lookup
from .poll import Poll
from .trace import Trace

log = structlog.get_logger(__name__)

LookupFactory = Callable[[str, str], Lookup]
"""Makes a ``Lookup`` from the service's URL and key."""

PHOTO_SIDE = 768
"""Longest side of a decoded photo in pixels; few screens show it larger."""

_STARTING = Failure(Cause.STARTING, "no service address yet")

_NO_SUCH_ROUTE = "no_such_route"
"""The code of a service of a version before the route."""

_TICK_S = 0.1
_PAUSE_S = 1.0
_YIELD_S = 0.012
"""Delay of the preview after a code, in seconds: the look-up and the verdict come first."""


class ScannerWorker(QObject):
    """Receives the events of the scanner process and sends its frames to the GUI thread.

    At most one preview is on its way: the GUI calls ``preview_painted`` when it can take the next,
    so that a slow GUI gets fewer frames and no late ones.
    """

    frame_read = Signal(object)
    """FrameRead with at least one code."""
    preview = Signal(QImage, object)
    """A picture and the FrameRead it belongs to."""
    still = Signal(QImage)
    """A frame in its full size, after ``take_still``."""
    source_changed = Signal(object)
    """SourceChanged."""

    def __init__(self, make_supervisor: Callable[[], ScannerSupervisor]) -> None:
        super().__init__()
        self._make_supervisor = make_supervisor
        self._stop = Event()
        self._painter_free = Event()
        self._painter_free.set()
        self._still_wanted = Event()
        self._formats: tuple[str, ...] | None = None

    def take_still(self) -> None:
        """Emit ``still`` with the next frame, if the camera sends one. Thread-safe."""
        self._still_wanted.set()

    def look_for(self, formats: tuple[str, ...]) -> None:
        """Look for codes of ``formats``, which the scanner knows, from now on. Thread-safe."""
        self._formats = formats

    @Slot()
    def run(self) -> None:
        """Receive events until ``stop``. A supervisor that fails is reported and replaced."""
        while not self._stop.is_set():
            try:
                self._listen()
            except Exception as error:
                log.exception("scanner supervisor failed")
                detail = f"The scanner could not be run: {error}"
                self.source_changed.emit(SourceChanged(SourceState.CRASHED, detail))
                self._stop.wait(_PAUSE_S)

    def stop(self) -> None:
        """Make ``run`` return. Thread-safe."""
        self._stop.set()

    def preview_painted(self) -> None:
        """Report that the last preview was painted. Thread-safe."""
        self._painter_free.set()

    def _listen(self) -> None:
        with self._make_supervisor() as supervisor:
            while not self._stop.is_set():
                if self._formats is not None:
                    supervisor.look_for(self._formats)
                if self._still_wanted.is_set():
                    self._still_wanted.clear()
                    supervisor.take_still()
                self._forward(supervisor, supervisor.next_event(_TICK_S))

    def _forward(self, supervisor: ScannerSupervisor, event: ScannerEvent | None) -> None:
        if isinstance(event, Still):
            self.still.emit(_image_of(event))
        elif isinstance(event, SourceChanged):
            log.info("camera", state=event.state.value, detail=event.detail)
            self.source_changed.emit(event)
        elif event is not None:
            if event.codes:
                self.frame_read.emit(event)
                self._stop.wait(_YIELD_S)
            if event.preview is not None and self._painter_free.is_set():
                self._send_preview(event, supervisor.preview(event.preview))

    def _send_preview(self, frame: FrameRead, pixels: Picture | None) -> None:
        if pixels is None:
            return
        self._painter_free.clear()
        self.preview.emit(_image_of(pixels), frame)


def _image_of(pixels: Picture | Still) -> QImage:
    """Return rows of BGR pixels as an image of its own memory."""
    width, height = pixels.width, pixels.height
    view = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_BGR888)
    return view.copy()


class LookupWorker(QObject):
    """Looks up scans, in a thread in which nothing else waits."""

    answered = Signal(object, object)
    """Visit id, ScanAnswer."""
    failed = Signal(object, object)
    """Visit id, Failure."""
    corrected = Signal(object, object)
    """RosterAnswer and the ScanAnswer that came after it."""

    def __init__(self, make_lookup: LookupFactory, trace: Trace) -> None:
        super().__init__()
        self._make_lookup = make_lookup
        self._trace = trace
        self._lookup: Lookup | None = None
        self._pending: dict[UUID, ScanRequest] = {}
        """By visit: scans that wait for a service, in their order."""
        self._moving = Event()

    def moving(self) -> None:
        """Ask no longer at the old address: ``connect_to`` follows. May be called from any thread.

        A scan that is being retried, and those after it, wait for it, as at the first start.
        """
        self._moving.set()
        lookup = self._lookup
        if lookup is not None:
            lookup.interrupt()

    @Slot(str, str)
    def connect_to(self, url: str, key: str) -> None:
        """Use the service at ``url`` with ``key`` from now on; send the scans that wait for it."""
        self._moving.clear()
        self.close()
        self._lookup = self._make_lookup(url, key)
        pending, self._pending = self._pending, {}
        for scan in pending.values():
            self.look_up(scan)
        if pending:
            return
        try:
            self._lookup.prepare()
        except Exception as error:  # noqa: BLE001 - logged; the first scan connects
            _failure("connection not prepared", error)

    @Slot(object)
    def look_up(self, scan: ScanRequest) -> None:
        """Look up one scan and emit ``answered`` or ``failed``, once a service is known.

        One that staff no longer wait for by then is recorded all the same.
        """
        if self._lookup is None or self._moving.is_set():
            self._pending[scan.visit_id] = scan
            return
        visit = str(scan.visit_id)
        self._trace.event("lookup_start", time.monotonic_ns(), visit=visit)
        answer, failure = self._ask(self._lookup, scan)
        self._trace.event("lookup_end", time.monotonic_ns(), visit=visit)
        if answer is not None:
            self.answered.emit(scan.visit_id, answer)
        elif self._moving.is_set():
            self._pending[scan.visit_id] = scan
        else:
            self.failed.emit(scan.visit_id, failure)

    def _ask(self, lookup: Lookup, scan: ScanRequest) -> tuple[ScanAnswer | None, Failure | None]:
        try:
            return lookup.look_up(scan), None
        except Exception as error:  # noqa: BLE001 - logged and shown
            return None, _failure("scan not checked", error)

    @Slot()
    def close(self) -> None:
        """Close the connection."""
        if self._lookup is not None:
            self._lookup.close()
            self._lookup = None


class DeskWorker(QObject):
    """Sends all other requests of a desk: its state, visits, search, photos, undoing a visit."""

    desk = Signal(object)
    """DeskInfo: the service can be reached."""
    visits = Signal(object)
    """VisitPage."""
    hits = Signal(str, object)
    """The searched text, CustomerHits."""
    search_failed = Signal(str, object)
    """The searched text, Failure."""
    photo = Signal(str, QImage)
    """Path of the photo, and the photo at most ``PHOTO_SIDE`` pixels a side."""
    previewed = Signal(object, object)
    """Visit id of the request, ScanPreview."""
    preview_failed = Signal(object, object)
    """Visit id of the request, Failure."""
    undone = Signal(object)
    """VisitView."""
    undo_failed = Signal(object, object)
    """Visit id, Failure."""
    unreachable = Signal(object)
    """Failure: the service did not return the desk's state."""

    def __init__(self) -> None:
        super().__init__()
        self._client: MembershipClient | None = None
        self._why_away = _STARTING
        self._searched = ""
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._search_newest)

    def ask_when(self, poll: Poll) -> None:
        """Refresh whenever ``poll`` wants it; it has answered once all of it is here."""
        poll.wanted.connect(self.refresh)
        self.visits.connect(poll.on_answered)
        self.unreachable.connect(poll.on_failed)

    @Slot(str, str)
    def connect_to(self, url: str, key: str) -> None:
        """Use the service at ``url`` with ``key`` from now on, and load the desk's state."""
        self.close()
        self._client = MembershipClient(url, key, deadline_s=3.0)
        self.refresh()

    @Slot(str, str)
    def on_service_down(self, code: str, detail: str) -> None:
        """Answer everything by why the service of this PC is away, until ``connect_to``."""
        self.close()
        self._why_away = failure_of_start(code, detail) or _STARTING

    @Slot()
    def refresh(self) -> None:
        """Load the desk's state and the recent visits."""
        if self._client is None:
            return
        try:
            self.desk.emit(self._client.desk())
            self.visits.emit(self._client.recent_visits())
        except Exception as error:  # noqa: BLE001 - logged and shown
            self.unreachable.emit(_failure("service state unknown", error))

    @Slot(str)
    def search(self, text: str) -> None:
        """Search customers by ``text``; of several queued texts only the newest is sent."""
        self._searched = text
        self._soon.start()

    @Slot()
    def _search_newest(self) -> None:
        text = self._searched
        if self._client is None:
            self.search_failed.emit(text, self._why_away)
            return
        try:
            self.hits.emit(text, self._client.search_customers(text))
        except Exception as error:  # noqa: BLE001 - logged and shown
            self.search_failed.emit(text, _failure("search failed", error))

    @Slot(object)
    def preview(self, request: ScanRequest) -> None:
        """Look up whom a request names, which is not sent, and emit ``previewed`` or a failure."""
        if self._client is None:
            self.preview_failed.emit(request.visit_id, self._why_away)
            return
        try:
            preview = self._client.preview_scan(
                UUID(request.text), request.method, request.attention_kinds
            )
        except Exception as error:  # noqa: BLE001 - logged and shown
            failure = _failure("nobody looked up", error)
            if failure.code == _NO_SUCH_ROUTE:
                failure = replace(failure, cause=Cause.OLD_SERVICE)
            self.preview_failed.emit(request.visit_id, failure)
        else:
            self.previewed.emit(request.visit_id, preview)

    @Slot(str)
    def fetch_photo(self, path: str) -> None:
        """Load a customer's photo and emit ``photo``; a failure is only logged."""
        if self._client is None:
            return
        try:
            image = small_image(self._client.photo(path))
        except Exception as error:  # noqa: BLE001 - logged; the initials stay
            _failure("no photo", error)
            return
        if image.isNull():
            log.warning("photo cannot be read", path=path)
        else:
            self.photo.emit(path, image)

    @Slot(object)
    def undo_visit(self, visit_id: UUID) -> None:
        """Undo a visit and emit ``undone`` or ``undo_failed``."""
        if self._client is None:
            self.undo_failed.emit(visit_id, self._why_away)
            return
        try:
            self.undone.emit(self._client.undo_visit(visit_id))
        except Exception as error:  # noqa: BLE001 - logged and shown
            self.undo_failed.emit(visit_id, _failure("visit not undone", error))

    @Slot()
    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _failure(event: str, error: Exception) -> Failure:
    """Log an error and return it as a failure; one that is no ``ApiError`` with its traceback."""
    if isinstance(error, ApiError):
        log.warning(event, error=repr(error))
        return failure_of(error)
    log.error(event, exc_info=error)
    return Failure(Cause.INTERNAL, repr(error))


def small_image(data: bytes) -> QImage:
    """Decode an image to at most ``PHOTO_SIDE`` pixels a side. Returns a null one on failure."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > PHOTO_SIDE:
        bounds = QSize(PHOTO_SIDE, PHOTO_SIDE)
        reader.setScaledSize(size.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class WorkerThread(QThread):
    """A thread with one worker object. ``name`` is for debuggers."""

    def __init__(self, name: str, worker: QObject, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        worker.moveToThread(self)
        self.worker = worker

    def finish(self, wait_ms: int = 12_000) -> bool:
        """End the event loop and wait, by default longer than the longest deadline of a request.

        Returns False if the thread did not end in ``wait_ms``.
        """
        self.quit()
        return self.wait(wait_ms)
