"""An organization's Stripe account: stored with its keys, shown without them, removed.

Both keys are encrypted together in one column. Only ``load_keys`` decrypts them.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import String, delete, select, type_coerce, update
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, StripeView, SubscriptionStatus
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.billing.schemas import NewStripeAccount
from membership.billing.stripe.gateway import AccountFacts, Gateway
from membership.events.audit.recorder import record
from membership.members.payers.provider_queue import retry_failed_tasks
from membership.store.models import BillingOrder, Membership, ProviderTask, StripeAccount
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.preconditions import strong_etag

DEFAULT_GRACE_DAYS = 7
_HINT_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Keys:
    """Decrypted keys of an account: for its API and for the signatures of its events.

    ``grace_days`` is how long a membership stays valid while a failed payment is retried.
    """

    organization_id: int
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    livemode: bool
    grace_days: int


def find_account(session: Session, tenant: Tenant) -> StripeAccount | None:
    """Return the organization's account, or None."""
    return session.get(StripeAccount, tenant.id)


def load_keys(session: Session, vault: Vault, organization_id: int) -> Keys | None:
    """Return the keys of an organization's account; None without an account.

    Raises VaultError if they were encrypted with another secret key of the service.
    """
    row = session.get(StripeAccount, organization_id)
    if row is None:
        return None
    secrets = json.loads(vault.open(row.sealed))
    return Keys(
        organization_id,
        secrets["secret_key"],
        secrets["webhook_secret"],
        row.livemode,
        row.grace_days,
    )


def required_keys(session: Session, vault: Vault, tenant: Tenant) -> Keys:
    """Return the keys of an organization's account. Raises Conflict without one; VaultError."""
    keys = load_keys(session, vault, tenant.id)
    if keys is None:
        raise Conflict("billing_not_set_up", "Payments through a provider are not set up.")
    return keys


def open_gateway(keys: Keys, settings: ServiceSettings) -> AbstractContextManager[Gateway]:
    """Return the gateway to an account, a context manager that closes its connections."""
    # Importing Stripe's package takes half a second, and most services never need it.
    from membership.billing.stripe.stripe_gateway import StripeGateway  # noqa: PLC0415

    return StripeGateway(keys.secret_key, settings.stripe_url)


@dataclass(frozen=True, slots=True)
class VerifiedKeys:
    """Keys that Stripe has accepted, and the account that they belong to."""

    keys: NewStripeAccount
    facts: AccountFacts


def put_account(
    session: Session, vault: Vault, tenant: Tenant, verified: VerifiedKeys, now: datetime
) -> None:
    """Store an account, replacing a previous one. The audit entry contains no key.

    Orders of a different previous account are detached, as by ``remove_account``. With other keys
    of the same one, what it failed to do is tried again.
    """
    new, facts = verified.keys, verified.facts
    row = find_account(session, tenant)
    before = None if row is None else _audit_fields(row)
    if row is None:
        row = StripeAccount(organization_id=tenant.id)
        session.add(row)
    elif row.account != facts.account or row.livemode is not facts.livemode:
        before = {**_audit_fields(row), **_detach_orders(session, tenant)}
    else:
        retry_failed_tasks(session, tenant.id, now)
    secret_key = new.secret_key.get_secret_value()
    secrets = {"secret_key": secret_key, "webhook_secret": new.webhook_secret.get_secret_value()}
    row.sealed = vault.seal(json.dumps(secrets).encode())
    row.account, row.livemode = facts.account, facts.livemode
    row.key_hint = f"…{secret_key[-_HINT_CHARACTERS:]}"
    row.grace_days, row.changed_at = new.grace_days, now
    session.flush()
    record(
        session, tenant.id, "billing.configured", "stripe", before=before, after=_audit_fields(row)
    )


