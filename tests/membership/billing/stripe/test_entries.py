"""Audit entries of payments through Stripe, which contain no key."""

from typing import Any

from sqlalchemy import select

from membership.billing.inbox.queue import store_event
from membership.billing.stripe.gateway import ProviderEvent
from membership.store.models import AuditEntry
from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.support import arranging


def entries(club: BillingClub) -> list[AuditEntry]:
    """Return the organization's audit entries about payments, oldest first."""
    with club.service.database.readers.begin() as session:
        return list(
            session.scalars(
                select(AuditEntry)
                .where(
                    AuditEntry.organization_id == club.service.tenant.id,
                    AuditEntry.action.startswith("billing."),
                )
                .order_by(AuditEntry.id)
            )
        )


def test_every_change_has_an_audit_entry(club: BillingClub) -> None:
    service = club.service
    plan = service.plan("Gold", price_minor=4900, billing=MONTHLY)
    order: Any = {"plan_id": plan, "customer_id": service.customer()}
    made = service.post("/v1/billing/orders", order)["order_id"]
    club.stripe.pay(club.checkout_of(made))
    path = f"/v1/billing/orders/{made}"
    service.post(f"{path}/refresh", status=200)
    service.post(f"{path}/cancel", status=200)
    service.post(f"{path}/resume", status=200)
    event = ProviderEvent("evt_1", "invoice.paid", "in_1", service.clock(), livemode=False)
    with arranging(service.database) as session:
        store_event(session, service.tenant.id, event, service.clock())
    service.post("/v1/billing/events/evt_1/retry", status=200)
    assert service.call("DELETE", "/v1/billing/stripe").status_code == 204
    found = {each.action: each for each in entries(club)}
    assert set(found) == {
        "billing.configured",
        "billing.ordered",
        "billing.cancelled",
        "billing.resumed",
        "billing.event_retried",
        "billing.removed",
    }
    first_payment, over = found["billing.configured"].after, found["billing.removed"].before
    assert first_payment is not None
    assert over is not None
    assert first_payment["account"] == over["account"]
    ordered = found["billing.ordered"].after
    assert ordered is not None
    assert ordered["price_minor"] == 4900
    kept = repr([(each.before, each.after) for each in found.values()])
    assert club.stripe.secret_key not in kept
    assert club.stripe.webhook_secret not in kept
