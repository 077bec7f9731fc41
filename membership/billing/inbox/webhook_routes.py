"""Webhook endpoint for events of Stripe. It needs no API key: events are signed."""

from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import SIGNED
from membership.base.logs import logger
from membership.billing.inbox.queue import store_event
from membership.billing.stripe.accounts import Keys, load_keys
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from membership.billing.stripe.gateway import ProviderEvent
from membership.web.errors import NotFound, Unauthorized
from membership.web.transactions import InTransactions
from membership.web.unknown_fields import ignores_unknown

router = APIRouter(prefix="/v1/billing/stripe", include_in_schema=False)


@router.post("/{organization}/webhook")
@ignores_unknown("Stripe decides what it sends")
async def take_webhook(
    request: Request, organization: str, transactions: InTransactions
) -> dict[str, bool]:
    """Store an event of Stripe, once; a job processes it within seconds.

    The signature is verified over the raw body with the endpoint's signing secret; it must be at
    most 5 minutes old. 404 `billing_not_set_up`; 401 `signature_wrong`, with the reason in the log.
    """
    body = await request.body()
    header = request.headers.get("Stripe-Signature", "")

    def find(session: Session, now: datetime) -> tuple[Keys | None, datetime]:
        tenant = tenant_by_slug(session, organization)
        return (None if tenant is None else load_keys(session, transactions.vault, tenant.id)), now

    keys, now = await transactions.read(find)
    if keys is None:
        raise NotFound("billing_not_set_up", "There is no payment provider here.")
    event = _verified(body, header, keys, now)
    request.scope[SIGNED] = True
    if event.type not in PROCESSED_EVENTS:
        return {"received": True}
    if event.livemode is not keys.livemode:
        logger().warning("billing_event_of_other_mode", id=event.event_id, livemode=event.livemode)
        return {"received": True}
    await transactions.write(
        lambda session, at: store_event(session, keys.organization_id, event, at)
    )
    return {"received": True}


def _verified(body: bytes, header: str, keys: Keys, now: datetime) -> ProviderEvent:
    """Return the event in a request. Raises Unauthorized."""
    # Importing Stripe's package takes half a second, and most services never need it.
    from membership.billing.stripe.stripe_events import parse_event  # noqa: PLC0415

    try:
        return parse_event(body, header, keys.webhook_secret, now)
    except ValueError as error:
        logger().warning("billing_event_refused", why=str(error))
        raise Unauthorized(
            "signature_wrong", "This is no event that was signed for here."
        ) from error
