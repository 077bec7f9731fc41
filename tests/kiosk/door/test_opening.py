"""Which verdicts open the door."""

from typing import Any

import pytest

from api_client.messages.scan import Attention, AttentionKind, Outcome
from kiosk.door.opening import opening_of
from tests.kiosk.answers import AMARA, answer


def noticed(kind: AttentionKind) -> dict[str, Any]:
    return {"attention": (Attention(kind=kind, days=1, minutes=1, text="x"),)}


@pytest.mark.parametrize("outcome", Outcome)
def test_only_an_active_membership_opens_the_door(outcome: Outcome) -> None:
    opening = opening_of(answer(outcome), "Pool", 5.0)
    assert (opening is not None) == (outcome is Outcome.ACTIVE)


@pytest.mark.parametrize("kind", AttentionKind)
def test_whoever_may_come_in_is_let_in_whatever_is_noted_unless_anybody_can_make_the_code(
    kind: AttentionKind,
) -> None:
    opening = opening_of(answer(**noticed(kind)), "Pool", 5.0)
    assert (opening is None) == (kind is AttentionKind.BY_NUMBER)


def test_the_door_learns_ids_and_the_desk_and_nothing_personal() -> None:
    given = answer()
    opening = opening_of(given, "Pool", 5.0)
    assert opening is not None
    assert opening.facts == {
        "visit_id": str(given.visit_id),
        "customer_id": str(AMARA.id),
        "desk": "Pool",
    }
