"""The jobs of the service, in one list.

Those that import little, or have something to do at every start, are imported with this module;
the others once there is something for them, see ``membership.store.lazy_job``.
"""

from sqlalchemy import bindparam, select

from membership.accounts.staff.purge import STAFF_PURGE_JOB
from membership.billing.inbox.purge import BILLING_PURGE_JOB
from membership.data.imports.purge import IMPORT_PURGE_JOB
from membership.events.jobs import EVENT_PURGE_JOB
from membership.members.memberships.expiry_sweeper import SWEEPER_JOB
from membership.portal.login.purge import LOGIN_PURGE_JOB
from membership.store.background import Job
from membership.store.lazy_job import NOW, lazy_job
from membership.store.models import (
    AppleRegistration,
    CardRollout,
    CardWallet,
    EmbedToken,
    IdentityKind,
    Import,
    ImportState,
    OutgoingMail,
    ProviderTask,
    RolloutState,
    StripeAccount,
    WalletIdentity,
    WebhookEndpoint,
)
from membership.wallet.issuers.daily_check import IDENTITY_JOB
from membership.wallet.updates.event_consumer import EVENT_CONSUMER_JOB

DELIVERERS = 4
"""Endpoints that one process serves at once: a slow one delays no other."""

_UNFINISHED = (ImportState.RUNNING, ImportState.INDEXING, ImportState.CANCELLED)
"""States in which an import may have something left to do."""

LAZY_JOBS: tuple[Job, ...] = (
    *(
        lazy_job(
            f"webhooks-{number}",
            1.0,
            "membership.events.webhooks.delivery:deliver",
            select(WebhookEndpoint.id),
        )
        for number in range(1, 1 + DELIVERERS)
    ),
    lazy_job("mail", 2.0, "membership.events.mail.delivery:MAIL_JOB", select(OutgoingMail.id)),
    lazy_job(
        "imports",
        1.0,
        "membership.data.imports.run.worker:IMPORT_JOB",
        select(Import.id).where(Import.state.in_(_UNFINISHED)),
    ),
    lazy_job(
        "embed_token_upkeep",
        3600.0,
        "membership.portal.site_login.purge:TOKEN_PURGE_JOB",
        select(EmbedToken.expires_at),
    ),
    lazy_job(
        "billing",
        1.0,
        "membership.billing.inbox.jobs:INBOX_JOB",
        select(StripeAccount.organization_id),
    ),
    lazy_job(
        "billing-tasks",
        1.0,
        "membership.billing.outbox.jobs:OUTBOX_JOB",
        select(ProviderTask.object_id),
    ),
    lazy_job(
        "card-refresher",
        1.0,
        "membership.wallet.updates.refresh:REFRESH_JOB",
        select(CardWallet.card_id).where(CardWallet.refresh_at <= bindparam(NOW)),
    ),
    lazy_job(
        "card-rollouts",
        1.0,
        "membership.wallet.updates.rollouts:ROLLOUT_JOB",
        select(CardRollout.id).where(CardRollout.state == RolloutState.RUNNING),
    ),
    lazy_job(
        "apple-push",
        1.0,
        "membership.wallet.apple.push:APPLE_PUSH_JOB",
        select(AppleRegistration.device_id),
    ),
    lazy_job(
        "google",
        2.0,
        "membership.wallet.google.sync:GOOGLE_JOB",
        select(WalletIdentity.organization_id).where(WalletIdentity.kind == IdentityKind.GOOGLE),
    ),
)
"""Jobs that are imported when they are needed."""

JOBS: tuple[Job, ...] = (
    SWEEPER_JOB,
    EVENT_PURGE_JOB,
    IMPORT_PURGE_JOB,
    STAFF_PURGE_JOB,
    LOGIN_PURGE_JOB,
    BILLING_PURGE_JOB,
    EVENT_CONSUMER_JOB,
    IDENTITY_JOB,
    *LAZY_JOBS,
)
"""All jobs that ``membership.store.background`` runs beside the requests."""
