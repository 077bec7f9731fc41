"""Subscription schedules: made from a subscription, with one more phase, released, cancelled.

A phase begins at the instant at which a period ends; the renewal of that instant is then for its
price. Another interval moves the anchor there, as Stripe's ``billing_cycle_anchor=automatic`` does.
While a subscription has a schedule, its cancellation cannot be changed directly.
"""

from typing import Any

from tests.fakes.stripe import catalog
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.managed import detach
from tests.fakes.stripe.periods import period_after
from tests.fakes.stripe.prorations import accepted_price, interval_of
from tests.fakes.stripe.refusals import Refused, not_faked
from tests.fakes.stripe.shapes import Thing
from tests.fakes.stripe.subscriptions import ENDED, period_end, plan_of

_KIND = "subscription_schedule"


def create(ledger: Ledger, form: Form) -> Thing:
    """Put a subscription under a schedule, with its present period as the only phase."""
    if "from_subscription" not in form:
        raise not_faked("schedules of anything but a subscription that runs")
    subscription = ledger.get("subscription", form["from_subscription"], "from_subscription", 400)
    if subscription["status"] in ENDED:
        told = "You cannot migrate a subscription that is canceled."
        raise Refused(told, param="from_subscription")
    if subscription["schedule"] is not None:
        told = "You cannot migrate a subscription that is already attached to a schedule: "
        raise Refused(told + subscription["schedule"], param="from_subscription")
    if subscription["cancel_at"] is not None:
        raise not_faked("schedules of a subscription that is to end")
    item = subscription["items"]["data"][0]
    phase = _phase(
        subscription, item["price"], item["current_period_start"], item["current_period_end"]
    )
    phase["metadata"] = dict(subscription["metadata"])
    made = ledger.make(
        _KIND,
        billing_mode=dict(subscription["billing_mode"]),
        current_phase={"start_date": phase["start_date"], "end_date": phase["end_date"]},
        customer=subscription["customer"],
        default_settings={
            "billing_cycle_anchor": "automatic",
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "invoice_settings": {"issuer": {"type": "self"}},
        },
        end_behavior="release",
        phases=[phase],
        status="active",
        subscription=subscription["id"],
    )
    with ledger.changing(subscription, "customer.subscription.updated"):
        subscription["schedule"] = made["id"]
    ledger.tell(f"{_KIND}.created", made)
    return made


def update(ledger: Ledger, schedule: Thing, form: Form) -> Thing:
    """Give an active schedule the present phase, and one after it. Raises Refused."""
    _require_active(schedule, "update")
    wanted = form.get("phases") or []
    if len(wanted) != 2:
        raise not_faked("schedules of other than two phases")
    subscription = ledger.things[schedule["subscription"]]
    present, later = schedule["phases"][0], wanted[1]
    if wanted[0].get("start_date") != present["start_date"]:
        told = "You can not modify the start date of the current phase."
        raise Refused(told, param="phases[0][start_date]")
    same_price = _only_price(ledger, subscription, wanted[0], 0)["id"] == _price_of(present)
    if wanted[0].get("end_date") != present["end_date"] or not same_price:
        raise not_faked("a present phase that differs from the period of the subscription")
    behavior = later.get("proration_behavior", "create_prorations")
    if behavior != "none" or form.get("proration_behavior") != "none":
        raise not_faked("phases that begin with a proration")
    if "duration" not in later:
        raise not_faked("a last phase without a duration")
    price, start = _only_price(ledger, subscription, later, 1), present["end_date"]
    every = later["duration"]
    end = period_after(start, every["interval"], every.get("interval_count", 1), start)
    phase = _phase(subscription, price, start, end)
    phase["metadata"] = dict(later.get("metadata") or {})
    with ledger.changing(schedule, f"{_KIND}.updated"):
        schedule["phases"] = [present, phase]
        schedule["end_behavior"] = form.get("end_behavior", schedule["end_behavior"])
        if schedule["end_behavior"] != "release":
            raise not_faked("schedules that end their subscription")
        catalog.merged(schedule, form)
    return schedule


def release(ledger: Ledger, form: Form, schedule_id: str) -> Thing:
    """Leave the subscription as it is at present, without a schedule. Raises Refused."""
    schedule = ledger.get(_KIND, schedule_id)
    _require_active(schedule, "release")
    detach(ledger, schedule, "released", released_at=ledger.seconds)
    return schedule


def turns_at(schedule: Thing) -> int | None:
    """Return when the present phase of a schedule ends (Unix seconds); None if it is not active."""
    phase: dict[str, int] | None = schedule["current_phase"]
    return None if schedule["status"] != "active" or phase is None else phase["end_date"]


def turn(ledger: Ledger, schedule: Thing) -> None:
    """Begin the next phase of a schedule, or release the subscription after the last one."""
    subscription = ledger.things[schedule["subscription"]]
    at = schedule["current_phase"]["end_date"]
    following = [each for each in schedule["phases"] if each["start_date"] == at]
    if not following:
        detach(ledger, schedule, "released", released_at=ledger.seconds)
        return
    (phase,) = following
    with ledger.changing(schedule, f"{_KIND}.updated"):
        schedule["current_phase"] = {name: phase[name] for name in ("start_date", "end_date")}
    price, item = ledger.things[_price_of(phase)], subscription["items"]["data"][0]
    assert period_end(subscription) == at, "a phase begins where a period ends"
    with ledger.changing(subscription, "customer.subscription.updated"):
        if interval_of(price) != interval_of(item["price"]):
            subscription["billing_cycle_anchor"] = at
        item.update(price=dict(price), plan=plan_of(price))
        catalog.merged(subscription, {"metadata": phase["metadata"]})


def _require_active(schedule: Thing, what: str) -> None:
    if schedule["status"] != "active":
        told = f"You cannot {what} a subscription schedule that is currently in the "
        raise Refused(f"{told}`{schedule['status']}` status.")


def _phase(subscription: Thing, price: Thing, start: int, end: int) -> Thing:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": subscription["currency"],
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": {},
                "plan": price["id"],
                "price": price["id"],
                "quantity": 1,
                "tax_rates": [],
            }
        ],
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "none",
        "start_date": start,
        "transfer_data": None,
        "trial": None,
        "trial_end": None,
    }


def _only_price(ledger: Ledger, subscription: Thing, phase: Form, at: int) -> Thing:
    items: list[Any] = phase["items"]
    if len(items) != 1 or items[0].get("quantity", 1) != 1 or "price" not in items[0]:
        raise not_faked("phases of other than one price")
    return accepted_price(ledger, subscription, items[0]["price"], f"phases[{at}][items][0][price]")


def _price_of(phase: Thing) -> str:
    return str(phase["items"][0]["price"])
