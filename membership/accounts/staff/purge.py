"""Purge of old staff sessions, password resets, counted attempts and known origins.

The audit keeps who signed in when.
"""

from datetime import timedelta

from membership.accounts.origins import REMEMBERED
from membership.store.background import Work
from membership.store.models import KnownOrigin, PasswordReset, StaffSession, Throttle
from membership.store.purge import Expired, purge_job, purge_tables

_KEPT = timedelta(days=30)
_THROTTLES_KEPT = timedelta(days=2)
"""Longer than the window of any limit."""


def purge(work: Work) -> bool:
    """Delete a chunk of what is no longer kept; True if there may be more."""
    now = work.clock()
    return purge_tables(
        work,
        Expired(Throttle, Throttle.window_began_at <= now - _THROTTLES_KEPT),
        Expired(KnownOrigin, KnownOrigin.seen_at <= now - REMEMBERED),
        Expired(PasswordReset, PasswordReset.expires_at <= now - _KEPT),
        Expired(StaffSession, StaffSession.expires_at <= now - _KEPT),
    )


STAFF_PURGE_JOB = purge_job("staff_upkeep", purge)
"""See ``membership.jobs``."""
