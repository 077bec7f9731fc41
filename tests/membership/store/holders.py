"""Programs that take a lease or hold a lock until they are killed, in processes of their own.

Each gets the address of a database as its only argument.
"""

import os
import signal
import sys
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.store import lease
from membership.store.advisory_lock import Lock, hold
from membership.store.database import Database, open_database
from membership.store.models import OutgoingMail
from tests.membership.support import NOON

LEASE = timedelta(minutes=10)


def url_of(database: Database) -> str:
    """Where a database is, with its password."""
    return database.engine.url.render_as_string(hide_password=False)


def take_one(database: Database, now: datetime) -> UUID | None:
    """Lease the mail that is due longest; returns its id, or None if none is due."""
    due = (
        select(OutgoingMail)
        .where(lease.has_come(OutgoingMail.next_attempt_at, now, LEASE))
        .order_by(OutgoingMail.next_attempt_at, OutgoingMail.id)
        .limit(1)
    )

    def take(session: Session, _found: OutgoingMail) -> UUID | None:
        row = session.scalar(lease.skip_locked(due))
        if row is None:
            return None
        row.next_attempt_at = now + LEASE
        return row.id

    return lease.take(database, now, lambda session: session.scalar(due), take)


def take_and_die() -> None:
    """Print the id of the mail that is due, leased, and be killed."""
    database = open_database(ServiceSettings(database_url=sys.argv[1]))
    print(take_one(database, NOON), flush=True)  # noqa: T201 - this is the protocol
    os.kill(os.getpid(), signal.SIGKILL)


def hold_for_long() -> None:
    """Print ``held`` once the lock of rollouts is held, and keep it for a minute."""
    database = open_database(ServiceSettings(database_url=sys.argv[1]))
    with database.writers.begin() as session:
        hold(session.connection(), Lock.ROLLOUTS)
        print("held", flush=True)  # noqa: T201 - this is the protocol
        time.sleep(60)
