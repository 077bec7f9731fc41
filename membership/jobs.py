"""The jobs of the service, in one list."""

from membership.accounts.staff.purge import STAFF_PURGE_JOB
from membership.billing.inbox.jobs import BILLING_JOBS
from membership.data.imports.purge import IMPORT_PURGE_JOB
from membership.data.imports.runner import IMPORT_JOB
from membership.events.jobs import EVENT_JOBS
from membership.members.memberships.expiry_sweeper import SWEEPER_JOB
from membership.portal.login.purge import LOGIN_PURGE_JOB
from membership.portal.signup.purge import TOKEN_PURGE_JOB
from membership.store.background import Job
from membership.wallet.apple.push import APPLE_PUSH_JOB
from membership.wallet.google.sync import GOOGLE_JOB
from membership.wallet.issuers.daily_check import IDENTITY_JOB
from membership.wallet.updates.event_consumer import FOLLOW_JOB
from membership.wallet.updates.refresh import REFRESH_JOB
from membership.wallet.updates.rollouts import ROLLOUT_JOB

JOBS: tuple[Job, ...] = (
    SWEEPER_JOB,
    *EVENT_JOBS,
    IMPORT_JOB,
    IMPORT_PURGE_JOB,
    STAFF_PURGE_JOB,
    LOGIN_PURGE_JOB,
    TOKEN_PURGE_JOB,
    *BILLING_JOBS,
    FOLLOW_JOB,
    REFRESH_JOB,
    ROLLOUT_JOB,
    APPLE_PUSH_JOB,
    GOOGLE_JOB,
    IDENTITY_JOB,
)
"""All jobs that ``membership.store.background`` runs beside the requests."""
