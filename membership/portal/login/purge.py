"""Purges expired login codes and customer sessions. The audit keeps the logins."""

from datetime import timedelta

from membership.store.background import Work
from membership.store.models import CustomerSession, LoginCode
from membership.store.purge import Expired, purge_job, purge_tables

_CODES_KEPT = timedelta(days=1)
"""Far longer than the lifetimes of a code and its ticket together."""

_SESSIONS_KEPT = timedelta(days=7)


def purge(work: Work) -> bool:
    """Delete a chunk of what is no longer kept; True if there may be more.

    With a code goes the address that it was mailed to, with a session its refresh tokens.
    """
    now = work.clock()
    return purge_tables(
        work,
        Expired(LoginCode, LoginCode.expires_at <= now - _CODES_KEPT),
        Expired(CustomerSession, CustomerSession.expires_at <= now - _SESSIONS_KEPT),
    )


LOGIN_PURGE_JOB = purge_job("login_upkeep", purge)
"""See ``membership.jobs``."""
