"""The background jobs of events: webhooks, mails, and purging both."""

from membership.events.mail.delivery import MAIL_JOB
from membership.events.mail.purge import purge as purge_mails
from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.purge import purge as purge_events
from membership.store.background import Job
from membership.store.purge import purge_job

DELIVERERS = 4
"""Endpoints that one process serves at once: a slow one delays no other."""

EVENT_JOBS: tuple[Job, ...] = (
    *(Job(f"webhooks-{number}", deliver, pause_seconds=1.0) for number in range(1, 1 + DELIVERERS)),
    purge_job("event-retention", purge_events, purge_mails),
    MAIL_JOB,
)
"""See ``membership.jobs``."""
