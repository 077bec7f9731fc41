"""The lists of companies and plans, from messages of the service. Pure."""

from api_client.messages.management import CompanyPage, PlanPage, PlanView
from kiosk.staff.words.membership import money, plan_words
from kiosk.staff.words.profile import Entry
from kiosk.texts import Texts


def company_entries(page: CompanyPage, texts: Texts) -> list[Entry]:
    """Return companies by name, with their seats."""
    return [
        Entry(
            each.id,
            each.name,
            "" if each.seat_cap is None else texts.say("{count} seats", count=each.seat_cap),
        )
        for each in page.items
    ]


def plan_entries(page: PlanPage, texts: Texts) -> list[Entry]:
    """Return plans by name, archived ones last."""
    ordered = sorted(page.items, key=lambda plan: plan.archived_at is not None)
    return [Entry(plan.id, plan.name, _below(plan, texts)) for plan in ordered]


def _below(plan: PlanView, texts: Texts) -> str:
    """Return the price, and whether the plan is public or archived."""
    price = plan_words(plan, texts).removeprefix(f"{plan.name} · ")
    parts = [price or money(plan.price_minor, plan.currency, texts)]
    if plan.public:
        parts.append(texts.say("public"))
    if plan.archived_at is not None:
        parts.append(texts.say("no longer sold"))
    return " · ".join(parts)
