"""What ``stripe-check`` finds: whether an organization's account at Stripe is fit for payments.

It only looks. That the signing secret is the endpoint's cannot be seen: Stripe shows it once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.billing.stripe.accounts import find_account, keys_of, webhook_url
from membership.billing.stripe.gateway import PriceTerms, ProviderError, ProviderRefusesKey
from membership.billing.stripe.inbox import HEARD
from membership.billing.stripe.stripe_gateway import StripeGateway
from membership.billing.stripe.stripe_money import to_stripe
from membership.commands.database import opened, organization_named
from membership.members.memberships.service import billing_of
from membership.rules.money import written
from membership.store.models import Plan
from membership.web.access import Tenant

_LONGEST_YEARS = 3
_IN_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


class Verdict(StrEnum):
    """How something stands."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    verdict: Verdict
    what: str
    told: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the organization has set up."""

    account: str
    secret_key: str
    address: str | None
    plans: tuple[PriceTerms, ...]


def check_stripe(settings: ServiceSettings, organization: str) -> list[Finding]:
    """Look at an organization's account at Stripe, and at what it is to sell there.

    Raises LookupError for an unknown organization, VaultError, and what ``opened`` raises.
    """
    with opened(settings) as database:
        tenant = organization_named(database, organization)
        with database.readers.begin() as session:
            stored = _stored(session, settings, tenant)
    if stored is None:
        return [Finding(Verdict.WRONG, "account", "no keys are stored: PUT /v1/billing/stripe")]
    findings: list[Finding] = []
    with StripeGateway(stored.secret_key, settings.stripe_url) as gateway:
        try:
            findings.extend(_findings(gateway, stored))
        except ProviderRefusesKey as error:
            findings.append(Finding(Verdict.WRONG, "key", str(error)))
        except ProviderError as error:
            findings.append(Finding(Verdict.WRONG, "stripe", str(error)))
    return findings


def _stored(session: Session, settings: ServiceSettings, tenant: Tenant) -> _Stored | None:
    """What is to be checked; None without an account."""
    row = find_account(session, tenant)
    keys = keys_of(session, open_vault(settings), tenant.id)
    if row is None or keys is None:
        return None
    plans = session.scalars(
        select(Plan)
        .where(
            Plan.organization_id == tenant.id,
            Plan.price_minor > 0,
            Plan.public.is_(True),
            Plan.archived_at.is_(None),
        )
        .order_by(Plan.name, Plan.id)
    )
    terms = tuple(
        PriceTerms(each.id, each.name, each.price_minor, each.currency, billing_of(each))
        for each in plans
    )
    address = webhook_url(tenant, settings.public_url)
    return _Stored(row.account, keys.secret_key, address, terms)


def _findings(gateway: StripeGateway, stored: _Stored) -> Iterator[Finding]:
    """Look at everything, one thing after the other. Raises ProviderError."""
    yield from _key(gateway, stored)
    yield from _webhook(gateway, stored.address)
    for terms in stored.plans:
        yield _price(gateway, terms)
    if not stored.plans:
        yield Finding(Verdict.NOTE, "prices", "no public plan costs something")
    if gateway.has_portal():
        yield Finding(Verdict.OK, "portal", "customers can change the card that is charged")
    else:
        told = "set up the customer portal in Stripe's dashboard, or that link fails"
        yield Finding(Verdict.WRONG, "portal", told)


def _key(gateway: StripeGateway, stored: _Stored) -> Iterator[Finding]:
    """Whose the key is, and whether it can take money."""
    facts = gateway.account()
    mode = "live" if facts.livemode else "test mode: no real money moves"
    yield Finding(Verdict.OK, "key", f"{facts.account}, {mode}")
    if facts.account != stored.account:
        told = f"the keys were stored for {stored.account}; store them again"
        yield Finding(Verdict.WRONG, "account", told)
    if not facts.can_charge:
        told = "Stripe lets this account take no payments yet; see its dashboard"
        yield Finding(Verdict.WRONG, "account", told)


def _webhook(gateway: StripeGateway, address: str | None) -> Iterator[Finding]:
    """Whether Stripe sends events here, and all that are needed."""
    if address is None:
        told = "WALLETDESK_PUBLIC_URL is not set: Stripe cannot reach this service"
        yield Finding(Verdict.WRONG, "webhook", told)
        return
    found = [each for each in gateway.webhook_endpoints() if each["url"] == address]
    if not found:
        yield Finding(Verdict.WRONG, "webhook", f"Stripe has no endpoint {address}")
    for endpoint in found:
        missing = sorted(HEARD - set(endpoint["enabled_events"]))
        if endpoint["status"] != "enabled":
            yield Finding(Verdict.WRONG, "webhook", f"{address} is {endpoint['status']}")
        elif missing and "*" not in endpoint["enabled_events"]:
            yield Finding(Verdict.WRONG, "webhook", f"{address} lacks {', '.join(missing)}")
        else:
            told = f"{address}; send a test event to see that the signing secret is its own"
            yield Finding(Verdict.OK, "webhook", told)


def _price(gateway: StripeGateway, terms: PriceTerms) -> Finding:
    """Whether a plan can be sold for its price."""
    amount = written(terms.amount_minor, terms.currency, "en")
    rhythm = terms.billing
    what = f"price of {terms.plan_name}"
    if rhythm is not None and rhythm.count > _LONGEST_YEARS * _IN_A_YEAR[rhythm.unit.value]:
        told = f"Stripe bills at least every {_LONGEST_YEARS} years"
        return Finding(Verdict.WRONG, what, told)
    try:
        to_stripe(terms.amount_minor, terms.currency)
    except ValueError as error:
        return Finding(Verdict.WRONG, what, str(error))
    each = "once" if rhythm is None else f"every {rhythm.count} {rhythm.unit.value}"
    if gateway.has_price(terms):
        return Finding(Verdict.OK, what, f"{amount} {each}")
    return Finding(Verdict.NOTE, what, f"{amount} {each}: made with the first order")
