"""The lists of plans and of permissions, from messages of the service. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from api_client.messages.management import PlanView
from api_client.messages.scan import PermissionView
from kiosk.staff.words.membership import money, plan_words
from kiosk.texts import Texts


@dataclass(frozen=True)
class PlanRow:
    """A plan in the list of all: what it costs, who has it, and its permissions as chips."""

    id: UUID
    name: str
    price: str
    who: str
    permissions: tuple[str, ...]
    archived: bool = False


@dataclass(frozen=True)
class PermissionRow:
    """A permission, and the names of the plans that carry it."""

    key: str
    label: str
    plans: tuple[str, ...]


def plan_rows(plans: Iterable[PlanView], texts: Texts) -> list[PlanRow]:
    """Return plans in their order, those on sale first."""
    ordered = sorted(plans, key=lambda plan: plan.archived_at is not None)
    return [
        PlanRow(
            id=plan.id,
            name=plan.name,
            price=price_of(plan, texts),
            who=" · ".join(_about(plan, texts)),
            permissions=tuple(each.label for each in plan.permissions),
            archived=plan.archived_at is not None,
        )
        for plan in ordered
    ]


def permission_rows(
    permissions: Iterable[PermissionView], plans: Sequence[PlanView]
) -> list[PermissionRow]:
    """Return permissions by label, each with the plans that carry it, archived ones too."""
    rows = [
        PermissionRow(
            key=each.key,
            label=each.label,
            plans=tuple(
                plan.name for plan in plans if any(each.key == had.key for had in plan.permissions)
            ),
        )
        for each in permissions
    ]
    return sorted(rows, key=lambda row: row.label.casefold())


def carried_words(row: PermissionRow, texts: Texts) -> str:
    """Return which plans carry a permission."""
    return ", ".join(row.plans) or texts.say("in no plan")


def price_of(plan: PlanView, texts: Texts) -> str:
    """Return what a plan costs, and how often."""
    price = plan_words(plan, texts).removeprefix(f"{plan.name} · ")
    return price or money(plan.price_minor, plan.currency, texts)


def _about(plan: PlanView, texts: Texts) -> list[str]:
    """Return who has a plan, and whether the public may join."""
    say_many, parts = texts.say_many, []
    if plan.customers or (plan.customers is not None and not plan.companies):
        parts.append(say_many("{count} person", "{count} people", plan.customers))
    if plan.companies:
        parts.append(say_many("{count} company", "{count} companies", plan.companies))
    if plan.public:
        parts.append(texts.say("open for sign-up"))
    return parts
