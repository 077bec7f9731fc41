"""Answers of the service, as tests of the kiosk need them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from api_client.messages.scan import (
    CardView,
    CustomerState,
    CustomerView,
    MembershipView,
    Outcome,
    PermissionView,
    ScanAnswer,
    ScanPreview,
    Status,
    VisitCount,
)

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""Noon in Berlin."""

AMARA = CustomerView(
    id=UUID(int=1), number="C-000123", name="Amara Okafor", state=CustomerState.ACTIVE
)
CARD = CardView(id=UUID(int=2), label="Member card", issued_at=NOON - timedelta(days=90))


def membership(**changes: Any) -> MembershipView:
    """A Gold membership that is active until the end of the year."""
    given: dict[str, Any] = {
        "id": UUID(int=3),
        "plan": "Gold Membership",
        "status": Status.ACTIVE,
        "starts_at": NOON - timedelta(days=300),
        "ends_at": datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
        "last_day": date(2026, 12, 31),
        "permissions": (PermissionView(key="area.pool", label="Pool"),),
    }
    return MembershipView(**(given | changes))


def answer(outcome: Outcome = Outcome.ACTIVE, **changes: Any) -> ScanAnswer:
    """The answer to a scan of Amara's card."""
    given: dict[str, Any] = {
        "visit_id": uuid4(),
        "outcome": outcome,
        "server_time": NOON,
        "time_zone": "Europe/Berlin",
        "customer": AMARA,
        "membership": membership(),
        "memberships": (membership(),),
        "permissions": (PermissionView(key="area.pool", label="Pool"),),
        "card": CARD,
        "visits": VisitCount(today=1, total=3, previous_at=NOON - timedelta(days=2)),
    }
    return ScanAnswer(**(given | changes))


def preview(outcome: Outcome = Outcome.ACTIVE, **changes: Any) -> ScanPreview:
    """What a scan of Amara would answer."""
    said = answer(outcome, **changes)
    return ScanPreview(**{name: getattr(said, name) for name in ScanPreview.model_fields})


def unknown(**changes: Any) -> ScanAnswer:
    """The answer to a code that nobody has."""
    return ScanAnswer(
        **{
            "visit_id": uuid4(),
            "outcome": Outcome.UNKNOWN_CODE,
            "server_time": NOON,
            "time_zone": "Europe/Berlin",
        }
        | changes
    )
