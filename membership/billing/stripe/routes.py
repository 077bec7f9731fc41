"""Routes of the account at the payment provider. Its keys are write-only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api_client.messages.billing import StripeView
from membership.base.scopes import Scope
from membership.billing.schemas import NewStripeAccount
from membership.billing.stripe import accounts
from membership.billing.stripe.accounts import Keys, VerifiedKeys
from membership.billing.stripe.provider_calls import call_provider
from membership.web.access import Call, Caller, allows, reads, writes_once
from membership.web.idempotency import Done, once, request_of
from membership.web.preconditions import InCondition, InShown
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/billing/stripe", tags=["Payments"])


@router.get("")
def show_stripe(
    request: Request, call: Annotated[Call, reads(Scope.ORGANIZATION_READ)], shown: InShown
) -> StripeView:
    """Return whether payments through Stripe are set up, and the URL of its webhook endpoint."""
    public_url = request.app.state.settings.public_url
    view = accounts.account_view(call.session, call.tenant, public_url)
    return shown.show(view, accounts.account_etag(view))


@router.put("")
async def put_stripe(
    new: NewStripeAccount,
    transactions: InTransactions,
    caller: Annotated[Caller, allows(Scope.ORGANIZATION_WRITE)],
    condition: InCondition,
) -> StripeView:
    """Set the Stripe account that takes payments from now on, replacing a previous one.

    The secret key is verified with Stripe. Both keys are stored encrypted and never returned.

    Errors: `payment_provider_refuses_key`, `payment_provider_refused` (409),
    `payment_provider_unavailable` (503).
    """
    tenant = caller.tenant
    keys = Keys(
        tenant.id,
        new.secret_key.get_secret_value(),
        new.webhook_secret.get_secret_value(),
        livemode=False,
        grace_days=new.grace_days,
    )
    facts = await call_provider(transactions, keys, lambda gateway: gateway.account())

    def store(session: Session, now: datetime) -> StripeView:
        condition.require(lambda: accounts.locked_etag(session, tenant))
        accounts.put_account(session, transactions.vault, tenant, VerifiedKeys(new, facts), now)
        return accounts.account_view(session, tenant, transactions.settings.public_url)

    changed = await transactions.write(store, caller.actor)
    return condition.show(changed, accounts.account_etag(changed))


@router.delete("", status_code=204)
def delete_stripe(
    call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)], condition: InCondition
) -> Response:
    """Delete the account. Its subscriptions continue at Stripe; their events are not received.

    Errors: `billing_not_set_up` (404).
    """

    def remove() -> Done:
        condition.require(lambda: accounts.locked_etag(call.session, call.tenant))
        accounts.remove_account(call.session, call.tenant)
        return Done()

    once(call, request_of("remove stripe"), Done, remove)
    return Response(status_code=204)
