"""A scan that is looked up, and what is shown of it. Pure."""

from dataclasses import dataclass, replace
from uuid import uuid4

from api_client.messages.scan import (
    ScanAnswer,
    ScanMethod,
    ScanPreview,
    ScanRequest,
    VisitView,
)
from scanner.events import Code, FrameRead

from .failures import Cause, Failure
from .foreign_read import ForeignRead, foreign_read
from .texts import Texts
from .verdict import KNOWN_KINDS, Verdict


@dataclass(frozen=True)
class PendingScan:
    """A scan to be looked up: its request, and the frame and code it was read from.

    ``first_s``: when the same code was scanned before as the same visit, in seconds of the clock.
    ``preview``: somebody is looked up without a visit; the request is not sent. ``of_visit`` is the
    visit by which they were.
    """

    request: ScanRequest
    frame: FrameRead | None
    code: Code | None
    first_s: float | None = None
    preview: bool = False
    of_visit: VisitView | None = None


@dataclass(frozen=True)
class DisplayedScan:
    """A verdict on screen, with its scan. ``answer`` is None if the look-up failed."""

    verdict: Verdict
    scan: PendingScan
    answer: ScanPreview | None

    @property
    def recorded(self) -> ScanAnswer | None:
        """The answer to a scan; None if the look-up failed, or nobody was checked in by it."""
        return self.answer if isinstance(self.answer, ScanAnswer) else None

    @property
    def foreign(self) -> ForeignRead | None:
        """What of the scan can be given to a member; None if it names somebody or failed."""
        answer = self.recorded
        return None if answer is None else foreign_read(self.scan.request, answer)


@dataclass(frozen=True)
class Expected:
    """What a scan may expect of the service.

    ``known``: it has an address. ``why_not``: it cannot start, and this is why.
    """

    known: bool = False
    why_not: Failure | None = None

    def no_answer(self) -> Failure:
        """Return the failure of a scan that has waited long enough."""
        cause = Cause.TOO_SLOW if self.known else Cause.STARTING
        return Failure(cause, "no answer from the network thread")


def new_request(
    text: str, alternatives: tuple[str, ...], method: ScanMethod, desk: str
) -> ScanRequest:
    """Return the request of a new scan, with the id of its visit."""
    return ScanRequest(
        visit_id=uuid4(),
        text=text,
        alternatives=alternatives,
        method=method,
        desk=desk,
        attention_kinds=KNOWN_KINDS,
    )


def noted(verdict: Verdict, scan: PendingScan, now_s: float, texts: Texts) -> Verdict:
    """Return a verdict, with a note if it is that of a code that was shown before."""
    if scan.first_s is None:
        return verdict
    note = texts.say_many(
        "same code as one second ago",
        "same code as {count} seconds ago",
        max(1, round(now_s - scan.first_s)),
    )
    return replace(verdict, notes=(note, *verdict.notes))
