"""An organization's account at Stripe: taken with its keys, shown without them, forgotten.

Both keys are sealed together. Nothing else reads them but ``keys_of``.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, StripeView, SubscriptionStatus
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.billing.schemas import NewStripeAccount
from membership.billing.stripe.gateway import AccountFacts, Gateway
from membership.events.audit.recorder import record
from membership.store.models import BillingOrder, Membership, StripeAccount
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound

GRACE_DAYS = 7
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Keys:
    """What an account is asked with, and what its events are checked with."""

    organization_id: int
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    livemode: bool
    grace_days: int


def find_account(session: Session, tenant: Tenant) -> StripeAccount | None:
    """The organization's account, or None."""
    return session.get(StripeAccount, tenant.id)


def keys_of(session: Session, vault: Vault, organization_id: int) -> Keys | None:
    """The keys of an organization's account; None without one.

    Raises VaultError if they were sealed with another secret key.
    """
    row = session.get(StripeAccount, organization_id)
    if row is None:
        return None
    opened = json.loads(vault.open(row.sealed))
    return Keys(
        organization_id,
        opened["secret_key"],
        opened["webhook_secret"],
        row.livemode,
        row.grace_days,
    )


def required_keys(session: Session, vault: Vault, tenant: Tenant) -> Keys:
    """The same. Raises Conflict without an account."""
    keys = keys_of(session, vault, tenant.id)
    if keys is None:
        raise Conflict("billing_not_set_up", "Payments through a provider are not set up.")
    return keys


def open_gateway(keys: Keys, settings: ServiceSettings) -> AbstractContextManager[Gateway]:
    """Stripe, at the address of the settings."""
    # Its package costs half a second at the start of every process, and is needed by few.
    from membership.billing.stripe.stripe_gateway import StripeGateway  # noqa: PLC0415

    return StripeGateway(keys.secret_key, settings.stripe_url)


@dataclass(frozen=True, slots=True)
class Checked:
    """Keys that Stripe knows, and whose they are."""

    keys: NewStripeAccount
    facts: AccountFacts


def put_account(
    session: Session, vault: Vault, tenant: Tenant, checked: Checked, now: datetime
) -> None:
    """Store an account in the place of a former one. The audit tells no key."""
    new, facts = checked.keys, checked.facts
    row = find_account(session, tenant)
    before = None if row is None else _told(row)
    if row is None:
        row = StripeAccount(organization_id=tenant.id)
        session.add(row)
    elif row.account != facts.account or row.livemode is not facts.livemode:
        _let_go(session, tenant)
    secret_key = new.secret_key.get_secret_value()
    secrets = {"secret_key": secret_key, "webhook_secret": new.webhook_secret.get_secret_value()}
    row.sealed = vault.seal(json.dumps(secrets).encode())
    row.account, row.livemode = facts.account, facts.livemode
    row.key_hint = f"…{secret_key[-_SHOWN:]}"
    row.grace_days, row.changed_at = new.grace_days, now
    session.flush()
    record(session, tenant.id, "billing.configured", "stripe", before=before, after=_told(row))


def forget_account(session: Session, tenant: Tenant) -> None:
    """Forget an account. What it renews at Stripe goes on there, and is heard of no more: the
    memberships run to the end that is known, and are the desk's from then on.

    Raises NotFound.
    """
    row = find_account(session, tenant)
    if row is None:
        raise NotFound("billing_not_set_up", "There is no account to forget.")
    _let_go(session, tenant)
    record(session, tenant.id, "billing.removed", "stripe", before=_told(row))
    session.delete(row)
    session.flush()


def _let_go(session: Session, tenant: Tenant) -> None:
    """Let go of all that an account still decides about, as nothing is heard of it any more."""
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


def _told(row: StripeAccount) -> dict[str, object]:
    """What the audit tells of an account."""
    names = ("account", "livemode", "key_hint", "grace_days")
    return {name: getattr(row, name) for name in names}


def account_view(session: Session, tenant: Tenant, public_url: str | None) -> StripeView:
    """Show an account, or that there is none."""
    row = find_account(session, tenant)
    return StripeView(
        configured=row is not None,
        account=None if row is None else row.account,
        livemode=None if row is None else row.livemode,
        key_hint=None if row is None else row.key_hint,
        webhook_url=webhook_url(tenant, public_url),
        grace_days=GRACE_DAYS if row is None else row.grace_days,
    )


def webhook_url(tenant: Tenant, public_url: str | None) -> str | None:
    """Where Stripe is to send events; None without a public address."""
    if public_url is None:
        return None
    return f"{public_url.rstrip('/')}/v1/billing/stripe/{tenant.slug}/webhook"
