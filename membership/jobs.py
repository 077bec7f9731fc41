"""The jobs of the service, in one list."""

from membership.background import Job
from membership.billing.jobs import BILLING_JOBS
from membership.events.jobs import EVENT_JOBS
from membership.identities.upkeep import IDENTITY_JOB
from membership.imports.retention import IMPORT_FILES_JOB
from membership.imports.runner import IMPORT_JOB
from membership.login.upkeep import LOGIN_UPKEEP_JOB
from membership.mail.delivery import MAIL_JOB
from membership.signup.token_upkeep import TOKEN_UPKEEP_JOB
from membership.staff.upkeep import STAFF_UPKEEP_JOB
from membership.wallet.follow import FOLLOW_JOB
from membership.wallet.google_sync import GOOGLE_JOB
from membership.wallet.push import APPLE_PUSH_JOB
from membership.wallet.refresh import REFRESH_JOB
from membership.wallet.rollouts import ROLLOUT_JOB

JOBS: tuple[Job, ...] = (
    *EVENT_JOBS,
    MAIL_JOB,
    IMPORT_JOB,
    IMPORT_FILES_JOB,
    STAFF_UPKEEP_JOB,
    LOGIN_UPKEEP_JOB,
    TOKEN_UPKEEP_JOB,
    *BILLING_JOBS,
    FOLLOW_JOB,
    REFRESH_JOB,
    ROLLOUT_JOB,
    APPLE_PUSH_JOB,
    GOOGLE_JOB,
    IDENTITY_JOB,
)
"""Everything that ``membership.background`` runs beside the answering of requests."""
