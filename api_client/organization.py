"""Client of the part of the API for the organization's own settings."""

from collections.abc import Mapping
from typing import Any

from api_client.messages.organization import OrganizationSettings

from .client import MembershipClient, keyed

_PATH = "/v1/organization"


class OrganizationClient(MembershipClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def organization(self) -> OrganizationSettings:
        """Return the settings of the organization."""
        return self._ask(OrganizationSettings, "GET", _PATH)

    def change_organization(
        self, fields: Mapping[str, Any], once: str, *, if_match: str = ""
    ) -> OrganizationSettings:
        """Set fields of the organization, unless it is in another state than ``if_match``."""
        body, headers = dict(fields), keyed(once, if_match)
        return self._ask(OrganizationSettings, "PATCH", _PATH, body=body, headers=headers)
