"""State machine of a scan, from the code to the verdict: ready, checking, showing. No widgets.

Codes come from the camera, a hand scanner or the search box. Each becomes a ``ScanRequest`` whose
visit id is created before anything is sent, so that requests that are repeated, late or lost are
still the same visit.
"""

import time
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from api_client.messages.scan import (
    Outcome,
    ScanAnswer,
    ScanMethod,
    ScanPreview,
    ScanRequest,
    VisitView,
)
from scanner.events import Code, FrameRead
from scanner.repeats import RepeatFilter

from .displayed import corrected, correction, displayed
from .failures import Failure, failure_of_start
from .in_view import InView
from .offers import Act
from .pending_scan import DisplayedScan, Expected, PendingScan, new_request
from .roster_answer import RosterAnswer
from .same_code import SameVisits, by_card, card_key
from .settings import KioskSettings
from .texts import Texts
from .trace import Trace
from .verdict import verdict_of_failure, verdict_of_preview
from .wedge import Reading

_WEDGE_FORMAT = "HandScanner"


class State(Enum):
    """State of the session."""

    READY = auto()
    CHECKING = auto()
    SHOWING = auto()


class ScanSession(QObject):
    """Handles one scan at a time; others wait in a queue. Lives in the GUI thread."""

    lookup_requested = Signal(object)
    """ScanRequest for the look-up thread."""
    preview_requested = Signal(object)
    """ScanRequest of somebody who is to be looked up: it must not be sent as a scan."""
    checking = Signal(object)
    """PendingScan: a look-up has begun."""
    showed = Signal(object)
    """DisplayedScan: a verdict is to be painted."""
    cleared = Signal()
    """Nothing is shown or checked any longer."""
    aside = Signal()
    """A code that names nobody lies beside the card whose verdict is shown."""
    aside_said = Signal(str)
    """What is to be said beside the verdict on screen, which is another one's."""

    def __init__(
        self,
        settings: KioskSettings,
        texts: Texts,
        trace: Trace,
        *,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._texts = texts
        self._trace = trace
        self._clock = clock
        self._repeats = RepeatFilter(settings.away_after_s, settings.again_after_s)
        self._hand_repeats = RepeatFilter(settings.hand_scanner_pause_s, agree_frames=1)
        self._same = SameVisits()
        self._view = InView(settings.away_after_s)
        self._pending: deque[PendingScan] = deque()
        self._rechecked: UUID | None = None
        self._unrecorded: dict[UUID, ScanRequest] = {}  # sent, and not answered so far
        self._service = Expected()
        self._current: PendingScan | None = None
        self._back_while_checking = False
        self._shown: DisplayedScan | None = None
        self._shown_at_s = float("-inf")
        self._dwell = self._timer(self.clear)
        self._patience = self._timer(self._give_up)
        self._next = self._timer(self._begin_next)

    @property
    def state(self) -> State:
        """State of the session."""
        if self._current is not None:
            return State.CHECKING
        return State.SHOWING if self._shown else State.READY

    @property
    def has_waiting(self) -> bool:
        """Whether a scan is being checked, or waits for its turn."""
        return self._current is not None or bool(self._pending)

    @Slot(object)
    def on_scanned(self, frame: FrameRead) -> None:
        """Handle a decoded frame: look up the codes in it that are new scans."""
        read = by_card(frame.codes)
        self._view.see((key.text for key in read), self._clock())
        for key in self._repeats.admit(tuple(read), self._clock(), frame.number):
            code = read[key]
            self._enqueue(code.text, (), ScanMethod.CAMERA, frame, code)

    @Slot(object)
    def on_hand_scanned(self, reading: Reading) -> None:
        """Handle a code from a hand scanner. A trigger that is pulled twice is one scan."""
        nowhere = ((0.0, 0.0),) * 4
        key = card_key(reading.typed, *reading.alternatives)
        code = Code(key, _WEDGE_FORMAT, nowhere, key.encode())
        if self._hand_repeats.admit([code], self._clock()):
            self._enqueue(reading.typed, reading.alternatives, ScanMethod.WEDGE, None, None)

    @Slot(str, bool)
    def on_picked(self, customer_id: str, seen: bool = True) -> None:
        """Look up a customer who was chosen in the search. Nobody is checked in by a search.

        Not ``seen``: by a number or a name alone, before anybody looked at the list. That names,
        and does not prove, as if it was scanned.
        """
        method = ScanMethod.SEARCH if seen else ScanMethod.WEDGE
        self._look_up(customer_id, method, None)

    @Slot(object)
    def on_visit_opened(self, visit: VisitView) -> None:
        """Look up the customer of a visit in the list."""
        self._look_up(str(visit.customer_id), ScanMethod.SEARCH, visit)

    @Slot()
    def check_in(self) -> None:
        """Check in who was looked up and is on screen, if that is offered there."""
        shown = self._shown
        if shown is None or not any(each.act is Act.CHECK_IN for each in shown.verdict.offers):
            return
        request = shown.scan.request
        waiting = [self._current, *self._pending]
        if not any(scan and scan.request.visit_id == request.visit_id for scan in waiting):
            self._enqueue_scan(PendingScan(request, None, None))

    @Slot()
    def hold(self) -> None:
        """Keep the verdict on screen until staff or the next scan remove it."""
        self._dwell.stop()

    @Slot()
    def on_unread(self) -> None:
        """Remove an older verdict: what a hand scanner sent was not read.

        What is being checked goes on, and the same card counts at once when it is scanned again.
        """
        self._hand_repeats.forget()
        if self._shown is None:
            return
        current = self._current
        self._dwell.stop()
        self._shown = None
        self.cleared.emit()
        if current is not None:
            self.checking.emit(current)
        else:
            self._begin_next()

    @Slot(object, object)
    def on_answered(self, visit_id: UUID, answer: ScanAnswer) -> None:
        """Handle the answer to a scan, also a late one if its failure is still shown."""
        self._unrecorded.pop(visit_id, None)
        scan = self._scan_for(visit_id)
        if scan is None:
            return
        if answer.outcome is Outcome.UNKNOWN_CODE and self._beside_shown(scan):
            self._leave_aside()
            return
        self._show(displayed(scan, answer, self._clock(), self._texts))

    @Slot(object, object)
    def on_corrected(self, before: RosterAnswer, answer: ScanAnswer) -> None:
        """Show what the service says after this desk's list has answered, if it differs.

        A scan that is no longer on screen is said to be another one beside what is.
        """
        shown, said = self._shown, correction(before, answer, self._texts)
        if shown is None or shown.scan.request.visit_id != answer.visit_id:
            if said and self._scan_for(answer.visit_id) is None:
                self.aside_said.emit(said)
        elif said and isinstance(shown.answer, RosterAnswer) and self._current is None:
            self._show(corrected(shown.scan, answer, self._clock(), self._texts))

    @Slot(object, object)
    def on_previewed(self, visit_id: UUID, preview: ScanPreview) -> None:
        """Handle the answer to a look-up, unless a scan has taken its place."""
        scan = self._current
        if scan is None or not scan.preview or scan.request.visit_id != visit_id:
            return
        self._show(
            DisplayedScan(verdict_of_preview(preview, self._texts, scan.of_visit), scan, preview)
        )

    @Slot(object, object)
    def on_preview_failed(self, visit_id: UUID, failure: Failure) -> None:
        """Handle a failed look-up, unless a scan has taken its place."""
        if self._current is not None and self._current.preview:
            self.on_failed(visit_id, failure)

    @Slot(object, object)
    def on_failed(self, visit_id: UUID, failure: Failure) -> None:
        """Handle a failed look-up.

        If the service has come back in the meantime, the scan is sent once more.
        """
        if self._current is None or self._current.request.visit_id != visit_id:
            return
        if self._back_while_checking:
            self._begin(self._current)
        else:
            self._show_failure(failure)

    @Slot()
    def clear(self) -> None:
        """Remove the verdict (on Esc, or after its time), or stop waiting for one."""
        self._dwell.stop()
        self._patience.stop()
        if self._shown is not None or self._current is not None:
            self._shown = None
            self._current = None
            self.cleared.emit()
            self._begin_next()

    @Slot()
    def recheck(self) -> None:
        """Look up the scan on screen again, as the same visit (F5)."""
        if self._shown is not None and self._current is None:
            self._begin(self._shown.scan)

    @Slot()
    def on_connecting(self) -> None:
        """Expect answers: the address of the service is known."""
        self._service = Expected(known=True)

    @Slot(str, str)
    def on_service_down(self, code: str, detail: str) -> None:
        """Expect no answers until the service of this PC has started again.

        Why it cannot start is shown for every scan at once; a restart, without a code, is waited
        for. Scans are recorded when it is back in either case.
        """
        self._service = Expected(why_not=failure_of_start(code, detail))
        self._show_failure(self._service.why_not)

    @Slot()
    def on_service_back(self) -> None:
        """Send scans that could not be checked again, now that the service can be reached.

        The one on screen is checked once more; those before it are only recorded.
        """
        waiting = self._current or (self._shown.scan if self._shown else None)
        for visit_id, request in list(self._unrecorded.items()):
            if waiting is None or waiting.request.visit_id != visit_id:
                self.lookup_requested.emit(request)
        if self._current is not None:
            self._back_while_checking = True
        elif self._shown is not None and self._shown.answer is None:
            visit_id = self._shown.scan.request.visit_id
            if self._rechecked != visit_id:
                self._rechecked = visit_id
                self.recheck()

    def _enqueue(
        self,
        text: str,
        alternatives: tuple[str, ...],
        method: ScanMethod,
        frame: FrameRead | None,
        code: Code | None,
    ) -> None:
        now = self._clock()
        known = self._same.visit_of(text, alternatives, now)
        if known is not None:
            request, first_s = known
            waiting = [self._current, *self._pending]
            if not any(scan and scan.request.visit_id == request.visit_id for scan in waiting):
                self._enqueue_scan(PendingScan(request, frame, code, first_s))
            return
        request = new_request(text, alternatives, method, self._settings.desk)
        self._same.remember(request, now)
        self._enqueue_scan(PendingScan(request, frame, code))

    def _enqueue_scan(self, scan: PendingScan) -> None:
        """Add a scan. It waits for no look-up: whoever was looked up can be chosen again."""
        self._pending = deque(each for each in self._pending if not each.preview)
        if self._current is not None and self._current.preview:
            self._patience.stop()
            self._current = None
        self._pending.append(scan)
        self._begin_next()

    def _look_up(self, customer_id: str, method: ScanMethod, visit: VisitView | None) -> None:
        """Look up a customer, after the scans that wait, in place of another look-up."""
        self._pending = deque(each for each in self._pending if not each.preview)
        request = new_request(customer_id, (), method, self._settings.desk)
        self._pending.append(PendingScan(request, None, None, preview=True, of_visit=visit))
        if self._current is not None and self._current.preview:
            self._current = None
        self._begin_next()

    def _begin_next(self) -> None:
        """Begin the oldest pending scan, once the verdict before it was shown long enough.

        However slow the service is, every scan is looked up, recorded and shown, in their order.
        """
        if self._current is not None or not self._pending:
            return
        pause = self._shown_at_s + self._settings.min_show_s - self._clock()
        if self._pending[0].request.method is ScanMethod.CAMERA and pause > 0:
            self._next.start(int(pause * 1000) + 1)
            return
        self._begin(self._pending.popleft())

    def _begin(self, scan: PendingScan) -> None:
        self._dwell.stop()
        self._current = scan
        self._back_while_checking = False
        self._patience.start(int(self._settings.patience_s * 1000))
        if scan.preview:
            self.preview_requested.emit(scan.request)
            self.checking.emit(scan)
            self._show_failure(self._service.why_not)
            return
        self._unrecorded[scan.request.visit_id] = scan.request
        if scan.frame is not None:
            self._trace.read(scan.frame, str(scan.request.visit_id))
        self.lookup_requested.emit(scan.request)
        if not self._beside_shown(scan):
            self.checking.emit(scan)
        self._show_failure(self._service.why_not)

    def _beside_shown(self, scan: PendingScan) -> bool:
        """Return whether the camera read a code beside the card of the person on screen.

        A poster or a bottle in view must not take the place of a member's verdict.
        """
        shown = self._shown
        if shown is None or shown.answer is None or shown.answer.customer is None:
            return False
        if scan.code is None or shown.scan.code is None or scan is shown.scan:
            return False
        return self._view.stood_beside(card_key(scan.code.text), card_key(shown.scan.code.text))

    def _leave_aside(self) -> None:
        """Keep the verdict on screen; the code that names nobody is only mentioned."""
        self._patience.stop()
        self._current = None
        if self._shown is not None:
            self._dwell.start(int(self._shown.verdict.dwell_s * 1000))
        self.aside.emit()
        self._begin_next()

    def _scan_for(self, visit_id: UUID) -> PendingScan | None:
        if self._current is not None:
            mine = self._current.request.visit_id == visit_id and not self._current.preview
            return self._current if mine else None
        if self._shown is not None and self._shown.answer is None:
            scan = self._shown.scan
            return scan if scan.request.visit_id == visit_id and not scan.preview else None
        return None

    def _give_up(self) -> None:
        self._show_failure(self._service.no_answer())

    def _show_failure(self, failure: Failure | None) -> None:
        if failure is not None and self._current is not None:
            self._show(DisplayedScan(verdict_of_failure(failure, self._texts), self._current, None))

    def _show(self, shown: DisplayedScan) -> None:
        self._patience.stop()
        self._current = None
        self._shown = shown
        self._shown_at_s = self._clock()
        self._dwell.start(int(shown.verdict.dwell_s * 1000))
        self.showed.emit(shown)
        self._begin_next()

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(then)
        return timer