def remove_account(session: Session, tenant: Tenant) -> None:
    """Delete an account and its keys. Raises NotFound.

    Its subscriptions continue at Stripe, but their events are no longer received. The memberships
    keep the end that is stored, and are managed at the desk from then on.
    """
    row = find_account(session, tenant)
    if row is None:
        raise NotFound("billing_not_set_up", "There is no account to forget.")
    before = {**_audit_fields(row), **_detach_orders(session, tenant)}
    record(session, tenant.id, "billing.removed", "stripe", before=before)
    session.delete(row)
    session.flush()


def _detach_orders(session: Session, tenant: Tenant) -> dict[str, object]:
    """Close the open orders of an account and end its control over memberships.

    What it was still to do is dropped, as nothing of the next account has these ids, and returned
    for the audit: how many of each kind (``dropped_tasks``). The log has their ids.
    """
    dropped: dict[str, list[str]] = {}
    rows = session.execute(
        delete(ProviderTask)
        .where(ProviderTask.organization_id == tenant.id)
        .returning(type_coerce(ProviderTask.kind, String), ProviderTask.object_id)
        .execution_options(synchronize_session=False)
    )
    for kind, object_id in rows.all():
        dropped.setdefault(kind, []).append(object_id)
    ours = BillingOrder.organization_id == tenant.id
    running = ours & (BillingOrder.subscription_status != SubscriptionStatus.CANCELED)
    renewed = select(BillingOrder.membership_id).where(running)
    session.execute(
        update(Membership)
        .where(Membership.organization_id == tenant.id, Membership.id.in_(renewed))
        .values(renews=False)
        .execution_options(synchronize_session=False)
    )
    more = {"version": BillingOrder.version + 1, "next_check_at": None}
    session.execute(
        update(BillingOrder)
        .where(running)
        .values(subscription_status=SubscriptionStatus.CANCELED, **more)
        .execution_options(synchronize_session=False)
    )
    unsettled = ours & BillingOrder.membership_id.is_(None) & BillingOrder.trouble.is_(None)
    session.execute(
        update(BillingOrder)
        .where(unsettled, BillingOrder.state.in_((OrderState.OPEN, OrderState.COMPLETED)))
        .values(state=OrderState.EXPIRED, **more)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    for kind, ids in dropped.items():
        logger().warning("provider_tasks_dropped", kind=kind, objects=sorted(ids))
    counts = {kind: len(ids) for kind, ids in sorted(dropped.items())}
    return {"dropped_tasks": counts} if counts else {}


def _audit_fields(row: StripeAccount) -> dict[str, object]:
    """The fields of an account that the audit records."""
    names = ("account", "livemode", "key_hint", "grace_days")
    return {name: getattr(row, name) for name in names}


def account_view(session: Session, tenant: Tenant, public_url: str | None) -> StripeView:
    """Return the account as the API shows it; ``configured`` is false without one."""
    row = find_account(session, tenant)
    return StripeView(
        configured=row is not None,
        account=None if row is None else row.account,
        livemode=None if row is None else row.livemode,
        key_hint=None if row is None else row.key_hint,
        webhook_url=webhook_url(tenant, public_url),
        grace_days=DEFAULT_GRACE_DAYS if row is None else row.grace_days,
    )


def account_etag(view: StripeView) -> str:
    """Return the ETag of what can be edited of an account; one of no account as well."""
    return strong_etag(view, "configured", "account", "livemode", "key_hint", "grace_days")


def locked_etag(session: Session, tenant: Tenant) -> str:
    """Return the ETag of the organization's account, which is locked."""
    session.get(StripeAccount, tenant.id, with_for_update=True)
    return account_etag(account_view(session, tenant, None))


def webhook_url(tenant: Tenant, public_url: str | None) -> str | None:
    """Return the URL for the webhook endpoint at Stripe; None without a public URL."""
    if public_url is None:
        return None
    return f"{public_url.rstrip('/')}/v1/billing/stripe/{tenant.slug}/webhook"
