"""Routes by which staff and other systems take orders through the payment provider."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink, OrderPage, OrderView
from membership.base.scopes import Scope
from membership.billing.orders import views
from membership.billing.orders.eligibility import staff_order
from membership.billing.orders.flags import settle
from membership.billing.orders.providers import StripePayments, is_subscribed
from membership.billing.orders.service import OrderRequest
from membership.billing.orders.sync import sync_in_request
from membership.billing.schemas import Cancellation, NewOrder
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.provider_calls import call_provider
from membership.events.audit.recorder import record
from membership.members.payers.provider_queue import CANCELS, withdraw_tasks
from membership.store.models import BillingOrder
from membership.web.access import Call, Caller, IdempotencyHeader, allows, reads, writes
from membership.web.errors import Conflict
from membership.web.idempotency import LongRequest, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.transactions import InTransactions, RequestTransactions

router = APIRouter(prefix="/v1/billing", tags=["Payments"])

Reader = Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
Allowed = Annotated[Caller, allows(Scope.MEMBERSHIPS_WRITE)]
OfMembership = Annotated[UUID | None, Query(description="Only those of a membership.")]


@router.post("/orders", status_code=201)
async def create_order(
    new: NewOrder,
    transactions: InTransactions,
    caller: Allowed,
    idempotency_key: IdempotencyHeader = None,
) -> CheckoutLink:
    """Order a plan for a customer or a company; returns the checkout page where it is paid.

    The page can be sent to the payer, or opened at the desk. The membership is granted once the
    provider confirms the payment. The same order again returns the same page while it is open.

    Errors: `plan_not_found`, `customer_not_found`, `company_not_found` (404);
    `billing_not_set_up`, `public_url_missing`, `plan_is_free`, `plan_archived`,
    `customer_banned`, `customer_erased`, `subscription_runs` (also one that changes to this plan),
    `change_in_progress`, `other_subscription_runs` (a change of plan, or `again`),
    `amount_not_payable`, `payment_provider_refused`,
    `plan_archived_at_provider` (409); `payment_provider_unavailable` (503).
    """

    asked = request_of("order", body=new)
    request = LongRequest.of(caller, idempotency_key, asked, CheckoutLink)

    def choose(session: Session, now: datetime) -> OrderRequest:
        request.begin(session, now)
        return staff_order(session, transactions.settings.public_url, caller, new)

    found = await transactions.read(lambda session, _: request.answer(session))
    if found is not None:
        return found
    link = await StripePayments(transactions, caller.tenant, caller.actor).start(choose)
    await transactions.write(lambda session, _: request.finish(session, link), caller.actor)
    return link


@router.get("/orders")
def list_orders(
    call: Reader,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    *,
    membership_id: OfMembership = None,
    customer_id: Annotated[UUID | None, Query(description="Only those of a customer.")] = None,
    company_id: Annotated[UUID | None, Query(description="Only those of a company.")] = None,
    trouble: Annotated[
        bool,
        Query(description="Only orders whose payment staff have to look at, not yet settled."),
    ] = False,
) -> OrderPage:
    """List orders through the provider, newest first. Errors: `invalid_cursor` (422)."""
    query = views.orders_of(call.tenant)
    for column, value in (
        (BillingOrder.membership_id, membership_id),
        (BillingOrder.customer_id, customer_id),
        (BillingOrder.company_id, company_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if trouble:
        query = query.where(BillingOrder.trouble.is_not(None), BillingOrder.settled_at.is_(None))
    return views.order_page(call.session, query, limit, cursor)


@router.get("/orders/{order_id}")
def get_order(order_id: UUID, call: Reader) -> OrderView:
    """Return an order. Errors: `order_not_found` (404)."""
    return views.order_view(call.session, views.find_order(call.session, call.tenant, order_id))


@router.post("/orders/{order_id}/refresh")
async def refresh_order(order_id: UUID, transactions: InTransactions, caller: Allowed) -> OrderView:
    """Synchronize an order with the provider now; events do so within seconds anyway.

    Errors: `order_not_found` (404); `billing_not_set_up`, `payment_provider_refused` (409);
    `payment_provider_unavailable` (503).
    """
    keys, _ = await transactions.read(
        lambda session, _: _found(session, transactions, caller, order_id)
    )
    await sync_in_request(transactions, keys, order_id)
    return await _shown(transactions, caller, order_id)


@router.post("/orders/{order_id}/settle")
def settle_order(
    order_id: UUID, call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)]
) -> OrderView:
    """Mark the trouble of an order as settled: it was refunded, or is right as it is.

    A refund of all that was paid settles it by itself. Repeating the request is safe; a later
    payment of somebody who is banned, or that grants nothing, is flagged anew.

    Errors: `order_not_found` (404); `nothing_to_settle` (409).
    """
    settled = settle(call.session, call.tenant, order_id, call.now)
    return views.order_view(call.session, settled)


@router.post("/orders/{order_id}/cancel")
async def cancel_order(
    order_id: UUID,
    cancellation: Cancellation,
    transactions: InTransactions,
    caller: Allowed,
    idempotency_key: IdempotencyHeader = None,
) -> OrderView:
    """Cancel the subscription of an order, at the end of the paid period or at once.

    One whose payment is overdue ends at once either way, and its open invoice is voided.

    Errors: `order_not_found` (404); `not_cancellable`, `billing_not_set_up`,
    `payment_provider_refused` (409); `payment_provider_unavailable` (503).
    """

    def change(gateway: Gateway, subscription_id: str) -> None:
        if cancellation.at == "now":
            gateway.end_now(subscription_id)
        else:
            gateway.set_cancelled(subscription_id, cancelled=True)

    asked = request_of("cancel order", order_id, body=cancellation)
    request = LongRequest.of(caller, idempotency_key, asked, OrderView)
    return await _change(
        transactions, caller, order_id, change, action="billing.cancelled", request=request
    )


@router.post("/orders/{order_id}/resume")
async def resume_order(
    order_id: UUID,
    transactions: InTransactions,
    caller: Allowed,
    idempotency_key: IdempotencyHeader = None,
) -> OrderView:
    """Undo the cancellation of a subscription that has not ended, also one still to be carried out.

    Errors: `order_not_found` (404); `not_cancellable`, `billing_not_set_up`,
    `payment_provider_refused` (409); `payment_provider_unavailable` (503).
    """

    def change(gateway: Gateway, subscription_id: str) -> None:
        gateway.set_cancelled(subscription_id, cancelled=False)

    asked = request_of("resume order", order_id)
    request = LongRequest.of(caller, idempotency_key, asked, OrderView)
    return await _change(
        transactions, caller, order_id, change, action="billing.resumed", request=request
    )


def _found(
    session: Session, transactions: RequestTransactions, caller: Caller, order_id: UUID
) -> tuple[Keys, BillingOrder]:
    """Return an order and the account's keys. Raises NotFound, Conflict."""
    order = views.find_order(session, caller.tenant, order_id)
    return required_keys(session, transactions.vault, caller.tenant), order


