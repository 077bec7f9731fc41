"""A service as a desk's sync sees it, which a test changes, and the stock of a desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

from api_client.desk_sync import DeskSyncClient
from api_client.errors import ApiError, Refused
from api_client.messages.roster import RosterPage
from api_client.messages.scan import DeskInfo, Problem, ScanAnswer, ScanRequest, VisitView
from api_client.messages.visit_batch import BatchAnswer, BatchItem, BatchState, OfflineVisit
from kiosk.offline.stock import Stock, open_stock
from tests.kiosk.answers import AMARA, NOON, answer


def refused(status: int, code: str) -> Refused:
    return Refused(Problem(title=code, status=status, code=code))


@dataclass
class Online:
    """The look-up at the service: answers, fails, or waits until ``free`` is set."""

    fails: ApiError | None = None
    free: Event | None = None
    says: Callable[[ScanRequest], ScanAnswer] = lambda scan: answer(visit_id=scan.visit_id)
    asked: list[UUID] = field(default_factory=list)

    def prepare(self) -> None:
        """Nothing to prepare."""

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        self.asked.append(scan.visit_id)
        if self.free is not None:
            assert self.free.wait(20)
        if self.fails is not None:
            raise self.fails
        return self.says(scan)

    def interrupt(self) -> None:
        """Nothing is retried."""

    def close(self) -> None:
        """Nothing to close."""


class Service(DeskSyncClient):
    """What a desk exchanges with its service, without a network."""

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.fails: ApiError | None = None
        self.pages: dict[str, RosterPage | ApiError] = {}
        self.visits: dict[UUID, OfflineVisit] = {}
        self.refuses: dict[UUID, str] = {}
        self.undone: list[UUID] = []
        self.batches: list[int] = []
        self.lose_answer = False
        self._now = clock

    def _answering(self) -> None:
        if self.fails is not None:
            raise self.fails

    def desk(self) -> DeskInfo:
        self._answering()
        return DeskInfo(
            organization="Club",
            time_zone="Europe/Berlin",
            demo=False,
            visits_today=0,
            server_time=self._now(),
            version="1",
        )

    def roster_page(self, cursor: str, **_: int) -> RosterPage:
        self._answering()
        found = self.pages[cursor]
        if isinstance(found, ApiError):
            raise found
        return found

    def hand_in(self, visits: object) -> BatchAnswer:
        self._answering()
        assert isinstance(visits, list)
        self.batches.append(len(visits))
        items = []
        for each in visits:
            assert isinstance(each, OfflineVisit)
            if each.text == "invalid":
                raise refused(422, "invalid")
            if each.visit_id in self.refuses:
                state, why = BatchState.REFUSED, self.refuses[each.visit_id]
            else:
                known = each.visit_id in self.visits
                state, why = BatchState.KNOWN if known else BatchState.TAKEN, ""
                self.visits.setdefault(each.visit_id, each)
            items.append(BatchItem(visit_id=each.visit_id, state=state, detail=why))
        if self.lose_answer:
            self.lose_answer = False
            raise ApiError("the answer is lost")
        return BatchAnswer(items=tuple(items))

    def undo_visit(self, visit_id: UUID) -> VisitView:
        self._answering()
        self.undone.append(visit_id)
        return VisitView(
            id=visit_id,
            at=NOON,
            customer_id=AMARA.id,
            name=AMARA.name,
            number=AMARA.number,
            outcome=self.visits[visit_id].shown,
        )


def stock(folder: Path, clock: Callable[[], datetime] = lambda: NOON) -> Stock:
    """What a desk stores, whose list answers a scan after 50 ms."""
    return open_stock(folder, deadline_s=0.05, oldest=timedelta(hours=24), clock=clock)
