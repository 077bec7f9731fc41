"""A scan session whose clock and answers a test gives."""

from api_client.messages.scan import Outcome, ScanRequest
from kiosk.failures import Cause, Failure
from kiosk.pending_scan import DisplayedScan
from kiosk.session import ScanSession, State
from kiosk.settings import KioskSettings
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.trace import Trace
from scanner.events import Code, FrameRead
from tests.kiosk.answers import answer, preview

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def frame(*texts: str, number: int, format: str = "QRCode") -> FrameRead:
    codes = tuple(Code(text, format, SQUARE, text.encode()) for text in texts)
    return FrameRead(number, 1_000, 2_000, 1280, 720, codes, None)


class Desk:
    """A session with what it asked for and what it showed."""

    def __init__(self, **settings: float) -> None:
        self.now_s = 50.0
        self.asked: list[ScanRequest] = []
        self.looked_up: list[ScanRequest] = []
        """Requests of those who are looked up, which nothing sends as a scan."""
        self.shown: list[DisplayedScan] = []
        self.cleared = 0
        self.session = ScanSession(
            KioskSettings(desk="Door", **({"min_show_s": 0.0} | settings)),  # type: ignore[arg-type]
            Texts("en"),
            Trace(None),
            clock=lambda: self.now_s,
        )
        self.session.lookup_requested.connect(self.asked.append)
        self.session.preview_requested.connect(self.looked_up.append)
        self.session.showed.connect(self.shown.append)
        self.session.cleared.connect(self._count)

    def _count(self) -> None:
        self.cleared += 1

    def see(self, *texts: str, format: str = "QRCode") -> None:
        """A frame of a camera with 30 frames a second that shows these codes."""
        number = round(self.now_s * 30)
        self.session.on_scanned(frame(*texts, number=number, format=format))

    def state(self) -> State:
        return self.session.state

    def tone(self) -> Tone:
        """The kind of the newest verdict."""
        return self.shown[-1].verdict.tone

    def reply(self, outcome: Outcome = Outcome.ACTIVE) -> None:
        self.session.on_answered(self.asked[-1].visit_id, answer(outcome))

    def find(self, outcome: Outcome = Outcome.ACTIVE) -> None:
        """The service answers the newest look-up."""
        self.session.on_previewed(self.looked_up[-1].visit_id, preview(outcome))

    def fail(self) -> None:
        self.session.on_failed(self.asked[-1].visit_id, Failure(Cause.UNREACHABLE, "away"))
