"""The form of a plan: what it costs, how long it lasts, what it allows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision

from api_client.management import ManagementClient
from api_client.messages.management import IntervalMessage, IntervalUnit, PlanView
from api_client.messages.scan import PermissionView
from kiosk.staff.forms.amount import minor_units, whole_number
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.forms.tax import rate_of, rate_typed
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.permission_field import PermissionField
from kiosk.staff.words.permissions import named, read
from kiosk.texts import Texts

_NONE = "none"


def plan_form(
    texts: Texts, plan: PlanView | None, currency: str, known: Sequence[PermissionView] = ()
) -> tuple[Form, Filled[PlanView]]:
    """Create a plan, or with a ``plan`` change its fields; sold memberships keep their terms.

    ``known`` are the permissions that there are.
    """
    say = texts.say
    title, action = (say("New plan"), say("Create")) if plan is None else (plan.name, say("Save"))
    form = Form(texts, title, action, topic=f"plan:{plan.id if plan else 'new'}")
    if plan is not None:
        currency = plan.currency
        form.add_words(say("Sold memberships keep their terms."))
    form.add_line("name", say("Name"), plan.name if plan else "")
    form.add_line("price", say("Price in {currency}", currency=currency), _price(plan, texts))
    units = _units(texts)
    for key, words in (("billing", say("Due every")), ("length", say("Lasts"))):
        now: IntervalMessage | None = getattr(plan, key, None)
        form.add_count(key, words, now.count if now else 1, units, now.unit.value if now else _NONE)
    field = PermissionField(texts, named(known), named(plan.permissions) if plan else ())
    form.add_own("permissions", say("Permissions"), field)
    form.add_note("description", say("Description"), plan.description if plan else "", lines=2)
    rate = plan.tax_millipercent if plan else None
    included = say("The tax that the price includes; empty for the club's rate.")
    form.add_line("tax", say("Tax in %"), rate_typed(rate, texts), hint=included)
    form.send_as(price="price_minor", tax="tax_millipercent")
    form.add_switch("public", say("The public may join"), on=bool(plan and plan.public))
    if plan is not None:
        archived = plan.archived_at is not None
        form.add_switch("archived", say("No longer sold"), on=archived)

    edited = None if plan is None else _edited(texts, plan)
    if plan is not None and edited is not None:
        form.undo = edited.undo(say("Saved."), partial(_restore, plan.id))

    def filled(values: Mapping[str, Value]) -> Call[PlanView]:
        plan_id = plan.id if plan else None

        def save(client: ManagementClient, once: str) -> PlanView:
            fields = plan_fields(values, currency, texts)
            if rate is None and fields["tax_millipercent"] is None:
                del fields["tax_millipercent"]  # a service of before does not know it
            if edited is None or plan_id is None:
                return client.save_plan(plan_id, fields, once)

            def send(body: dict[str, Any], **state: str) -> PlanView:
                return client.save_plan(plan_id, body, once, **state)

            return edited.save(fields, send, lambda: client.plan(plan_id))

        return save

    return form, filled


def _restore(
    plan_id: UUID, client: ManagementClient, once: str, body: dict[str, Any], **state: str
) -> PlanView:
    """Store fields of a plan as they were."""
    return client.save_plan(plan_id, body, once, **state)


def _edited(texts: Texts, plan: PlanView) -> Edited[PlanView]:
    """Return a plan as it is edited."""
    say = texts.say
    names = {
        "name": say("Name"),
        "description": say("Description"),
        "price_minor": say("Price in {currency}", currency=plan.currency),
        "tax_millipercent": say("Tax in %"),
        "billing": say("Due every"),
        "length": say("Lasts"),
        "permissions": say("Permissions"),
        "public": say("The public may join"),
        "archived": say("No longer sold"),
    }

    def fields_of(view: PlanView) -> dict[str, Any]:
        fields = view.model_dump(mode="json", include=set(names))
        return fields | {"archived": view.archived_at is not None}

    def price(minor: int) -> str:
        return _amount(minor, plan.currency, texts)

    def rate(given: int | None) -> str:
        return rate_typed(given, texts) or texts.say("empty")

    words = {"price_minor": price, "tax_millipercent": rate}
    return Edited(texts, plan, fields_of, names, words=words)


def plan_fields(values: Mapping[str, Value], currency: str, texts: Texts) -> dict[str, Any]:
    """Return the body of the request. Raises Refused if the price or a count is none."""
    if not values["price"]:
        why = texts.say("Please enter a price; 0 is free of charge.")
        raise refusal(why, "price_missing", "price_minor")
    fields: dict[str, Any] = {
        "name": values["name"],
        "description": values["description"],
        "price_minor": minor_units(str(values["price"]), currency, texts, "price_minor"),
        "billing": _interval(values, "billing", texts),
        "length": _interval(values, "length", texts),
        "permissions": [each._asdict() for each in read(str(values["permissions"]))],
        "public": values["public"],
    }
    if "tax" in values:
        fields["tax_millipercent"] = rate_of(str(values["tax"]), texts)
    if "archived" in values:
        fields["archived"] = values["archived"]
    return fields


def _price(plan: PlanView | None, texts: Texts) -> str:
    """Return a plan's price as it is typed: in whole units, with the language's decimal sign."""
    if plan is None:
        return ""
    return _amount(plan.price_minor, plan.currency, texts)


def _amount(minor: int, currency: str, texts: Texts) -> str:
    """Return an amount in whole units, with the language's decimal sign."""
    digits = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    return f"{amount:.{digits}f}".replace(".", texts.decimal_point)


def _units(texts: Texts) -> list[tuple[str, str]]:
    say = texts.say
    return [
        (_NONE, say("no limit")),
        (IntervalUnit.DAY.value, say("days")),
        (IntervalUnit.WEEK.value, say("weeks")),
        (IntervalUnit.MONTH.value, say("months")),
        (IntervalUnit.YEAR.value, say("years")),
    ]


def _interval(values: Mapping[str, Value], key: str, texts: Texts) -> dict[str, Any] | None:
    unit = values[f"{key}_unit"]
    if unit == _NONE:
        return None
    return {"unit": unit, "count": whole_number(str(values[f"{key}_count"]), texts, key)}