async def _change(
    transactions: RequestTransactions,
    caller: Caller,
    order_id: UUID,
    change: Callable[[Gateway, str], None],
    *,
    action: str,
    request: LongRequest[OrderView],
) -> OrderView:
    """Change an order's subscription at the provider, and synchronize the order."""

    def check(session: Session, now: datetime) -> OrderView | tuple[Keys, str, UUID | None]:
        done = request.begin(session, now)
        if done is not None:
            return done
        keys, order = _found(session, transactions, caller, order_id)
        if order.subscription_id is None or not is_subscribed(order):
            raise Conflict("not_cancellable", "There is no subscription, or it has ended.")
        return keys, order.subscription_id, order.membership_id

    found = await transactions.write(check, caller.actor)
    if isinstance(found, OrderView):
        return found
    keys, subscription_id, membership_id = found
    await call_provider(transactions, keys, lambda gateway: change(gateway, subscription_id))

    def audit(session: Session, _now: datetime) -> None:
        if action == "billing.resumed":
            withdraw_tasks(session, caller.tenant.id, CANCELS, subscription_id)
        record(session, caller.tenant.id, action, membership_id or order_id)

    await transactions.write(audit, caller.actor)
    await sync_in_request(transactions, keys, order_id)
    shown = await _shown(transactions, caller, order_id)
    await transactions.write(lambda session, _: request.finish(session, shown), caller.actor)
    return shown


async def _shown(transactions: RequestTransactions, caller: Caller, order_id: UUID) -> OrderView:
    """Return an order as it is now."""

    def show(session: Session, _now: datetime) -> OrderView:
        return views.order_view(session, views.find_order(session, caller.tenant, order_id))

    return await transactions.read(show)
