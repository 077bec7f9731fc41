"""The background jobs of webhooks."""

from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.purge import prune
from membership.store.background import Job

DELIVERERS = 4
"""Endpoints that one process serves at once: a slow one delays no other."""

WEBHOOK_JOBS: tuple[Job, ...] = (
    *(Job(f"webhooks-{number}", deliver, pause_seconds=1.0) for number in range(1, 1 + DELIVERERS)),
    Job("event-retention", prune, pause_seconds=3600.0),
)
"""See ``membership.jobs``."""
