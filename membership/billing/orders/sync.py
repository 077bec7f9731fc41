"""Synchronization of an order with the provider.

The contents of events and redirects are not trusted: the order is read, its state is fetched from
the provider and stored. The order's version detects a concurrent change, upon which all of it is
repeated. So events may arrive late, repeatedly, in any order, and at several processes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.billing.orders.fulfilment import store_state
from membership.billing.orders.snapshot import (
    OrderSnapshot,
    ProviderState,
    fetch_state,
    load_snapshot,
)
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.gateway import EventSubject, Gateway, ProviderUnavailable
from membership.billing.stripe.provider_calls import call_provider
from membership.store.background import Work
from membership.web.errors import Busy
from membership.web.transactions import RequestTransactions

_ATTEMPTS = 5
_CONTENDED = "Others kept changing the order meanwhile."


def sync_order(
    work: Work, gateway: Gateway, keys: Keys, order_id: UUID, subject: EventSubject | None = None
) -> bool:
    """Synchronize an order from a job. Returns False if the organization has no such order.

    ``subject`` adds the ids that an event brought. Raises ProviderError.
    """
    for _ in range(_ATTEMPTS):
        with work.database.readers.begin() as session:
            snapshot = load_snapshot(session, keys.organization_id, order_id)
        if snapshot is None:
            return False
        state = fetch_state(gateway, snapshot, subject or EventSubject(order_id), work.clock())
        with work.database.writing(SERVICE, work.clock) as (session, now):
            if store_state(session, snapshot, state, keys.grace_days, now):
                return True
    raise ProviderUnavailable(_CONTENDED)


async def sync_in_request(transactions: RequestTransactions, keys: Keys, order_id: UUID) -> None:
    """Synchronize an order from an HTTP request.

    Raises Busy and Conflict of ``call_provider``; Busy if the order keeps changing.
    """

    def load(session: Session, now: datetime) -> tuple[OrderSnapshot | None, datetime]:
        return load_snapshot(session, keys.organization_id, order_id), now

    for _ in range(_ATTEMPTS):
        snapshot, now = await transactions.read(load)
        if snapshot is None:
            return
        if await _sync_once(transactions, keys, snapshot, now):
            return
    raise Busy("payment_provider_unavailable", _CONTENDED)


async def _sync_once(
    transactions: RequestTransactions, keys: Keys, snapshot: OrderSnapshot, loaded_at: datetime
) -> bool:
    """Fetch the state and store it. Returns False if the order was changed concurrently."""

    def fetch(gateway: Gateway) -> ProviderState:
        return fetch_state(gateway, snapshot, EventSubject(snapshot.order_id), loaded_at)

    state = await call_provider(transactions, keys, fetch)
    return await transactions.write(
        lambda session, now: store_state(session, snapshot, state, keys.grace_days, now)
    )
