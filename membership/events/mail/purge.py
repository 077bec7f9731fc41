"""Purges mails: they are kept for 30 days after they were queued, unless they are still to send."""

from datetime import timedelta

from membership.store.background import Work
from membership.store.models import OutgoingMail
from membership.store.purge import Expired, purge_tables

_KEPT = timedelta(days=30)


def purge(work: Work) -> bool:
    """Delete a chunk of mails that were sent, or given up, long ago; True if there may be more."""
    over = OutgoingMail.next_attempt_at.is_(None)
    old = OutgoingMail.created_at <= work.clock() - _KEPT
    return purge_tables(work, Expired(OutgoingMail, over & old))
