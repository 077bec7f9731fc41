"""The status of a member in lists: what a scan would decide, and an overdue payment apart."""

from api_client.messages.members import MemberStatus
from api_client.messages.scan import Outcome
from membership.rules.attention import is_overdue
from membership.rules.outcome import Decision

_BY_OUTCOME = {
    Outcome.ACTIVE: MemberStatus.ACTIVE,
    Outcome.EXPIRED: MemberStatus.EXPIRED,
    Outcome.NOT_YET_STARTED: MemberStatus.NOT_YET_STARTED,
    Outcome.NO_MEMBERSHIP: MemberStatus.NO_MEMBERSHIP,
    Outcome.BLOCKED: MemberStatus.BLOCKED,
}


def member_status(decision: Decision) -> MemberStatus:
    """Return the status of a customer by the decision of a scan without a card.

    Raises KeyError for an outcome that only a card has.
    """
    if decision.outcome is Outcome.ACTIVE and is_overdue(decision):
        return MemberStatus.PAYMENT_OVERDUE
    return _BY_OUTCOME[decision.outcome]
