"""Jobs of billing: processing of provider events, and deletion of old ones.

An event only names what changed. It is processed once the order that it is about was synchronized,
or if it is about no order of this service; until then it is retried with a growing back-off.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
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
from membership.store.apart import is_of_database
from membership.store.background import Job, Work

NAME = "billing"
Connect = Callable[[Keys, ServiceSettings], AbstractContextManager[Gateway]]


@dataclass(frozen=True, slots=True)
class _Leased:
    """What this process works on: events, and orders to be synchronized, of one organization."""

    organization_id: int
    events: list[queue.QueuedEvent]
    orders: Sequence[UUID]


class InboxWorker:
    """Processes queued events, and synchronizes orders for which no event arrived in time."""

    def __init__(self, connect: Connect = open_gateway) -> None:
        self._connect = connect

    def run(self, work: Work) -> bool:
        """Process a chunk of what is due in one organization. Returns whether anything was due."""
        leased = _lease(work)
        if leased is None:
            return False
        try:
            self._serve(work, leased)
        except Exception as error:
            if is_of_database(error):
                raise
            work.failing.failed(NAME, leased.organization_id, error, work.clock())
        else:
            work.failing.succeeded(NAME, leased.organization_id)
        return bool(leased.events or leased.orders)

    def _serve(self, work: Work, leased: _Leased) -> None:
        """Process what was leased of one organization."""
        account = self._account(work, leased)
        if account is None:
            return
        keys, opening = account
        with opening as gateway:
            for event in leased.events:
                self._process(work, gateway, keys, event)
            for order_id in leased.orders:
                self._check_order(work, gateway, keys, order_id)

    def _account(
        self, work: Work, leased: _Leased
    ) -> tuple[Keys, AbstractContextManager[Gateway]] | None:
        """Return the organization's keys with a gateway, or None after rescheduling its events."""
        why = "There is no account at the provider any more."
        try:
            with work.database.readers.begin() as session:
                keys = load_keys(session, work.vault, leased.organization_id)
            if keys is not None:
                return keys, self._connect(keys, work.settings)
        except VaultError as error:
            why = str(error)
        except Exception as error:
            if is_of_database(error):
                raise
            logger().exception("billing_account_unreadable", organization=leased.organization_id)
            why = f"The stored keys cannot be read ({type(error).__name__})."
        for event in leased.events:
            _reschedule(work, event, why)
        return None

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


def _lease(work: Work) -> _Leased | None:
    """Lease events and orders of the organization that is due longest; None if nothing is due.

    One whose rows cannot be read is put off, and the next one taken.
    """
    now = work.clock()
    while True:
        with work.database.readers.begin() as session:
            sick = work.failing.waiting(NAME, now)
            organization_id = queue.next_organization(session, now, sick)
        if organization_id is None:
            return None
        try:
            with work.database.writing(SERVICE, now) as (session, _):
                events = queue.lease_events(session, organization_id, now)
                orders = queue.lease_orders(session, organization_id, now)
        except Exception as error:
            if is_of_database(error):
                raise
            work.failing.failed(NAME, organization_id, error, now)
        else:
            return _Leased(organization_id, events, orders)


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


INBOX_JOB = Job(NAME, InboxWorker().run, pause_seconds=1)
"""See ``membership.jobs``."""
