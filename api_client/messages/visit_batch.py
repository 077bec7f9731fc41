"""Visits of a desk that the service did not answer, handed in later."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from api_client.messages.scan import Message, Outcome, ScanMethod


class OfflineVisit(Message):
    """A scan that a desk answered by itself."""

    visit_id: UUID
    text: str
    alternatives: tuple[str, ...] = ()
    method: ScanMethod
    desk: str = ""
    occurred_at: AwareDatetime
    shown: Outcome
    roster_as_of: AwareDatetime | None = None
    customer_id: UUID | None = None


class VisitBatch(Message):
    """Visits in the order in which they happened."""

    visits: tuple[OfflineVisit, ...]


class BatchState(StrEnum):
    """What became of a visit that was handed in."""

    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"


class BatchItem(Message):
    """What became of one visit."""

    visit_id: UUID
    state: BatchState
    code: str | None = None
    detail: str = ""
    outcome: Outcome | None = None
    needs_review: bool = False


class BatchAnswer(Message):
    """What became of each visit, in the order of the request."""

    items: tuple[BatchItem, ...]
