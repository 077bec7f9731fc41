"""Jobs of billing: processing of provider events, and deletion of old ones.

An event only names what changed. It is processed once the order that it is about was synchronized,
or if it is about no order of this service; until then it is retried with a growing back-off.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.billing.inbox import queue
from membership.billing.orders.sync import sync_order
from membership.billing.stripe.accounts import Keys, load_keys, open_gateway
from membership.billing.stripe.gateway import (
    EventSubject,
    Gateway,
    ProviderError,
    ProviderEvent,
    ProviderMisses,
)
from membership.store import lease
from membership.store.background import Job, Work

Connect = Callable[[Keys, ServiceSettings], AbstractContextManager[Gateway]]


class InboxWorker:
    """Processes queued events, and synchronizes orders for which no event arrived in time."""

    def __init__(self, connect: Connect = open_gateway) -> None:
        self._connect = connect

    def run(self, work: Work) -> bool:
        """Process a chunk of what is due in one organization. Returns whether anything was due."""
        leased = _lease(work)
        if leased is None:
            return False
        organization_id, events, orders = leased
        keys = self._keys(work, organization_id, events)
        if keys is not None:
            with self._connect(keys, work.settings) as gateway:
                for event in events:
                    self._process(work, gateway, keys, event)
                for order_id in orders:
                    self._check_order(work, gateway, keys, order_id)
        return bool(events or orders)

    def _keys(
        self, work: Work, organization_id: int, events: list[queue.QueuedEvent]
    ) -> Keys | None:
        """Return the organization's keys, or None after rescheduling its events."""
        try:
            with work.database.readers.begin() as session:
                keys = load_keys(session, work.vault, organization_id)
            why = "There is no account at the provider any more."
        except VaultError as error:
            keys, why = None, str(error)
        except (ValueError, KeyError, TypeError) as error:
            logger().exception("billing_account_unreadable", organization=organization_id)
            keys, why = None, f"The stored keys cannot be read ({type(error).__name__})."
        if keys is None:
            for event in events:
                _reschedule(work, event, why)
        return keys

    def _process(self, work: Work, gateway: Gateway, keys: Keys, event: queue.QueuedEvent) -> None:
        """Synchronize the order that an event is about."""
        received = ProviderEvent(
            event.event_id, event.type, event.object_id, event.occurred_at, keys.livemode
        )
        try:
            subject = _subject_of(gateway, received)
            ours = subject.order_id is not None and sync_order(
                work, gateway, keys, subject.order_id, subject
            )
        except ProviderError as error:
            _reschedule(work, event, str(error))
            return
        except Exception as error:  # noqa: BLE001 - logged, shown and retried; others go on
            logger().exception("billing_event_broken", type=event.type, id=event.event_id)
            _reschedule(work, event, f"A fault of this service ({type(error).__name__}).")
            return
        with work.database.writing(SERVICE, work.clock) as (session, now):
            queue.mark_processed(session, event, now)
        logger().info("billing_event_done", type=event.type, id=event.event_id, ours=ours)

    def _check_order(self, work: Work, gateway: Gateway, keys: Keys, order_id: UUID) -> None:
        """Synchronize an order for which no event arrived in time."""
        try:
            sync_order(work, gateway, keys, order_id)
        except ProviderMisses as error:
            logger().error("billing_order_lost", order=str(order_id), why=str(error))
            with work.database.writing(SERVICE, work.clock) as (session, _):
                queue.give_up_order(session, keys.organization_id, order_id, str(error))
        except ProviderError as error:
            logger().warning("billing_order_not_checked", order=str(order_id), why=str(error))
        except Exception:  # noqa: BLE001 - logged, and checked again; others go on
            logger().exception("billing_order_broken", order=str(order_id))


def _lease(work: Work) -> tuple[int, list[queue.QueuedEvent], Sequence[UUID]] | None:
    """Lease events and orders of the organization that is due longest; None if nothing is due."""
    now = work.clock()
    return lease.take(
        work.database,
        now,
        lambda session: queue.next_organization(session, now),
        lambda session, organization_id: (
            organization_id,
            queue.lease_events(session, organization_id, now),
            queue.lease_orders(session, organization_id, now),
        ),
    )


def _subject_of(gateway: Gateway, event: ProviderEvent) -> EventSubject:
    """Return what an event is about: no order, if the object no longer exists at the provider."""
    try:
        return gateway.subject_of(event)
    except ProviderMisses:
        return EventSubject(None)


def _reschedule(work: Work, event: queue.QueuedEvent, why: str) -> None:
    """Retry an event later, or give it up."""
    with work.database.writing(SERVICE, work.clock) as (session, now):
        queue.reschedule(session, event, why, now)
    last = event.tries + 1 >= queue.MAX_TRIES
    log = logger().error if last else logger().warning
    log("billing_event_failed", type=event.type, id=event.event_id, given_up=last, why=why)


INBOX_JOB = Job("billing", InboxWorker().run, pause_seconds=1)
"""See ``membership.jobs``."""
