"""How a customer stands, and which step fits: a table."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api_client.messages.scan import CustomerState, Reason, Status
from kiosk.staff.words.profile import customer_words
from kiosk.staff.words.standing import Step
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON, membership
from tests.kiosk.staff.messages import profile

EN = Texts("en")
_PAST = NOON - timedelta(days=18)
_BANNED = AMARA.model_copy(update={"state": CustomerState.BANNED})
_EXPIRED = {"status": Status.EXPIRED, "ends_at": _PAST, "last_day": _PAST.date()}
_OPEN = {"ends_at": None, "last_day": None}
_LATER = {"status": None, "reason": Reason.SCHEDULED, "starts_at": NOON + timedelta(days=9)}
_INHERITED = {**_OPEN, "company": "Northwind"}

TABLE: list[tuple[Any, dict[str, Any], str, Tone, str, Step | None]] = [
    ([{}], {}, "Active", Tone.ACTIVE, "Gold Membership until Dec 31, 2026", Step.RENEW),
    ([_OPEN], {}, "Active", Tone.ACTIVE, "Gold Membership, no end date", Step.PAY),
    ([_INHERITED], {}, "Active", Tone.ACTIVE,
     "Gold Membership, no end date · through Northwind", Step.SELL),
    ([{"reason": Reason.PAYMENT_OVERDUE}], {}, "Payment overdue", Tone.ATTENTION,
     "Gold Membership until Dec 31, 2026", Step.PAY),
    ([_EXPIRED], {}, "Expired", Tone.EXPIRED, "Gold Membership until Nov 6, 2026", Step.RENEW),
    ([_LATER], {}, "Not yet valid", Tone.NOT_YET_STARTED, "Gold Membership from Dec 3, 2026",
     Step.RENEW),
    ([{**_INHERITED, "reason": Reason.NO_SEAT, "status": Status.ACTIVE}], {}, "No seat",
     Tone.NO_MEMBERSHIP, "Gold Membership, no end date · through Northwind", Step.SELL),
    ([], {}, "No membership", Tone.NO_MEMBERSHIP, "", Step.SELL),
    ([{}], {"customer": _BANNED}, "Blocked", Tone.BLOCKED, "", None),
    # The overdue one is paid first, whatever else is there.
    ([{}, {"id": UUID(int=8), "reason": Reason.PAYMENT_OVERDUE}], {}, "Active", Tone.ACTIVE,
     "Gold Membership until Dec 31, 2026", Step.PAY),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_a_customer_stands_as_their_first_membership_says(case: Any) -> None:
    held, changes, word, tone, sentence, step = case
    memberships = tuple(membership(**each) for each in held)
    words = customer_words(profile(memberships=memberships, **changes), None, EN, "UTC")
    assert words.standing is not None
    assert (words.standing.word, words.standing.tone) == (word, tone)
    assert words.standing.sentence == sentence
    assert (None if words.primary is None else words.primary.step) == step


def test_the_step_is_of_the_membership_that_needs_it() -> None:
    overdue = membership(id=UUID(int=8), reason=Reason.PAYMENT_OVERDUE)
    words = customer_words(profile(memberships=(membership(), overdue)), None, EN, "UTC")
    assert words.primary is not None
    assert words.primary.line is not None
    assert words.primary.line.id == overdue.id
