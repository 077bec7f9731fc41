"""Whatever staff do about payments through Stripe is in the audit, and no key is."""

from typing import Any

from sqlalchemy import select

from membership.billing.inbox.queue import store_event
from membership.billing.stripe.gateway import ProviderEvent
from membership.store.models import AuditEntry
from tests.membership.billing.billing_club import MONTHLY, Shop
from tests.membership.support import arranging


def entries(shop: Shop) -> list[AuditEntry]:
    """The organization's entries about payments, oldest first."""
    with shop.service.database.readers.begin() as session:
        return list(
            session.scalars(
                select(AuditEntry)
                .where(
                    AuditEntry.organization_id == shop.service.tenant.id,
                    AuditEntry.action.startswith("billing."),
                )
                .order_by(AuditEntry.id)
            )
        )


def test_every_step_leaves_its_entry(shop: Shop) -> None:
    service = shop.service
    plan = service.plan("Gold", price_minor=4900, billing=MONTHLY)
    order: Any = {"plan_id": plan, "customer_id": service.customer()}
    made = service.post("/v1/billing/orders", order)["order_id"]
    shop.stripe.pay(shop.page_of(made))
    path = f"/v1/billing/orders/{made}"
    service.post(f"{path}/refresh", status=200)
    service.post(f"{path}/cancel", status=200)
    service.post(f"{path}/resume", status=200)
    told = ProviderEvent("evt_1", "invoice.paid", "in_1", service.clock(), livemode=False)
    with arranging(service.database) as session:
        store_event(session, service.tenant.id, told, service.clock())
    service.post("/v1/billing/events/evt_1/retry", status=200)
    assert service.call("DELETE", "/v1/billing/stripe").status_code == 204
    found = {each.action: each for each in entries(shop)}
    assert set(found) == {
        "billing.configured",
        "billing.ordered",
        "billing.cancelled",
        "billing.resumed",
        "billing.event_retried",
        "billing.removed",
    }
    begun, over = found["billing.configured"].after, found["billing.removed"].before
    assert begun is not None
    assert over is not None
    assert begun["account"] == over["account"]
    ordered = found["billing.ordered"].after
    assert ordered is not None
    assert ordered["price_minor"] == 4900
    kept = repr([(each.before, each.after) for each in found.values()])
    assert shop.stripe.secret_key not in kept
    assert shop.stripe.webhook_secret not in kept
