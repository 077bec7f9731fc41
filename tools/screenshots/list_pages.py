"""The lists of a club: its plans and permissions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api_client.messages.management import IntervalMessage, PlanPage, PlanView
from api_client.messages.scan import PermissionView
from kiosk.staff.controllers.plans import PLANS, PlansSheet
from kiosk.staff.pages.permission_field import PermissionField
from tests.kiosk.answers import NOON
from tests.kiosk.staff.messages import plan
from tools.screenshots.shots import page_of, staff_page
from tools.screenshots.studio import Studio

_AREAS = (
    "Pool", "Sauna", "Climbing wall", "Boulder room", "Gym floor", "Courses", "Parking",
    "Towels", "Members' bar", "Guest pass once a month", "Solarium", "Physiotherapy",
)  # fmt: skip
PERMISSIONS = tuple(
    PermissionView(key=f"area.{number}", label=label) for number, label in enumerate(_AREAS)
)


def a_plan(number: int, name: str, price: int, areas: int, **more: Any) -> PlanView:
    """Return a plan with the first ``areas`` permissions."""
    fields: dict[str, Any] = {"customers": 0, "companies": 0, **more}
    return plan(id=UUID(int=number), name=name, price_minor=price,
                permissions=PERMISSIONS[:areas], **fields)  # fmt: skip


def plans() -> PlansSheet:
    """Return plans with few and with many permissions, and one that is no longer sold."""
    items = (
        a_plan(1, "Company flat rate for all sites of the group including guests", 1290000, 4,
               companies=7, billing=IntervalMessage(unit="year")),
        a_plan(2, "Day pass", 1500, 1, customers=41, public=True, billing=None,
               length=IntervalMessage(unit="day")),
        a_plan(3, "Gold", 4900, 12, customers=1284, companies=1, public=True),
        a_plan(4, "Founders", 2500, 2, customers=3, archived_at=NOON - timedelta(days=90)),
    )  # fmt: skip
    return PlansSheet(PlanPage(items=items, total=4), PERMISSIONS)


def no_plans() -> PlansSheet:
    """Return a club without a plan."""
    return PlansSheet(PlanPage(items=(), total=0), ())


def _new_plan(studio: Studio) -> None:
    page_of(studio, PLANS).new_plan.emit()
    studio.answer("plan", (None, PERMISSIONS))
    _show_permissions(studio, "Quiet room")


def _show_permissions(studio: Studio, typed: str) -> None:
    form = studio.staff.changes.form
    assert form is not None
    field = form.field("permissions")
    assert isinstance(field, PermissionField)
    field.chips["area.1"].click()
    field.line.setText(typed)
    if typed:
        field.add_typed()
        field.keys_button.click()
    studio.picture()
    field.line.setFocus()
    form.area.ensureWidgetVisible(field)


def _edited_plan(studio: Studio) -> None:
    page_of(studio, PLANS).opened.emit(UUID(int=3))
    studio.answer("plan", (plans().plans.items[2], PERMISSIONS))
    _show_permissions(studio, "")


def _kept_permission(studio: Studio) -> None:
    page_of(studio, PLANS).deleted.emit("area.0")


PAGES = (
    staff_page(
        "plans",
        PLANS,
        plans,
        empty=no_plans,
        new_plan=_new_plan,
        edited_plan=_edited_plan,
        kept_permission=_kept_permission,
    ),
)
