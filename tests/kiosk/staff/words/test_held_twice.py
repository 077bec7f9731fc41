"""The same plan twice for the same time is noted in the profile, however it came to be."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api_client.messages.scan import Status
from kiosk.staff.words.membership import held_twice
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.messages import sold

MONTH = timedelta(days=30)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "at the same time": ({}, {}, True),
    "one after the other": ({}, {"starts_at": NOON + MONTH, "ends_at": None}, False),
    "for a day": ({}, {"starts_at": NOON + MONTH - timedelta(days=1)}, True),
    "another plan": ({}, {"plan": "Other"}, False),
    "one has ended": ({"status": Status.EXPIRED}, {}, False),
    "one ends early before the other": (
        {"ended_early_at": NOON + timedelta(days=2)},
        {"starts_at": NOON + timedelta(days=2)},
        False,
    ),
    "both without an end": ({"ends_at": None}, {"ends_at": None}, True),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_noted_beside_both(case: str) -> None:
    first, second, twice = CASES[case]
    base = {"starts_at": NOON, "ends_at": NOON + MONTH, "status": Status.ACTIVE}
    one = sold().model_copy(update={**base, "id": UUID(int=1), **first})
    other = sold().model_copy(update={**base, "id": UUID(int=2), **second})
    notes = held_twice([one, other], Texts("en"))
    assert set(notes) == ({one.id, other.id} if twice else set())
    assert held_twice([one], Texts("en")) == {}
