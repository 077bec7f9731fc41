"""The jobs of billing: what the provider told is worked off, and old events are forgotten.

An event says only what to look at. It is done once the order it is about was brought up to
date, or if it is about none of ours; until then it is tried again, with growing pauses.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.billing.inbox import queue as inbox
from membership.billing.orders.sync import sync_order
from membership.billing.stripe.accounts import Keys, keys_of, open_gateway
from membership.billing.stripe.gateway import About, Gateway, ProviderError, ProviderMisses, Told
from membership.store.background import Job, Work

Connect = Callable[[Keys, ServiceSettings], AbstractContextManager[Gateway]]

_PRUNE_SECONDS = 3600


class Inbox:
    """Works off what providers told, and asks after orders of which nothing was heard."""

    def __init__(self, connect: Connect = open_gateway) -> None:
        self._connect = connect

    def run(self, work: Work) -> bool:
        """Work off some of what is due in one organization; tells whether there was any."""
        now = work.clock()
        with work.database.readers.begin() as session:
            # Looked at without the lock of writers: mostly there is nothing to do.
            organization_id = inbox.next_organization(session, now)
        if organization_id is None:
            return False
        with work.database.writers.begin() as session:
            events = inbox.claim_events(session, organization_id, now)
            orders = inbox.claim_orders(session, organization_id, now)
        keys = self._keys(work, organization_id, events)
        if keys is not None:
            with self._connect(keys, work.settings) as gateway:
                for event in events:
                    self._work_off(work, gateway, keys, event)
                for order_id in orders:
                    self._look_after(work, gateway, keys, order_id)
        return bool(events or orders)

    def _keys(self, work: Work, organization_id: int, events: list[inbox.Waiting]) -> Keys | None:
        """The organization's keys; without any that can be had, its events are put off."""
        try:
            with work.database.readers.begin() as session:
                keys = keys_of(session, work.vault, organization_id)
            why = "There is no account at the provider any more."
        except VaultError as error:
            keys, why = None, str(error)
        if keys is None:
            for event in events:
                _put_off(work, event, why)
        return keys

    def _work_off(self, work: Work, gateway: Gateway, keys: Keys, event: inbox.Waiting) -> None:
        """Bring up to date what an event is about."""
        told = Told(event.event_id, event.type, event.object_id, event.occurred_at, keys.livemode)
        try:
            about = _about(gateway, told)
            ours = about.order_id is not None and sync_order(
                work, gateway, keys, about.order_id, about
            )
        except ProviderError as error:
            _put_off(work, event, str(error))
            return
        except Exception as error:  # noqa: BLE001 - logged, shown and tried again; others go on
            logger().exception("billing_event_broken", type=event.type, id=event.event_id)
            _put_off(work, event, f"A fault of this service ({type(error).__name__}).")
            return
        with work.database.writers.begin() as session:
            inbox.note_done(session, event, work.clock())
        logger().info("billing_event_done", type=event.type, id=event.event_id, ours=ours)

    def _look_after(self, work: Work, gateway: Gateway, keys: Keys, order_id: UUID) -> None:
        """Ask after an order of which nothing was heard for long."""
        try:
            sync_order(work, gateway, keys, order_id)
        except ProviderMisses as error:
            logger().error("billing_order_lost", order=str(order_id), why=str(error))
            with work.database.writers.begin() as session:
                inbox.give_up_order(session, keys.organization_id, order_id, str(error))
        except ProviderError as error:
            logger().warning("billing_order_not_checked", order=str(order_id), why=str(error))
        except Exception:  # noqa: BLE001 - logged, and asked after again; others go on
            logger().exception("billing_order_broken", order=str(order_id))


def _about(gateway: Gateway, told: Told) -> About:
    """Which order an event is about: none, if what it is about is gone at the provider."""
    try:
        return gateway.about(told)
    except ProviderMisses:
        return About(None)


def _put_off(work: Work, event: inbox.Waiting, why: str) -> None:
    """Leave an event for later, or give it up."""
    with work.database.writers.begin() as session:
        inbox.put_off(session, event, why, work.clock())
    last = event.tries + 1 >= inbox.MOST_TRIES
    log = logger().error if last else logger().warning
    log("billing_event_failed", type=event.type, id=event.event_id, given_up=last, why=why)


def _prune(work: Work) -> bool:
    """Forget events that were worked off long ago."""
    with work.database.writers.begin() as session:
        inbox.prune_events(session, work.clock())
    return False


BILLING_JOBS = (
    Job("billing", Inbox().run, pause_seconds=1),
    Job("billing_events", _prune, pause_seconds=_PRUNE_SECONDS),
)
"""See ``membership.jobs``."""
