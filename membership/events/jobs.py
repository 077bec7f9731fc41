"""The background jobs of events that are imported at the start: purging webhooks' and mails' rows.

Delivering both is imported once there is a webhook or a mail, see ``membership.jobs``.
"""

from membership.events.mail.purge import purge as purge_mails
from membership.events.webhooks.purge import purge as purge_events
from membership.store.purge import purge_job

EVENT_PURGE_JOB = purge_job("event-retention", purge_events, purge_mails)
"""See ``membership.jobs``."""
