"""Purges provider events that were processed.

Stripe sends an event again for up to three days; a processed one is kept for longer.
"""

from datetime import timedelta

from membership.store.background import Work
from membership.store.models import BillingEvent
from membership.store.purge import Expired, purge_job, purge_tables

_KEPT = timedelta(days=60)


def purge(work: Work) -> bool:
    """Delete a chunk of events that were processed long ago; True if there may be more."""
    return purge_tables(work, Expired(BillingEvent, BillingEvent.done_at < work.clock() - _KEPT))


BILLING_PURGE_JOB = purge_job("billing_events", purge)
"""See ``membership.jobs``."""
