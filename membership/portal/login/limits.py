"""How often codes may be asked for and tried, by address of mail and by address of the network."""

from datetime import timedelta

from membership.accounts.staff.throttles import SHORT_WAITS, Limit
from membership.base.backoff import Backoff
from membership.members.customers.service import email_key

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

CODES_BY_EMAIL = Limit("login codes email", 3, Backoff.doubling(_MINUTE, _HOUR), _DAY)
"""A login that succeeds begins anew, so that who can read the mails is hardly ever refused."""

CODES_BY_ADDRESS = Limit("login codes address", 20, Backoff.doubling(_MINUTE, _HOUR), _HOUR)
TRIES_BY_EMAIL = Limit("login tries email", 10, Backoff.doubling(_MINUTE / 2, _HOUR), _DAY)
TRIES_BY_ADDRESS = Limit("login tries address", 30, SHORT_WAITS, _HOUR)


def subject(organization_id: int, email: str) -> str:
    """By what tries at an address are counted, whether a customer has it or not."""
    return f"{organization_id}\n{email_key(email)}"
