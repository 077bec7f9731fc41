"""Subscriptions: their state, and their end.

Every function raises the errors of Stripe's package.
"""

from typing import Any

import stripe

from api_client.messages.billing import InvoiceStatus
from membership.billing.stripe.gateway import SubscriptionFacts
from membership.billing.stripe.stripe_parsing import subscription_facts
from membership.billing.stripe.stripe_schedules import end_schedule, read_schedule

_LATEST_INVOICES = 12
"""Invoices of a subscription that are read; older ones were stored when they were new."""


def read_subscription(api: stripe.V1Services, subscription_id: str) -> SubscriptionFacts:
    """Return the state of a subscription with its latest invoices."""
    found = api.subscriptions.retrieve(subscription_id)
    invoices = api.invoices.list(
        params={"subscription": subscription_id, "limit": _LATEST_INVOICES}
    )
    subscription = found.to_dict()
    schedule = read_schedule(api, subscription)
    return subscription_facts(subscription, invoices.to_dict()["data"], schedule)


def cancel_renewal(api: stripe.V1Services, subscription_id: str) -> None:
    """Cancel at the end of the current period; at once if it is not paid, which voids its invoice.

    If it is paid meanwhile, the period is kept. A failure in between leaves a subscription that is
    not renewed; the next attempt does the rest. Does nothing to one that has ended. A schedule,
    which Stripe lets nobody cancel beside, is ended first, and what it was to change with it.
    """
    params: Any = {"cancel_at_period_end": True}
    try:
        api.subscriptions.update(subscription_id, params=params)
    except stripe.InvalidRequestError:
        if read_subscription(api, subscription_id).ended_at is not None:
            return
        if not end_schedule(api, subscription_id):
            raise
        api.subscriptions.update(subscription_id, params=params)
    facts = read_subscription(api, subscription_id)
    if facts.ended_at is None and not facts.is_paid and _void_open(api, facts):
        cancel_subscription(api, subscription_id)


def resume_renewal(api: stripe.V1Services, subscription_id: str) -> None:
    """Undo the cancellation of a subscription."""
    found = api.subscriptions.retrieve(subscription_id).to_dict()
    if found["cancel_at_period_end"]:
        api.subscriptions.update(subscription_id, params={"cancel_at_period_end": False})
    else:  # cancelled at a date, as Stripe's own portal does
        api.subscriptions.update(subscription_id, params={"cancel_at": ""})


def end_subscription(api: stripe.V1Services, subscription_id: str) -> None:
    """Cancel at once, and void what is open and unpaid. Does nothing to one that has ended."""
    facts = read_subscription(api, subscription_id)
    if not facts.is_paid:
        _void_open(api, facts)
    cancel_subscription(api, subscription_id)


def cancel_subscription(api: stripe.V1Services, subscription_id: str) -> None:
    """Cancel at once. Does nothing to a subscription that has ended."""
    try:
        api.subscriptions.cancel(subscription_id)
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise


def _void_open(api: stripe.V1Services, facts: SubscriptionFacts) -> bool:
    """Void the open invoices of a subscription. Returns False if one was paid meanwhile."""
    for each in facts.invoices:
        if each.status is InvoiceStatus.OPEN and not _void(api, each.invoice_id):
            return False
    return True


def _void(api: stripe.V1Services, invoice_id: str) -> bool:
    """Void an invoice. Returns False if it has been paid."""
    try:
        api.invoices.void_invoice(invoice_id)
    except stripe.InvalidRequestError:
        status = api.invoices.retrieve(invoice_id).status
        if status not in {"paid", "void"}:
            raise
        return status == "void"
    return True
