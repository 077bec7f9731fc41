"""All plans and permissions: listed, created, changed."""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Slot

from api_client.management import ManagementClient
from api_client.messages.management import PlanPage, PlanView
from api_client.messages.scan import PermissionView
from api_client.pages import fetch_all
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.lists import MOST_PERMISSIONS, MOST_PLANS
from kiosk.staff.forms.permission import delete_form, rename_form
from kiosk.staff.forms.plan import plan_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.plans import PlansPage
from kiosk.staff.words.plans import PermissionRow, permission_rows, plan_rows
from kiosk.staff.words.profile import cut_note
from kiosk.staff.worker import Task

PLANS = Place("plans")
_Loaded = tuple[PlanView | None, tuple[PermissionView, ...]]


@dataclass(frozen=True)
class PlansSheet:
    """What the page of plans loads."""

    plans: PlanPage
    permissions: tuple[PermissionView, ...]


def load_sheet(client: ManagementClient) -> PlansSheet:
    """Return all plans, with who has them, and all permissions. Raises ApiError."""
    plans = fetch_all(lambda cursor: client.plans(cursor, counts=True), MOST_PLANS)
    return PlansSheet(PlanPage(items=plans.items, total=plans.total), load_permissions(client))


def load_permissions(client: ManagementClient) -> tuple[PermissionView, ...]:
    """Return the permissions of the organization. Raises ApiError."""
    return fetch_all(client.permissions, MOST_PERMISSIONS).items


class PlansController(Controller):
    """Shows plans, and changes them and their permissions."""

    name = PLANS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: PlansPage = PlansPage(context.texts)
        self._sheet: PlansSheet | None = None
        self.page.new_plan.connect(lambda: ask_plan(context, None))
        self.page.opened.connect(lambda plan_id: ask_plan(context, plan_id))
        self.page.renamed.connect(self._rename)
        self.page.deleted.connect(self._delete)

    def open(self, place: Place) -> Page[PlansSheet]:
        """Return the page."""
        return Page(place, load_sheet, self.show)

    def show(self, sheet: PlansSheet) -> None:
        """Show plans and permissions."""
        self._sheet = sheet
        plans = sheet.plans
        self.page.show_plans(
            plan_rows(plans.items, self._texts),
            permission_rows(sheet.permissions, plans.items),
            may_change=self._session.may("plans:write"),
            note=cut_note(len(plans.items), plans.total, self._texts),
        )

    def end_session(self) -> None:
        """Forget what was shown."""
        self._sheet = None

    @Slot(str)
    def _rename(self, key: str) -> None:
        self._context.changes.ask(*rename_form(self._texts, self._row(key)))

    @Slot(str)
    def _delete(self, key: str) -> None:
        self._context.changes.ask(*delete_form(self._texts, self._row(key)))

    def _row(self, key: str) -> PermissionRow:
        """Return a permission that is shown. Raises LookupError if it is not."""
        sheet = self._sheet
        if sheet is None:
            raise LookupError("no permissions are shown")
        rows = permission_rows(sheet.permissions, sheet.plans.items)
        return {row.key: row for row in rows}[key]


def ask_plan(context: Context, plan_id: UUID | None) -> None:
    """Load the permissions, and a plan as it is now, then open its form; None for a new one."""
    asked_on = context.navigation.front

    def load(client: ManagementClient, _once: str) -> _Loaded:
        plan = None if plan_id is None else client.plan(plan_id)
        return plan, load_permissions(client)

    def ask(loaded: _Loaded) -> None:
        form = plan_form(context.texts, loaded[0], context.session.currency, loaded[1])
        context.changes.ask(*form, asked_on=asked_on)

    context.send(Task("plan", load, ask))
