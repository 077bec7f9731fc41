"""Guesses passwords in a process of its own, which counts tries together with others.

Waits for a line on standard input, then prints how many tries were let in.
"""

import sys
from datetime import timedelta

from membership.accounts.staff.throttles import Limit, count_attempt
from membership.base.backoff import Backoff
from membership.base.settings import ServiceSettings
from membership.store.database import open_database
from membership.web.errors import TooMany
from tests.membership.support import NOON, arranging


def main() -> None:
    """Try as often as the second argument says, on the database at the first."""
    url, tries = sys.argv[1], int(sys.argv[2])
    minute = timedelta(minutes=1)
    limit = Limit("race", 25, Backoff.doubling(minute, minute), timedelta(hours=1))
    database = open_database(ServiceSettings(database_url=url, busy_timeout_seconds=30))
    sys.stdin.readline()
    let_in = 0
    for _ in range(tries):
        try:
            with arranging(database) as session:
                count_attempt(session, limit, "who", NOON)
            let_in += 1
        except TooMany:
            pass
    print(let_in)  # noqa: T201 - this is the protocol
