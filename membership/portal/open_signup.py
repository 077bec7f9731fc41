"""Organizations that the public reaches: by an open signup, or by the page of members.

Whoever is a member logs in while either of the two is open. Only an open signup lets anybody new
in, and sells.
"""

from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.store.models import SignupSettings
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound


def no_such_page() -> NotFound:
    """Return the one error for everything that the public cannot see, for whatever reason."""
    return NotFound("page_not_found", "There is no such page.")


def find_open_signup(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """Return an organization whose signup is open, and its settings.

    Raises NotFound, the same whether the organization is missing or its signup is closed.
    """
    tenant, settings = _found(session, slug)
    if not settings.open:
        raise no_such_page()
    return tenant, settings


def signup_closed() -> Conflict:
    """Return the error for somebody new at an organization where nobody new can join."""
    return Conflict("signup_closed", "Nobody can join here online at present.")


def find_login(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """Return an organization at which customers can log in, and its settings.

    Raises NotFound, the same whatever is missing or closed.
    """
    tenant, settings = _found(session, slug)
    if not settings.open and not settings.member_page:
        raise no_such_page()
    return tenant, settings


def find_member_page(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """Return an organization whose page of members is open, and its settings.

    Raises NotFound, the same whatever is missing or closed.
    """
    tenant, settings = _found(session, slug)
    if not settings.member_page:
        raise no_such_page()
    return tenant, settings


def _found(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """Return an organization and its settings. Raises NotFound without settings."""
    tenant = tenant_by_slug(session, slug)
    settings = None if tenant is None else session.get(SignupSettings, tenant.id)
    if tenant is None or settings is None:
        raise no_such_page()
    return tenant, settings


def open_settings(session: Session, tenant: Tenant) -> SignupSettings | None:
    """Return the signup settings of an organization; None unless its signup is open."""
    settings = session.get(SignupSettings, tenant.id)
    return settings if settings is not None and settings.open else None
