"""Organizations: created at the first start and by commands, not by the API."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.fields import name_of
from membership.rules.instants import zone_named
from membership.rules.money import known_currency
from membership.store.models import Organization
from membership.web.access import Tenant

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")

RESERVED_SEGMENTS = frozenset(
    (
        *("v1", "v2", "api", "apple", "google", "staff", "admin", "install"),
        *("join", "me", "billing", "stripe"),
        *("healthz", "livez", "readyz", "metrics", "docs", "redoc", "openapi", "openapi.json"),
        "openapi-public.json",
        *("static", "assets", "favicon.ico", "robots.txt", "well-known", ".well-known"),
    )
)
"""First segments of the service's own paths, present or future. Install links begin with an
organization's slug, so no slug may be one of these."""


def bootstrap_organization(
    session: Session,
    *,
    name: str,
    slug: str,
    time_zone: str,
    currency: str,
    now: datetime,
    country: str | None = None,
    demo: bool = False,
) -> Tenant:
    """Create an organization and return it.

    Raises ValueError for a name, slug, currency or country of the wrong form, a reserved slug, or
    an unknown zone.
    """
    if slug in RESERVED_SEGMENTS:
        raise ValueError(f"slug {slug!r} is one of the service's own addresses; choose another")
    if not _SLUG.match(slug):
        raise ValueError(f"slug {slug!r} must be of small letters, digits and dashes")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"currency {currency!r} must be three capital letters")
    known_currency(currency)
    if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
        raise ValueError(f"country {country!r} must be two capital letters")
    organization = Organization(
        slug=slug,
        name=name_of("name", name),
        time_zone=zone_named(time_zone).key,
        currency=currency,
        country=country,
        demo=demo,
        created_at=now,
    )
    session.add(organization)
    session.flush()
    return tenant_of(organization)


def first_tenant(session: Session) -> Tenant | None:
    """Return the organization that was created first, or None in a new database."""
    organization = session.scalars(select(Organization).order_by(Organization.id).limit(1)).first()
    return None if organization is None else tenant_of(organization)


def tenant_by_slug(session: Session, slug: str) -> Tenant | None:
    """Return the organization with a slug, or None; any text is allowed."""
    if not _SLUG.match(slug):
        return None
    organization = session.scalars(select(Organization).where(Organization.slug == slug)).first()
    return None if organization is None else tenant_of(organization)


def tenant_of(organization: Organization) -> Tenant:
    """Return the tenant of an organization's row."""
    return Tenant(
        id=organization.id,
        slug=organization.slug,
        name=organization.name,
        time_zone=organization.time_zone,
        currency=organization.currency,
        country=organization.country,
        demo=organization.demo,
        expires_soon_days=organization.expires_soon_days,
        numbers_prove=organization.numbers_prove,
    )
