"""Limits on attempts at passwords, codes and tokens, counted in the database for all processes.

An attempt at what can be guessed is counted before it is checked, so that concurrent ones cannot
exceed the limit, and undone if it succeeds. During a wait every attempt is rejected, also a correct
one. Tokens of 256 random bits or with a signature are looked up first and only misses are counted:
nobody guesses one, and so no misses of others keep a good one out.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from membership.base.backoff import Backoff
from membership.store.models import Organization, Throttle
from membership.store.upsert import insert_into
from membership.web.errors import TooMany


@dataclass(frozen=True)
class Limit:
    """``free`` attempts within a window, and the waits after each further one."""

    name: str
    free: int
    waits: Backoff
    window: timedelta

    def wait(self, tries: int) -> timedelta | None:
        """Return the wait after a number of attempts, or None while they are free."""
        if tries < self.free:
            return None
        return self.waits.pause(tries - self.free + 1)


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHORT_WAITS = Backoff.doubling(_MINUTE / 2, _HOUR / 4)
"""Half a minute to a quarter of an hour."""

SIGN_IN_BY_ACCOUNT = Limit("sign-in account", 5, SHORT_WAITS, _DAY)
FACTOR_BY_ACCOUNT = Limit("second factor account", 5, SHORT_WAITS, _DAY)
"""Apart from passwords: whoever sets a new one by mail gets no further tries at the codes."""

SIGN_IN_BY_ADDRESS = Limit("sign-in address", 30, SHORT_WAITS, _HOUR)
RESET_BY_ACCOUNT = Limit("reset account", 3, Backoff.doubling(5 * _MINUTE, _HOUR), _DAY)
RESET_BY_ADDRESS = Limit("reset address", 20, Backoff.doubling(_MINUTE, _HOUR), _HOUR)
CONFIRM_BY_ADDRESS = Limit("confirm address", 20, SHORT_WAITS, _HOUR)


@dataclass(frozen=True)
class CountedAttempt:
    """A counted attempt, until when it blocks further ones, and which of its window it is."""

    name: str
    blocked_until: datetime | None
    tries: int


def count_attempt(session: Session, limit: Limit, subject: str, now: datetime) -> CountedAttempt:
    """Count one attempt by or at ``subject``. Raises TooMany during a wait, without counting."""
    connection = session.connection()
    name = _name(limit, subject)
    began = Throttle.window_began_at
    # A window that begins in the future, after the clock was set back, is over as well.
    over = or_(began <= now - limit.window, began > now + limit.window)
    insert = insert_into(connection, Throttle).values(
        name=name, count=1, window_began_at=now, blocked_until=None
    )
    counted = connection.execute(
        insert.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "count": case((over, 1), else_=Throttle.count + 1),
                "window_began_at": case((over, now), else_=began),
            },
        ).returning(Throttle.count.label("tries"), Throttle.blocked_until)
    ).one()
    _refuse_during_wait(limit, counted.blocked_until, now)
    wait = limit.wait(counted.tries)
    if wait is None:
        return CountedAttempt(name, None, counted.tries)
    connection.execute(
        update(Throttle).where(Throttle.name == name).values(blocked_until=now + wait)
    )
    return CountedAttempt(name, now + wait, counted.tries)


def _name(limit: Limit, subject: str) -> str:
    """Return the digest of a subject, so that no person is named."""
    return hashlib.sha256(f"{limit.name}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_during_wait(limit: Limit, blocked_until: datetime | None, now: datetime) -> None:
    """Raise TooMany during a wait, unless it is longer than the limit allows (clock set back)."""
    if blocked_until is not None and now < blocked_until <= now + limit.waits.longest:
        seconds = ceil((blocked_until - now).total_seconds())
        detail = f"This was tried too often; please wait {seconds} seconds."
        raise TooMany("too_many_tries", detail, seconds)


def undo_attempt(session: Session, counted: CountedAttempt) -> None:
    """Undo one attempt and its wait."""
    waits = Throttle.blocked_until
    session.execute(
        update(Throttle)
        .where(Throttle.name == counted.name)
        .values(
            count=case((Throttle.count > 0, Throttle.count - 1), else_=0),
            blocked_until=case((waits == counted.blocked_until, None), else_=waits),
        )
    )


def give_back(session: Session, limit: Limit, subject: str) -> None:
    """Undo one attempt that turned out to be a good one later; ends a wait that it caused."""
    name, left = _name(limit, subject), Throttle.count - 1
    session.execute(
        update(Throttle)
        .where(Throttle.name == name, Throttle.count > 0)
        .values(
            count=left,
            blocked_until=case((left < limit.free, None), else_=Throttle.blocked_until),
        )
    )


def at_organization(session: Session, organization: str, address: str) -> str:
    """Return the subject of attempts from a network address at one organization, by short name.

    So what one club's visitors do wrong holds up no other's at the same address. Attempts at an
    organization that does not exist have the address alone as their subject: naming many does not
    evade the limit.
    """
    known = session.scalar(select(Organization.id).where(Organization.slug == organization))
    return address if known is None else f"{known}\n{address}"


def touch(session: Session, counted: CountedAttempt) -> None:
    """Write without a change, so that the commit takes as long as after a success."""
    session.execute(
        update(Throttle).where(Throttle.name == counted.name).values(count=Throttle.count)
    )


def reset_attempts(session: Session, counted: CountedAttempt) -> None:
    """Reset the counter of an attempt's subject, after a success."""
    session.execute(delete(Throttle).where(Throttle.name == counted.name))


def reset_subject(session: Session, limit: Limit, subject: str) -> None:
    """Reset the counter of a subject."""
    session.execute(delete(Throttle).where(Throttle.name == _name(limit, subject)))
