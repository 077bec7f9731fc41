"""What a club's own site shows in its frame where there is nothing to join."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.portal.appearance import Appearance, appearance_of
from membership.portal.open_signup import open_settings
from membership.store.models import SignupSettings
from membership.web.access import Tenant


@dataclass(frozen=True, slots=True)
class Absence:
    """A page that an organization does not offer.

    ``closed`` is whether its signup is closed, ``has_member_page`` whether members can log in.
    """

    tenant: Tenant
    appearance: Appearance
    closed: bool
    has_member_page: bool


def absence(session: Session, slug: str) -> Absence | None:
    """Return how an organization says that a page is not there.

    None for an organization that is missing or has never set up its signup: to the public the two
    are the same.
    """
    tenant = tenant_by_slug(session, slug)
    settings = None if tenant is None else session.get(SignupSettings, tenant.id)
    if tenant is None or settings is None:
        return None
    closed = open_settings(session, tenant) is None
    return Absence(tenant, appearance_of(settings), closed, settings.member_page)
