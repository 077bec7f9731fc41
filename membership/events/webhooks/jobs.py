"""What the service does with events beside answering requests."""

from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.purge import prune
from membership.members.memberships.expiry_sweeper import sweep
from membership.store.background import Job

DELIVERERS = 4
"""Endpoints that are served at once by one process: a slow one holds up no other."""

EVENT_JOBS: tuple[Job, ...] = (
    Job("expiry-sweeper", sweep, pause_seconds=2.0),
    *(Job(f"webhooks-{number}", deliver, pause_seconds=1.0) for number in range(1, 1 + DELIVERERS)),
    Job("event-retention", prune, pause_seconds=3600.0),
)
"""See ``membership.jobs``."""
