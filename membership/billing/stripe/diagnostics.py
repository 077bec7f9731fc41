"""Checks of an organization's Stripe account: key, webhook endpoint, prices and customer portal.

Read-only. Whether the stored signing secret belongs to the webhook endpoint cannot be checked:
Stripe shows the secret once, when the endpoint is created.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.billing.stripe.accounts import find_account, load_keys, webhook_url
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from membership.billing.stripe.gateway import PriceTerms, ProviderError, ProviderRefusesKey
from membership.billing.stripe.stripe_gateway import StripeGateway
from membership.billing.stripe.stripe_money import to_stripe
from membership.members.memberships.service import billing_of
from membership.rules.money import written
from membership.store.models import Plan
from membership.web.access import Tenant

_LONGEST_YEARS = 3
_ARCHIVED = "its product is archived at Stripe, so no page to pay it opens; unarchive it there"
_IN_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


class Verdict(StrEnum):
    """Result of one check; only ``WRONG`` needs action."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check: ``subject`` is what was checked, ``detail`` a sentence for staff."""

    verdict: Verdict
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class StripeSetup:
    """What an organization has stored for Stripe. ``webhook_url`` is None without a public URL.

    ``plans`` are the public ones, ``other_plans`` those that only staff sell.
    """

    account: str
    secret_key: str = field(repr=False)
    webhook_url: str | None
    plans: tuple[PriceTerms, ...]
    other_plans: tuple[PriceTerms, ...] = ()


def load_setup(
    session: Session, settings: ServiceSettings, vault: Vault, tenant: Tenant
) -> StripeSetup | None:
    """Load what an organization has stored for Stripe: account, key and plans with a price.

    Returns None without an account. Raises VaultError if its keys cannot be decrypted.
    """
    row = find_account(session, tenant)
    keys = load_keys(session, vault, tenant.id)
    if row is None or keys is None:
        return None
    plans = session.scalars(
        select(Plan)
        .where(
            Plan.organization_id == tenant.id,
            Plan.price_minor > 0,
            Plan.archived_at.is_(None),
        )
        .order_by(Plan.name, Plan.id)
    )
    public: list[PriceTerms] = []
    others: list[PriceTerms] = []
    for each in plans:
        (public if each.public else others).append(
            PriceTerms(each.id, each.name, each.price_minor, each.currency, billing_of(each))
        )
    address = webhook_url(tenant, settings.public_url)
    return StripeSetup(row.account, keys.secret_key, address, tuple(public), tuple(others))


def diagnose(setup: StripeSetup | None, stripe_url: str) -> list[Finding]:
    """Check a stored setup against the Stripe API at ``stripe_url``.

    Returns one finding per check, in the order they ran. An error of Stripe ends the checks and
    is the last finding.
    """
    if setup is None:
        return [Finding(Verdict.WRONG, "account", "no keys are stored: PUT /v1/billing/stripe")]
    findings: list[Finding] = []
    with StripeGateway(setup.secret_key, stripe_url) as gateway:
        try:
            findings.extend(_findings(gateway, setup))
        except ProviderRefusesKey as error:
            findings.append(Finding(Verdict.WRONG, "key", str(error)))
        except ProviderError as error:
            findings.append(Finding(Verdict.WRONG, "stripe", str(error)))
    return findings


def _findings(gateway: StripeGateway, setup: StripeSetup) -> Iterator[Finding]:
    """Run every check in turn. Raises ProviderError."""
    yield from _key(gateway, setup)
    yield from _webhook(gateway, setup.webhook_url)
    for terms in setup.plans:
        yield _price(gateway, terms)
    if not setup.plans:
        yield Finding(Verdict.NOTE, "prices", "no public plan costs something")
    for terms in setup.other_plans:
        if gateway.is_archived(terms):
            yield Finding(Verdict.WRONG, f"price of {terms.plan_name}", _ARCHIVED)
    if gateway.has_portal():
        yield Finding(Verdict.OK, "portal", "customers can change the card that is charged")
    else:
        detail = "set up the customer portal in Stripe's dashboard, or that link fails"
        yield Finding(Verdict.WRONG, "portal", detail)


def _key(gateway: StripeGateway, setup: StripeSetup) -> Iterator[Finding]:
    """Check that the key belongs to the stored account, which can take charges."""
    facts = gateway.account()
    mode = "live" if facts.livemode else "test mode: no real money moves"
    yield Finding(Verdict.OK, "key", f"{facts.account}, {mode}")
    if facts.account != setup.account:
        detail = f"the keys were stored for {setup.account}; store them again"
        yield Finding(Verdict.WRONG, "account", detail)
    if not facts.can_charge:
        detail = "Stripe lets this account take no payments yet; see its dashboard"
        yield Finding(Verdict.WRONG, "account", detail)


def _webhook(gateway: StripeGateway, address: str | None) -> Iterator[Finding]:
    """Check that an enabled webhook endpoint sends every needed event to ``address``."""
    if address is None:
        detail = "WALLETDESK_PUBLIC_URL is not set: Stripe cannot reach this service"
        yield Finding(Verdict.WRONG, "webhook", detail)
        return
    found = [each for each in gateway.webhook_endpoints() if each["url"] == address]
    if not found:
        yield Finding(Verdict.WRONG, "webhook", f"Stripe has no endpoint {address}")
    for endpoint in found:
        missing = sorted(PROCESSED_EVENTS - set(endpoint["enabled_events"]))
        if endpoint["status"] != "enabled":
            yield Finding(Verdict.WRONG, "webhook", f"{address} is {endpoint['status']}")
        elif missing and "*" not in endpoint["enabled_events"]:
            yield Finding(Verdict.WRONG, "webhook", f"{address} lacks {', '.join(missing)}")
        else:
            detail = f"{address}; send a test event to see that the signing secret is its own"
            yield Finding(Verdict.OK, "webhook", detail)


def _price(gateway: StripeGateway, terms: PriceTerms) -> Finding:
    """Check that Stripe can charge a plan's amount in its interval."""
    amount = written(terms.amount_minor, terms.currency, "en")
    interval = terms.billing
    subject = f"price of {terms.plan_name}"
    if interval is not None and interval.count > _LONGEST_YEARS * _IN_A_YEAR[interval.unit.value]:
        detail = f"Stripe bills at least every {_LONGEST_YEARS} years"
        return Finding(Verdict.WRONG, subject, detail)
    try:
        to_stripe(terms.amount_minor, terms.currency)
    except ValueError as error:
        return Finding(Verdict.WRONG, subject, str(error))
    each = "once" if interval is None else f"every {interval.count} {interval.unit.value}"
    if gateway.is_archived(terms):
        return Finding(Verdict.WRONG, subject, _ARCHIVED)
    if gateway.has_price(terms):
        return Finding(Verdict.OK, subject, f"{amount} {each}")
    return Finding(Verdict.NOTE, subject, f"{amount} {each}: made with the first order")
