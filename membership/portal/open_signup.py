"""Organizations whose signup is open: the public reaches no other."""

from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.store.models import SignupSettings
from membership.web.access import Tenant
from membership.web.errors import NotFound


def no_such_page() -> NotFound:
    """Return the one error for everything that the public cannot see, for whatever reason."""
    return NotFound("page_not_found", "There is no such page.")


def find_open_signup(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """Return an organization whose signup is open, and its settings.

    Raises NotFound, the same whether the organization is missing or its signup is closed.
    """
    tenant = tenant_by_slug(session, slug)
    settings = None if tenant is None else open_settings(session, tenant)
    if tenant is None or settings is None:
        raise no_such_page()
    return tenant, settings


def open_settings(session: Session, tenant: Tenant) -> SignupSettings | None:
    """Return the signup settings of an organization; None unless its signup is open."""
    settings = session.get(SignupSettings, tenant.id)
    return settings if settings is not None and settings.open else None
