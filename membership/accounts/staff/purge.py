"""The job that deletes what staff leave behind: sessions, tokens and tries that were over long ago.

Who signed in when is kept by the audit.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.accounts.staff.resets import forget_old_tokens
from membership.accounts.staff.throttles import forget_old
from membership.store.background import Job, Work
from membership.store.models import StaffSession

_KEPT = timedelta(days=30)


def tidy_up(work: Work) -> bool:
    """Delete what is too old to matter, in one transaction; never more to do at once."""
    now = work.clock()
    with work.database.writers.begin() as session:
        forget_old(session, now)
        forget_old_tokens(session, now)
        _forget_old_sessions(session, now)
    return False


STAFF_UPKEEP_JOB = Job("staff_upkeep", tidy_up, pause_seconds=3600.0)


def _forget_old_sessions(session: Session, now: datetime) -> None:
    """Delete sessions that were over long ago."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= now - _KEPT))
