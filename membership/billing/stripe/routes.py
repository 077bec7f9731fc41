"""Routes of the account at the payment provider: its keys are taken, and never shown."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api_client.messages.billing import StripeView
from membership.base.scopes import Scope
from membership.billing.schemas import NewStripeAccount
from membership.billing.stripe import accounts
from membership.billing.stripe.accounts import Checked, Keys
from membership.billing.stripe.provider_calls import ask
from membership.web.access import Call, Caller, allows, reads, writes
from membership.web.transactions import InSteps

router = APIRouter(prefix="/v1/billing/stripe", tags=["Payments"])


@router.get("")
def show_stripe(
    request: Request, call: Annotated[Call, reads(Scope.ORGANIZATION_READ)]
) -> StripeView:
    """Tell whether payments through Stripe are set up, and where it is to send events."""
    public_url = request.app.state.settings.public_url
    return accounts.account_view(call.session, call.tenant, public_url)


@router.put("")
async def put_stripe(
    new: NewStripeAccount,
    steps: InSteps,
    caller: Annotated[Caller, allows(Scope.ORGANIZATION_WRITE)],
) -> StripeView:
    """Let an account at Stripe take payments from now on, in the place of a former one.

    Stripe is asked whose the key is. Both keys are stored encrypted and cannot be had again.

    Errors: `payment_provider_refuses_key`, `payment_provider_refused` (409),
    `payment_provider_unavailable` (503).
    """
    tenant = caller.tenant
    shown = Keys(
        tenant.id,
        new.secret_key.get_secret_value(),
        new.webhook_secret.get_secret_value(),
        livemode=False,
        grace_days=new.grace_days,
    )
    facts = await ask(steps, shown, lambda gateway: gateway.account())

    def store(session: Session, now: datetime) -> StripeView:
        accounts.put_account(session, steps.vault, tenant, Checked(new, facts), now)
        return accounts.account_view(session, tenant, steps.settings.public_url)

    return await steps.transaction(store, caller.actor)


@router.delete("", status_code=204)
def delete_stripe(call: Annotated[Call, writes(Scope.ORGANIZATION_WRITE)]) -> Response:
    """Forget the account. Subscriptions at Stripe go on there, and are heard of no more.

    Errors: `billing_not_set_up` (404).
    """
    accounts.forget_account(call.session, call.tenant)
    return Response(status_code=204)
