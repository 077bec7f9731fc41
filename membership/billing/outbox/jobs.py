"""The job that carries out tasks for the provider; one that fails keeps no other from its turn."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import ColumnElement, select

from api_client.messages.billing import SubscriptionStatus
from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.billing.orders.payers import payer_known_as
from membership.billing.orders.sync import sync_order
from membership.billing.outbox import queue
from membership.billing.outbox.queue import LeasedTask
from membership.billing.stripe.accounts import Keys, load_keys, open_gateway
from membership.billing.stripe.gateway import Gateway, ProviderError, ProviderMisses
from membership.store.apart import is_of_database
from membership.store.background import Job, Work
from membership.store.models import BillingOrder, ProviderTaskKind

NAME = "billing-tasks"
Connect = Callable[[Keys, ServiceSettings], AbstractContextManager[Gateway]]


class OutboxWorker:
    """Carries out what the provider is asked to do, outside transactions."""

    def __init__(self, connect: Connect = open_gateway) -> None:
        self._connect = connect

    def run(self, work: Work) -> bool:
        """Carry out a chunk of what is due in one organization. Returns whether anything was."""
        now = work.clock()
        with work.database.readers.begin() as session:
            sick = work.failing.waiting(NAME, now)
            organization_id = queue.next_organization(session, now, sick)
        if organization_id is None:
            return False
        try:
            tasks = self._serve(work, organization_id)
        except Exception as error:
            if is_of_database(error):
                raise
            work.failing.failed(NAME, organization_id, error, now)
            return True
        work.failing.succeeded(NAME, organization_id)
        return tasks > 0

    def _serve(self, work: Work, organization_id: int) -> int:
        """Lease and carry out tasks of one organization. Returns how many."""
        with work.database.writing(SERVICE, work.clock) as (session, now):
            tasks = queue.lease_tasks(session, organization_id, now)
        try:
            with work.database.readers.begin() as session:
                keys = load_keys(session, work.vault, organization_id)
        except VaultError as error:
            for task in tasks:
                _reschedule(work, task, str(error))
            return len(tasks)
        if keys is None:
            return 0
        with self._connect(keys, work.settings) as gateway:
            for task in tasks:
                self._carry_out(work, gateway, keys, task)
        return len(tasks)

    def _carry_out(self, work: Work, gateway: Gateway, keys: Keys, task: LeasedTask) -> None:
        """Carry out one task, or record why it failed."""
        try:
            _ACTIONS[ProviderTaskKind(task.kind)](work, gateway, keys, task.object_id)
        except ProviderMisses:
            logger().info("provider_task_gone", kind=task.kind, object=task.object_id)
        except ProviderError as error:
            _reschedule(work, task, str(error))
            return
        except Exception as error:
            if is_of_database(error):
                raise
            logger().exception("provider_task_broken", kind=task.kind, object=task.object_id)
            _reschedule(work, task, f"A fault of this service ({type(error).__name__}).")
            return
        with work.database.writing(SERVICE, work.clock) as (session, _):
            queue.mark_done(session, task)
        logger().info("provider_task_done", kind=task.kind, object=task.object_id)


def _reschedule(work: Work, task: LeasedTask, why: str) -> None:
    """Retry a task later, or give it up."""
    with work.database.writing(SERVICE, work.clock) as (session, now):
        queue.reschedule(session, task, why, now)
    last = task.tries + 1 >= queue.MAX_TRIES
    log = logger().error if last else logger().warning
    log("provider_task_failed", kind=task.kind, given_up=last, why=why)


def _close_page(work: Work, gateway: Gateway, keys: Keys, checkout_id: str) -> None:
    """Expire a checkout page. One that was paid meanwhile is synchronized, and flagged by that."""
    gateway.close_checkout(checkout_id)
    _sync(work, gateway, keys, BillingOrder.checkout_id == checkout_id)


def _cancel_now(work: Work, gateway: Gateway, keys: Keys, subscription_id: str) -> None:
    """End a subscription at once."""
    gateway.end_now(subscription_id)
    _sync(work, gateway, keys, BillingOrder.subscription_id == subscription_id)


def _cancel_later(work: Work, gateway: Gateway, keys: Keys, subscription_id: str) -> None:
    """End a subscription at the end of what is paid, unless it has ended."""
    if gateway.subscription(subscription_id).status is not SubscriptionStatus.CANCELED:
        gateway.set_cancelled(subscription_id, cancelled=True)
    _sync(work, gateway, keys, BillingOrder.subscription_id == subscription_id)


def _update_payer(work: Work, gateway: Gateway, keys: Keys, provider_id: str) -> None:
    """Store the payer's present name and address; nothing if no order is theirs any more."""
    with work.database.readers.begin() as session:
        payer = payer_known_as(session, keys.organization_id, provider_id)
    if payer is not None:
        gateway.update_payer(provider_id, payer)


def _delete_payer(_work: Work, gateway: Gateway, _keys: Keys, provider_id: str) -> None:
    """Delete a payer."""
    gateway.delete_payer(provider_id)


def _sync(work: Work, gateway: Gateway, keys: Keys, which: ColumnElement[bool]) -> None:
    """Synchronize the order that an object belongs to, if it is known."""
    with work.database.readers.begin() as session:
        order_id: UUID | None = session.scalars(
            select(BillingOrder.id).where(
                BillingOrder.organization_id == keys.organization_id, which
            )
        ).first()
    if order_id is not None:
        sync_order(work, gateway, keys, order_id)


_ACTIONS: dict[ProviderTaskKind, Callable[[Work, Gateway, Keys, str], None]] = {
    ProviderTaskKind.CLOSE_PAGE: _close_page,
    ProviderTaskKind.CANCEL_NOW: _cancel_now,
    ProviderTaskKind.CANCEL_LATER: _cancel_later,
    ProviderTaskKind.UPDATE_PAYER: _update_payer,
    ProviderTaskKind.DELETE_PAYER: _delete_payer,
}

OUTBOX_JOB = Job(NAME, OutboxWorker().run, pause_seconds=1)
"""See ``membership.jobs``."""
