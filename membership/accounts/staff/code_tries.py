"""Tries at the codes of a second factor: counted by themselves, and mailed to the owner.

Who tries codes has the right password already. The tries are therefore not those of passwords: a
password that was reset by mail, or that was right, gives none of them back. From where the owner
is known they are counted apart from those of strangers: these lock nobody out, and get no new tries
when the owner signs in there.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from membership.accounts.notices import Notice, notify
from membership.accounts.staff.throttles import (
    FACTOR_BY_ACCOUNT,
    CountedAttempt,
    count_attempt,
    reset_attempts,
)
from membership.base.vault import Vault
from membership.store.models import StaffAccount
from membership.web.errors import TooMany

_TOLD_AFTER = 3
"""Wrong codes within a day after which the owner gets a mail: fewer are slips."""


def count_code(session: Session, subject: str, now: datetime) -> CountedAttempt | TooMany:
    """Count a try at a code. Returns the error during a wait, so that the caller may commit."""
    try:
        with session.begin_nested():
            return count_attempt(session, FACTOR_BY_ACCOUNT, subject, now)
    except TooMany as error:
        return error


def code_was_right(session: Session, counted: CountedAttempt) -> None:
    """Reset the counter of the try's subject: both factors were right."""
    reset_attempts(session, counted)


def code_was_wrong(
    session: Session, vault: Vault, account: StaffAccount, counted: CountedAttempt, now: datetime
) -> None:
    """Tell the owner by mail, once a day, that somebody with the password tries codes."""
    if counted.tries == _TOLD_AFTER:
        here = account.organization_id
        notify(session, vault, here, Notice.WRONG_CODES, account.email, now=now)
