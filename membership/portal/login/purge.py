"""The job that deletes codes and sessions of customers that were over long enough ago.

Who logged in when is kept by the audit.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.store.background import Job, Work
from membership.store.models import CustomerSession, LoginCode

_CODES_KEPT = timedelta(days=1)
"""Far longer than a code and its ticket together are good."""

_SESSIONS_KEPT = timedelta(days=7)


def tidy_up(work: Work) -> bool:
    """Delete what is too old to matter, in one transaction; never more to do at once."""
    now = work.clock()
    with work.database.writers.begin() as session:
        _forget_codes(session, now)
        _forget_sessions(session, now)
    return False


LOGIN_UPKEEP_JOB = Job("login_upkeep", tidy_up, pause_seconds=3600.0)


def _forget_codes(session: Session, now: datetime) -> None:
    """Delete codes, and with them the addresses that they were mailed to."""
    session.execute(delete(LoginCode).where(LoginCode.expires_at <= now - _CODES_KEPT))


def _forget_sessions(session: Session, now: datetime) -> None:
    """Delete sessions; their refresh tokens go with them."""
    session.execute(
        delete(CustomerSession).where(CustomerSession.expires_at <= now - _SESSIONS_KEPT)
    )
