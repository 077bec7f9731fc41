"""The route by which Stripe tells what happened. It needs no key: events are signed."""

from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import SIGNED
from membership.base.logs import logger
from membership.billing.inbox.queue import take_event
from membership.billing.stripe.accounts import Keys, keys_of
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from membership.billing.stripe.gateway import Told
from membership.web.errors import NotFound, Unauthorized
from membership.web.transactions import InSteps

router = APIRouter(prefix="/v1/billing/stripe", include_in_schema=False)


@router.post("/{organization}/webhook")
async def take_webhook(request: Request, organization: str, steps: InSteps) -> dict[str, bool]:
    """Keep an event that Stripe signed, once, to be worked off within seconds.

    It is checked on the bytes as they came, against the signing secret, and refused if it was
    signed more than 5 minutes ago or ahead. 404 `billing_not_set_up`; 401 `signature_wrong` for
    all that is not genuine, with the reason in the log.
    """
    body = await request.body()
    header = request.headers.get("Stripe-Signature", "")

    def find(session: Session, now: datetime) -> tuple[Keys | None, datetime]:
        tenant = tenant_by_slug(session, organization)
        return (None if tenant is None else keys_of(session, steps.vault, tenant.id)), now

    keys, now = await steps.read(find)
    if keys is None:
        raise NotFound("billing_not_set_up", "There is no payment provider here.")
    told = _genuine(body, header, keys, now)
    request.scope[SIGNED] = True
    if told.type not in PROCESSED_EVENTS:
        return {"received": True}
    if told.livemode is not keys.livemode:
        logger().warning("billing_event_of_other_mode", id=told.event_id, livemode=told.livemode)
        return {"received": True}
    await steps.transaction(lambda session, at: take_event(session, keys.organization_id, told, at))
    return {"received": True}


def _genuine(body: bytes, header: str, keys: Keys, now: datetime) -> Told:
    """Read an event. Raises Unauthorized."""
    # Its package costs half a second at the start of every process, and is needed by few.
    from membership.billing.stripe.stripe_events import read_event  # noqa: PLC0415

    try:
        return read_event(body, header, keys.webhook_secret, now)
    except ValueError as error:
        logger().warning("billing_event_refused", why=str(error))
        raise Unauthorized(
            "signature_wrong", "This is no event that was signed for here."
        ) from error
