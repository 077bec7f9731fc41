"""Messages of the service, as tests of the management need them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from api_client.messages.management import (
    CompanyView,
    CustomerProfile,
    IntervalMessage,
    IntervalUnit,
    LinkedCustomers,
    LinkView,
    PlanPage,
    PlanView,
    SignedIn,
    SoldView,
    StaffName,
)
from api_client.messages.sales import SaleKind, SalePreview, SaleUndo, SaleView
from api_client.messages.scan import Outcome, PermissionView, Status
from tests.kiosk.answers import AMARA, NOON, membership

NORTHWIND = UUID(int=40)
GOLD = UUID(int=50)
ALL_SCOPES = ("customers:write", "companies:write", "plans:write", "memberships:write")


def session(*scopes: str) -> SignedIn:
    """Greta signed in, by default with all that a manager may do."""
    staff = StaffName(id=UUID(int=60), name="Greta Sommer", email="g@club.example", role="manager")
    return SignedIn(token="ms_secret", expires_at=NOON, staff=staff, scopes=scopes or ALL_SCOPES)


def link(**changes: Any) -> LinkView:
    """Amara works for Northwind."""
    given: dict[str, Any] = {
        "id": UUID(int=41), "company_id": NORTHWIND, "company": "Northwind Analytics",
        "role": "Analyst", "source": "manual",
        "valid_from": datetime(2026, 1, 5, 9, tzinfo=UTC), "valid_until": None,
    }  # fmt: skip
    return LinkView(**(given | changes))


def profile(**changes: Any) -> CustomerProfile:
    """Amara's file: an own membership and one through Northwind."""
    given: dict[str, Any] = {
        "customer": AMARA, "given_name": "Amara", "family_name": "Okafor",
        "email": "amara@example.com", "phone": None, "birth_date": None, "desk_note": None,
        "created_at": NOON, "server_time": NOON, "outcome": Outcome.ACTIVE,
        "memberships": (
            membership(),
            membership(id=UUID(int=4), plan="Corporate", company="Northwind Analytics",
                       ends_at=None, last_day=None),
        ),
        "permissions": (PermissionView(key="area.pool", label="Pool"),),
        "cards": (), "companies": (link(),), "visits": (),
    }  # fmt: skip
    return CustomerProfile(**(given | changes))


def plan(**changes: Any) -> PlanView:
    """The Gold plan."""
    given: dict[str, Any] = {
        "id": GOLD, "name": "Gold", "description": "", "price_minor": 4900, "currency": "EUR",
        "billing": IntervalMessage(unit=IntervalUnit.MONTH), "length": None, "public": False,
        "archived_at": None, "permissions": (PermissionView(key="area.pool", label="Pool"),),
    }  # fmt: skip
    return PlanView(**(given | changes))


def plans(*items: PlanView) -> PlanPage:
    """A page of plans."""
    return PlanPage(items=items or (plan(),))


def sold(**changes: Any) -> SoldView:
    """What was sold to Northwind."""
    given: dict[str, Any] = {
        "id": UUID(int=70), "customer_id": None, "company_id": NORTHWIND, "plan": "Corporate",
        "price_minor": 120000, "currency": "EUR", "billing": IntervalMessage(unit="year"),
        "status": Status.ACTIVE, "reason": None, "starts_at": datetime(2026, 1, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 31, 23, tzinfo=UTC), "last_day": date(2026, 12, 31),
        "ended_early_at": None, "ended_early_why": None, "permissions": (), "plan_id": GOLD,
        "time_zone": "Europe/Berlin", "payment_overdue_since": None, "source": "staff",
    }  # fmt: skip
    return SoldView(**(given | changes))


def preview(**changes: Any) -> SalePreview:
    """What a sale of Gold for a month does."""
    given: dict[str, Any] = {
        "kind": SaleKind.PAY, "plan": "Gold", "price_minor": 4900, "currency": "EUR",
        "billing": None, "amount_minor": 4900, "tax_millipercent": 19000, "tax_minor": 782,
        "net_minor": 4118, "first_day": date(2026, 11, 29), "last_day": date(2026, 12, 28),
    }  # fmt: skip
    return SalePreview(**(given | changes))


def sale_view(**changes: Any) -> SaleView:
    """A sale of Gold, carried out and not paid."""
    given: dict[str, Any] = {
        "sale": preview(), "membership": sold(), "payment": None, "customer_id": AMARA.id,
        "undo": SaleUndo(membership_id=UUID(int=70), change_id=UUID(int=71)),
    }  # fmt: skip
    return SaleView(**(given | changes))


def company(**changes: Any) -> tuple[CompanyView, LinkedCustomers]:
    """Northwind's file, with nobody linked."""
    given: dict[str, Any] = {
        "id": NORTHWIND, "name": "Northwind Analytics", "billing_name": None,
        "billing_email": None, "seat_cap": 2, "archived_at": None, "created_at": NOON,
        "linked": (), "email_domains": (), "customers": 0,
        "memberships": (sold(),),
    }  # fmt: skip
    return CompanyView(**(given | changes)), LinkedCustomers(items=())
