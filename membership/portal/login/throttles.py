"""Throttles of requested and tried codes, by email address and by network address."""

from datetime import timedelta

from membership.accounts.staff.throttles import SHORT_WAITS, Limit
from membership.base.backoff import Backoff
from membership.members.customers.service import email_key

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

CODES_BY_EMAIL = Limit("login codes email", 3, Backoff.doubling(_MINUTE, _HOUR), _DAY)
"""Reset by a successful login, so that the owner of the address is hardly ever refused."""

# Each organization for itself. A login gives the request for its code back, so that what is left
# are requests that nobody proved to be theirs.
CODES_BY_ADDRESS = Limit("login codes address", 20, Backoff.doubling(_MINUTE, _HOUR), _HOUR)
TRIES_BY_EMAIL = Limit("login tries email", 10, Backoff.doubling(_MINUTE / 2, _HOUR), _DAY)
TRIES_BY_ADDRESS = Limit("login tries address", 30, SHORT_WAITS, _HOUR)


def subject(organization_id: int, email: str) -> str:
    """Return the key under which tries for an email address are counted."""
    return f"{organization_id}\n{email_key(email)}"


def address_subject(organization_id: int, address_digest: str) -> str:
    """Return the key under which tries of a network address at one organization are counted."""
    return f"{organization_id}\n{address_digest}"
