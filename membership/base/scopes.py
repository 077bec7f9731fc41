"""Scopes of API keys, those of a kiosk, and those of each staff role."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from api_client.messages.management import Role


class Scope(StrEnum):
    """A permission of an API key or a staff session."""

    SCANS_WRITE = "scans:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    COMPANIES_READ = "companies:read"
    COMPANIES_WRITE = "companies:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    MEMBERSHIPS_READ = "memberships:read"
    MEMBERSHIPS_WRITE = "memberships:write"
    CARDS_READ = "cards:read"
    CARDS_WRITE = "cards:write"
    DESIGNS_WRITE = "designs:write"
    WALLETS_WRITE = "wallets:write"
    PERMISSIONS_READ = "permissions:read"
    KEYS_WRITE = "keys:write"
    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_WRITE = "organization:write"
    STAFF_WRITE = "staff:write"
    STAFF_SETUP = "staff:setup"
    AUDIT_READ = "audit:read"
    WEBHOOKS_WRITE = "webhooks:write"
    IMPORTS_WRITE = "imports:write"
    EXPORTS_READ = "exports:read"
    PERSONAL_WRITE = "personal:write"


DESK_SCOPES = frozenset(
    {Scope.SCANS_WRITE, Scope.VISITS_READ, Scope.VISITS_WRITE, Scope.CUSTOMERS_READ}
)
"""Scopes of a kiosk's key."""

_RECEPTION_SCOPES = DESK_SCOPES | {
    Scope.CUSTOMERS_WRITE,
    Scope.COMPANIES_READ,
    Scope.PLANS_READ,
    Scope.MEMBERSHIPS_READ,
    Scope.MEMBERSHIPS_WRITE,
    Scope.CARDS_READ,
    Scope.CARDS_WRITE,
    Scope.PERMISSIONS_READ,
    Scope.ORGANIZATION_READ,
}
_MANAGER_SCOPES = _RECEPTION_SCOPES | {
    Scope.COMPANIES_WRITE,
    Scope.PLANS_WRITE,
    Scope.DESIGNS_WRITE,
    Scope.AUDIT_READ,
    Scope.IMPORTS_WRITE,
    Scope.EXPORTS_READ,
}
ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.RECEPTION: frozenset(_RECEPTION_SCOPES),
    Role.MANAGER: frozenset(_MANAGER_SCOPES),
    Role.ADMIN: frozenset(Scope),
}
"""Scopes of staff sessions, by role."""


_DEMANDED = "demanded"
Check = TypeVar("Check", bound=Callable[..., Any])


def demanding(check: Check, need: object) -> Check:
    """Note on a check of callers what it demands of them; returns the check."""
    setattr(check, _DEMANDED, need)
    return check


def demanded_by(check: object) -> object:
    """Return what a check of callers demands; None without a note."""
    return getattr(check, _DEMANDED, None)
