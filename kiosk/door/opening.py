"""Which verdicts open the door, and what is said of each opening. Pure."""

from dataclasses import dataclass
from uuid import UUID

from api_client.messages.scan import AttentionKind, Outcome, ScanAnswer
from kiosk.roster_answer import doubt_of

LATEST_S = 5.0
"""Seconds after the verdict from which on the door stays shut: who was scanned may have left."""


@dataclass(frozen=True)
class Opening:
    """Somebody to open the door for. ``at_s``: when, in seconds of ``time.monotonic``."""

    visit_id: UUID
    customer_id: UUID
    desk: str
    at_s: float

    @property
    def facts(self) -> dict[str, str]:
        """What the other side learns: ids and the desk, nothing personal."""
        return {
            "visit_id": str(self.visit_id),
            "customer_id": str(self.customer_id),
            "desk": self.desk,
        }


def opens(answer: ScanAnswer) -> bool:
    """Return whether an answer opens the door by itself: an active member whose card proves it.

    A number, a customer id or an install link anybody can make: staff compare the photo first. So
    they do where this desk's list may not decide.
    """
    if doubt_of(answer) is not None:
        return False
    named_only = any(each.kind is AttentionKind.BY_NUMBER for each in answer.attention)
    return answer.outcome is Outcome.ACTIVE and answer.customer is not None and not named_only


def opening_of(answer: ScanAnswer, desk: str, now_s: float) -> Opening | None:
    """Return the opening that an answer calls for; None if the door stays shut."""
    if answer.customer is None or not opens(answer):
        return None
    return Opening(answer.visit_id, answer.customer.id, desk, now_s)
